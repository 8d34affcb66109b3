/** Tests in both classes of arithmetic. */

import {
  type Arithmetic,
  arithmetic,
  setArithmetic,
} from "../../lib/kernel/instances.ts";
import { PARAMETER_NAMES } from "../../lib/kernel/parameters.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { canonicalTest } from "../canonical.ts";
import { shortHash } from "../oracles.ts";
import { Chance, weightsOf, withKernel } from "./kernels.ts";

/** The arithmetic that this machine has: without fused, one. */
export const classes: readonly Arithmetic[] = arithmetic() === "fused"
  ? ["fused", "separate"]
  : ["separate"];

/** Calls a function with kernels of an arithmetic. */
export function withArithmetic<Result>(
  wanted: Arithmetic,
  use: () => Result,
): Result {
  setArithmetic(wanted);
  try {
    return use();
  } finally {
    setArithmetic("fused"); // the default
  }
}

/** A test in each class, of those that hold numbers from outside. */
export const test = inEach(Deno.test);
/** The same of those that need the lecture's list. */
export const canonicalTestInEach = inEach(canonicalTest);

function inEach(register: (name: string, test: () => void) => void) {
  return (name: string, test: () => void): void => {
    for (const wanted of classes) {
      register(`${name}, ${wanted}`, () => withArithmetic(wanted, test));
    }
  };
}

/** A model with all that a model can have. */
export const sizes = {
  vocabularySize: 27,
  contextLength: 3,
  embeddingSize: 10,
  hiddenSize: 37,
  directConnections: true,
};

/** What the kernel computes of small numbers, in every way that it can. */
export function everything() {
  const chance = new Chance(1);
  const weights = chance.weights(sizes, 0.5);
  const rows = chance.rows(sizes, 700, 9);
  const generator = new TorchGenerator(1);
  return withKernel(sizes, (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    const losses = new Float64Array(60);
    const rates = losses.subarray(0, 20).map(() => 0.1);
    const words = generator.lendEngine((generator) => {
      const options = { batchSize: 32, generator, weightDecay: 1e-3 };
      kernel.train(rates, { ...options, losses });
      const some = { ...options, batchSize: 150 };
      kernel.train(rates, { ...some, losses: losses.subarray(20) });
      const few = { ...options, candidates: 8 };
      kernel.train(rates, { ...few, losses: losses.subarray(40) });
      return kernel.sample(20, { generator, maxLength: 20 });
    });
    const after = [kernel.stepAll(0.1), kernel.loss(), ...kernel.rowLosses()];
    return {
      drawn: generator.getState(),
      numbers: [
        ...[losses, words.tokens, new Float64Array(after)],
        ...[kernel.probabilities([1, 2, 3])],
        ...PARAMETER_NAMES.map((name) => weightsOf(kernel)[name]!),
      ],
    };
  });
}

/** A hash of all that. */
export async function hashOf(
  { numbers }: ReturnType<typeof everything>,
): Promise<string> {
  const hashes = await Promise.all(numbers.map(shortHash));
  return await shortHash(new TextEncoder().encode(hashes.join()));
}
