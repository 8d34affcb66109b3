/**
 * How good a model is: the loss of words, without learning from them.
 */

import { Engine } from "../training/engine.ts";
import type { ModelParameters } from "../model/variables.ts";
import type { Windows } from "../kernel/rows.ts";

/**
 * The mean negative log-likelihood of rows, such as those of a split: what the
 * lecture's `split_loss` prints. {@linkcode perplexity} makes one of it.
 *
 * @param parameters the model
 * @param windows the rows to judge it by
 * @returns the mean loss in nats; not finite if the parameters are not
 * @throws {RangeError} if the rows do not fit the model, or there are none
 *
 * @example
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
 * const sizes = {
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * };
 * const scaled = { initialization: "scaled" } as const;
 * const parameters = createParameters(sizes, { generator: new TorchGenerator(1), ...scaled });
 * // so begun, a model guesses: each of its 5 tokens is about as likely
 * assertAlmostEquals(evaluate(parameters, windows), Math.log(5), 0.05);
 * ```
 */
export function evaluate(
  parameters: ModelParameters,
  windows: Windows,
): number {
  using engine = new Engine(parameters, windows);
  return engine.kernel.loss();
}

/**
 * The perplexity of a mean loss, `Math.exp(loss)`: among how many equally likely
 * tokens a model that loses as much would have to choose. The paper's tables
 * have it.
 *
 * @param loss the mean negative log-likelihood in nats, such as
 * {@linkcode evaluate} and {@linkcode evaluateModel} give it
 * @returns from 1, for a model that knows what comes
 *
 * @example
 * ```ts
 * import { perplexity } from "@makemore/mlp";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // guessing among 27 characters
 * assertAlmostEquals(perplexity(Math.log(27)), 27, 1e-12);
 * ```
 */
export function perplexity(loss: number): number {
  return Math.exp(loss);
}
