/**
 * The output layer that a pass works with: the model's own, which has a column
 * for each token, or in a sampled step a small one that was gathered from it,
 * with the columns of few tokens.
 */

import { b2, V, W2 } from "./model";
import { ROW } from "./matrix_products";
import { setTileRows } from "./activations";

/** How many columns there are, and rounded up to a multiple of 2 and of 4. */
export let columns: u32 = 0;
export let columns2: u32 = 0;
export let columns4: u32 = 0;

export let outputWeights: usize = 0; // [Q][columns4][8]
export let outputBias: usize = 0; // [columns4]

/** Bytes from panel to panel of the weights. */
export function outputPanel(): usize {
  return columns4 * ROW;
}

/** Works with the model's own output layer. */
export function useAllTokens(): void {
  useColumns(V, W2, b2);
}

/** Works with so many columns, not more than there are tokens. */
export function useColumns(count: u32, weights: usize, bias: usize): void {
  columns = count;
  columns2 = (count + 1) & ~1;
  columns4 = (count + 3) & ~3;
  outputWeights = weights;
  outputBias = bias;
  setTileRows(columns4);
}
