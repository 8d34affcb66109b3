/**
 * The output layer that a pass works with: the model's own, which has a column
 * for each token, or in a sampled step a small one, gathered from it, which has
 * a column for each of few tokens.
 */

import { b2, V, V4, W2 } from "./model";
import { ROW } from "./matrix_products";

/** How many columns there are, and rounded up to a multiple of 4. */
export let columns: u32 = 0;
export let columns4: u32 = 0;

export let outputWeights: usize = 0; // f32[Q][columns4][8]
export let outputBias: usize = 0; // f32[columns4]

/**
 * The rows of a tile. A pass works on one tile of rows after the other: few
 * enough that what one product leaves is still in the cache for the next, the
 * fewer where the logits of a row are many.
 */
export let tileRows: u32 = 0;
export const MOST_ROWS: u32 = 64;
const FEW_ROWS: u32 = 16;
/** More logits than this are many. */
const LONG: u32 = 4096;

/** Room for the logits of a tile, whichever layer it works with. */
export function roomForLogits(): u64 {
  return u64(V4) * (V4 > LONG ? FEW_ROWS : MOST_ROWS);
}

/** Bytes from panel to panel of the weights. */
export function outputPanel(): usize {
  return columns4 * ROW;
}

/** Whether it is not the model's own. */
export function isSampled(): bool {
  return outputWeights != W2;
}

/** Works with the model's own output layer. */
export function useAllTokens(): void {
  useColumns(V, W2, b2);
}

/** Works with a layer of `count` columns, at most V. */
export function useColumns(count: u32, weights: usize, bias: usize): void {
  columns = count;
  columns4 = (count + 3) & ~3;
  outputWeights = weights;
  outputBias = bias;
  const fits = u64(MOST_ROWS) * columns4 <= roomForLogits();
  tileRows = fits && columns4 <= LONG ? MOST_ROWS : FEW_ROWS;
}
