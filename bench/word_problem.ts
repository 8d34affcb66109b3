/**
 * What the peers are given for words: a model of a wide softmax, and a text
 * without meaning whose words are as frequent as those of texts are (Zipf).
 */

import {
  createParameters,
  disposeParameters,
  parameterArrays,
  TorchGenerator,
  type Windows,
} from "../mod.ts";
import type { Problem } from "./problem.ts";

/** Beside the vocabulary, the sizes of a small model of words. */
export const wordModel = {
  contextLength: 4,
  embeddingSize: 60,
  hiddenSize: 100,
} as const;

/** How many rows minibatches are drawn from. */
const ROWS = 100_000;

/** What a step is over. */
export interface WordSettings {
  /** How many rows a minibatch has. */
  readonly batchSize: number;
  /** How many tokens a sampled softmax is over; without it, the full one. */
  readonly candidates?: number;
}

/** Steps of gradient descent on words of a vocabulary of this size. */
export function wordProblem(
  vocabularySize: number,
  { batchSize, candidates }: WordSettings,
): Problem {
  const sizes = { vocabularySize, ...wordModel };
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(2147483647),
    initialization: "scaled",
  });
  const arrays = parameterArrays(parameters);
  disposeParameters(parameters);
  return {
    kind: "minibatch",
    sizes,
    parameters: arrays,
    tokens: [],
    windows: zipfWindows(vocabularySize),
    rowsAtOnce: batchSize,
    learningRate: 0.1,
    seed: 42,
    candidates,
  };
}

/** Words one after the other, word k with a probability of about 1/(k + 1). */
function zipfWindows(V: number): Windows {
  const { contextLength: T } = wordModel;
  const text = Uint16Array.from(
    new TorchGenerator(1).rand(ROWS + T),
    (u) => Math.floor((V + 1) ** u) - 1,
  );
  const X = new Uint16Array(ROWS * T);
  for (let row = 0; row < ROWS; row++) {
    X.set(text.subarray(row, row + T), row * T);
  }
  return { contextLength: T, X, Y: text.slice(T) };
}
