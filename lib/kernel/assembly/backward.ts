/**
 * The backward pass, from the gradient of a tile's logits to the gradients of
 * W2, Wd, b1, the tables and the embeddings, whose naive form, for every row, is
 *
 *     dW2  += hiddenᵀ @ dlogits               dWd  += embᵀ @ dlogits
 *     dz    = (dlogits @ W2ᵀ) · (1 − hidden²)
 *     db1  += dz                              dW1  += embᵀ @ dz
 *     demb  = dz @ W1ᵀ + dlogits @ Wdᵀ
 *
 * dW1 and demb are linear in dz, so dz is summed up for each slot, in dTables,
 * and the products with it are left to the update, once for all rows.
 *
 * All gradients come multiplied by −learning rate / rows, so that the update is
 * an addition.
 */

import { multiply, ROW } from "./matrix_products";
import { subtractProduct } from "./vector_maths";
import { E4, P, Q, T } from "./model";
import {
  columns,
  columns4,
  outputPanel,
  outputWeights,
  tileRows,
} from "./output_layer";
import {
  capacity,
  positionOfEmbeddings,
  positionOfTables,
  R,
  slots,
  tablePanel,
  usedSlots,
} from "./batch";
import { decay, shrink } from "./decay";
import {
  db1,
  db2,
  dDirect,
  dLogits,
  dLogitsBlock,
  dTables,
  dW2,
  first,
  hidden,
  hiddenPanel,
  isFirst,
  logits,
  logitsBlock,
  rows,
} from "./activations";
import { scratch } from "./threads";

/** Whether the batch is one tile. */
export function isSingleTile(): bool {
  return R <= tileRows;
}

/** Sets to zero what the tiles of a group only add to, but for the panels. */
export function clearGradients(): void {
  memory.fill(db2, 0, columns4 * 16);
  if (Q > P) memory.fill(dDirect, 0, positionOfEmbeddings(T));
}

/** Sets a panel's gradients to zero, but for dW2, which is overwritten. */
function clearPanel(p: u32): void {
  memory.fill(db1 + p * ROW, 0, ROW);
  for (let t: u32 = 0; t < T; t++) {
    let at = dTables + p * tablePanel() + positionOfTables(t);
    const end = at + ((usedSlots(t) + 3) & ~3) * ROW;
    for (; at < end; at += ROW) {
      v128.store(at, f32x4.splat(0), 0);
      v128.store(at, f32x4.splat(0), 16);
    }
  }
}

/**
 * From the gradient of the tile's logits, in both arrangements, to that of one
 * panel p of the layers before:
 *
 *     for each row r, unit j < 8, column v:
 *       dHidden[r][j]  = Σᵥ dLogits[r][v] · outputWeights[p][v][j]
 *       dW2[p][v][j]  += Σᵣ dLogits[r][v] · hidden[p][r][j]
 *
 * A batch that is one tile needs no dW2: its gradient is added to each panel of
 * the weights as soon as dHidden has been made of them.
 */
export function backwardPanel(p: u32): void {
  const single = isSingleTile();
  const weights = outputWeights + p * outputPanel();
  const dHidden = scratch; // f32[tileRows][8]
  multiply(logits, logitsBlock(), weights, dHidden, rows, columns, false);
  if (single) shrink(weights, outputPanel());
  multiply(
    dLogits,
    dLogitsBlock(),
    hidden + p * hiddenPanel(),
    single ? weights : dW2 + p * outputPanel(),
    columns,
    rows,
    single || !isFirst,
  );
  fromHidden(p, dHidden);
}

/** From the gradient of one panel of `hidden` to that of the layers before. */
export function fromHidden(p: u32, dHidden: usize): void {
  if (p >= P) return toEmbeddings(p - P, dHidden);
  if (isFirst) clearPanel(p);
  throughTanh(p, dHidden);
}

/**
 * dz = dHidden · (1 − hidden²) of one panel, into db1 and every slot of the row:
 *
 *     for each row r, unit j < 8:
 *       dz = dHidden[r][j] · (1 − hidden[p][r][j]²)
 *       db1[p][j] += dz
 *       for each position t: dTables[p][t][slot of r, t][j] += dz
 */
function throughTanh(p: u32, dh: usize): void {
  const table = dTables + p * tablePanel();
  let sum0 = v128.load(db1 + p * ROW, 0);
  let sum1 = v128.load(db1 + p * ROW, 16);
  let h = hidden + p * hiddenPanel();
  let slot = slots + first * T * 4;
  for (let row: u32 = 0; row < rows; row++) {
    const h0 = v128.load(h, 0), h1 = v128.load(h, 16);
    const d0 = v128.load(dh, 0), d1 = v128.load(dh, 16);
    const dz0 = subtractProduct(f32x4.mul(d0, h0), h0, d0);
    const dz1 = subtractProduct(f32x4.mul(d1, h1), h1, d1);
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

/**
 * dx of one panel after P, which dHidden is there, into the row's slots. A panel
 * has two vectors of x, each with four numbers of one embedding:
 *
 *     for each row r, i from 8·panel to 8·panel + 7:
 *       dDirect[i / E4][slot of r][i % E4] += dHidden[r][i % 8]
 */
function toEmbeddings(panel: u32, dHidden: usize): void {
  for (let half: u32 = 0; half < 2; half++) {
    const i = 2 * panel + half;
    const t = i / (E4 / 4);
    if (t == T) return; // the half panel that rounding added
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
