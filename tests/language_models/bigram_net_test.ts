import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { fiveNames, letters, SEED } from "../oracles.ts";
import numbers from "../pytorch.json" with { type: "json" };
import {
  addK,
  bigramLoss,
  bigramNetModel,
  buildVocabulary,
  contextWindows,
  countNgrams,
  createBigramNet,
  DivergenceError,
  evaluate,
  sample,
  TorchGenerator,
  trainBigramNet,
  type Windows,
  windowStream,
} from "../../mod.ts";
import { probabilityOf } from "../../lib/language_models/language_model.ts";

const vocabulary = buildVocabulary([letters]);
const windows = contextWindows(fiveNames, vocabulary, 1);

/** A net of the lecture's weights, freed afterwards. */
function withNet(use: (W: tf.Variable<tf.Rank.R2>) => void): void {
  const before = tf.memory().numTensors;
  const W = createBigramNet(27, { generator: new TorchGenerator(SEED) });
  use(W);
  W.dispose();
  assertEquals(tf.memory().numTensors, before, "tensors were left");
}

/** The losses of gradient descent in float64, written out. */
function lossesInFloat64({ X, Y }: Windows, steps: number): number[] {
  const W = Float64Array.from(new TorchGenerator(SEED).randn(27 * 27));
  const counts = new Float64Array(27 * 27);
  Y.forEach((y, row) => counts[27 * X[row] + y]++);
  return Array.from({ length: steps }, () => {
    let loss = W.reduce((sum, w) => sum + w * w, 0) / W.length * 0.01;
    for (let start = 0; start < W.length; start += 27) {
      const row = W.subarray(start, start + 27);
      const seen = counts.subarray(start, start + 27);
      const total = seen.reduce((sum, count) => sum + count, 0);
      const scores = row.map(Math.exp);
      const sum = scores.reduce((sum, score) => sum + score, 0);
      for (let i = 0; i < 27; i++) {
        const p = scores[i] / sum;
        loss -= seen[i] * Math.log(p) / Y.length;
        const gradient = (total * p - seen[i]) / Y.length +
          0.02 * row[i] / W.length;
        row[i] -= 50 * gradient;
      }
    }
    return loss;
  });
}

canonicalTest(
  "trainBigramNet() has PyTorch's losses on the lecture's names",
  () => {
    withNet((W) => {
      const all = contextWindows(canonicalWords(), vocabulary, 1);
      const losses = trainBigramNet(W, all, { steps: 200 });

      // The exact losses, to the rounding of float32 weights near 3.
      lossesInFloat64(all, 200).forEach((loss, step) => {
        assertAlmostEquals(losses[step], loss, 1e-6);
      });

      // PyTorch sums the gradient row by row, 228,146 of them in float32, and
      // steps on with 50 times what that rounds off: 2.1e-5 at the second step,
      // less and less afterwards.
      const expected = numbers.bigram[
        "neural bigram on all names, W=randn((27,27)) seed 2147483647, lr 50, +0.01*mean(W^2), losses before steps 0..9, 99, 199"
      ];
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99, 199].forEach((step, i) => {
        const tolerance = step === 1 || step === 2 ? 2.5e-5 : 1e-5;
        assertAlmostEquals(losses[step], expected[i], tolerance);
      });

      // and so it comes near to what counting finds at once, 2.4540
      const counted = addK(countNgrams(all, vocabulary), 0);
      const excess = evaluate(bigramNetModel(W), all) -
        evaluate(counted, all);
      assert(excess > 0 && excess < 0.012, `${excess}`);
    });
  },
);

Deno.test("bigramLoss() is the lecture's loss, row by row, of streams too", () => {
  withNet((W) => {
    const byHand = tf.tidy(() => {
      const xs = tf.tensor1d(Int32Array.from(windows.X), "int32"); // [32]
      const ys = tf.tensor1d(Int32Array.from(windows.Y), "int32"); // [32]
      const xenc = tf.oneHot(xs, 27).toFloat() as tf.Tensor2D; // [32, 27]
      const counts = xenc.matMul(W).exp(); // [32, 27]
      const probs = counts.div(counts.sum(1, true)); // [32, 27]
      const right = probs.mul(tf.oneHot(ys, 27)).sum(1); // [32]
      const loss = right.log().mean().neg();
      return loss.add(W.square().mean().mul(0.01)).dataSync()[0];
    });
    const loss = tf.tidy(() => bigramLoss(W, windows).dataSync()[0]);
    assertAlmostEquals(loss, byHand, 1e-6); // a few roundings of float32
    // of longer contexts the last token counts
    const longer = contextWindows(fiveNames, vocabulary, 3);
    const same = tf.tidy(() => bigramLoss(W, longer).dataSync()[0]);
    assertEquals(same, loss);
    const stream = windowStream(fiveNames, vocabulary, 3);
    assertEquals(tf.tidy(() => bigramLoss(W, stream).dataSync()[0]), loss);
  });
});

Deno.test("bigramLoss() without regularization is the model's loss", () => {
  withNet((W) => {
    const loss = tf.tidy(() =>
      bigramLoss(W, windows, { regularization: 0 }).dataSync()[0]
    );
    const model = bigramNetModel(W);
    assertAlmostEquals(evaluate(model, windows), loss, 1e-6);
    const sum = model.probabilities([5]).reduce((sum, p) => sum + p, 0);
    assertAlmostEquals(sum, 1, 1e-12);
  });
});

Deno.test("bigramLoss() stays finite where a probability is too small for float32", () => {
  const W = tf.tidy(() => tf.oneHot(tf.range(0, 27, 1, "int32"), 27).mul(1000));
  const loss = tf.tidy(() =>
    bigramLoss(W as tf.Tensor2D, windows, { regularization: 0 }).dataSync()[0]
  );
  W.dispose();
  // of 32 rows two repeat a letter, m and l, and lose nothing
  assertAlmostEquals(loss, 1000 * 30 / 32, 1e-3);
});

Deno.test("trainBigramNet() makes tokens equally likely by regularization alone", () => {
  // as the lecture says: the more of it, the smoother the model
  const spread = (regularization: number) => {
    let most = 0;
    withNet((W) => {
      trainBigramNet(W, windows, {
        steps: 300,
        learningRate: 5,
        regularization,
      });
      most = Math.max(...bigramNetModel(W).probabilities([0]));
    });
    return most;
  };
  const [little, more, much] = [0, 1, 50].map(spread);
  assert(little > more && more > much, `${little} ${more} ${much}`);
  assertAlmostEquals(much, 1 / 27, 0.01);
});

Deno.test("bigramNetModel() makes the same words from the same seed", () => {
  withNet((W) => {
    const options = () => ({ generator: new TorchGenerator(3), count: 10 });
    const model = bigramNetModel(W);
    const words = sample(model, vocabulary, options());
    trainBigramNet(W, windows, { steps: 5 });
    // training goes on, the model stays
    assertEquals(sample(model, vocabulary, options()), words);
    assertThrows(() => model.probabilities([27]), RangeError, "27");
    assertThrows(() => probabilityOf(model, [1], 27), RangeError, "27");
  });
});

Deno.test("trainBigramNet() stops when the loss is no longer finite", () => {
  withNet((W) => {
    const error = assertThrows(
      () => trainBigramNet(W, windows, { learningRate: 1e38 }),
      DivergenceError,
      "try a smaller learning rate",
    );
    assert(error.step < 10);
  });
});

Deno.test("createBigramNet(), trainBigramNet() and bigramLoss() refuse what is out of range", () => {
  const generator = new TorchGenerator(1);
  for (const V of [1, 4097, 2.5]) {
    assertThrows(
      () => createBigramNet(V, { generator }),
      RangeError,
      `${V} tokens`,
    );
  }
  withNet((W) => {
    const none = contextWindows([], vocabulary, 1);
    for (const use of [trainBigramNet, bigramLoss]) {
      assertThrows(
        () => use(W, none),
        RangeError,
        "Cannot compute the loss of a bigram net on no rows",
      );
    }
    const refuses = (options: object, message: string) =>
      assertThrows(
        () => trainBigramNet(W, windows, options),
        RangeError,
        message,
      );
    refuses({ steps: -1 }, "-1");
    refuses({ learningRate: NaN }, "NaN");
    refuses({ regularization: -1 }, "Cannot use regularization -1");
    const larger = buildVocabulary([letters + "é"]);
    const other = contextWindows(["é"], larger, 1);
    assertThrows(() => trainBigramNet(W, other), RangeError, "27");
  });
});
