/**
 * How good a model is: the loss of words that it does not learn from.
 */

import type { Rows } from "../kernel/rows.ts";
import { probabilitiesOfRows } from "./language_model.ts";
import { type Model, withLanguageModel } from "./model.ts";

/**
 * The mean negative log-likelihood of rows, such as those of a split: what the
 * lecture's `split_loss` prints. {@linkcode perplexity} makes one of it.
 *
 * @param model the parameters of a network, or any language model
 * @param windows the rows to evaluate it on
 * @returns the mean loss in nats; `Infinity` if the model holds a row
 * impossible, `NaN` if its parameters are
 * @throws {RangeError} if there are no rows, they have less context than the
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
 * } from "@makemore/mlp";
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
 * // with scaled weights it guesses: each of the 5 tokens is about as likely
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
 * } from "@makemore/mlp";
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
  if (windows.Y.length === 0) {
    throw new RangeError(
      "Cannot evaluate a model on no rows: pass context windows of words",
    );
  }
  return withLanguageModel(model, (model) => {
    if (model.meanLoss && windows.contextLength >= model.contextLength) {
      return model.meanLoss(windows);
    }
    return meanLoss(probabilitiesOfRows(model, windows));
  });
}

/**
 * The probability that a model gives to the token of each row.
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
 * } from "@makemore/mlp";
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

/** The mean negative log-likelihood of rows that have these probabilities. */
export function meanLoss(probabilities: Float64Array): number {
  const sum = probabilities.reduce((sum, p) => sum - Math.log(p), 0);
  return sum / probabilities.length;
}

/**
 * The perplexity that a mean loss is: `exp(loss)`, as if the model chose among
 * so many equally likely tokens. The paper states its results in it.
 *
 * @param loss the mean loss in nats, as {@linkcode evaluate} gives it
 *
 * @example
 * ```ts
 * import { perplexity } from "@makemore/mlp";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // guessing among 27 tokens
 * assertAlmostEquals(perplexity(Math.log(27)), 27);
 * ```
 */
export function perplexity(loss: number): number {
  return Math.exp(loss);
}
