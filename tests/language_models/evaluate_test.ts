import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { fiveNames, letters, SEED, smallModel as sizes } from "../oracles.ts";
import * as reference from "../../lib/kernel/reference.ts";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  disposeParameters,
  evaluate,
  parameterArrays,
  perplexity,
  TorchGenerator,
} from "../../mod.ts";

const vocabulary = buildVocabulary(letters);

Deno.test("evaluate() gives 17.7697 for five names before training", () => {
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

canonicalTest("evaluate() is within 1e-7 of float64 over all names", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
  });
  const windows = contextWindows(canonicalWords(), vocabulary);
  const expected = reference.forward(
    { V: 27, T: 3, E: 2, H: 100 },
    reference.toFloat64(parameterArrays(parameters)),
    windows,
  ).loss;
  const loss = evaluate(parameters, windows);
  assertAlmostEquals(loss, expected, 1e-7 * expected);
  assertEquals(loss.toFixed(4), "19.5052");
  disposeParameters(parameters);
});

Deno.test("evaluate() of a model with direct connections is that of the float64 reference", () => {
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

Deno.test("evaluate() refuses rows that do not fit", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  assertThrows(
    () => evaluate(parameters, contextWindows([], vocabulary)),
    RangeError,
    "no rows",
  );
  disposeParameters(parameters);
});
