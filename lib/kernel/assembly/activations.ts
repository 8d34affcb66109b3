/**
 * What a tile of merged rows leaves on its way forward and needs on its way
 * back, and the gradients that gather over the tiles. Tiles are small enough
 * for the caches and the same for any batch.
 */

import { allocate } from "./memory";
import { E4, P, Q, V, V4 } from "./model";
import { ROW } from "./matrix_products";
import { R } from "./batch";
import { columns4 } from "./output_layer";

const MOST_ROWS: u32 = 64;
const FEW_ROWS: u32 = 16;
/** More logits than this are a long row. */
const LONG: u32 = 4096;

/** Rows of a tile; fewer where a row of logits is long. */
export let tileRows: u32 = MOST_ROWS;

/** How many logits there is room for. */
let room: u64 = 0;

/** Sets how many rows a tile has, each with so many logits. */
export function setTileRows(columns4: u32): void {
  const fits = u64(MOST_ROWS) * columns4 <= room;
  tileRows = fits && columns4 <= LONG ? MOST_ROWS : FEW_ROWS;
}

/** The hidden layer, and after it x if the output layer sees it too. */
export let hidden: usize = 0; // [Q][panelRows][8]
/** First logits, then their gradients, in blocks of 4 rows. */
export let logits: usize = 0; // [tileRows/4][columns4][4]
/** The logits that the other half of the hidden layer adds. */
export let otherLogits: usize = 0; // as logits
/** The gradients once more, in blocks of 4 tokens. */
export let dLogits: usize = 0; // [columns4/4][panelRows][4]
/** The gradient of one panel of the above. */
export let dHidden: usize = 0; // [tileRows][8]

/** Zero except while an update is on its way. */
export let dC: usize = 0; // [V][E4]
export let dW2: usize = 0; // [Q][columns4][8]
export let db1: usize = 0; // [P][8]
export let db2: usize = 0; // [columns4][4]: four partial sums for each

/** Lays them out, for the output layer of all tokens or one of fewer. */
export function layOutActivations(): void {
  room = u64(V4) * (V4 > LONG ? FEW_ROWS : MOST_ROWS);
  hidden = allocate(u64(Q) * MOST_ROWS, ROW);
  logits = allocate(room, 4);
  dLogits = allocate(room, 4);
  dC = allocate(u64(V) * E4, 4);
  otherLogits = allocate(room, 4);
  dHidden = allocate(MOST_ROWS, ROW);
  dW2 = allocate(u64(Q) * V4, ROW);
  db1 = allocate(P, ROW);
  db2 = allocate(V4, 16);
}

/** Zeros, where only sums are written, or not everywhere is. */
export function clearActivations(): void {
  memory.fill(logits, 0, dHidden - logits);
}

/**
 * Bytes from panel to panel of `hidden`, and from block to block. A batch with
 * fewer rows than a tile leaves no gaps, which would cost it half the cache:
 * caches map addresses a power of 2 apart to the same places.
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
