/** The update: the gradients, scaled on their way, are added to the weights. */

import {
  multiply,
  multiplyTransposed,
  ROW,
  transpose,
} from "./matrix_products";
import { sumOfLanes } from "./vector_maths";
import { b1, C, E, E2, E4, P, Q, T, V, W1, W1Panel } from "./model";
import {
  columns,
  outputBias,
  outputPanel,
  outputWeights,
} from "./output_layer";
import {
  capacity,
  dDirect,
  dEmbeddings,
  dTables,
  embeddings,
  positionOfEmbeddings,
  positionOfTables,
  tablePanel,
  tokens,
  used,
} from "./batch";
import { db1, db2, dC, dW2 } from "./activations";
import { isSingleTile } from "./backward";
import { decay, shrink } from "./decay";
import { addAll } from "./parts";

/** Adds all gradients. C and W1 need each other's value from before. */
export function update(): void {
  if (!isSingleTile()) {
    if (decay != 0) shrink(outputWeights, Q * outputPanel());
    addAll(outputWeights, dW2, Q * outputPanel());
  }
  addAll(b1, db1, P * ROW);
  for (let v: u32 = 0; v < columns; v++) {
    const at = outputBias + v * 4;
    store<f32>(at, load<f32>(at) + sumOfLanes(v128.load(db2 + v * 16)));
  }
  for (let t: u32 = 0; t < T; t++) {
    gatherC(t);
    if (Q > P) addDirect(t);
    if (decay != 0) shrinkW1(t);
    updateW1(t);
  }
  // All tokens' embeddings decay, not only those of the batch.
  if (decay != 0) shrink(C, V * E4 * 4);
  for (let t: u32 = 0; t < T; t++) updateC(t);
}

/** Four numbers each of four slots. */
const turned = memory.data(64, 16);

/** dC[token of the slot] += dTables @ W1ᵀ, for one position. */
function gatherC(t: u32): void {
  const count = load<u32>(used + 4 * t);
  multiplyTransposed(
    dTables + positionOfTables(t),
    tablePanel(),
    W1 + t * E4 * ROW,
    W1Panel(),
    dEmbeddings,
    E4 * 16,
    (count + 3) / 4,
    E2,
    P,
  );
  for (let slot: u32 = 0; slot < count; slot += 4) {
    for (let e: u32 = 0; e < E4; e += 4) {
      transpose(dEmbeddings + (slot * E4 + e * 4) * 4, 16, turned, 16);
      for (let i: u32 = 0; i < min(4, count - slot); i++) {
        addAll(rowOf(dC, t, slot + i) + e * 4, turned + i * 16, 16);
      }
    }
  }
}

/** dC[token of the slot] += dDirect, for one position. */
function addDirect(t: u32): void {
  const from = dDirect + positionOfEmbeddings(t);
  const count = load<u32>(used + 4 * t);
  for (let slot: u32 = 0; slot < count; slot++) {
    for (let e: u32 = 0; e < E4; e += 4) {
      const to = rowOf(dC, t, slot) + e * 4;
      addAll(to, from + (e * capacity + slot * 4) * 4, 16);
    }
  }
}

/**
 * C[token of the slot] += dC, which is then zero: a token that stands in
 * several positions is updated once, with the sum.
 */
function updateC(t: u32): void {
  const count = load<u32>(used + 4 * t);
  for (let slot: u32 = 0; slot < count; slot++) {
    const from = rowOf(dC, t, slot);
    addAll(rowOf(C, t, slot), from, E4 * 4);
    for (let e: u32 = 0; e < E4; e += 4) {
      v128.store(from + e * 4, f32x4.splat(0));
    }
  }
}

/** The row of C or dC of a slot's token. */
function rowOf(matrix: usize, t: u32, slot: u32): usize {
  const token = load<u16>(tokens + (t * capacity + slot) * 2);
  return matrix + token * E4 * 4;
}

/** The part of W1 that one position has. */
function shrinkW1(t: u32): void {
  for (let p: u32 = 0; p < P; p++) {
    shrink(W1 + p * W1Panel() + t * E4 * ROW, E4 * ROW);
  }
}

/** W1 += embeddingsᵀ @ dTables, for one position, panel by panel. */
function updateW1(t: u32): void {
  for (let p: u32 = 0; p < P; p++) {
    multiply(
      embeddings + positionOfEmbeddings(t),
      capacity * 16,
      dTables + p * tablePanel() + positionOfTables(t),
      W1 + p * W1Panel() + t * E4 * ROW,
      E,
      load<u32>(used + 4 * t),
      true,
    );
  }
}
