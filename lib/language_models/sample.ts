/**
 * New words: characters drawn one after the other from what the model expects,
 * until it draws the boundary token. A model of words makes new sentences so.
 */

import { Engine } from "../training/engine.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import type { ModelParameters } from "../model/variables.ts";
import { detokenize } from "../data/tokens.ts";
import { UNKNOWN, type Vocabulary } from "../data/vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";

/** How much to trust what the model expects. */
export interface SoftmaxOptions {
  /**
   * What the logits are divided by: below 1 the likely becomes likelier, above
   * 1 less so. Default: 1.
   */
  temperature?: number;
  /** Draw only from so many of the likeliest tokens. Default: from all. */
  topK?: number;
}

/** Settings of {@linkcode sample}. */
export interface SampleOptions extends SoftmaxOptions {
  /** Where the chance comes from. */
  generator: TorchGenerator;
  /** How many words. Default: 20, as in the lecture. */
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
  /** Makes one string of a word's tokens. Default: as the vocabulary does. */
  join?: (tokens: readonly string[]) => string;
}

/**
 * Makes new words as the lecture does: `torch.multinomial(probs, 1)` for each
 * character, the same as PyTorch's without replacement, or of version 2.7 and
 * later.
 *
 * @param parameters the model
 * @param vocabulary the vocabulary that it was trained with
 * @param options the settings
 * @returns the words, prompt included, without the boundary token
 * @throws {RangeError} if a setting is out of range, the prompt has a token that
 * the vocabulary has not, or the vocabulary does not fit the model
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   createParameters,
 *   TorchGenerator,
 *   sample,
 * } from "@makemore/mlp";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma", "ava"]);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator: new TorchGenerator(1) });
 * const words = sample(parameters, vocabulary, {
 *   generator: new TorchGenerator(2147483647 + 10),
 *   count: 5,
 *   prompt: "em",
 * });
 * assertEquals(words.length, 5);
 * assert(words.every((word) => word.startsWith("em")));
 * ```
 */
export function sample(
  parameters: ModelParameters,
  vocabulary: Vocabulary,
  options: SampleOptions,
): string[] {
  const { generator, count = 20, prompt = "", maxLength = 100 } = options;
  const { temperature = 1, topK, before = "" } = options;
  const { join = (tokens) => vocabulary.join(tokens) } = options;
  checkWhole("number of words", count, 0);
  checkWhole("maximum length", maxLength, 1);
  checkSoftmax({ temperature, topK });
  const start = vocabulary.encode(prompt);
  if (start.length > maxLength) {
    throw new RangeError(
      `The prompt has ${start.length} tokens, more than the maximum length ` +
        `of ${maxLength}`,
    );
  }
  using engine = engineFor(parameters, vocabulary);
  const { tokens, ends } = generator.lendEngine((state) =>
    engine.kernel.sample(count, {
      generator: state,
      maxLength: maxLength - start.length,
      prompt: [...vocabulary.encode(before), ...start],
      temperature,
      topK,
    })
  );
  return Array.from(ends, (end, word) => {
    const ids = tokens.subarray(word === 0 ? 0 : ends[word - 1], end);
    return join([...start, ...ids].map((id) => vocabulary.tokens[id]));
  });
}

/**
 * What the model expects after a beginning: the probability of every token to
 * come next.
 *
 * @param parameters the model
 * @param vocabulary the vocabulary that it was trained with
 * @param beginning the text so far, or its tokens, of which the model sees the
 * last `T`; with fewer, the word begins there
 * @param options temperature and top-k
 * @returns float32 `[V]`, by the tokens' ids
 * @throws {RangeError} as {@linkcode sample} does
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   createParameters,
 *   TorchGenerator,
 *   nextTokenProbabilities,
 * } from "@makemore/mlp";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma", "ava"]);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator: new TorchGenerator(1) });
 * const probs = nextTokenProbabilities(parameters, vocabulary, "em");
 * assertAlmostEquals(probs.reduce((sum, p) => sum + p), 1, 1e-6);
 * ```
 */
export function nextTokenProbabilities(
  parameters: ModelParameters,
  vocabulary: Vocabulary,
  beginning: Iterable<string>,
  { temperature = 1, topK }: SoftmaxOptions = {},
): Float32Array {
  checkSoftmax({ temperature, topK });
  const ids = vocabulary.encode(beginning);
  using engine = engineFor(parameters, vocabulary);
  const { contextLength } = engine.kernel.sizes;
  const context = [...Array(contextLength).fill(0), ...ids]
    .slice(-contextLength);
  return engine.kernel.probabilities(context, { temperature, topK });
}

function engineFor(
  parameters: ModelParameters,
  vocabulary: Vocabulary,
): Engine {
  const engine = new Engine(parameters);
  const { vocabularySize } = engine.kernel.sizes;
  if (vocabulary.size !== vocabularySize) {
    engine[Symbol.dispose]();
    throw new RangeError(
      `The vocabulary has ${vocabulary.size} tokens, ` +
        `the model knows ${vocabularySize}`,
    );
  }
  return engine;
}

function checkSoftmax({ temperature = 1, topK }: SoftmaxOptions): void {
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new RangeError(
      `The temperature is ${temperature}: it must be a finite number above 0`,
    );
  }
  if (topK !== undefined) checkWhole("top-k", topK, 1);
}

/** Where a new word was seen before, if anywhere. */
export interface LabelledWord {
  /** The word. */
  readonly word: string;
  /** The part of the words in which it stands, or `"new"`. */
  readonly origin: "train" | "dev" | "test" | "new";
}

/** Choices of {@linkcode labelWords}. */
export interface LabelOptions {
  /**
   * The vocabulary of the model that made the words: with it a known sentence
   * is compared as the model sees it, {@linkcode UNKNOWN} in place of words
   * that it does not know. Default: as it stands there.
   */
  vocabulary?: Vocabulary;
}

/**
 * Tells for each word, or sentence, whether it stands among those to learn
 * from, among those held out, or is new.
 *
 * @param words the words, such as {@linkcode sample} gives them
 * @param known the parts of the word list, as {@linkcode splitWords} gives them,
 * or of a text, as {@linkcode splitByPosition} does; a word that stands in
 * several counts as of train, then dev, then test
 * @param options the vocabulary of the words
 *
 * @example
 * ```ts
 * import { labelWords } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(labelWords(["ava", "emmia"], { train: ["emma", "ava"] }), [
 *   { word: "ava", origin: "train" },
 *   { word: "emmia", origin: "new" },
 * ]);
 * ```
 */
export function labelWords(
  words: Iterable<string>,
  known: {
    train: Iterable<string | readonly string[]>;
    dev?: Iterable<string | readonly string[]>;
    test?: Iterable<string | readonly string[]>;
  },
  { vocabulary }: LabelOptions = {},
): LabelledWord[] {
  const textOf = (sequence: string | readonly string[]) =>
    vocabulary
      ? asSeen(sequence, vocabulary)
      : typeof sequence === "string"
      ? sequence
      : detokenize(sequence);
  const parts = (["train", "dev", "test"] as const).map((origin) => ({
    origin,
    words: new Set(Array.from(known[origin] ?? [], textOf)),
  }));
  return Array.from(words, (word) => ({
    word,
    origin: parts.find((part) => part.words.has(word))?.origin ?? "new",
  }));
}

function asSeen(
  sequence: string | readonly string[],
  vocabulary: Vocabulary,
): string {
  const tokens = typeof sequence === "string"
    ? vocabulary.split(sequence)
    : sequence;
  return vocabulary.join(
    tokens.map((token) => vocabulary.has(token) ? token : UNKNOWN),
  );
}
