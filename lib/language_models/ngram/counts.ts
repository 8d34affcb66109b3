/**
 * How often each n-gram stands in a text: a token and the few before it. Only
 * those that occur take memory, so the order may be high and the vocabulary
 * large: the lecture's 27×27×27 does not explode.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows, `C` different
 * contexts, `G` different n-grams.
 */

import { checkToken, contextToken } from "../language_model.ts";
import type { Vocabulary } from "../../data/vocabulary.ts";
import type { Windows } from "../../kernel/rows.ts";

/**
 * All n-grams with one length of context. A context is known by its index,
 * from 0 to `C - 1`; its n-grams stand together, in the order of their tokens.
 */
export interface NgramLevel {
  /**
   * What each context is made of, float64 `[C]`, ascending: the index of the
   * context one shorter (without the oldest token) times `V`, plus the oldest
   * token.
   */
  readonly contexts: Float64Array;
  /** Where the n-grams of each context begin, and an end, uint32 `[C + 1]`. */
  readonly starts: Uint32Array;
  /** The token after the context, of each n-gram, uint16 `[G]`. */
  readonly tokens: Uint16Array;
  /** How often each n-gram stands in the text, uint32 `[G]`. */
  readonly counts: Uint32Array;
  /** How often each context stands in the text, uint32 `[C]`. */
  readonly totals: Uint32Array;
}

/**
 * The counts of all n-grams up to an order. {@linkcode countNgrams} makes it;
 * {@linkcode addK}, {@linkcode interpolate} and {@linkcode kneserNey} make
 * models of it.
 */
export class NgramCounts {
  /** How many tokens there are, `V`. */
  readonly vocabularySize: number;
  /** The n-grams, by the length of their context from 0 to `order - 1`. */
  readonly levels: readonly NgramLevel[];

  /** Takes levels as {@linkcode countNgrams} makes them. */
  constructor(vocabularySize: number, levels: readonly NgramLevel[]) {
    this.vocabularySize = vocabularySize;
    this.levels = levels;
  }

  /** The length of the longest n-grams: 2 for pairs. */
  get order(): number {
    return this.levels.length;
  }

  /**
   * How often a token stands after a context.
   *
   * @param context ids, up to `order - 1` of them; with none, all the token's
   * places count
   * @param token the id of the token that follows
   * @throws {RangeError} if the context is too long, or an id is not one of the
   * vocabulary's
   */
  count(context: ArrayLike<number>, token: number): number {
    checkToken(token, this.vocabularySize);
    const index = this.#contextIndex(context);
    if (index === -1) return 0;
    const at = this.find(context.length, index, token);
    return at === -1 ? 0 : this.levels[context.length].counts[at];
  }

  /**
   * How often a context stands in the text, with any token after it.
   *
   * @param context ids, up to `order - 1` of them
   * @throws {RangeError} as {@linkcode NgramCounts.count} does
   */
  total(context: ArrayLike<number>): number {
    const index = this.#contextIndex(context);
    return index === -1 ? 0 : this.levels[context.length].totals[index];
  }

  #contextIndex(context: ArrayLike<number>): number {
    if (context.length >= this.order) {
      throw new RangeError(
        `The context has ${context.length} tokens: of ${this.order}-grams ` +
          `it has at most ${this.order - 1}`,
      );
    }
    return this.contextIndices(context, context.length)[context.length] ?? -1;
  }

  /**
   * Where the ends of a context stand in each level: of none of its tokens, of
   * the last, of the last two, and so on, as far as they occur in the text.
   *
   * @param context ids; before the first there are boundary tokens
   * @param length how many tokens to look at, at most `order - 1`
   * @returns from 1 to `length + 1` indices of contexts, by their length
   * @throws {RangeError} if an id is not one of the vocabulary's
   */
  contextIndices(context: ArrayLike<number>, length: number): number[] {
    const V = this.vocabularySize;
    const indices = [0];
    for (let k = 1; k <= length; k++) {
      const { contexts } = this.levels[k];
      const key = indices[k - 1] * V + contextToken(context, k, V);
      const index = indexIn(contexts, key, 0, contexts.length);
      if (index === -1) break;
      indices.push(index);
    }
    return indices;
  }

  /**
   * Where an n-gram stands in its level, or −1 if it does not occur.
   *
   * @param length the length of the context
   * @param context the index of the context in its level
   * @param token the id of the token that follows
   */
  find(length: number, context: number, token: number): number {
    const { starts, tokens } = this.levels[length];
    return indexIn(tokens, token, starts[context], starts[context + 1]);
  }
}

/**
 * Counts all n-grams of rows: each token with its context, and with every
 * shorter one.
 *
 * @param windows the rows, as {@linkcode contextWindows} makes them
 * @param vocabulary the vocabulary of their ids
 * @param order the length of the longest n-grams, at most one more than the
 * rows' context length. Default: that
 * @throws {RangeError} if there are no rows, the order is out of range, or the
 * rows hold an id that the vocabulary has not
 *
 * @example The lecture's table of pairs
 * ```ts
 * import { buildVocabulary, contextWindows, countNgrams } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const words = ["emma", "ava"];
 * const vocabulary = buildVocabulary(words);
 * const counts = countNgrams(contextWindows(words, vocabulary, 1), vocabulary);
 * const [boundary, a] = [0, vocabulary.id("a")];
 * assertEquals(counts.order, 2);
 * assertEquals(counts.count([a], boundary), 2); // both end with an a
 * assertEquals(counts.total([a]), 3);
 * ```
 */
export function countNgrams(
  windows: Windows,
  vocabulary: Vocabulary,
  order: number = windows.contextLength + 1,
): NgramCounts {
  const { contextLength, X, Y } = windows;
  const V = vocabulary.size;
  if (!Number.isInteger(order) || order < 1 || order > contextLength + 1) {
    throw new RangeError(
      `The order is ${order}: for a context length of ${contextLength} it ` +
        `must be a whole number from 1 to ${contextLength + 1}`,
    );
  }
  if (Y.length === 0) throw new RangeError("There are no rows to count");
  for (const id of Y) checkToken(id, V);
  for (const id of X) checkToken(id, V);

  const indices = new Uint32Array(Y.length); // each row's context so far, [N]
  const levels = [levelOf(Float64Array.of(0), indices, Y, V)];
  for (let k = 1; k < order; k++) {
    const keys = new Float64Array(Y.length); // [N]
    for (let row = 0; row < Y.length; row++) {
      keys[row] = indices[row] * V + X[(row + 1) * contextLength - k];
    }
    const contexts = distinct(keys.toSorted()).values; // [C]
    for (let row = 0; row < Y.length; row++) {
      indices[row] = indexIn(contexts, keys[row], 0, contexts.length);
    }
    levels.push(levelOf(contexts, indices, Y, V));
  }
  return new NgramCounts(V, levels);
}

/** Counts the tokens after each context, given the context of each row. */
function levelOf(
  contexts: Float64Array,
  indices: Uint32Array,
  Y: Uint16Array,
  V: number,
): NgramLevel {
  const keys = new Float64Array(Y.length); // [N]
  for (let row = 0; row < Y.length; row++) {
    keys[row] = indices[row] * V + Y[row];
  }
  const { values, counts } = distinct(keys.sort()); // [G]
  const starts = new Uint32Array(contexts.length + 1);
  const totals = new Uint32Array(contexts.length);
  const tokens = Uint16Array.from(values, (key, at) => {
    const context = Math.floor(key / V);
    totals[context] += counts[at];
    starts[context + 1] = at + 1;
    return key % V;
  });
  return { contexts, starts, tokens, counts, totals };
}

/** The different values of a sorted list, and how often each stands there. */
function distinct(
  sorted: Float64Array,
): { values: Float64Array; counts: Uint32Array } {
  const values = new Float64Array(sorted.length);
  const counts = new Uint32Array(sorted.length);
  let length = 0;
  for (const value of sorted) {
    if (length === 0 || values[length - 1] !== value) values[length++] = value;
    counts[length - 1]++;
  }
  return { values: values.slice(0, length), counts: counts.slice(0, length) };
}

/** Where a value stands between two places of an ascending list, or −1. */
function indexIn(
  ascending: Float64Array | Uint16Array,
  value: number,
  from: number,
  to: number,
): number {
  let low = from, high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low < to && ascending[low] === value ? low : -1;
}
