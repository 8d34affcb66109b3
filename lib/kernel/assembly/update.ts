/**
 * The update, in which the gradients, multiplied by −learning rate on their way,
 * are added to the weights; and the products with dTables that the backward pass
 * left to it. The naive form, for every slot of a position t, is
 *
 *     dW1[t]      += embᵀ @ dTables[t]                 [E, H]
 *     demb         = dTables[t] @ W1[t]ᵀ + dDirect[t]  [E]
 *     dC[token]   += demb
 *     p           += dp, for each parameter p
 */

import {
  addAll,
  multiply,
  multiplyTransposed,
  ROW,
  transpose,
} from "./matrix_products";
import { sumOfLanes } from "./vector_maths";
import { b1, C, E, E4, P, Q, T, V, W1, W1Panel } from "./model";
import {
  columns,
  isSampled,
  isWide,
  outputBias,
  outputPanel,
  outputWeights,
} from "./output_layer";
import { scatterBias, scatterColumns, shrinkPanel } from "./candidates";
import {
  capacity,
  dEmbeddings,
  embeddings,
  mostSlots,
  positionOfEmbeddings,
  positionOfTables,
  tablePanel,
  tokens,
  usedSlots,
} from "./batch";
import { db1, db2, dC, dDirect, dTables, dW2 } from "./activations";
import { isSingleTile } from "./backward";
import { decay, shrink } from "./decay";
import { scratch } from "./threads";

/** Slots, and tokens, that are one part of the work. */
const SLOTS: u32 = 16;
const TOKENS: u32 = 1024;

/** The parts of the slots' gradients, and of C while weights decay. */
export function gradientParts(): u32 {
  return slotParts() + (decay == 0 ? 0 : (V + TOKENS - 1) / TOKENS);
}
function slotParts(): u32 {
  return T * ((mostSlots() + SLOTS - 1) / SLOTS);
}

/**
 * The gradient of the embeddings of some slots of a position, by the W1 from
 * before the update, in tiles of 4 slots × 2 numbers; the parts after them let C
 * decay, the embeddings of all tokens:
 *
 *     for each slot s, e < E:
 *       dEmbeddings[t][s / 4][e][s % 4] = Σₚ Σⱼ dTables[p][t][s][j] · W1[p][t·E + e][j]
 */
export function gradientPart(part: u32): void {
  if (part >= slotParts()) {
    const token = (part - slotParts()) * TOKENS;
    return shrink(C + token * E4 * 4, min(TOKENS, V - token) * E4 * 4);
  }
  const t = part % T, slot = part / T * SLOTS;
  if (slot >= usedSlots(t)) return;
  multiplyTransposed(
    dTables + positionOfTables(t) + slot * ROW,
    tablePanel(),
    W1 + t * E4 * ROW,
    W1Panel(),
    dEmbeddings + positionOfEmbeddings(t) + slot * E4 * 4,
    E4 * 16,
    (min(SLOTS, usedSlots(t) - slot) + 3) / 4,
    (E + 1) & ~1,
    P,
  );
}

/**
 * Updates one panel of the weights, and as one more part the embeddings and the
 * biases of the output layer. That part is the longest, so it is the first one.
 */
export function updatePart(part: u32): void {
  if (part == 0) {
    updateEmbeddings();
    if (isSampled()) scatterBias();
    else updateOutputBias();
    return;
  }
  const p = part - 1;
  updateOutputLayer(p);
  if (p < P) updateHiddenLayer(p);
}

/** b2 += db2. */
function updateOutputBias(): void {
  for (let v: u32 = 0; v < columns; v++) {
    const at = outputBias + v * 4;
    store<f32>(at, load<f32>(at) + sumOfLanes(v128.load(db2 + v * 16)));
  }
}

/** W2 += dW2 of one panel, unless the backward pass did it. */
function updateOutputLayer(p: u32): void {
  if (!isSingleTile()) {
    const weights = outputWeights + p * outputPanel();
    shrink(weights, outputPanel());
    addAll(weights, dW2 + p * outputPanel(), outputPanel());
  } else if (isWide) return;
  if (!isSampled()) return;
  shrinkPanel(p);
  scatterColumns(p, 0, columns);
}

/**
 * b1 += db1 of one panel p, and for each position t:
 *
 *     W1[p][t·E + e][j] += Σ over slots s: embeddings[t][s][e] · dTables[p][t][s][j]
 */
function updateHiddenLayer(p: u32): void {
  addAll(b1 + p * ROW, db1 + p * ROW, ROW);
  shrink(W1 + p * W1Panel(), W1Panel());
  for (let t: u32 = 0; t < T; t++) {
    multiply(
      embeddings + positionOfEmbeddings(t),
      capacity * 16,
      dTables + p * tablePanel() + positionOfTables(t),
      W1 + p * W1Panel() + t * E4 * ROW,
      E,
      usedSlots(t),
      true,
    );
  }
}

/**
 * C += dC, and dC = 0 again. A token that is in several positions is updated
 * once, with the sum: a second time adds the zeros that the first one left.
 *
 *     for each position t, slot s, e < E:
 *       dC[token of s][e] += dEmbeddings[t][s / 4][e][s % 4] + dDirect[t][e / 4][s][e % 4]
 */
function updateEmbeddings(): void {
  for (let t: u32 = 0; t < T; t++) {
    const gradients = dEmbeddings + positionOfEmbeddings(t);
    const count = usedSlots(t);
    for (let slot: u32 = 0; slot < count; slot += 4) {
      for (let e: u32 = 0; e < E4; e += 4) {
        const turned = scratch; // four numbers each of four slots
        transpose(gradients + (slot * E4 + e * 4) * 4, 16, turned, 16);
        if (Q > P) {
          const direct = dDirect + positionOfEmbeddings(t);
          addAll(turned, direct + (e * capacity + slot * 4) * 4, 64);
        }
        for (let i: u32 = 0; i < min(4, count - slot); i++) {
          addAll(rowOf(dC, t, slot + i) + e * 4, turned + i * 16, 16);
        }
      }
    }
  }
  for (let t: u32 = 0; t < T; t++) {
    for (let slot: u32 = 0; slot < usedSlots(t); slot++) {
      const sum = rowOf(dC, t, slot);
      addAll(rowOf(C, t, slot), sum, E4 * 4);
      for (let e: u32 = 0; e < E4; e += 4) {
        v128.store(sum + e * 4, f32x4.splat(0));
      }
    }
  }
}

/** The row of C or dC of a slot's token. */
function rowOf(matrix: usize, t: u32, slot: u32): usize {
  const token = load<u16>(tokens + (t * capacity + slot) * 2);
  return matrix + token * E4 * 4;
}
