import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { canonicalTestInEach, test } from "../kernel/arithmetic.ts";
import * as tf from "@tensorflow/tfjs";
import { canonicalWords } from "../canonical.ts";
import { lossAndGradient } from "../merged_rows.ts";
import { fiveNames, letters, SEED, smallModel as sizes } from "../oracles.ts";
import * as reference from "../../lib/kernel/reference.ts";
import {
  addK,
  buildVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  disposeParameters,
  evaluate,
  parameterArrays,
  perplexity,
  rowProbabilities,
  TorchGenerator,
  windowStream,
} from "../../mod.ts";
import * as core from "../../core.ts";

const vocabulary = buildVocabulary([letters]);
const windows = contextWindows(fiveNames, vocabulary, 3);
const counted = addK(countNgrams(windows, vocabulary), 0.01);

test("evaluate() is 17.7697 for five names before training", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
  });
  const before = tf.memory().numTensors;
  const arrays = parameterArrays(parameters);
  const loss = evaluate(parameters, contextWindows(fiveNames, vocabulary));
  assertAlmostEquals(loss, 17.76971435546875, 1e-5); // PyTorch
  assertEquals(tf.memory().numTensors, before);
  assertEquals(parameterArrays(parameters), arrays);
  disposeParameters(parameters);
});

canonicalTestInEach(
  "evaluate() is within 1e-7 of float64 over all names",
  () => {
    const parameters = createParameters(sizes, {
      generator: new TorchGenerator(SEED),
    });
    const windows = contextWindows(canonicalWords(), vocabulary);
    const { loss: expected } = lossAndGradient(
      { V: 27, T: 3, E: 2, H: 100 },
      reference.toFloat64(parameterArrays(parameters)),
      windows,
    );
    const loss = evaluate(parameters, windows);
    assertAlmostEquals(loss, expected, 1e-7 * expected);
    assertEquals(loss.toFixed(4), "19.5052");
    disposeParameters(parameters);
  },
);

test("evaluate() of a model with direct connections is that of the float64 reference", () => {
  const direct = { ...sizes, directConnections: true };
  const parameters = createParameters(direct, {
    generator: new TorchGenerator(SEED),
  });
  const windows = contextWindows(fiveNames, vocabulary);
  const expected = reference.forward(
    { V: 27, T: 3, E: 2, H: 100, direct: true },
    reference.toFloat64(parameterArrays(parameters)),
    windows,
  ).loss;
  // single rows are off by some 1e-7 of their loss
  assertAlmostEquals(evaluate(parameters, windows), expected, 1e-6 * expected);
  disposeParameters(parameters);
});

Deno.test("perplexity() of a guess is the number of tokens", () => {
  assertAlmostEquals(perplexity(Math.log(17_964)), 17_964, 1e-8);
  assertEquals([perplexity(0), perplexity(Infinity)], [1, Infinity]);
});

Deno.test("evaluate() is the mean of -log rowProbabilities()", () => {
  const probabilities = rowProbabilities(counted, windows);
  assertEquals(probabilities.length, 32);
  const sum = probabilities.reduce((sum, p) => sum - Math.log(p), 0);
  assertEquals(evaluate(counted, windows), sum / 32);
});

Deno.test("evaluate() uses the last tokens of longer contexts, of any rows", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  for (const model of [counted, parameters]) {
    const longer = contextWindows(fiveNames, vocabulary, 8);
    assertEquals(
      rowProbabilities(model, longer),
      rowProbabilities(model, windows),
    );
    assertEquals(
      rowProbabilities(model, windowStream(fiveNames, vocabulary, 8)),
      rowProbabilities(model, windowStream(fiveNames, vocabulary, 3)),
    );
  }
  disposeParameters(parameters);
});

Deno.test("evaluate() refuses rows that do not fit the model", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const larger = buildVocabulary([letters + "é"]);
  for (const model of [counted, parameters]) {
    const shorter = contextWindows(fiveNames, vocabulary, 2);
    assertThrows(() => evaluate(model, shorter), RangeError, "sees 3 tokens");
    const none = contextWindows([], vocabulary, 3);
    assertThrows(() => evaluate(model, none), RangeError, "no rows");
    assertEquals(rowProbabilities(model, none), new Float64Array());
    const other = contextWindows(["é"], larger, 3);
    assertThrows(() => evaluate(model, other), RangeError, "27");
  }
  disposeParameters(parameters);
});

Deno.test("evaluate() of weights that are NaN is NaN", () => {
  const { b2, ...others } = core.createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const broken = { ...others, b2: b2.map(() => NaN) };
  assertEquals(evaluate(broken, windows), NaN);
});

Deno.test("evaluate() takes models without any context", () => {
  const model = addK(countNgrams(windows, vocabulary, 1), 0);
  // of the 32 tokens of the five names some occur often: their entropy
  const counts = new Float64Array(27);
  windows.Y.forEach((id) => counts[id]++);
  const entropy = counts.reduce(
    (sum, n) => n === 0 ? sum : sum - n / 32 * Math.log(n / 32),
    0,
  );
  assertAlmostEquals(evaluate(model, windows), entropy, 1e-12);
});
