/**
 * The vocabulary: every character that stands in the words, and the boundary
 * token that stands before and after each of them. The lecture's `s2i` and
 * `i2s`. Or every word of a text that is not too rare, and the boundary of its
 * sentences: which of the two it is, the boundary token tells.
 */

import { detokenize, tokenize } from "./tokens.ts";
import { checkWhole } from "../errors/checks.ts";
import { MAX_VOCABULARY_SIZE } from "../kernel/parameters.ts";

/** The token that begins and ends every word; its id is 0. */
export const BOUNDARY = ".";

/**
 * The boundary token of vocabularies of words, in which "." is a full stop:
 * begins and ends every sentence; its id is 0.
 */
export const SENTENCE_BOUNDARY = "<s>";

/** The token of words too rare to have one of their own. */
export const UNKNOWN = "<unk>";

export { MAX_VOCABULARY_SIZE };

/** The longest token that a checkpoint keeps, in UTF-16 units. */
export const MAX_TOKEN_LENGTH = 64;

/** What tokens are: the characters of words, or the words of a text. */
export type Level = "characters" | "words";

/** How texts are taken apart and put together at a level. */
interface TextRules {
  readonly level: Level;
  readonly split: (text: string, lowercase: boolean) => string[];
  readonly join: (tokens: readonly string[]) => string;
}

/** The rules, by the boundary token. */
const TEXT_RULES: ReadonlyMap<string, TextRules> = new Map([
  [BOUNDARY, {
    level: "characters",
    split: (text: string) => [...text],
    join: (tokens: readonly string[]) => tokens.join(""),
  }],
  [SENTENCE_BOUNDARY, {
    level: "words",
    split: (text: string, lowercase: boolean) =>
      tokenize(text, { lowercase }).flat(),
    join: detokenize,
  }],
]);

/**
 * Tokens and their ids. Id 0 is the boundary token; what the others are is up
 * to who makes the vocabulary.
 *
 * @example
 * ```ts
 * import { Vocabulary } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = new Vocabulary([".", "a", "b"]);
 * assertEquals(vocabulary.size, 3);
 * assertEquals(vocabulary.encode("abba"), [1, 2, 2, 1]);
 * assertEquals(vocabulary.decode([1, 2, 2, 1]), "abba");
 * ```
 */
export class Vocabulary {
  /** All tokens; the index of a token is its id. */
  readonly tokens: readonly string[];
  /**
   * Whether "The" is read as "the": so it is at the level of words if no token
   * has a capital letter.
   */
  readonly lowercase: boolean;
  readonly #rules: TextRules;
  readonly #ids: ReadonlyMap<string, number>;

  /**
   * A vocabulary of exactly these tokens, as a checkpoint holds them. Use
   * {@linkcode buildVocabulary} to make one from words.
   *
   * @param tokens the boundary token first, of characters or of words, then at
   * least one other; if {@linkcode UNKNOWN} is among them, it stands for all
   * that are not
   * @throws {RangeError} if the first is not the boundary token, if one is
   * empty or stands twice, or if there are fewer than 2 or more than 65,535
   */
  constructor(tokens: readonly string[]) {
    if (tokens.length < 2) {
      throw new RangeError(
        "A vocabulary needs at least one token beside the boundary token " +
          `"${BOUNDARY}"`,
      );
    }
    if (tokens.length > MAX_VOCABULARY_SIZE) {
      throw new RangeError(
        `A vocabulary of ${tokens.length} tokens is too large: ` +
          `at most ${MAX_VOCABULARY_SIZE} are supported`,
      );
    }
    const rules = TEXT_RULES.get(tokens[0]);
    if (!rules) {
      throw new RangeError(
        `The first token of a vocabulary must be "${BOUNDARY}" or ` +
          `"${SENTENCE_BOUNDARY}", not ${JSON.stringify(tokens[0])}`,
      );
    }
    const ids = new Map(tokens.map((token, id) => [token, id]));
    if (ids.size !== tokens.length) {
      const twice = tokens.find((token, id) => ids.get(token) !== id);
      throw new RangeError(
        `The token ${JSON.stringify(twice)} stands in the vocabulary twice`,
      );
    }
    if (ids.has("")) {
      throw new RangeError("A token of a vocabulary cannot be empty");
    }
    this.tokens = Object.freeze([...tokens]);
    this.lowercase = rules.level === "words" &&
      tokens.every((token) => token === token.toLowerCase());
    this.#rules = rules;
    this.#ids = ids;
  }

  /** How many tokens there are, the boundary token included: `V`. */
  get size(): number {
    return this.tokens.length;
  }

  /** What its tokens are, as its boundary token tells. */
  get level(): Level {
    return this.#rules.level;
  }

  /** Whether a token stands in the vocabulary. */
  has(token: string): boolean {
    return this.#ids.has(token);
  }

  /**
   * The tokens of a text: its characters, each a code point, or its words as
   * {@linkcode tokenize} finds them, those of all its sentences in a row.
   *
   * @example
   * ```ts
   * import { Vocabulary } from "@makemore/mlp";
   * import { assertEquals } from "@std/assert";
   *
   * const characters = new Vocabulary([".", "a", "b"]);
   * assertEquals(characters.split("abba"), ["a", "b", "b", "a"]);
   * const words = new Vocabulary(["<s>", "<unk>", "the", "dog"]);
   * assertEquals(words.split("The dog ran"), ["the", "dog", "ran"]);
   * ```
   */
  split(text: string): string[] {
    return this.#rules.split(text, this.lowercase);
  }

  /**
   * The text that tokens make: characters one after the other, words as
   * {@linkcode detokenize} puts them together.
   */
  join(tokens: readonly string[]): string {
    return this.#rules.join(tokens);
  }

  /**
   * The ids of a word's characters, or of a sentence's words, without boundary
   * tokens: `[s2i[c] for c in w]`.
   *
   * @param text a text, which is {@linkcode Vocabulary.split}, or its tokens
   * @throws {RangeError} as {@linkcode Vocabulary.id} does
   */
  encode(text: Iterable<string>): number[] {
    const tokens = typeof text === "string" ? this.split(text) : text;
    return Array.from(tokens, (token) => this.id(token));
  }

  /**
   * The id of one token, or that of {@linkcode UNKNOWN} if it does not stand in
   * a vocabulary that has such a token.
   *
   * @throws {RangeError} if neither stands in the vocabulary
   */
  id(token: string): number {
    const id = this.#ids.get(token) ?? this.#ids.get(UNKNOWN);
    if (id === undefined) {
      throw new RangeError(
        `The vocabulary has no token ${JSON.stringify(token)}: ` +
          `it has ${this.#summary()}`,
      );
    }
    return id;
  }

  /**
   * The text that ids stand for: `''.join(i2s[i] for i in ids)`, or a sentence.
   *
   * @throws {RangeError} if an id is not one of the vocabulary's
   */
  decode(ids: Iterable<number>): string {
    return this.join(Array.from(ids, (id) => {
      const token = this.tokens[id];
      if (token === undefined) {
        throw new RangeError(
          `The vocabulary has no id ${id}: ids go from 0 to ${this.size - 1}`,
        );
      }
      return token;
    }));
  }

  #summary(): string {
    const shown = this.tokens.slice(0, 40).join(" ");
    return this.size > 40 ? `${shown} and ${this.size - 40} more` : shown;
  }
}

/**
 * The vocabulary of a list of words: the boundary token, then every character
 * that occurs, sorted by code point as Python's `sorted(list(set(...)))` does.
 *
 * @param words the words; of each string, a code point is a token
 * @throws {RangeError} if a word contains the boundary token, if there is no
 * character at all, or if there are more than 65,534 different ones
 *
 * @example
 * ```ts
 * import { buildVocabulary } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma", "ava"]);
 * assertEquals(vocabulary.tokens, [".", "a", "e", "m", "v"]);
 * ```
 */
export function buildVocabulary(
  words: Iterable<Iterable<string>>,
): Vocabulary {
  const tokens = new Set<string>();
  for (const word of words) {
    for (const token of word) tokens.add(token);
  }
  if (tokens.has(BOUNDARY)) {
    throw new RangeError(
      `A word contains "${BOUNDARY}", which marks where words begin and end: ` +
        "remove it from the words",
    );
  }
  return new Vocabulary([BOUNDARY, ...[...tokens].sort(byCodePoint)]);
}

/** Choices of {@linkcode buildWordVocabulary}. */
export interface WordVocabularyOptions {
  /** How often a word must stand in the text to have a token. Default: 2. */
  minimumCount?: number;
}

/**
 * The vocabulary of a text's words: {@linkcode SENTENCE_BOUNDARY},
 * {@linkcode UNKNOWN} for all words that are too rare or longer than 64 UTF-16
 * units, then the others, the most frequent first, equally frequent ones by
 * code point.
 *
 * @param sentences the words of each sentence, as {@linkcode tokenize} gives
 * them: of the training text alone, so that what is held out stays unknown
 * @param options how rare is too rare; Bengio et al. 2003 merge words that occur
 * up to 3 times in the Brown corpus, which is a minimum of 4
 * @throws {RangeError} if the minimum is not a whole number from 1, if a word is
 * {@linkcode SENTENCE_BOUNDARY}, if no word is frequent enough, or so many are
 * that there would be more than 65,535 tokens
 *
 * @example
 * ```ts
 * import { buildWordVocabulary, tokenize } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const sentences = tokenize("A dog ran. A cat ran. It ran.");
 * const vocabulary = buildWordVocabulary(sentences);
 * assertEquals(vocabulary.tokens, ["<s>", "<unk>", ".", "ran", "A"]);
 * assertEquals(vocabulary.encode(["A", "cat", "ran"]), [4, 1, 3]);
 * ```
 */
export function buildWordVocabulary(
  sentences: Iterable<Iterable<string>>,
  { minimumCount = 2 }: WordVocabularyOptions = {},
): Vocabulary {
  checkWhole("minimum count", minimumCount, 1);
  const counts = new Map<string, number>();
  for (const sentence of sentences) {
    for (const word of sentence) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  if (counts.has(SENTENCE_BOUNDARY)) {
    throw new RangeError(
      `A sentence contains "${SENTENCE_BOUNDARY}", which marks where ` +
        "sentences begin and end: remove it from the text",
    );
  }
  counts.delete(UNKNOWN); // a text that marks unknown words itself
  const words = [...counts.entries()]
    .filter(([word, count]) =>
      count >= minimumCount && word.length <= MAX_TOKEN_LENGTH
    )
    .sort(([a, m], [b, n]) => n - m || byCodePoint(a, b))
    .map(([word]) => word);
  const tooMany = words.length + 2 > MAX_VOCABULARY_SIZE;
  if (words.length === 0 || tooMany) {
    throw new RangeError(
      `${words.length} words stand in the text at least ${minimumCount} times: ` +
        (tooMany
          ? `a vocabulary has at most ${MAX_VOCABULARY_SIZE} tokens, so raise ` +
            "the minimum count"
          : "take more text, or a lower minimum count"),
    );
  }
  return new Vocabulary([SENTENCE_BOUNDARY, UNKNOWN, ...words]);
}

/** JavaScript sorts by UTF-16 unit, which puts emoji before some of CJK. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0)!);
  const right = Array.from(b, (c) => c.codePointAt(0)!);
  const differing = left.findIndex((point, i) => point !== right[i]);
  if (differing === -1) return left.length - right.length;
  return left[differing] - (right[differing] ?? -1);
}
