import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { fiveNames, letters, smallModel as sizes } from "../oracles.ts";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  disposeParameters,
  findLearningRate,
  parameterArrays,
  suggestLearningRate,
  TorchGenerator,
  trainSteps,
} from "../../mod.ts";

const windows = contextWindows(fiveNames, buildVocabulary([letters]), 3);

Deno.test("findLearningRate() tries 1,000 rates from 0.001 to 1, a step each", () => {
  const generator = new TorchGenerator(2);
  const parameters = createParameters(sizes, { generator });
  const before = parameterArrays(parameters);
  const tensors = tf.memory().numTensors;
  const copy = generator.clone();
  const { learningRates, losses } = findLearningRate(parameters, windows, {
    generator,
  });
  assertEquals(losses.length, 1000);
  // torch: (10 ** torch.linspace(-3, 0, 1000, dtype=torch.float64))[[1, 500]]
  assertAlmostEquals(learningRates[0], 0.001, 1e-15);
  assertAlmostEquals(learningRates[1], 0.001006938631476027, 1e-15);
  assertAlmostEquals(learningRates[500], 0.03173229634734976, 1e-15);
  assertEquals(learningRates[999], 1);
  assertEquals(parameterArrays(parameters), before);
  assertEquals(tf.memory().numTensors, tensors);

  const expected: number[] = [];
  const options = {
    steps: 1000,
    generator: copy,
    learningRate: (step: number) => learningRates[step],
  };
  for (const report of trainSteps(parameters, windows, options)) {
    expected.push(...report.losses);
  }
  assertEquals([...losses], expected);
  disposeParameters(parameters);
});

Deno.test("findLearningRate() ends where the loss stops being finite", () => {
  const generator = new TorchGenerator(2);
  const parameters = createParameters(sizes, { generator });
  const { learningRates, losses } = findLearningRate(parameters, windows, {
    generator,
    count: 60,
    exponents: [-2, 38],
  });
  assert(losses.length < 60 && losses.length > 5);
  assertEquals(learningRates.length, losses.length);
  assert(losses.every(Number.isFinite));
  disposeParameters(parameters);
});

Deno.test("findLearningRate() refuses settings that are out of range", () => {
  const generator = new TorchGenerator(2);
  const parameters = createParameters(sizes, { generator });
  assertThrows(
    () => findLearningRate(parameters, windows, { generator, count: 1 }),
    RangeError,
    "number of rates to try 1:",
  );
  assertThrows(
    () =>
      findLearningRate(parameters, windows, { generator, exponents: [0, 0] }),
    RangeError,
    "from 10^0 to 10^0",
  );
  disposeParameters(parameters);
});

Deno.test("suggestLearningRate() finds the valley, not a single low loss", () => {
  const learningRates = Float64Array.from(
    { length: 401 },
    (_, i) => 10 ** (-3 + i / 100),
  );
  // a valley at 10^-1, and one lucky minibatch elsewhere
  const losses = learningRates.map((rate) => 2 + Math.log10(rate / 0.1) ** 2);
  losses[30] = 0.5;
  assertAlmostEquals(
    Math.log10(suggestLearningRate({ learningRates, losses })),
    -1,
    0.02,
  );
  assertThrows(
    () =>
      suggestLearningRate({
        learningRates: new Float64Array(),
        losses: new Float64Array(),
      }),
    RangeError,
    "no loss was finite",
  );
});
