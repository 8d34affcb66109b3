/**
 * The counts of n-grams: how often a token and the tokens before it occur in a
 * text. Only n-grams that occur take memory, so orders and vocabularies can be
 * large, where the lecture's table of 27×27×27 would explode.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows, `C` different
 * contexts, `G` different n-grams.
 */

import type { Vocabulary } from "../../data/vocabulary.ts";
import { checkRows, contextOf, type Rows } from "../../kernel/rows.ts";
import { checkToken, contextToken } from "../language_model.ts";

/**
 * All n-grams with one length of context. A context is identified by its index,
 * from 0 to `C - 1`. Its n-grams are adjacent, sorted by token.
 */
export interface NgramLevel {
  /**
   * The key of each context, float64 `[C]`, ascending: the index of the context
   * without its oldest token, times `V`, plus that token.
   */
  readonly contexts: Float64Array;
  /** Where the n-grams of each context begin, then `G`, uint32 `[C + 1]`. */
  readonly starts: Uint32Array;
  /** The token after the context in each n-gram, uint16 `[G]`. */
  readonly tokens: Uint16Array;
  /** How often each n-gram occurs, uint32 `[G]`. */
  readonly counts: Uint32Array;
  /** How often each context occurs, uint32 `[C]`. */
  readonly totals: Uint32Array;
}

/**
 * The counts of all n-grams up to an order, from {@linkcode countNgrams}.
 * {@linkcode addK}, {@linkcode interpolate} and {@linkcode kneserNey} turn them
 * into models.
 */
export class NgramCounts {
  /** The size of the vocabulary, `V`. */
  readonly vocabularySize: number;
  /** The n-grams, by the length of their context, 0 to `order - 1`. */
  readonly levels: readonly NgramLevel[];

  /** Use {@linkcode countNgrams}, which makes the levels. */
  constructor(vocabularySize: number, levels: readonly NgramLevel[]) {
    this.vocabularySize = vocabularySize;
    this.levels = levels;
  }

  /** The length of the longest n-grams, 2 for pairs. */
  get order(): number {
    return this.levels.length;
  }

  /**
   * How often a token occurs after a context.
   *
   * @param context up to `order - 1` ids; without any, how often the token
   * occurs
   * @param token the id of the token
   * @throws {RangeError} if the context is too long, or the vocabulary does not
   * have an id
   */
  count(context: ArrayLike<number>, token: number): number {
    checkToken(token, this.vocabularySize);
    const index = this.#contextIndex(context);
    if (index === -1) return 0;
    const at = this.find(context.length, index, token);
    return at === -1 ? 0 : this.levels[context.length].counts[at];
  }

  /**
   * How often a context occurs, whatever follows it.
   *
   * @param context up to `order - 1` ids
   * @throws {RangeError} as {@linkcode NgramCounts.count} does
   */
  total(context: ArrayLike<number>): number {
    const index = this.#contextIndex(context);
    return index === -1 ? 0 : this.levels[context.length].totals[index];
  }

  #contextIndex(context: ArrayLike<number>): number {
    if (context.length >= this.order) {
      throw new RangeError(
        `Cannot look up a context of ${context.length} tokens: counts of ` +
          `${this.order}-grams have at most ${this.order - 1}`,
      );
    }
    return this.contextIndices(context, context.length)[context.length] ?? -1;
  }

  /**
   * The indices of a context's ends in their levels: of no tokens, of the last
   * one, of the last two, and so on, as far as they occur.
   *
   * @param context the ids, preceded by boundary tokens if there are too few
   * @param length how many tokens to look up, at most `order - 1`
   * @returns from 1 to `length + 1` indices, by length
   * @throws {RangeError} if the vocabulary does not have an id
   */
  contextIndices(context: ArrayLike<number>, length: number): number[] {
    const V = this.vocabularySize;
    const indices = [0];
    for (let k = 1; k <= length; k++) {
      const token = contextToken(context, k, V);
      if (indices.length < k) continue; // a shorter end does not occur
      const { contexts } = this.levels[k];
      const key = indices[k - 1] * V + token;
      const index = indexIn(contexts, key, 0, contexts.length);
      if (index !== -1) indices.push(index);
    }
    return indices;
  }

  /**
   * The index of an n-gram in its level, or −1 if it does not occur.
   *
   * @param length the length of the context
   * @param context the index of the context
   * @param token the id of the token
   */
  find(length: number, context: number, token: number): number {
    const { starts, tokens } = this.levels[length];
    return indexIn(tokens, token, starts[context], starts[context + 1]);
  }
}

/**
 * Counts all n-grams of rows: each token with the end of its context, of every
 * length.
 *
 * @param windows the rows, of {@linkcode contextWindows} or
 * {@linkcode windowStream}
 * @param vocabulary the vocabulary of their ids
 * @param order the length of the longest n-grams, up to the context length of
 * the rows plus 1, which is the default
 * @throws {TypeError} if `windows` are no rows
 * @throws {RangeError} if there are no rows, the order is out of range, or the
 * vocabulary does not have an id
 *
 * @example The lecture's table of pairs
 * ```ts
 * import { buildVocabulary, contextWindows, countNgrams } from "@makemore/mlp/core";
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
  windows: Rows,
  vocabulary: Vocabulary,
  order: number = windows.contextLength + 1,
): NgramCounts {
  checkRows(windows);
  const { contextLength: T, Y } = windows;
  const V = vocabulary.size;
  if (!Number.isInteger(order) || order < 1 || order > T + 1) {
    throw new RangeError(
      `Cannot count n-grams of order ${order}: with a context length of ${T}, ` +
        `the order must be a whole number from 1 to ${T + 1}`,
    );
  }
  if (Y.length === 0) {
    throw new RangeError("Cannot count n-grams: there are no rows");
  }
  refuseTooMany(Y.length, V, order);
  for (const id of Y) checkToken(id, V);

  const indices = new Uint32Array(Y.length); // the context of each row, [N]
  const levels = [levelOf(Float64Array.of(0), indices, Y, V)];
  for (let k = 1; k < order; k++) {
    const keyOf = (row: number) =>
      indices[row] * V + checkToken(contextOf(windows, row)[T - k], V);
    const keys = new Float64Array(Y.length); // [N]
    for (let row = 0; row < Y.length; row++) keys[row] = keyOf(row);
    const contexts = distinct(keys.sort()).values; // [C]
    for (let row = 0; row < Y.length; row++) {
      indices[row] = indexIn(contexts, keyOf(row), 0, contexts.length);
    }
    levels.push(levelOf(contexts, indices, Y, V));
  }
  return new NgramCounts(V, levels);
}

/** The most memory that counts may take, in bytes. */
const MOST_BYTES = 5e9;
/** The memory of a counted n-gram and its smoothed probability, in bytes. */
const NGRAM_BYTES = 34;
/** The memory of a row while it is counted, in bytes. */
const ROW_BYTES = 16;

/** The most that the n-grams of some rows, up to an order, can take, in bytes. */
export function ngramBytes(rows: number, V: number, order: number): number {
  let bytes = 0;
  for (let n = 1; n <= order; n++) {
    bytes += NGRAM_BYTES * Math.min(rows, V ** n);
  }
  return bytes;
}

/** Refuses to count what could take more memory than there may be. */
function refuseTooMany(rows: number, V: number, order: number): void {
  const bytesOf = (order: number) =>
    ROW_BYTES * rows + ngramBytes(rows, V, order);
  if (bytesOf(order) <= MOST_BYTES) return;
  let fitting = order;
  while (fitting > 0 && bytesOf(fitting) > MOST_BYTES) fitting--;
  const [wanted, most] = [bytesOf(order), MOST_BYTES].map((bytes) =>
    Number((bytes / 1e9).toFixed(1))
  );
  throw new RangeError(
    `Cannot count ${order}-grams of ${rows} tokens: they could take ${wanted} ` +
      `GB of memory, more than ${most} GB; ` +
      (fitting > 0 ? `order ${fitting} fits` : "take fewer tokens"),
  );
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

/**
 * The different values of a sorted list, and how often each occurs. The list is
 * overwritten.
 */
function distinct(sorted: Float64Array) {
  const counts = new Uint32Array(sorted.length);
  let length = 0;
  for (const value of sorted) {
    if (length === 0 || sorted[length - 1] !== value) sorted[length++] = value;
    counts[length - 1]++;
  }
  return { values: sorted.slice(0, length), counts: counts.slice(0, length) };
}

/** The index of a value in an ascending list, from `from` to `to`, or −1. */
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
