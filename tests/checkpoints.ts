/**
 * A small checkpoint, for the tests of all that has to do with files.
 */

import type { Checkpoint } from "../lib/saving/checkpoint.ts";
import { Vocabulary } from "../lib/data/vocabulary.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";

/** A run of a model of 3 tokens, at step 7. The same numbers each time. */
export function smallCheckpoint(): Checkpoint {
  const generator = new TorchGenerator(42);
  return {
    parameters: {
      C: generator.randn(6),
      W1: generator.randn(16),
      b1: generator.randn(4),
      W2: generator.randn(12),
      b2: generator.randn(3),
    },
    vocabulary: new Vocabulary([".", "a", "😀"]),
    step: 7,
    generatorState: generator.getState(),
    config: {
      seed: 42,
      learningRate: 0.1,
      words: 'a "list".txt',
      keepEqualTogether: false,
      schedule: null,
    },
    losses: { recent: [3.5, 1 / 3, 1e-7], logBytes: 123 },
  };
}

/** The same run, if it looks at dev: its best network is that of step 5. */
export function checkpointWithBest(): Checkpoint {
  const { parameters, ...rest } = smallCheckpoint();
  const current = Object.fromEntries(
    Object.entries(parameters).map(([name, array]) => [
      name,
      array.map((weight: number) => weight / 2),
    ]),
  );
  const best = { step: 5, loss: 1.0625 };
  return { parameters, ...rest, current, best } as Checkpoint;
}
