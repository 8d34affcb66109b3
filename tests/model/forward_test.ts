import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  fiveNames,
  letters,
  SEED,
  smallModel as sizes,
  training,
} from "../oracles.ts";
import * as reference from "../../lib/kernel/reference.ts";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  crossEntropy,
  disposeParameters,
  embed,
  forward,
  loss,
  negativeLogLikelihood,
  parameterArrays,
  parameterNames,
  softmax,
  TorchGenerator,
  toTensors,
  trainStep,
  windowStream,
} from "../../mod.ts";

const windows = contextWindows(fiveNames, buildVocabulary([letters]), 3);

/** The lecture's model and the rows of five names, freed afterwards. */
function withLecture(
  test: (
    parameters: ReturnType<typeof createParameters>,
    X: tf.Tensor2D,
    Y: tf.Tensor1D,
  ) => void,
): void {
  const before = tf.memory().numTensors;
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
  });
  tf.tidy(() => {
    const { X, Y } = toTensors(windows);
    test(parameters, X, Y);
  });
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before, "tensors were left");
}

Deno.test("toTensors() takes contexts written out and streams", () => {
  const vocabulary = buildVocabulary([letters]);
  tf.tidy(() => {
    const { X, Y } = toTensors(windows);
    assertEquals([X.shape, X.dtype, Y.dtype], [[32, 3], "int32", "int32"]);
    assertEquals([...X.dataSync()], [...windows.X]);
    assertEquals([...Y.dataSync()], [...windows.Y]);
    const stream = windowStream(fiveNames, vocabulary, 3);
    const across = contextWindows(fiveNames, vocabulary, 3, {
      acrossBoundaries: true,
    });
    assertEquals([...toTensors(stream).X.dataSync()], [...across.X]);
  });
});

Deno.test("embed() looks up one token, a list, and contexts", () => {
  withLecture(({ C }, X) => {
    const row = [...embed(C, 5).dataSync()];
    assertEquals(embed(C, 5).shape, [2]);
    assertEquals(row, [...C.dataSync().slice(10, 12)]);
    const list = embed(C, [5, 6, 8]);
    assertEquals(list.shape, [3, 2]);
    assertEquals([...list.dataSync().slice(0, 2)], row);
    const emb = embed(C, X);
    assertEquals(emb.shape, [32, 3, 2]);
    // the second context is ..e, and e is 5
    assertEquals([...emb.dataSync().slice(10, 12)], row);
  });
});

Deno.test("embed() refuses an id that the table does not have", () => {
  withLecture(({ C }) => {
    assertThrows(() => embed(C, 27), RangeError, "row 27");
    assertThrows(() => embed(C, [0, -1]), RangeError, "row -1");
    for (const id of [NaN, 1.9, undefined as never]) {
      assertThrows(() => embed(C, [id]), RangeError, `row ${id}`);
    }
  });
});

Deno.test("forward() makes the lecture's shapes and its loss of 17.7697", () => {
  withLecture((parameters, X, Y) => {
    const { emb, h, logits } = forward(parameters, X);
    assertEquals([emb.shape, h.shape, logits.shape], [
      [32, 3, 2],
      [32, 100],
      [32, 27],
    ]);
    const probs = softmax(logits);
    const byHand = negativeLogLikelihood(probs, Y).dataSync()[0];
    const loss = crossEntropy(logits, Y).dataSync()[0];
    // PyTorch prints 17.76971435546875; float32 has about 1e-6 of 17.8
    const losses = training[
      "five names, 2/100, lr 0.1, losses before each of 1000 steps (every step to 120, then every 40th)"
    ];
    assertAlmostEquals(loss, losses[0], 1e-5);
    assertAlmostEquals(byHand, losses[0], 1e-5);
    assertEquals(loss.toFixed(4), "17.7697");
  });
});

Deno.test("forward() refuses contexts of another length", () => {
  withLecture((parameters) => {
    for (const X of [[[1, 1], [2, 1], [3, 1]], [[1], [2], [3]]]) {
      assertThrows(
        () => forward(parameters, tf.tensor2d(X, undefined, "int32")),
        RangeError,
        `Cannot take contexts of the shape [3,${
          X[0].length
        }]: the model sees 3`,
      );
    }
  });
});

Deno.test("softmax() makes rows that sum to 1", () => {
  withLecture((parameters, X) => {
    const probs = softmax(forward(parameters, X).logits);
    for (const sum of probs.sum(1).dataSync()) {
      // 27 float32 numbers of at most 1, each rounded to 6e-8
      assertAlmostEquals(sum, 1, 1e-6);
    }
  });
});

Deno.test("forward() agrees with the float64 reference", () => {
  withLecture((parameters, X) => {
    const expected = reference.forward(
      { V: 27, T: 3, E: 2, H: 100 },
      reference.toFloat64(parameterArrays(parameters)),
      windows,
    );
    const actual = forward(parameters, X).logits.dataSync();
    // sums of 100 products of magnitude 1 in float32
    actual.forEach((logit, i) =>
      assertAlmostEquals(logit, expected.logits[i], 1e-4)
    );
  });
});

Deno.test("forward() with direct connections agrees with the float64 reference, gradients too", () => {
  const before = tf.memory().numTensors;
  const direct = { ...sizes, directConnections: true };
  const parameters = createParameters(direct, {
    generator: new TorchGenerator(SEED),
  });
  tf.tidy(() => {
    const { X, Y } = toTensors(windows);
    const judge = { V: 27, T: 3, E: 2, H: 100, direct: true };
    const w = reference.toFloat64(parameterArrays(parameters));
    const expected = reference.forward(judge, w, windows);
    const actual = forward(parameters, X).logits.dataSync();
    // sums of 106 products of magnitude 1 in float32
    actual.forEach((logit, i) =>
      assertAlmostEquals(logit, expected.logits[i], 1e-4)
    );
    const gradients = reference.backward(judge, w, windows, expected);
    const { grads } = tf.variableGrads(() =>
      crossEntropy(forward(parameters, X).logits, Y)
    );
    for (const name of parameterNames(parameters)) {
      // of magnitude up to 10 in float32
      grads[parameters[name]!.name].dataSync().forEach((g, i) =>
        assertAlmostEquals(g, gradients[name]![i], 2e-5)
      );
    }
  });
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before, "tensors were left");
});

Deno.test("forward() with direct connections alone agrees with the float64 reference", () => {
  const alone = { ...sizes, hiddenSize: 0, directConnections: true };
  const parameters = createParameters(alone, {
    generator: new TorchGenerator(SEED),
  });
  tf.tidy(() => {
    const { X, Y } = toTensors(windows);
    const judge = { V: 27, T: 3, E: 2, H: 0, direct: true };
    const w = reference.toFloat64(parameterArrays(parameters));
    const expected = reference.forward(judge, w, windows);
    forward(parameters, X).logits.dataSync().forEach((logit, i) =>
      assertAlmostEquals(logit, expected.logits[i], 1e-5)
    );
    const gradients = reference.backward(judge, w, windows, expected);
    const { grads } = tf.variableGrads(() =>
      crossEntropy(forward(parameters, X).logits, Y)
    );
    for (const name of parameterNames(parameters)) {
      grads[parameters[name]!.name].dataSync().forEach((g, i) =>
        assertAlmostEquals(g, gradients[name]![i], 1e-5)
      );
    }
  });
  disposeParameters(parameters);
});

Deno.test("tf.variableGrads() of crossEntropy() gives PyTorch's gradients", () => {
  withLecture((parameters, X, Y) => {
    const { grads } = tf.variableGrads(() =>
      crossEntropy(forward(parameters, X).logits, Y)
    );
    const expected = training["five names, 2/100, first gradients"];
    for (const name of reference.names) {
      const grad = grads[parameters[name].name];
      const values = Array.from(grad.dataSync());
      // float32 against float32, of magnitude up to 10: 1e-5
      expected[name].first.forEach((value, i) =>
        assertAlmostEquals(values[i], value, 1e-5)
      );
      assertAlmostEquals(
        values.reduce((sum, value) => sum + value, 0),
        expected[name].sum,
        1e-4,
      );
    }
  });
});

Deno.test("crossEntropy() is stable for logits of ±1000", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[1000, -1000, 0], [-1000, 1000, 1000]]);
    const loss = (y: number[]) =>
      crossEntropy(logits, tf.tensor1d(y, "int32")).dataSync()[0];
    assertEquals(loss([0, 1]), Math.fround(Math.log(2) / 2));
    assertEquals(loss([1, 0]), Math.fround((2000 + 2000 + Math.log(2)) / 2));
    const grad = tf.grad((x: tf.Tensor) =>
      crossEntropy(x as tf.Tensor2D, tf.tensor1d([1, 0], "int32"))
    )(logits);
    assert(grad.dataSync().every(Number.isFinite));
    assertEquals([...grad.dataSync()], [0.5, -0.5, 0, -0.5, 0.25, 0.25]);
  });
});

Deno.test("negativeLogLikelihood() and crossEntropy() agree", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d(new TorchGenerator(3).randn(40 * 27), [40, 27]);
    const Y = tf.tensor1d(new TorchGenerator(4).randint(0, 27, 40), "int32");
    assertAlmostEquals(
      negativeLogLikelihood(softmax(logits), Y).dataSync()[0],
      crossEntropy(logits, Y).dataSync()[0],
      1e-6,
    );
  });
});

Deno.test("crossEntropy() and negativeLogLikelihood() refuse what are no targets", () => {
  tf.tidy(() => {
    const rows = tf.tensor2d([[0.2, 0.3, 0.5], [0.2, 0.3, 0.5]]);
    for (const lossOf of [crossEntropy, negativeLogLikelihood]) {
      for (const ids of [[3, 0], [-1, 0]]) {
        assertThrows(
          () => lossOf(rows, tf.tensor1d(ids, "int32")),
          RangeError,
          `Cannot compute the loss: the target ${
            ids[0]
          } is not an id from 0 to 2`,
        );
      }
      for (const ids of [[0], [0, 1, 2]]) {
        assertThrows(
          () => lossOf(rows, tf.tensor1d(ids, "int32")),
          RangeError,
          "2 rows need 2 targets, and Y has the shape",
        );
      }
    }
  });
});

Deno.test("loss() is the loss of trainStep(), of windows and of a stream", () => {
  const before = tf.memory().numTensors;
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
  });
  const stream = windowStream(fiveNames, buildVocabulary([letters]), 3);
  for (const rows of [windows, stream]) {
    const found = tf.tidy(() => loss(parameters, rows).dataSync()[0]);
    // float32 of magnitude 18, summed in another order
    assertAlmostEquals(found, trainStep(parameters, rows, 0), 1e-5);
  }
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before, "tensors were left");
});

Deno.test("loss() trains all parameters with Adam, Wd too", () => {
  const before = tf.memory().numTensors;
  const direct = { ...sizes, directConnections: true };
  const parameters = createParameters(direct, {
    generator: new TorchGenerator(SEED),
  });
  const first = parameterArrays(parameters);
  const value = () => tf.tidy(() => loss(parameters, windows).dataSync()[0]);
  const untrained = value();
  const adam = tf.train.adam(0.01);
  for (let step = 0; step < 20; step++) {
    adam.minimize(() => loss(parameters, windows));
  }
  assert(value() < untrained / 2);
  const last = parameterArrays(parameters);
  for (const name of parameterNames(first)) {
    assert(last[name]!.some((x, i) => x !== first[name]![i]), name);
  }
  adam.dispose();
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before, "tensors were left");
});

Deno.test("loss() refuses no rows, and rows of another context length", () => {
  withLecture((parameters) => {
    const vocabulary = buildVocabulary([letters]);
    const none = contextWindows([], vocabulary, 3);
    assertThrows(() => loss(parameters, none), RangeError, "without rows");
    const longer = contextWindows(fiveNames, vocabulary, 6);
    assertThrows(
      () => loss(parameters, longer),
      RangeError,
      "contextLength 6: that of the model is 3",
    );
  });
});
