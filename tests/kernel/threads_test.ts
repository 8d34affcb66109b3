import { assert, assertEquals, assertThrows } from "@std/assert";
import { setThreads } from "../../lib/kernel/threads.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { test } from "./arithmetic.ts";
import { Chance, lecture, weightsOf, withKernel } from "./kernels.ts";

/** Calls a function with so many threads. */
function withThreads<Result>(count: number, use: () => Result): Result {
  setThreads(count);
  try {
    return use();
  } finally {
    setThreads(undefined);
  }
}

const words = {
  vocabularySize: 1500, // divided by columns
  contextLength: 4,
  embeddingSize: 12,
  hiddenSize: 33,
  directConnections: true,
};

/** Everything that threads divide, of a model of letters and of one of words. */
function everything() {
  return [lecture, words].map((sizes) => {
    const chance = new Chance(1);
    const generator = new TorchGenerator(1);
    const weights = chance.weights(sizes, 0.3);
    const rows = chance.rows(sizes, 900, 27);
    return withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      const losses = new Float64Array(12);
      generator.lendEngine((generator) => {
        for (
          const [i, options] of [
            { batchSize: 32 },
            { batchSize: 200, weightDecay: 1e-3 },
            { batchSize: 70, candidates: 20, weightDecay: 1e-3 },
          ].entries()
        ) {
          kernel.train(new Float64Array(4).fill(0.1), {
            ...options,
            generator,
            losses: losses.subarray(4 * i),
          });
        }
      });
      const after = [kernel.stepAll(0.1), kernel.loss()];
      return [losses, after, kernel.rowLosses(), weightsOf(kernel)];
    });
  });
}

test("setThreads() changes how many compute, and no bit of what they compute", () => {
  const alone = withThreads(1, everything);
  for (const count of [2, 3, 4, 8]) {
    assertEquals(withThreads(count, everything), alone, `${count} threads`);
  }
});

Deno.test("setThreads() refuses what is no number of threads", () => {
  for (const count of [0, 65, 1.5]) {
    assertThrows(() => setThreads(count), RangeError, `${count}`);
  }
});

void assert;
