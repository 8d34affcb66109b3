/**
 * The vocabulary: every character that stands in the words, and the boundary
 * token that stands before and after each of them. The lecture's `s2i` and
 * `i2s`.
 */

/** The token that begins and ends every word; its id is 0. */
export const BOUNDARY = ".";

/** The most tokens a vocabulary can have: ids are stored in 16 bits. */
export const MAX_VOCABULARY_SIZE = 65_535;

/**
 * Tokens and their ids. Id 0 is the boundary token; the others follow in the
 * order of their code points.
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
  readonly #ids: ReadonlyMap<string, number>;

  /**
   * A vocabulary of exactly these tokens, as a checkpoint holds them. Use
   * {@linkcode buildVocabulary} to make one from words.
   *
   * @param tokens the boundary token first, then at least one other
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
    if (tokens[0] !== BOUNDARY) {
      throw new RangeError(
        `The first token of a vocabulary must be "${BOUNDARY}", ` +
          `not ${JSON.stringify(tokens[0])}`,
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
    this.#ids = ids;
  }

  /** How many tokens there are, the boundary token included: `V`. */
  get size(): number {
    return this.tokens.length;
  }

  /** Whether a token stands in the vocabulary. */
  has(token: string): boolean {
    return this.#ids.has(token);
  }

  /**
   * The ids of a word's tokens, without boundary tokens: `[s2i[c] for c in w]`.
   *
   * @param word the word; of a string, each code point is a token
   * @throws {RangeError} if a token does not stand in the vocabulary
   */
  encode(word: Iterable<string>): number[] {
    return Array.from(word, (token) => this.id(token));
  }

  /**
   * The id of one token.
   *
   * @throws {RangeError} if the token does not stand in the vocabulary
   */
  id(token: string): number {
    const id = this.#ids.get(token);
    if (id === undefined) {
      throw new RangeError(
        `The vocabulary has no token ${JSON.stringify(token)}: ` +
          `it has ${this.#summary()}`,
      );
    }
    return id;
  }

  /**
   * The word that ids stand for: `''.join(i2s[i] for i in ids)`.
   *
   * @throws {RangeError} if an id is not one of the vocabulary's
   */
  decode(ids: Iterable<number>): string {
    let word = "";
    for (const id of ids) {
      const token = this.tokens[id];
      if (token === undefined) {
        throw new RangeError(
          `The vocabulary has no id ${id}: ids go from 0 to ${this.size - 1}`,
        );
      }
      word += token;
    }
    return word;
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

/** JavaScript sorts by UTF-16 unit, which puts emoji before some of CJK. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0)!);
  const right = Array.from(b, (c) => c.codePointAt(0)!);
  const differing = left.findIndex((point, i) => point !== right[i]);
  if (differing === -1) return left.length - right.length;
  return left[differing] - (right[differing] ?? -1);
}
