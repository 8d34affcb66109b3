/**
 * The output layer that a pass works with: the model's own, which has a column
 * for each token, or in a sampled step a small one, gathered from it, which has
 * a column for each of few tokens.
 */

import { b2, V, W2 } from "./model";
import { ROW } from "./matrix_products";

/** How many columns there are, and rounded up to a multiple of 4. */
export let columns: u32 = 0;
export let columns4: u32 = 0;

export let outputWeights: usize = 0; // f32[Q][columns4][8]
export let outputBias: usize = 0; // f32[columns4]

/** Whether there are so many columns that they are divided, see columns.ts. */
export let isWide: bool = false;
const MOST_NARROW: u32 = 256;
/** So many of them at once, whose logits are side by side in memory. */
export const CHUNK: u32 = 64;

/**
 * The rows of a tile. A pass works on one tile of rows after the other: few
 * enough that what one product leaves is still in the cache for the next.
 */
export let tileRows: u32 = 0;
const ROWS_OF_NARROW: u32 = 64;
const ROWS_OF_WIDE: u32 = 128;

/** Says how many columns there will be at most. */
export function expectColumns(most: u32): void {
  isWide = most > MOST_NARROW;
  tileRows = isWide ? ROWS_OF_WIDE : ROWS_OF_NARROW;
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
}
