/**
 * What a tile of merged rows leaves on its way forward and needs on its way
 * back, and the gradients that are summed over the tiles.
 *
 * A batch of many tiles is cut into groups of rows, which depend on its size
 * alone. Each group has all of this for itself, so that groups do not depend on
 * each other; in the end the gradients of all are added to those of the first.
 */

import { allocate, commit, mark } from "./memory";
import { E4, P, Q, T, V } from "./model";
import { addAll, ROW } from "./matrix_products";
import { capacity, positionOfTables, R, tablePanel, usedSlots } from "./batch";
import { CHUNK, columns4, isWide, outputPanel, tileRows } from "./output_layer";

/** The hidden layer, and after it x if the output layer sees it too. */
export let hidden: usize = 0; // f32[Q][panelRows][8]
/**
 * First the logits, then their gradient, in blocks of 4 rows. The logits of many
 * columns are in chunks of them, see columns.ts.
 */
export let logits: usize = 0; // f32[panelRows/4][columns4][4]
/** The gradient once more, turned over: in blocks of 4 columns. */
export let dLogits: usize = 0; // f32[columns4/4][panelRows][4]
/** The losses of each block of 4 rows: of its targets, and logs of sums. */
export let lossesOfBlocks: usize = 0; // f64[tileRows/4][2]
/** The sum of the losses of the group's tiles. */
export let lossOfGroup: usize = 0; // f64

/** The gradients. dC is zero except while an update is on its way. */
export let dC: usize = 0; // f32[V][E4]
export let dW2: usize = 0; // f32[Q][columns4][8]
export let db1: usize = 0; // f32[P][8]
export let db2: usize = 0; // f32[columns4][4]: four partial sums for each
/** Those of the tables, and by way of Wd of the embeddings of the slots. */
export let dTables: usize = 0; // f32[P][T][capacity][8]
export let dDirect: usize = 0; // f32[T][E4/4][capacity][4]

/** The tile that is worked on: its first row, and its rows, also in whole blocks. */
export let first: u32 = 0;
export let rows: u32 = 0;
export let rows4: u32 = 0;
/** Whether it is the first one of its group. */
export let isFirst: bool = false;

/** The group that is worked on, and the bytes from one to the next. */
let group: u32 = 0;
let groupBytes: usize = 0;

/** Lays out dC, which is zero. */
export function layOutEmbeddingGradient(): void {
  dC = allocate(u64(V) * E4, 4);
}
export function clearEmbeddingGradient(): void {
  memory.fill(dC, 0, V * E4 * 4);
}

/** How many groups so many rows are cut into: one for a few tiles. */
export function groupsOf(rows: u32): u32 {
  if (isWide) return 1;
  const tiles = (rows + tileRows - 1) / tileRows;
  return tiles < 4 ? 1 : tiles < 16 ? 2 : tiles < 32 ? 4 : 8;
}

/**
 * Lays out what batches of at most so many merged rows need, and so many columns;
 * false if there is not enough memory.
 */
export function layOutActivations(rows: u32, columns: u32): bool {
  const begin = mark();
  const most: u64 = min(tileRows, (rows + 3) & ~3);
  hidden = allocate(Q * most, ROW);
  logits = allocate(most * ((columns + 63) & ~63), 4);
  dLogits = allocate(isWide ? 0 : most * columns, 4);
  lossesOfBlocks = allocate(most / 4, 16);
  lossOfGroup = allocate(1, 8);
  dW2 = allocate(rows <= tileRows ? 0 : u64(Q) * columns, ROW);
  db1 = allocate(P, ROW);
  db2 = allocate(columns, 16);
  dTables = allocate(u64(P) * T * capacity, ROW);
  dDirect = allocate(Q > P ? u64(T) * capacity * E4 : 0, 4);
  group = 0;
  groupBytes = usize(mark() - begin);
  allocate(groupsOf(rows) - 1, mark() - begin);
  return commit();
}

/** Turns to a group. */
export function useGroup(next: u32): void {
  const shift = (next - group) * groupBytes;
  group = next;
  hidden += shift, logits += shift, dLogits += shift;
  lossesOfBlocks += shift, lossOfGroup += shift;
  dW2 += shift, db1 += shift, db2 += shift;
  dTables += shift, dDirect += shift;
}

/** The first row of a group of the batch: a whole number of blocks. */
export function firstRowOf(group: u32): u32 {
  const blocks = u64(R + 3) / 4;
  return min(R, 4 * u32(blocks * group / groupsOf(R)));
}

/** Turns to the tile of the group that begins with this row. */
export function setTile(row: u32): void {
  first = row;
  isFirst = row == firstRowOf(group);
  rows = min(tileRows, firstRowOf(group + 1) - row);
  rows4 = (rows + 3) & ~3;
}

/** Adds the gradients of a panel p of all other groups to those of the first. */
export function addGroups(p: u32): void {
  for (let other: u32 = 1; other < groupsOf(R); other++) {
    const from = other * groupBytes;
    const w = dW2 + p * outputPanel();
    addAll(w, w + from, outputPanel());
    if (p == 0) addAll(db2, db2 + from, columns4 * 16);
    if (p < P) {
      addAll(db1 + p * ROW, db1 + p * ROW + from, ROW);
      for (let t: u32 = 0; t < T; t++) {
        const table = dTables + p * tablePanel() + positionOfTables(t);
        addAll(table, table + from, usedSlots(t) * ROW);
      }
    }
    // what is after panel P is in the order of x
    const x = 2 * (p - P), end = min(x + 2, T * E4 / 4);
    for (let i = x; p >= P && i < end; i++) {
      const at = dDirect + i * capacity * 16;
      addAll(at, at + from, capacity * 16);
    }
  }
}

/** The logits of a column, in the block of 4 rows that begins with this row. */
export function logitsAt(row: u32, column: u32): usize {
  const chunk = isWide ? column / CHUNK : 0;
  return logits + (chunk * panelRows() + row) / 4 * logitsBlock() +
    (column - chunk * CHUNK) * 16;
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
  return (isWide ? CHUNK : columns4) * 16;
}
export function dLogitsBlock(): usize {
  return panelRows() * 16;
}
export function panelRows(): u32 {
  return min(tileRows, (R + 3) & ~3);
}
