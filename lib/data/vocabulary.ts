/**
 * Vocabularies: the tokens of a model and their ids, the lecture's `s2i` and
 * `i2s`. The tokens are characters or the words of a text; the boundary token,
 * whose id is 0, says which.
 */

import { checkList, checkLocale, checkWhole } from "../errors/checks.ts";
import { quote } from "../errors/quote.ts";
import { tidyText } from "./text.ts";
import { detokenize, learnSpacing, type Spacing } from "./spacing.ts";
import { tokenize, type TokenizeOptions } from "./tokens.ts";
import { MAX_VOCABULARY_SIZE } from "../kernel/parameters.ts";

/** The token before and after every word in a vocabulary of characters. */
export const BOUNDARY = ".";

/**
 * The token before and after every word in a vocabulary of characters in which
 * "." is one of them.
 */
export const WORD_BOUNDARY = "<w>";

/**
 * The token before and after every sentence in a vocabulary of words, where "."
 * is a full stop.
 */
export const SENTENCE_BOUNDARY = "<s>";

/** The token that stands for all words that the vocabulary does not have. */
export const UNKNOWN = "<unk>";

export { MAX_VOCABULARY_SIZE };

/** The longest token that a checkpoint keeps, in UTF-16 units. */
export const MAX_TOKEN_LENGTH = 64;

/** What the tokens are: the characters of words, or the words of a text. */
export type Level = "characters" | "words";

/** Options of {@linkcode Vocabulary}: how it splits texts. */
export interface VocabularyOptions extends Omit<TokenizeOptions, "has"> {
  /**
   * On which sides of punctuation marks there are blanks. Default: as in
   * English.
   */
  spacing?: Spacing;
}

/**
 * Tokens and their ids. The id of a token is its index in `tokens`.
 *
 * @example
 * ```ts
 * import { Vocabulary } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = new Vocabulary([".", "a", "b"]);
 * assertEquals(vocabulary.size, 3);
 * assertEquals(vocabulary.encode("abba"), [1, 2, 2, 1]);
 * assertEquals(vocabulary.decode([1, 2, 2, 1]), "abba");
 * ```
 */
export class Vocabulary {
  /** All tokens, the boundary token first. */
  readonly tokens: readonly string[];
  /** The number of tokens, including the boundary token: `V`. */
  readonly size: number;
  /** What the tokens are: characters or words. */
  readonly level: Level;
  /** Whether texts are read in lowercase. */
  readonly lowercase: boolean;
  /** The language of the texts, a BCP 47 tag. */
  readonly locale: string;
  /** What a sentence of the texts is, see {@linkcode tokenize}. */
  readonly sentences: "text" | "lines";
  /** Whether abbreviations, initials and addresses are one token. */
  readonly whole: boolean;
  /** Whether tokens are what is between the blanks of a text. */
  readonly blanks: boolean;
  /** On which sides of marks there are blanks, if that was learned. */
  readonly spacing: Spacing | undefined;
  readonly #ids: ReadonlyMap<string, number>;

  /**
   * Makes a vocabulary of exactly these tokens. Use
   * {@linkcode buildVocabulary} or {@linkcode buildWordVocabulary} to collect
   * the tokens.
   *
   * @param tokens the boundary token, {@linkcode BOUNDARY} or
   * {@linkcode WORD_BOUNDARY} for characters or {@linkcode SENTENCE_BOUNDARY}
   * for words, then the others. If {@linkcode UNKNOWN} is among them, it
   * replaces tokens that are missing
   * @param options how to split texts
   * @throws {TypeError} if `tokens` is not a list
   * @throws {RangeError} if the first token is not a boundary token, a token is
   * empty or repeated, there are fewer than 2 or more than 65,535, or the
   * locale is not a BCP 47 tag
   */
  constructor(tokens: readonly string[], options: VocabularyOptions = {}) {
    const { lowercase = false, locale = "en", spacing } = options;
    const { sentences = "text", whole = true, blanks = false } = options;
    checkList("tokens", tokens);
    checkLocale(locale);
    const fail = (reason: string): never => {
      throw new RangeError(`Cannot make a vocabulary: ${reason}`);
    };
    if (tokens.length < 2) {
      fail("it needs the boundary token and at least one other");
    }
    if (tokens.length > MAX_VOCABULARY_SIZE) {
      fail(
        `${tokens.length} tokens are over the limit, ${MAX_VOCABULARY_SIZE}`,
      );
    }
    const ids = new Map(tokens.map((token, id) => [token, id]));
    const repeated = tokens.find((token, id) => ids.get(token) !== id);
    if (repeated !== undefined) {
      fail(`the token ${quote(repeated)} is repeated`);
    }
    if (ids.has("")) fail("a token is empty");
    if (![BOUNDARY, WORD_BOUNDARY, SENTENCE_BOUNDARY].includes(tokens[0])) {
      fail(
        `its first token is ${
          quote(tokens[0])
        }, which must be "${BOUNDARY}", ` +
          `"${WORD_BOUNDARY}" or "${SENTENCE_BOUNDARY}"`,
      );
    }
    this.tokens = Object.freeze([...tokens]);
    this.size = tokens.length;
    this.level = tokens[0] === SENTENCE_BOUNDARY ? "words" : "characters";
    this.lowercase = lowercase;
    this.locale = locale;
    this.sentences = sentences;
    this.whole = whole;
    this.blanks = blanks;
    this.spacing = spacing;
    this.#ids = ids;
  }

  /** Whether the vocabulary has a token. */
  has(token: string): boolean {
    return this.#ids.has(token);
  }

  /**
   * The tokens of a text: its characters, each a code point, or the words of
   * all its sentences, as {@linkcode tokenize} finds them. Characters are
   * written as {@linkcode parseWords} writes them.
   *
   * @example
   * ```ts
   * import { Vocabulary } from "@makemore/mlp/core";
   * import { assertEquals } from "@std/assert";
   *
   * const characters = new Vocabulary([".", "a", "b"]);
   * assertEquals(characters.split("abba"), ["a", "b", "b", "a"]);
   *
   * const tokens = ["<s>", "<unk>", "the", "dog"];
   * const words = new Vocabulary(tokens, { lowercase: true });
   * assertEquals(words.split("The dog ran"), ["the", "dog", "ran"]);
   * ```
   */
  split(text: string): string[] {
    return this.level === "words"
      ? tokenize(tidyText(text), this).flat()
      : [...tidyText(text, this)];
  }

  /**
   * The text that tokens make: the characters in a row, or the words as
   * {@linkcode detokenize} joins them.
   */
  join(tokens: readonly string[]): string {
    if (this.level === "characters") return tokens.join("");
    return this.blanks ? tokens.join(" ") : detokenize(tokens, this);
  }

  /**
   * The ids of a text, without boundary tokens: `[s2i[c] for c in w]`.
   *
   * @param text a text, which {@linkcode Vocabulary.split} splits, or tokens
   * @throws {TypeError} if it is neither
   * @throws {RangeError} as {@linkcode Vocabulary.id} does
   */
  encode(text: Iterable<string>): number[] {
    const tokens = typeof text === "string" ? this.split(text) : text;
    checkList("tokens", tokens);
    return Array.from(tokens, (token) => this.id(token));
  }

  /**
   * The id of a token, or of {@linkcode UNKNOWN} if the vocabulary does not
   * have the token.
   *
   * @throws {RangeError} if the vocabulary has neither
   */
  id(token: string): number {
    const id = this.#ids.get(token) ?? this.#ids.get(UNKNOWN);
    if (id === undefined) {
      const shown = this.tokens.slice(0, 40).join(" ");
      throw new RangeError(
        `Cannot encode ${quote(token)}: the vocabulary has no token ` +
          `${quote(token)}, only ${shown}` +
          (this.size > 40 ? ` and ${this.size - 40} more` : ""),
      );
    }
    return id;
  }

  /**
   * The text of ids: `''.join(i2s[i] for i in ids)`, or a sentence.
   *
   * @throws {TypeError} if `ids` is not a list
   * @throws {RangeError} if the vocabulary does not have an id
   */
  decode(ids: Iterable<number>): string {
    checkList("ids", ids);
    return this.join(Array.from(ids, (id) => {
      const token = this.tokens[id];
      if (token === undefined) {
        throw new RangeError(
          `Cannot decode the id ${id}: the ids of the vocabulary are 0 to ` +
            `${this.size - 1}`,
        );
      }
      return token;
    }));
  }
}

/**
 * The ids of a word or a sentence, or of its beginning. The boundary token
 * cannot be among them: it would end the word.
 *
 * @param vocabulary the vocabulary
 * @param word a text, which the vocabulary splits, or tokens
 * @throws {RangeError} if the word contains the boundary token, and as
 * {@linkcode Vocabulary.id} does
 */
export function encodeWord(
  vocabulary: Vocabulary,
  word: Iterable<string>,
): number[] {
  const ids = vocabulary.encode(word);
  if (ids.includes(0)) {
    throw new RangeError(
      `Cannot encode ${quote(vocabulary.decode(ids))} as a word: it contains ` +
        `${
          quote(vocabulary.tokens[0])
        }, which marks where words begin and end; ` +
        "leave it out",
    );
  }
  return ids;
}

/**
 * The vocabulary of a list of words: {@linkcode BOUNDARY}, or
 * {@linkcode WORD_BOUNDARY} if a word contains ".", then every character that
 * occurs, sorted by code point as Python's `sorted(set(...))` does.
 *
 * @param words the words; the tokens of a string are its code points
 * @param options whether to split texts in lowercase, these words included
 * @throws {TypeError} if `words` is not a list
 * @throws {RangeError} if a word contains the boundary token, if there are no
 * characters, or if there are more than 65,534 different ones
 *
 * @example
 * ```ts
 * import { buildVocabulary } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma", "ava"]);
 * assertEquals(vocabulary.tokens, [".", "a", "e", "m", "v"]);
 * assertEquals(buildVocabulary(["J.D."]).tokens, ["<w>", ".", "D", "J"]);
 * ```
 */
export function buildVocabulary(
  words: Iterable<Iterable<string>>,
  options: VocabularyOptions = {},
): Vocabulary {
  checkList("words", words);
  const characters = new Set<string>();
  for (const word of words) {
    const tokens = typeof word === "string" ? tidyText(word, options) : word;
    for (const token of tokens) characters.add(token);
  }
  const boundary = characters.has(BOUNDARY) ? WORD_BOUNDARY : BOUNDARY;
  refuseBoundary(characters, boundary);
  return new Vocabulary(
    [boundary, ...[...characters].sort(byCodePoint)],
    options,
  );
}

/** Options of {@linkcode buildWordVocabulary}. */
export interface WordVocabularyOptions extends VocabularyOptions {
  /**
   * How often a word must occur to get a token. Default: 2. Bengio et al. 2003
   * merge the words of the Brown corpus that occur up to 3 times, a minimum of
   * 4. `"auto"` is 2, or the least number with which the vocabulary is not too
   * large.
   */
  minimumCount?: number | "auto";
  /**
   * The text that the sentences are from, all or its first ones: the vocabulary
   * learns from it where blanks are, so that what it joins looks like the text.
   * Default: none, and blanks are where they are in English.
   */
  text?: string;
}

/**
 * The vocabulary of the words of a text: {@linkcode SENTENCE_BOUNDARY},
 * {@linkcode UNKNOWN} for all words that are too rare or longer than 64 UTF-16
 * units, then the other words, the most frequent first. Words that are equally
 * frequent are sorted by code point.
 *
 * @param sentences the words of each sentence, as {@linkcode tokenize} returns
 * them. Pass the training sentences only, so that the other words of dev and
 * test are unknown
 * @param options how rare is too rare, the text, and the options that the
 * sentences were tokenized with, for the texts that the vocabulary splits later
 * @throws {TypeError} if `sentences` is not a list
 * @throws {RangeError} if the minimum count is not a whole number from 1, a
 * word is {@linkcode SENTENCE_BOUNDARY}, no word is frequent enough, or there
 * are more than 65,535 tokens
 *
 * @example
 * ```ts
 * import { buildWordVocabulary, tokenize } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const sentences = tokenize("A dog ran. A cat ran. It ran.");
 * const vocabulary = buildWordVocabulary(sentences);
 * assertEquals(vocabulary.tokens, ["<s>", "<unk>", ".", "ran", "A"]);
 * assertEquals(vocabulary.encode("A cat ran"), [4, 1, 3]);
 * ```
 */
export function buildWordVocabulary(
  sentences: Iterable<Iterable<string>>,
  options: WordVocabularyOptions = {},
): Vocabulary {
  checkList("sentences", sentences);
  const counts = new Map<string, number>();
  // what can be read once is held, because the spacing is learned from it too
  const held = Array.isArray(sentences)
    ? sentences
    : Array.from(sentences, (words) => Array.from(words));
  for (const sentence of held) {
    for (const word of sentence) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return vocabularyOfCounts(counts, held, options);
}

/** The vocabulary of words that are counted, see {@linkcode buildWordVocabulary}. */
export function vocabularyOfCounts(
  counts: Map<string, number>,
  sentences: Iterable<Iterable<string>>,
  options: WordVocabularyOptions,
): Vocabulary {
  const { minimumCount = 2, text } = options;
  const isAuto = minimumCount === "auto";
  const least = isAuto ? 2 : minimumCount;
  checkWhole("minimum count", least, 1);
  refuseBoundary(counts, SENTENCE_BOUNDARY);
  counts.delete(UNKNOWN); // some texts mark unknown words themselves
  const isLeast = (least: number) => ([word, count]: [string, number]) =>
    count >= least && word.length <= MAX_TOKEN_LENGTH;
  const most = MAX_VOCABULARY_SIZE - 2;
  let found = [...counts].filter(isLeast(least));
  if (isAuto && found.length > most) {
    // what is as rare as the first that has no place has none either
    const frequencies = Uint32Array.from(found, ([, count]) => count).sort();
    found = found.filter(isLeast(frequencies.at(-most - 1)! + 1));
  }
  if (found.length === 0 || found.length > most) {
    throw new RangeError(
      `Cannot make a vocabulary: ${found.length} words occur at least ` +
        `${least} times; ` +
        (found.length > most
          ? `raise the minimum count, as ${MAX_VOCABULARY_SIZE} tokens are the ` +
            'limit, or let it be "auto"'
          : "take more text, or lower the minimum count"),
    );
  }
  const words = found.sort(([a, m], [b, n]) => n - m || byCodePoint(a, b))
    .map(([word]) => word);
  const isToken = new Set(words);
  const spacing = text === undefined || options.blanks
    ? options.spacing
    : learnSpacing(text, sentences, options, (mark) => isToken.has(mark));
  return new Vocabulary(
    [SENTENCE_BOUNDARY, UNKNOWN, ...words],
    { ...options, spacing },
  );
}

function refuseBoundary(
  tokens: { has(token: string): boolean },
  boundary: string,
): void {
  if (tokens.has(boundary)) {
    throw new RangeError(
      `Cannot make a vocabulary: the text contains "${boundary}", which marks ` +
        "where words or sentences begin and end; remove it",
    );
  }
}

/**
 * Compares by code point. JavaScript compares UTF-16 units, which puts emoji
 * before some characters of the Basic Multilingual Plane.
 */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0)!);
  const right = Array.from(b, (c) => c.codePointAt(0)!);
  const differing = left.findIndex((point, i) => point !== right[i]);
  if (differing === -1) return left.length - right.length;
  return left[differing] - (right[differing] ?? -1);
}
