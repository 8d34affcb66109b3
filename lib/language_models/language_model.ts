/**
 * What all language models have in common: after any context, each token of
 * the vocabulary has a probability. Whatever answers so can be judged by its
 * loss, sampled from and mixed with others: the counting models, the bigram
 * net, or one of your own.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows.
 */

import type {
  MultinomialOptions,
  TorchGenerator,
} from "../random/torch_generator.ts";
import type { Vocabulary } from "../data/vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";
import type { Windows } from "../kernel/rows.ts";

/**
 * A model that expects tokens after contexts.
 *
 * A context is token ids, the last one nearest. Of a longer one than
 * `contextLength` the model sees the last tokens; a shorter one is padded with
 * boundary tokens: there the sequence begins.
 */
export interface LanguageModel {
  /** How many tokens there are, `V`. */
  readonly vocabularySize: number;
  /** How many tokens of the context the model sees, `T`. */
  readonly contextLength: number;
  /**
   * The probability that a token comes next.
   *
   * @throws {RangeError} if an id is not one of the vocabulary's
   */
  probability(context: ArrayLike<number>, token: number): number;
  /**
   * The probability of every token to come next, float64 `[V]`, by id; they
   * sum to 1.
   *
   * @throws {RangeError} if an id is not one of the vocabulary's
   */
  probabilities(context: ArrayLike<number>): Float64Array;
  /**
   * The probability that the model gives to the token of each row, float64
   * `[N]`, if it has a faster way than to be asked row by row. The rows hold at
   * least as much context as it sees.
   *
   * @throws {RangeError} if an id is not one of the vocabulary's
   */
  rowProbabilities?(windows: Windows): Float64Array;
}

/**
 * The token `distance` places before the one to be predicted, the nearest at
 * 1; before the beginning there are boundary tokens.
 *
 * @throws {RangeError} if the id is not one of the vocabulary's
 */
export function contextToken(
  context: ArrayLike<number>,
  distance: number,
  vocabularySize: number,
): number {
  const at = context.length - distance;
  return at < 0 ? 0 : checkToken(context[at], vocabularySize);
}

/**
 * Returns a token's id.
 *
 * @throws {RangeError} if it is not one of the vocabulary's
 */
export function checkToken(token: number, vocabularySize: number): number {
  if (!(Number.isInteger(token) && token >= 0 && token < vocabularySize)) {
    throw new RangeError(
      `The model has no token id ${token}: ` +
        `ids go from 0 to ${vocabularySize - 1}`,
    );
  }
  return token;
}

/**
 * The probability that a model gives to the token of each row.
 *
 * @param model the model
 * @param windows the rows
 * @returns float64 `[N]`
 * @throws {RangeError} if the rows hold less context than the model sees, or
 * ids that it does not know
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
export function rowProbabilities(
  model: LanguageModel,
  windows: Windows,
): Float64Array {
  const { contextLength, X, Y } = windows;
  if (contextLength < model.contextLength) {
    throw new RangeError(
      `The rows have a context length of ${contextLength}, ` +
        `the model sees ${model.contextLength} tokens: make longer windows`,
    );
  }
  if (model.rowProbabilities) return model.rowProbabilities(windows);
  return Float64Array.from(Y, (token, row) => {
    const end = (row + 1) * contextLength;
    return model.probability(X.subarray(end - contextLength, end), token);
  });
}

/**
 * The mean negative log-likelihood of rows, such as those of a split.
 * `Math.exp` of it is the perplexity.
 *
 * @param model the model
 * @param windows the rows to judge it by
 * @returns the mean loss in nats; `Infinity` if a row was held impossible
 * @throws {RangeError} as {@linkcode rowProbabilities} does, or if there are no
 * rows
 *
 * @example
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   evaluateModel,
 * } from "@makemore/mlp";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const words = ["ab", "aa"];
 * const vocabulary = buildVocabulary(words);
 * const windows = contextWindows(words, vocabulary, 1);
 * const loss = evaluateModel(addK(countNgrams(windows, vocabulary), 0), windows);
 * assertAlmostEquals(Math.exp(loss), Math.sqrt(3), 1e-12); // the perplexity
 * ```
 */
export function evaluateModel(model: LanguageModel, windows: Windows): number {
  const probabilities = rowProbabilities(model, windows);
  if (probabilities.length === 0) {
    throw new RangeError("There are no rows to evaluate the model on");
  }
  return meanLoss(probabilities);
}

/** The mean negative log-likelihood of rows that have these probabilities. */
export function meanLoss(probabilities: Float64Array): number {
  const sum = probabilities.reduce((sum, p) => sum - Math.log(p), 0);
  return sum / probabilities.length;
}

/** Settings of {@linkcode sampleModel}. */
export interface SampleModelOptions {
  /** Where the chance comes from. */
  generator: TorchGenerator;
  /** How many words. Default: 20. */
  count?: number;
  /** How every word begins: a text, or its tokens. Default: with nothing. */
  prompt?: Iterable<string>;
  /**
   * What stands before every word or sentence: the model sees it, but it is no
   * part of it. Default: nothing.
   */
  before?: Iterable<string>;
  /** Words that do not end by themselves are cut after so many tokens. Default: 100. */
  maxLength?: number;
  /**
   * How a token is drawn, see {@linkcode MultinomialOptions}: `"exponential"`
   * as torch 2.7 does, `"cumulative"` as torch did up to 1.13, when the
   * lecture's first part was recorded. Default: `"exponential"`.
   */
  method?: MultinomialOptions["method"];
  /**
   * Makes one string of a word's tokens. Default: as the vocabulary does, see
   * {@linkcode Vocabulary.join}.
   */
  join?: (tokens: readonly string[]) => string;
}

/**
 * Makes new words: draws token after token as the model expects, until it draws
 * the boundary token.
 *
 * @param model the model
 * @param vocabulary the vocabulary of its ids
 * @param options the settings
 * @returns the words, prompt included, without the boundary token
 * @throws {RangeError} if a setting is out of range, the prompt has a token that
 * the vocabulary has not, or the vocabulary does not fit the model
 *
 * @example
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   TorchGenerator,
 *   sampleModel,
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma"]);
 * const windows = contextWindows(["emma"], vocabulary, 2);
 * const model = addK(countNgrams(windows, vocabulary), 0);
 * const generator = new TorchGenerator(2147483647);
 * // two characters of context leave no choice
 * assertEquals(sampleModel(model, vocabulary, { generator, count: 2 }), [
 *   "emma",
 *   "emma",
 * ]);
 * ```
 */
export function sampleModel(
  model: LanguageModel,
  vocabulary: Vocabulary,
  options: SampleModelOptions,
): string[] {
  const { generator, count = 20, prompt = "", maxLength = 100 } = options;
  const { method = "exponential", before = "" } = options;
  const { join = (tokens) => vocabulary.join(tokens) } = options;
  checkWhole("number of words", count, 0);
  checkWhole("maximum length", maxLength, 1);
  if (vocabulary.size !== model.vocabularySize) {
    throw new RangeError(
      `The vocabulary has ${vocabulary.size} tokens, ` +
        `the model knows ${model.vocabularySize}`,
    );
  }
  const start = vocabulary.encode(prompt);
  const seen = vocabulary.encode(before);
  if (start.length > maxLength) {
    throw new RangeError(
      `The prompt has ${start.length} tokens, more than the maximum length ` +
        `of ${maxLength}`,
    );
  }
  const replacement = method === "cumulative";
  return Array.from({ length: count }, () => {
    const ids = [...start];
    while (ids.length < maxLength) {
      const probs = model.probabilities([...seen, ...ids]); // [V]
      const [id] = generator.multinomial(probs, 1, { method, replacement });
      if (id === 0) break;
      ids.push(id);
    }
    return join(ids.map((id) => vocabulary.tokens[id]));
  });
}
