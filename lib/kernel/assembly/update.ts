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
  usedSlots,
} from "./batch";
import { db1, db2, dC, dW2 } from "./activations";
import { isSingleTile } from "./backward";
import { shrink } from "./decay";

/** Updates all parameters of the model, and of the output layer in use. */
export function update(): void {
  gatherEmbeddingGradients(); // by the W1 from before the update
  updateOutputLayer();
  updateHiddenLayer();
  updateEmbeddings();
}

/** Four numbers each of four slots. */
const turned = memory.data(64, 16); // f32[4][4]

/**
 * dC, the gradient of all embeddings. For one position at a time:
 *
 *     for each slot s, e < E:
 *       dEmbeddings[s / 4][e][s % 4] = Σₚ Σⱼ dTables[p][s][j] · W1[p][e][j]
 *       dC[token of s][e] += dEmbeddings[s / 4][e][s % 4] + dDirect[e / 4][s][e % 4]
 *
 * The first in tiles of 4 slots × 2 numbers, the second in blocks of 4 × 4.
 */
function gatherEmbeddingGradients(): void {
  for (let t: u32 = 0; t < T; t++) {
    const count = usedSlots(t);
    multiplyTransposed(
      dTables + positionOfTables(t),
      tablePanel(),
      W1 + t * E4 * ROW,
      W1Panel(),
      dEmbeddings,
      E4 * 16,
      (count + 3) / 4,
      (E + 1) & ~1,
      P,
    );
    for (let slot: u32 = 0; slot < count; slot += 4) {
      for (let e: u32 = 0; e < E4; e += 4) {
        transpose(dEmbeddings + (slot * E4 + e * 4) * 4, 16, turned, 16);
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
}

/** The row of C or dC of a slot's token. */
function rowOf(matrix: usize, t: u32, slot: u32): usize {
  const token = load<u16>(tokens + (t * capacity + slot) * 2);
  return matrix + token * E4 * 4;
}

/** W2 += dW2, unless the backward pass did it, and b2 += db2. */
function updateOutputLayer(): void {
  if (!isSingleTile()) {
    shrink(outputWeights, Q * outputPanel());
    addAll(outputWeights, dW2, Q * outputPanel());
  }
  for (let v: u32 = 0; v < columns; v++) {
    const at = outputBias + v * 4;
    store<f32>(at, load<f32>(at) + sumOfLanes(v128.load(db2 + v * 16)));
  }
}

/**
 * b1 += db1, and for each panel p and position t:
 *
 *     W1[p][t·E + e][j] += Σ over slots s: embeddings[t][s][e] · dTables[p][t][s][j]
 */
function updateHiddenLayer(): void {
  addAll(b1, db1, P * ROW);
  shrink(W1, P * W1Panel());
  for (let p: u32 = 0; p < P; p++) {
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
}

/**
 * C += dC, and dC = 0 again. A token that is in several positions is updated
 * once, with the sum: a second time adds the zeros that the first one left.
 */
function updateEmbeddings(): void {
  shrink(C, V * E4 * 4); // the embeddings of all tokens, not only of these
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
