import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { test } from "../kernel/arithmetic.ts";
import * as tf from "@tensorflow/tfjs";
import {
  fiveNames,
  letters,
  SEED,
  smallModel as sizes,
  training,
} from "../oracles.ts";
import notes from "../lecture_notes.json" with { type: "json" };
import * as reference from "../../lib/kernel/reference.ts";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  crossEntropy,
  disposeParameters,
  DivergenceError,
  forward,
  parameterArrays,
  parameterNames,
  takeRows,
  TorchGenerator,
  toTensors,
  trainStep,
} from "../../mod.ts";

const windows = contextWindows(fiveNames, buildVocabulary([letters]), 3);

const FIVE_NAMES_LOSSES = training[
  "five names, 2/100, lr 0.1, losses before each of 1000 steps (every step to 120, then every 40th)"
];

test("trainStep() has every loss that the notes print for five names", () => {
  // Two PyTorch's that print these numbers agree to 1e-6; 1e-5 leaves room for
  // another order of sums.
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
  });
  const losses = Array.from(
    { length: 100 },
    () => trainStep(parameters, windows, 0.1),
  );
  disposeParameters(parameters);
  const printed = notes["five names, from the eleventh step"];
  assertEquals(printed.length, 36);
  printed.forEach((loss, i) => assertAlmostEquals(losses[10 + i], loss, 1e-5));
  losses.forEach((loss, i) =>
    assertAlmostEquals(loss, FIVE_NAMES_LOSSES[i], 1e-5)
  );
});

test("trainStep() follows PyTorch for a thousand steps on five names", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
  });
  const losses: number[] = [];
  for (let step = 0; step < 1000; step++) {
    losses.push(trainStep(parameters, windows, 0.1));
  }
  disposeParameters(parameters);
  const steps = Array.from({ length: 1000 }, (_, step) => step)
    .filter((step) => step < 120 || step % 40 === 0);
  assertEquals(steps.length, FIVE_NAMES_LOSSES.length);
  steps.forEach((step, i) => {
    // From step 440 the learning rate is too large for where the model is: the
    // loss jumps, and PyTorch's float32 is up to 3.5e-3 from float64.
    const tolerance = step <= 400 ? 1e-5 : 7e-3;
    assertAlmostEquals(losses[step], FIVE_NAMES_LOSSES[i], tolerance);
  });
});

Deno.test("trainStep() equals tfjs's autodiff and an update by hand", () => {
  const batch = takeRows(windows, [3, 1, 4, 1, 5, 9, 2, 6, 5, 31]);
  const fused = createParameters(sizes, { generator: new TorchGenerator(5) });
  const byHand = createParameters(sizes, { generator: new TorchGenerator(5) });
  const { X, Y } = toTensors(batch);
  for (let step = 0; step < 5; step++) {
    const loss = trainStep(fused, batch, 0.1);
    const expected = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() =>
        crossEntropy(forward(byHand, X).logits, Y)
      );
      for (const name of reference.names) {
        const parameter = byHand[name];
        const update = grads[parameter.name].mul(0.1);
        parameter.assign(parameter.sub(update) as never);
      }
      return value.dataSync()[0];
    });
    assertAlmostEquals(loss, expected, 1e-5);
  }
  const [a, b] = [parameterArrays(fused), parameterArrays(byHand)];
  for (const name of reference.names) {
    a[name].forEach((value, i) => assertAlmostEquals(value, b[name][i], 1e-5));
  }
  tf.dispose([X, Y]);
  disposeParameters(fused);
  disposeParameters(byHand);
});

test("trainStep() takes the step of the float64 reference", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(6),
  });
  const w = reference.toFloat64(parameterArrays(parameters));
  const loss = trainStep(parameters, windows, 0.5);
  const expected = reference.step(
    { V: 27, T: 3, E: 2, H: 100 },
    w,
    windows,
    0.5,
  );
  // relative: float32 has 6e-8, a sum of 100 products some ten of these
  assertAlmostEquals(loss, expected, 1e-6 * expected);
  const arrays = parameterArrays(parameters);
  for (const name of reference.names) {
    arrays[name].forEach((value, i) =>
      assertAlmostEquals(value, w[name][i], 2e-6)
    );
  }
  disposeParameters(parameters);
});

test("trainStep() with weight decay and direct connections takes the step of the float64 reference", () => {
  const direct = { ...sizes, directConnections: true };
  const parameters = createParameters(direct, {
    generator: new TorchGenerator(6),
  });
  const judge = { V: 27, T: 3, E: 2, H: 100, direct: true };
  const w = reference.toFloat64(parameterArrays(parameters));
  for (const weightDecay of [0.1, 0.01]) {
    const loss = trainStep(parameters, windows, 0.5, { weightDecay });
    const expected = reference.step(judge, w, windows, 0.5, weightDecay);
    // as above, and the second step begins with the first one's errors
    assertAlmostEquals(loss, expected, 3e-6 * expected);
  }
  const arrays = parameterArrays(parameters);
  for (const name of parameterNames(parameters)) {
    arrays[name]!.forEach((value, i) =>
      assertAlmostEquals(value, w[name]![i], 5e-6)
    );
  }
  disposeParameters(parameters);
});

test("trainStep() follows PyTorch with weight decay and direct connections", () => {
  // torch 1.13, SGD with a weight decay of 0.01 for C, W1, W2 and Wd, which is
  // drawn after b2, and none for b1 and b2: the losses of these steps
  const printed: [number, number][] = [
    [0, 17.742277145385742],
    [1, 13.763543128967285],
    [2, 11.155835151672363],
    [5, 7.052804470062256],
    [10, 4.054093837738037],
    [20, 1.7354177236557007],
    [50, 0.46615445613861084],
    [100, 0.33962517976760864],
  ];
  const direct = { ...sizes, directConnections: true };
  const parameters = createParameters(direct, {
    generator: new TorchGenerator(SEED),
  });
  const losses = Array.from(
    { length: 101 },
    () => trainStep(parameters, windows, 0.1, { weightDecay: 0.01 }),
  );
  for (const [step, loss] of printed) {
    // as without both, see above
    assertAlmostEquals(losses[step], loss, 1e-5);
  }
  // no context has a z: its embedding only decays
  const [x, y] = parameters.C.arraySync()[26];
  assertAlmostEquals(x, 0.2322167307138443, 1e-6);
  assertAlmostEquals(y, 0.19255682826042175, 1e-6);
  disposeParameters(parameters);
});

Deno.test("trainStep() with weight decay equals PyTorch's SGD where the gradient is zero", () => {
  // torch 1.13: SGD([w], lr=0.25, weight_decay=0.5) takes 0.25 * 0.5 of each w
  // where the gradient is zero, as it is for the embedding of a token that no
  // context has: 0.875 of it is left, which float32 rounds once.
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(7),
  });
  const z = parameters.C.arraySync()[26];
  trainStep(parameters, windows, 0.25, { weightDecay: 0.5 });
  assertEquals(
    parameters.C.arraySync()[26],
    z.map((x) => Math.fround(0.875 * x)),
  );
  disposeParameters(parameters);
});

Deno.test("trainStep() leaves no tensors behind", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const before = tf.memory().numTensors;
  trainStep(parameters, windows, 0.1);
  assertEquals(tf.memory().numTensors, before);
  disposeParameters(parameters);
});

Deno.test("trainStep() stops at a loss that is not finite, the parameters as they were", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  parameters.b2.assign(tf.tidy(() => tf.fill([27], NaN)));
  const before = parameterArrays(parameters);
  assertThrows(
    () => trainStep(parameters, windows, 0.1),
    DivergenceError,
    "The loss of step 0 is NaN, with learning rate 0.1",
  );
  assertEquals(parameterArrays(parameters), before);
  disposeParameters(parameters);
});

Deno.test("trainStep() refuses rows that do not fit and rates out of range", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const before = tf.memory().numTensors;
  const vocabulary = buildVocabulary([letters]);
  assertThrows(
    () => trainStep(parameters, contextWindows(fiveNames, vocabulary, 4), 0.1),
    RangeError,
    "contextLength 4: that of the model is 3",
  );
  assertThrows(
    () => trainStep(parameters, contextWindows([], vocabulary, 3), 0.1),
    RangeError,
    "without rows",
  );
  const unknown = { ...windows, Y: windows.Y.with(7, 27) };
  assertThrows(
    () => trainStep(parameters, unknown, 0.1),
    RangeError,
    "token 27 in Y[7]",
  );
  for (const rate of [-1, NaN, Infinity]) {
    assertThrows(
      () => trainStep(parameters, windows, rate),
      RangeError,
      String(rate),
    );
    assertThrows(
      () => trainStep(parameters, windows, 0.1, { weightDecay: rate }),
      RangeError,
      `Cannot use weight decay ${rate}`,
    );
  }
  assertEquals(tf.memory().numTensors, before);
  disposeParameters(parameters);
});
