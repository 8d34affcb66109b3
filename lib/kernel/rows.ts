/**
 * The rows that a model learns from: contexts of `T` tokens, and the token that
 * follows each. There are two forms of them, and everything that reads rows
 * takes both.
 *
 * Treat rows as constant once a model has worked on them: equal contexts are
 * found only once for each object, so what is written into its arrays afterwards
 * may be ignored. Make a new object for other rows.
 *
 * Letters: `N` rows, `T` context length.
 */

import { checkHas } from "../errors/checks.ts";

/**
 * Contexts written out, one row after the other: the lecture's `X` and `Y`. Do
 * not write into the arrays once a model has worked on them.
 */
export interface Windows {
  /** How many tokens a context has: `T`, the lecture's `block_size`. */
  readonly contextLength: number;
  /** The contexts, token ids, row by row, uint16 `[N, T]`. */
  readonly X: Uint16Array;
  /** The id of the token that follows each context, uint16 `[N]`. */
  readonly Y: Uint16Array;
}

/**
 * The rows of a stream of tokens, such as a text. Their contexts overlap, so
 * only the ids are stored: the context of row i is `ids[i … i + T)`. Do not write
 * into the arrays once a model has worked on them.
 *
 * @experimental Streams of large texts may need more than one array.
 */
export interface WindowStream {
  /** How many tokens a context has: `T`. */
  readonly contextLength: number;
  /** `T` boundary tokens, then the stream, uint16 `[T + N]`. */
  readonly ids: Uint16Array;
  /** The token that follows each context: `ids` from index `T`, uint16 `[N]`. */
  readonly Y: Uint16Array;
  /**
   * Whether contexts have boundary tokens in place of what comes before one, as
   * those of a word list have. Default: `false`.
   */
  readonly withinWords?: boolean;
}

/** Rows in either form; every function that reads rows takes both. */
export type Rows = Windows | WindowStream;

/** Refuses, with a `TypeError`, what are no rows. */
export function checkRows(rows: Rows): void {
  checkHas("rows", rows, "Y", "contextWindows(words, vocabulary, 3)");
}

/**
 * The context of one row, without a copy where it is in the arrays.
 *
 * @param rows the rows
 * @param row which one, from 0
 * @returns the ids of its tokens, the nearest last, uint16 `[T]`
 */
export function contextOf(rows: Rows, row: number): Uint16Array {
  const { contextLength: T } = rows;
  if (!("ids" in rows)) return rows.X.subarray(row * T, (row + 1) * T);
  const context = rows.ids.subarray(row, row + T);
  const before = rows.withinWords ? context.lastIndexOf(0) : 0;
  return before > 0 ? context.slice().fill(0, 0, before) : context;
}

/** The same rows with the last tokens of their contexts written out. */
export function writtenOut(
  rows: Rows,
  contextLength: number = rows.contextLength,
): Windows {
  const dropped = rows.contextLength - contextLength;
  const { Y } = rows;
  const X = new Uint16Array(Y.length * contextLength);
  for (let row = 0; row < Y.length; row++) {
    X.set(contextOf(rows, row).subarray(dropped), row * contextLength);
  }
  return { contextLength, X, Y };
}

/** The same rows with only the last `contextLength` tokens of their contexts. */
export function shortened(rows: Rows, contextLength: number): Rows {
  const dropped = rows.contextLength - contextLength;
  if (dropped === 0) return rows;
  if ("ids" in rows) {
    return { ...rows, contextLength, ids: rows.ids.subarray(dropped) };
  }
  return writtenOut(rows, contextLength);
}
