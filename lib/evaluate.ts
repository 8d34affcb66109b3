/**
 * How good a model is: the loss of words, without learning from them.
 */

import { Engine } from "./engine.ts";
import type { ModelParameters } from "./parameters.ts";
import type { Windows } from "./windows.ts";

/**
 * The mean negative log-likelihood of rows, such as those of a split: what the
 * lecture's `split_loss` prints. `Math.exp` of it is the perplexity.
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
 *   Generator,
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
 * const parameters = createParameters(new Generator(1), sizes, scaled);
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
