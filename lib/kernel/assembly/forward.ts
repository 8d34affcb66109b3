/**
 * The forward pass up to the logits, whose naive form, for every row b, is
 *
 *     emb    = C[X[b]], the T embeddings side by side          [T·E]
 *     hidden = tanh(emb @ W1 + b1)                             [H]
 *     logits = hidden @ W2 (+ emb @ Wd)                        [V]
 *
 * The first product is not taken row by row but slot by slot, as batch.ts
 * explains: for the whole batch. The rest works on one tile of rows. Panels, and
 * blocks of rows, do not depend on each other.
 */

import {
  multiply,
  multiplyTransposed,
  ROW,
  transpose,
} from "./matrix_products";
import { storeTanh } from "./vector_maths";
import { b1, C, E, E4, P, Q, T, W1, W1Panel } from "./model";
import { gatherPanel } from "./candidates";
import { isSampled, outputPanel, outputWeights } from "./output_layer";
import {
  capacity,
  embeddings,
  embeddingsTurned,
  positionOfEmbeddings,
  positionOfTables,
  R,
  slots,
  tablePanel,
  tables,
  tokens,
  usedSlots,
} from "./batch";
import {
  first,
  groupsOf,
  hidden,
  hiddenPanel,
  logitsAt,
  logitsBlock,
  rows4,
} from "./activations";

/**
 * The embeddings of all slots of a position t, in both arrangements, with zeros
 * for the slots that fill up a block of 4:
 *
 *     for each slot s in use, e < E:
 *       embeddings[t][e / 4][s][e % 4] = C[token of s][e]
 *       embeddingsTurned[t][s / 4][e][s % 4] = C[token of s][e]
 *
 * The first is written 4 numbers at a time, the second in blocks of 4 × 4.
 */
export function gatherEmbeddings(t: u32): void {
  const count = usedSlots(t);
  const plain = embeddings + positionOfEmbeddings(t);
  const turned = embeddingsTurned + positionOfEmbeddings(t);
  for (let slot: u32 = 0; slot < count; slot++) {
    const token = load<u16>(tokens + (t * capacity + slot) * 2);
    const from = C + token * E4 * 4;
    for (let e: u32 = 0; e < E4; e += 4) {
      const to = plain + (e * capacity + slot * 4) * 4;
      v128.store(to, v128.load(from + e * 4));
    }
  }
  for (let slot = count; slot & 3; slot++) {
    for (let e: u32 = 0; e < E4; e += 4) {
      v128.store(plain + (e * capacity + slot * 4) * 4, f32x4.splat(0));
    }
  }
  for (let slot: u32 = 0; slot < count; slot += 4) {
    for (let e: u32 = 0; e < E4; e += 4) {
      const from = plain + (e * capacity + slot * 4) * 4;
      transpose(from, 16, turned + (slot * E4 + e * 4) * 4, 16);
    }
  }
}

/** What one panel needs before the first tile: its tables, and columns drawn. */
export function preparePanel(p: u32): void {
  if (isSampled()) gatherPanel(p);
  if (p < P) multiplyEmbeddings(p);
}

/**
 * One panel of the hidden layer of a tile, with what it needs if there is but one
 * group. The panels after P are x.
 */
export function forwardPanel(p: u32): void {
  if (first == 0 && groupsOf(R) == 1) preparePanel(p);
  if (p < P) computeHidden(p);
  else copyEmbeddings(p);
}

/**
 * tables = embeddings @ W1 of all slots in use, for one panel p:
 *
 *     for each position t, slot s, unit j < 8:
 *       tables[p][t][s][j] = Σₑ embeddings[t][s][e] · W1[t·E + e][8p + j]
 */
function multiplyEmbeddings(p: u32): void {
  for (let t: u32 = 0; t < T; t++) {
    multiply(
      embeddingsTurned + positionOfEmbeddings(t),
      E4 * 16,
      W1 + p * W1Panel() + t * E4 * ROW,
      tables + p * tablePanel() + positionOfTables(t),
      usedSlots(t),
      E,
      false,
    );
  }
}

/**
 * hidden = tanh(Σₜ tables[slot of t] + b1) for the rows of the tile:
 *
 *     for each row r, unit j < 8:
 *       hidden[p][r][j] = tanh(b1[p][j] + Σₜ tables[p][t][slot of r, t][j])
 */
function computeHidden(p: u32): void {
  const table = tables + p * tablePanel();
  const bias0 = v128.load(b1 + p * ROW, 0);
  const bias1 = v128.load(b1 + p * ROW, 16);
  let to = hidden + p * hiddenPanel();
  let slot = slots + first * T * 4;
  for (let row: u32 = 0; row < rows4; row++) {
    let z0 = bias0, z1 = bias1;
    for (const end = slot + T * 4; slot < end; slot += 4) {
      const from = table + load<u32>(slot);
      z0 = f32x4.add(z0, v128.load(from, 0));
      z1 = f32x4.add(z1, v128.load(from, 16));
    }
    storeTanh(to, z0, z1);
    to += ROW;
  }
}

/**
 * x = emb into a panel of `hidden` after P, four numbers at a time, and zeros
 * into the second half of the last panel if x ends before it:
 *
 *     for each row r, i < T·E4:
 *       hidden[P + i / 8][r][i % 8] = C[X[r][i / E4]][i % E4]
 */
function copyEmbeddings(p: u32): void {
  const to = hidden + p * hiddenPanel();
  for (let half: u32 = 0; half < 2; half++) {
    const i = 2 * (p - P) + half;
    const t = i / (E4 / 4);
    const from = embeddings + positionOfEmbeddings(t) +
      i % (E4 / 4) * capacity * 16;
    let slot = slots + (first * T + t) * 4;
    for (let row: u32 = 0; row < rows4; row++) {
      const at = to + row * ROW + half * 16;
      if (t == T) v128.store(at, f32x4.splat(0));
      else {
        // a slot has 16 bytes here, 32 in the tables that `slots` is for
        const offset = (load<u32>(slot) - positionOfTables(t)) / 2;
        v128.store(at, v128.load(from + offset));
        slot += T * 4;
      }
    }
  }
}

/**
 * logits = [hidden, x] @ [W2; Wd] for some rows of the tile, in blocks of 4, and
 * some columns:
 *
 *     for each row r, column v:
 *       logits[r / 4][v][r % 4] = Σₚ Σⱼ hidden[p][r][j] · outputWeights[p][v][j]
 *
 * b2 is added on the way to the loss.
 */
export function computeLogits(
  row: u32,
  blocks: u32,
  column: u32,
  count: u32,
): void {
  multiplyTransposed(
    hidden + row * ROW,
    hiddenPanel(),
    outputWeights + column * ROW,
    outputPanel(),
    logitsAt(row, column),
    logitsBlock(),
    blocks,
    (count + 1) & ~1,
    Q,
  );
}
