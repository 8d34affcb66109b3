/**
 * The way back: the gradients of a tile of merged rows are added to those of
 * the tiles before. They come multiplied by the learning rate already, with
 * the sign of descent, so that an update is an addition.
 */

import { multiply, ROW } from "./matrix_products";
import { E4, P, Q, T } from "./model";
import { columns, columns4, outputPanel, outputWeights } from "./output_layer";
import {
  capacity,
  dDirect,
  dTables,
  positionOfEmbeddings,
  positionOfTables,
  R,
  slots,
  tablePanel,
  used,
} from "./batch";
import { decay, shrink } from "./decay";
import { ownEnd, ownEndOfHidden, ownFirst } from "./halves";
import {
  db1,
  db2,
  dHidden,
  dLogits,
  dLogitsBlock,
  dW2,
  hidden,
  hiddenPanel,
  logits,
  logitsBlock,
  tileRows,
} from "./activations";

/** Whether the batch is one tile. */
export function isSingleTile(): bool {
  return R <= tileRows;
}

/** Nothing gathered yet, but for dW2, which the first tile overwrites. */
export function clearGradients(): void {
  memory.fill(db1, 0, P * ROW);
  memory.fill(db2, 0, columns4 * 16);
  if (Q > P) memory.fill(dDirect, 0, positionOfEmbeddings(T));
  for (let p = ownFirst(), past = ownEndOfHidden(); p < past; p++) {
    for (let t: u32 = 0; t < T; t++) {
      let at = dTables + p * tablePanel() + positionOfTables(t);
      const end = at + ((load<u32>(used + 4 * t) + 3) & ~3) * ROW;
      for (; at < end; at += ROW) {
        v128.store(at, f32x4.splat(0), 0);
        v128.store(at, f32x4.splat(0), 16);
      }
    }
  }
}

/**
 * From dLogits to dW2, db1, dTables and dDirect, panel by panel. A batch that is
 * one tile needs no dW2: each panel of W2 is updated as soon as it was used.
 * `add` says that dW2 has something already.
 */
export function backpropagate(first: u32, rows: u32, add: bool): void {
  const single = isSingleTile();
  for (let p = ownFirst(), end = ownEnd(); p < end; p++) {
    // dHidden = dLogits @ W2
    multiply(
      logits,
      logitsBlock(),
      outputWeights + p * outputPanel(),
      dHidden,
      rows,
      columns,
      false,
    );
    if (single && decay != 0) {
      shrink(outputWeights + p * outputPanel(), outputPanel());
    }
    // dW2 = hidden @ dLogits, turned over
    multiply(
      dLogits,
      dLogitsBlock(),
      hidden + p * hiddenPanel(),
      (single ? outputWeights : dW2) + p * outputPanel(),
      columns,
      rows,
      single || add,
    );
    if (p < P) throughTanh(p, first, rows);
    else toEmbeddings(p - P, first, rows);
  }
}

/** dz = dHidden · (1 − hidden²), added to db1 and to every slot of the row. */
function throughTanh(p: u32, first: u32, rows: u32): void {
  const table = dTables + p * tablePanel();
  let sum0 = v128.load(db1 + p * ROW, 0);
  let sum1 = v128.load(db1 + p * ROW, 16);
  let h = hidden + p * hiddenPanel();
  let dh = dHidden;
  let slot = slots + first * T * 4;
  for (let row: u32 = 0; row < rows; row++) {
    const h0 = v128.load(h, 0), h1 = v128.load(h, 16);
    const d0 = v128.load(dh, 0), d1 = v128.load(dh, 16);
    const dz0 = f32x4.sub(d0, f32x4.mul(f32x4.mul(d0, h0), h0));
    const dz1 = f32x4.sub(d1, f32x4.mul(f32x4.mul(d1, h1), h1));
    sum0 = f32x4.add(sum0, dz0);
    sum1 = f32x4.add(sum1, dz1);
    for (const end = slot + T * 4; slot < end; slot += 4) {
      const to = table + load<u32>(slot);
      v128.store(to, f32x4.add(v128.load(to, 0), dz0), 0);
      v128.store(to, f32x4.add(v128.load(to, 16), dz1), 16);
    }
    h += ROW;
    dh += ROW;
  }
  v128.store(db1 + p * ROW, sum0, 0);
  v128.store(db1 + p * ROW, sum1, 16);
}

/** dx, which dHidden is in the panels after P, is added to the row's slots. */
function toEmbeddings(panel: u32, first: u32, rows: u32): void {
  for (let half: u32 = 0; half < 2; half++) {
    const i = 2 * panel + half;
    const t = i / (E4 / 4);
    if (t == T) return; // what rounding added
    const to = dDirect + positionOfEmbeddings(t) +
      i % (E4 / 4) * capacity * 16;
    let slot = slots + (first * T + t) * 4;
    let dx = dHidden + half * 16;
    for (let row: u32 = 0; row < rows; row++) {
      const at = to + (load<u32>(slot) - positionOfTables(t)) / 2;
      v128.store(at, f32x4.add(v128.load(at), v128.load(dx)));
      slot += T * 4;
      dx += ROW;
    }
  }
}
