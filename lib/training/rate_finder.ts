/**
 * The learning-rate finder: tries rates from small to large, one step each.
 */

import { checkWhole } from "../errors/checks.ts";
import { DivergenceError } from "../errors/errors.ts";
import type { Rows } from "../kernel/rows.ts";
import { parameterArrays, type Parameters } from "../model/parameters.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import { type TrainOptions, trainSteps } from "./loop.ts";

/** Settings of {@linkcode findLearningRate}. */
export interface FinderOptions
  extends Pick<TrainOptions, "weightDecay" | "candidates"> {
  /** The random number generator that draws the minibatches. */
  generator: TorchGenerator;
  /** The number of rows in a minibatch. Default: 32, as in the lecture. */
  batchSize?: number;
  /** The number of rates to try. Default: 1000, as in the lecture. */
  count?: number;
  /**
   * The exponents of ten of the first and the last rate. Default: −3 and 0, as
   * in the lecture.
   */
  exponents?: readonly [number, number];
}

/** The measurements of {@linkcode findLearningRate}, for the plot of them. */
export interface LearningRateLosses {
  /** The rates tried, from small to large, float64. */
  readonly learningRates: Float64Array;
  /** The loss of the minibatch at each rate, before its step, float64. */
  readonly losses: Float64Array;
}

/**
 * Tries learning rates from small to large, evenly spaced in the exponent, with
 * one step on one minibatch each, as the lecture does:
 * `lrs = 10 ** torch.linspace(-3, 0, 1000)`. The loss falls at first, and rises
 * again where the rate is too large; a good rate is in the valley between.
 *
 * The steps change a copy, not the model. If a loss is not finite, the search
 * ends there and returns fewer rates.
 *
 * @param parameters the model to begin with
 * @param windows the rows to learn from
 * @param options the settings
 * @returns the rates and their losses, float64 `[count]` or less
 * @throws {RangeError} if a setting is out of range, or there are no rows or
 * they do not fit the model
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   findLearningRate,
 *   TorchGenerator,
 * } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const words = ["emma", "ava"];
 * const vocabulary = buildVocabulary(words);
 * const generator = new TorchGenerator(1);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator });
 * const { learningRates, losses } = findLearningRate(
 *   parameters,
 *   contextWindows(words, vocabulary, 3),
 *   { generator, count: 4 },
 * );
 * assertEquals([...learningRates], [0.001, 0.01, 0.1, 1]);
 * assertEquals(losses.length, 4);
 * ```
 */
export function findLearningRate(
  parameters: Parameters,
  windows: Rows,
  options: FinderOptions,
): LearningRateLosses {
  const { count = 1000, exponents = [-3, 0], ...training } = options;
  const [first, last] = exponents;
  checkWhole("number of rates to try", count, 2);
  if (!(Number.isFinite(first) && Number.isFinite(last) && first < last)) {
    throw new RangeError(
      `Cannot try rates from 10^${first} to 10^${last}: the exponents must be ` +
        "finite, and the first smaller than the last",
    );
  }
  const learningRates = Float64Array.from(
    { length: count },
    (_, i) => 10 ** (first + ((last - first) * i) / (count - 1)),
  );
  const losses = new Float64Array(count);
  let done = 0;
  try {
    const steps = trainSteps(parameterArrays(parameters), windows, {
      ...training,
      steps: count,
      learningRate: (step) => learningRates[step],
    });
    for (const progress of steps) {
      losses.set(progress.losses, done);
      done = progress.step;
    }
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
  }
  return {
    learningRates: learningRates.subarray(0, done),
    losses: losses.subarray(0, done),
  };
}

/**
 * Suggests the rate in the middle of the valley: where the losses, averaged over
 * a twentieth of the rates, are lowest.
 *
 * @param measured the result of {@linkcode findLearningRate}
 * @returns a rate to start from; look at the curve before you trust it
 * @throws {RangeError} if there are no losses
 *
 * @example
 * ```ts
 * import { suggestLearningRate } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const learningRates = Float64Array.of(0.01, 0.1, 1);
 * const losses = Float64Array.of(2.4, 2.2, 3.1);
 * assertEquals(suggestLearningRate({ learningRates, losses }), 0.1);
 * ```
 */
export function suggestLearningRate(measured: LearningRateLosses): number {
  const { learningRates, losses } = measured;
  if (losses.length === 0) {
    throw new RangeError(
      "Cannot suggest a learning rate: no loss was finite, so try smaller ones",
    );
  }
  const reach = Math.floor(losses.length / 40);
  let best = 0, lowest = Infinity;
  for (let i = reach; i < losses.length - reach; i++) {
    let sum = 0;
    for (let j = i - reach; j <= i + reach; j++) sum += losses[j];
    if (sum < lowest) {
      lowest = sum;
      best = i;
    }
  }
  return learningRates[best];
}
