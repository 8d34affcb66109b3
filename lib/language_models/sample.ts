/**
 * New words: draws one token after the other, until it draws the boundary token.
 * With a model of words, this makes sentences.
 */

import type { Vocabulary } from "../data/vocabulary.ts";
import { checkHas, checkWhole } from "../errors/checks.ts";
import type {
  MultinomialOptions,
  TorchGenerator,
} from "../random/torch_generator.ts";
import {
  checkVocabulary,
  type LanguageModel,
  type SampleIdsOptions,
} from "./language_model.ts";
import { type Model, withLanguageModel } from "./model.ts";
import { continueText, readPrompt } from "./prompt.ts";
import {
  checkTempering,
  excludedToken,
  tempered,
  type TemperOptions,
} from "./temper.ts";

/** Settings of {@linkcode sample}. */
export interface SampleOptions extends TemperOptions {
  /** The random number generator that draws the tokens. */
  generator: TorchGenerator;
  /** The number of words. Default: 20, as in the lecture. */
  count?: number;
  /**
   * The beginning of every word, a text or its tokens. With a vocabulary of
   * words, the text may have several sentences; words that are not in the
   * vocabulary are read as {@linkcode UNKNOWN}, and are in the result as they
   * were typed. Default: none.
   */
  prompt?: Iterable<string>;
  /**
   * A text, or its tokens, that the model sees before every word or sentence,
   * but that is not part of the result. With `continuous`, a text ends with the
   * end of its last sentence. Default: none.
   */
  before?: Iterable<string>;
  /** The most tokens in a word, prompt included. Default: 100. */
  maxLength?: number;
  /**
   * The words to return, by their text and tokens: for each of the others one
   * more is drawn. A word of `maxLength` tokens may have been cut. Default: all
   * words.
   */
  accept?: (word: string, tokens: readonly string[]) => boolean;
  /**
   * The number of words in a row that `accept` may refuse. After that, fewer
   * words are returned than asked for. Default: 1000, in which a word of a kind
   * that makes up 1 % of all is missing once in 23,000 times.
   */
  attempts?: number;
  /**
   * Whether each sentence follows the one before it, as in a text. Models that
   * were trained with `acrossBoundaries` expect this. The first sentence follows
   * `before`; without that, a sentence is drawn first and left out of the
   * result. Default: `false`, the sentences are independent.
   */
  continuous?: boolean;
  /**
   * The method that draws a token, see {@linkcode MultinomialOptions}:
   * `"exponential"` as torch does from 2.7 on, `"cumulative"` as torch did up to
   * 1.13, when the lecture's first part was recorded. Default: `"exponential"`.
   */
  method?: MultinomialOptions["method"];
}

/**
 * Makes new words as the lecture does: `torch.multinomial(probs, 1)` for each
 * token, until the boundary token is drawn.
 *
 * @param model the parameters of a network, or any language model
 * @param vocabulary the vocabulary that it was trained with
 * @param options the settings
 * @returns the words, with the prompt and without the boundary token; fewer than
 * `count` only if `accept` refuses too many
 * @throws {TypeError} if there is no generator
 * @throws {RangeError} if a setting is out of range, the prompt has the boundary
 * token or a token that is not in the vocabulary, the vocabulary does not fit
 * the model, or the model's probabilities are `NaN`
 *
 * @example A network
 * ```ts
 * import {
 *   buildVocabulary,
 *   createParameters,
 *   sample,
 *   TorchGenerator,
 * } from "@makemore/mlp/core";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma", "ava"]);
 * const generator = new TorchGenerator(2147483647);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator });
 * const words = sample(parameters, vocabulary, {
 *   generator,
 *   count: 5,
 *   prompt: "em",
 * });
 * assertEquals(words.length, 5);
 * assert(words.every((word) => word.startsWith("em")));
 * ```
 *
 * @example A model that counts
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   sample,
 *   TorchGenerator,
 * } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma"]);
 * const windows = contextWindows(["emma"], vocabulary, 2);
 * const model = addK(countNgrams(windows, vocabulary), 0);
 * const generator = new TorchGenerator(2147483647);
 * // with two characters of context there is no choice
 * assertEquals(sample(model, vocabulary, { generator, count: 2 }), [
 *   "emma",
 *   "emma",
 * ]);
 * ```
 */
export function sample(
  model: Model,
  vocabulary: Vocabulary,
  options: SampleOptions,
): string[] {
  const made = "{ generator: new TorchGenerator(42) }";
  checkHas("generator", options?.generator, "lendEngine", made);
  const { generator, count = 20, prompt = "", before = "" } = options;
  const { temperature = 1, topK, maxLength = 100 } = options;
  const { accept, attempts = 1000 } = options;
  const { continuous = false, method = "exponential" } = options;
  checkWhole("number of words", count, 0);
  checkWhole("attempts", attempts, 1);
  checkWhole("maximum length", maxLength, 1);
  checkTempering(options);
  const beginning = readPrompt(vocabulary, prompt);
  const start = beginning.ids;
  if (start.length > maxLength) {
    throw new RangeError(
      `Cannot begin with a prompt of ${start.length} tokens: the maximum ` +
        `length is ${maxLength}`,
    );
  }
  return withLanguageModel(model, (model) => {
    checkVocabulary(model, vocabulary);
    const draw = (count: number, seen: readonly number[]) =>
      drawIds(model, count, {
        generator,
        prompt: [...seen, ...start],
        maxLength: maxLength - start.length,
        temperature,
        topK,
        excluded: excludedToken(vocabulary, options),
      }, method).map((ids) => [...start, ...ids]);
    const seen = typeof before === "string"
      ? readPrompt(vocabulary, before).ids.slice()
      : vocabulary.encode(before);
    if (continuous && before !== "" && typeof before === "string") seen.push(0);
    const next = continuous
      ? inARow(seen, model, (seen) => draw(1, seen)[0])
      : (count: number) => draw(count, seen);
    const tokensOf = (ids: readonly number[]) =>
      ids.map((id) => vocabulary.tokens[id]);
    const textOf = (ids: readonly number[]) =>
      continueText(vocabulary, beginning, tokensOf(ids.slice(start.length)));
    if (!accept) return next(count).map(textOf);
    const words: string[] = [];
    let refused = 0; // in a row
    while (words.length < count && refused < attempts) {
      const most = Math.min(count - words.length, attempts - refused);
      for (const ids of next(most)) {
        const word = textOf(ids);
        const isAccepted = accept(word, tokensOf(ids));
        if (isAccepted) words.push(word);
        refused = isAccepted ? 0 : refused + 1;
      }
    }
    return words;
  });
}

/** Draws words one after the other, in the fastest way of the model. */
function drawIds(
  model: LanguageModel,
  count: number,
  options: SampleIdsOptions,
  method: NonNullable<MultinomialOptions["method"]>,
): Iterable<number>[] {
  if (model.sampleIds && method === "exponential") {
    return model.sampleIds(count, options);
  }
  const { generator, prompt, maxLength } = options;
  const replacement = method === "cumulative";
  return Array.from({ length: count }, () => {
    const ids: number[] = [];
    while (ids.length < maxLength) {
      const probs = tempered(
        model.probabilities([...prompt, ...ids]),
        options,
      ); // [V]
      const [id] = generator.multinomial(probs, 1, { method, replacement });
      if (id === 0) break;
      ids.push(id);
    }
    return ids;
  });
}

/**
 * A function that draws sentences, of which each sees the end of the one before
 * it.
 */
function inARow(
  before: readonly number[],
  { contextLength }: LanguageModel,
  drawAfter: (seen: readonly number[]) => number[],
): (count: number) => number[][] {
  let seen = before;
  const next = () => {
    const ids = drawAfter(seen);
    const all = [...seen, ...ids, 0];
    seen = all.slice(Math.max(0, all.length - contextLength));
    return ids;
  };
  if (before.length === 0) next(); // the model has hardly seen a first sentence
  return (count) => Array.from({ length: count }, next);
}
