/**
 * The loss of a model, and its perplexity.
 */

import { checkRows, type Rows } from "../kernel/rows.ts";
import { checkContext, probabilitiesOfRows } from "./language_model.ts";
import { type Model, withLanguageModel } from "./model.ts";

/**
 * Computes the mean negative log-likelihood of rows, such as those of a split:
 * what the lecture's `split_loss` prints.
 *
 * @param model the parameters of a network, or any language model
 * @param windows the rows to evaluate it on
 * @returns the mean loss in nats, of which {@linkcode perplexity} is the
 * exponential; `Infinity` if the probability of a row is 0, `NaN` if the
 * parameters are `NaN`
 * @throws {TypeError} if `windows` are no rows
 * @throws {RangeError} if there are no rows, or they have less context than the
 * model sees, or ids that it does not have
 *
 * @example A network before training
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   evaluate,
 *   TorchGenerator,
 * } from "@makemore/mlp/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const words = ["emma", "ava"];
 * const vocabulary = buildVocabulary(words);
 * const windows = contextWindows(words, vocabulary, 3);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator: new TorchGenerator(1), initialization: "scaled" });
 * // with scaled weights the network guesses among 5 tokens
 * assertAlmostEquals(evaluate(parameters, windows), Math.log(5), 0.05);
 * ```
 *
 * @example A model that counts
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   evaluate,
 *   perplexity,
 * } from "@makemore/mlp/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const words = ["ab", "aa"];
 * const vocabulary = buildVocabulary(words);
 * const windows = contextWindows(words, vocabulary, 1);
 * const model = addK(countNgrams(windows, vocabulary), 0);
 * const loss = evaluate(model, windows);
 * assertAlmostEquals(perplexity(loss), Math.sqrt(3), 1e-12);
 * ```
 */
export function evaluate(model: Model, windows: Rows): number {
  checkRows(windows);
  if (windows.Y.length === 0) {
    throw new RangeError(
      "Cannot evaluate a model on no rows: pass context windows of words",
    );
  }
  return withLanguageModel(model, (model) => {
    checkContext(model, windows);
    return model.meanLoss?.(windows) ??
      meanLoss(probabilitiesOfRows(model, windows));
  });
}

/**
 * Computes the probability of the token of each row.
 *
 * @param model the parameters of a network, or any language model
 * @param windows the rows
 * @returns float64 `[N]`
 * @throws {RangeError} if the rows have less context than the model sees, or
 * ids that it does not have
 *
 * @example
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   rowProbabilities,
 * } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const words = ["ab", "aa"];
 * const vocabulary = buildVocabulary(words);
 * const windows = contextWindows(words, vocabulary, 1);
 * const model = addK(countNgrams(windows, vocabulary), 0);
 * // .→a a→b b→. .→a a→a a→.
 * assertEquals(
 *   [...rowProbabilities(model, windows)],
 *   [1, 1 / 3, 1, 1, 1 / 3, 1 / 3],
 * );
 * ```
 */
export function rowProbabilities(model: Model, windows: Rows): Float64Array {
  return withLanguageModel(
    model,
    (model) => probabilitiesOfRows(model, windows),
  );
}

/** The mean negative log-likelihood of rows with these probabilities. */
export function meanLoss(probabilities: Float64Array): number {
  const sum = probabilities.reduce((sum, p) => sum - Math.log(p), 0);
  return sum / probabilities.length;
}

/**
 * The perplexity of a mean loss, `exp(loss)`: the number of equally likely
 * tokens that have this loss. The paper reports perplexities.
 *
 * @param loss the mean loss in nats, from {@linkcode evaluate}
 * @returns a number from 1
 *
 * @example
 * ```ts
 * import { perplexity } from "@makemore/mlp/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // a guess among 27 tokens
 * assertAlmostEquals(perplexity(Math.log(27)), 27);
 * ```
 */
export function perplexity(loss: number): number {
  return Math.exp(loss);
}
