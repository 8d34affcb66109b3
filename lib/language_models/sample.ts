/**
 * New words: tokens are drawn one after the other as the model expects them,
 * until it draws the boundary token. A model of words makes sentences this way.
 */

import type { Vocabulary } from "../data/vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";
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
import { checkTempering, tempered, type TemperOptions } from "./temper.ts";

/** Settings of {@linkcode sample}. */
export interface SampleOptions extends TemperOptions {
  /** The random number generator that the tokens are drawn from. */
  generator: TorchGenerator;
  /** How many words to make. Default: 20, as in the lecture. */
  count?: number;
  /** How every word begins: a text, or its tokens. Default: with nothing. */
  prompt?: Iterable<string>;
  /**
   * What precedes every word or sentence: the model sees it, but it is not part
   * of the result. Default: nothing.
   */
  before?: Iterable<string>;
  /** Words that do not end by themselves are cut after so many tokens. Default: 100. */
  maxLength?: number;
  /**
   * Whether each sentence follows the one before it, as sentences of a text do
   * and as a model that was trained across boundaries expects. The first, which
   * has nothing before it, is left out. Default: `false`, each stands alone.
   */
  continuous?: boolean;
  /**
   * How a token is drawn, see {@linkcode MultinomialOptions}: `"exponential"`
   * as torch does from 2.7 on, `"cumulative"` as torch did up to 1.13, with
   * which the lecture's first part was recorded. Default: `"exponential"`.
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
 * @returns the words, prompt included, without the boundary token
 * @throws {RangeError} if a setting is out of range, the prompt has a token that
 * is not in the vocabulary or the boundary token, the vocabulary does not fit
 * the model, or the model's probabilities are not numbers
 *
 * @example A network
 * ```ts
 * import {
 *   buildVocabulary,
 *   createParameters,
 *   sample,
 *   TorchGenerator,
 * } from "@makemore/mlp";
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
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma"]);
 * const windows = contextWindows(["emma"], vocabulary, 2);
 * const model = addK(countNgrams(windows, vocabulary), 0);
 * const generator = new TorchGenerator(2147483647);
 * // two characters of context leave no choice
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
  const { generator, count = 20, prompt = "", maxLength = 100 } = options;
  const { temperature = 1, topK, before = "", continuous = false } = options;
  const { method = "exponential" } = options;
  checkWhole("number of words", count, 0);
  checkWhole("maximum length", maxLength, 1);
  checkTempering(options);
  const start = beginningOf(prompt, vocabulary);
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
      }, method).map((ids) => [...start, ...ids]);
    const seen = vocabulary.encode(before);
    const words = continuous
      ? inARow(count, seen, model.contextLength, (seen) => draw(1, seen)[0])
      : draw(count, seen);
    return words.map((ids) => vocabulary.decode(ids));
  });
}

/**
 * The ids that words begin with.
 *
 * @throws {RangeError} if the boundary token is among them: it would end the
 * word
 */
export function beginningOf(
  prompt: Iterable<string>,
  vocabulary: Vocabulary,
): number[] {
  const ids = vocabulary.encode(prompt);
  if (ids.includes(0)) {
    const text = typeof prompt === "string" ? prompt : [...prompt].join(" ");
    throw new RangeError(
      `Cannot begin with ${JSON.stringify(text)}: it contains ` +
        `${JSON.stringify(vocabulary.tokens[0])}, which ends a word`,
    );
  }
  return ids;
}

/** Words drawn one after the other, in the fastest way that the model has. */
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

/** Sentences that each see the end of the one before them. */
function inARow(
  count: number,
  before: readonly number[],
  contextLength: number,
  drawAfter: (seen: readonly number[]) => number[],
): number[][] {
  let seen = before; // as much as the model sees
  const next = () => {
    const ids = drawAfter(seen);
    const said = [...seen, ...ids, 0];
    seen = said.slice(Math.max(0, said.length - contextLength));
    return ids;
  };
  next(); // what the model has hardly seen: a sentence after nothing
  return Array.from({ length: count }, next);
}
