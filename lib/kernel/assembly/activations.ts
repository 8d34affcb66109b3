/**
 * What a tile of merged rows leaves on its way forward and needs on its way
 * back, and the gradients that are summed over the tiles.
 */

import { allocate } from "./memory";
import { E4, P, Q, V, V4 } from "./model";
import { ROW } from "./matrix_products";
import { R } from "./batch";
import { columns4, MOST_ROWS, roomForLogits, tileRows } from "./output_layer";

/** The hidden layer, and after it x if the output layer sees it too. */
export let hidden: usize = 0; // f32[Q][panelRows][8]
/** First the logits, then their gradient, in blocks of 4 rows. */
export let logits: usize = 0; // f32[tileRows/4][columns4][4]
/** The gradient once more, turned over: in blocks of 4 columns. */
export let dLogits: usize = 0; // f32[columns4/4][panelRows][4]
/** The losses of each block of 4 rows: of its targets, and logs of sums. */
export let lossesOfBlocks: usize = 0; // f64[tileRows/4][2]

/** The tile that is worked on: its first row, and its rows, also in whole blocks. */
export let first: u32 = 0;
export let rows: u32 = 0;
export let rows4: u32 = 0;

/** The gradients. dC is zero except while an update is on its way. */
export let dC: usize = 0; // f32[V][E4]
export let dW2: usize = 0; // f32[Q][columns4][8]
export let db1: usize = 0; // f32[P][8]
export let db2: usize = 0; // f32[columns4][4]: four partial sums for each

/** Lays them out for the output layer of all tokens, the largest there is. */
export function layOutActivations(): void {
  hidden = allocate(u64(Q) * MOST_ROWS, ROW);
  logits = allocate(roomForLogits(), 4);
  dLogits = allocate(roomForLogits(), 4);
  dC = allocate(u64(V) * E4, 4);
  lossesOfBlocks = allocate(MOST_ROWS / 4, 16);
  dW2 = allocate(u64(Q) * V4, ROW);
  db1 = allocate(P, ROW);
  db2 = allocate(V4, 16);
}

/** Zeros what is only added to, and what is not written everywhere. */
export function clearActivations(): void {
  memory.fill(logits, 0, lossesOfBlocks - logits);
}

/** Turns to the tile that begins with this row. */
export function setTile(row: u32): void {
  first = row;
  rows = min(tileRows, R - row);
  rows4 = (rows + 3) & ~3;
}

/**
 * Bytes from panel to panel of `hidden`, and from block to block of the logits
 * and of their gradient. A batch that has fewer rows than a tile leaves no gaps,
 * which would cost it half of the cache: addresses that are a power of 2 apart
 * share the same places of it.
 */
export function hiddenPanel(): usize {
  return panelRows() * ROW;
}
export function logitsBlock(): usize {
  return columns4 * 16;
}
export function dLogitsBlock(): usize {
  return panelRows() * 16;
}
function panelRows(): u32 {
  return min(tileRows, (R + 3) & ~3);
}
