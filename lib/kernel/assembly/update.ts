/** The update: the gradients, scaled on their way, are added to the weights. */

import {
  addAll,
  multiply,
  multiplyTransposed,
  PANEL,
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
  bytesOfSlots,
  capacity,
  dDirect,
  dEmbeddings,
  dSlots,
  dTables,
  embeddings,
  otherDSlots,
  positionOfEmbeddings,
  positionOfTables,
  tablePanel,
  tokens,
  used,
} from "./batch";
import { db1, db2, dC, dW2 } from "./activations";
import { isSingleTile } from "./backward";
import { decay, shrink } from "./decay";
import {
  doesBoth,
  endPanel,
  firstPanel,
  isDivided,
  ownEnd,
  ownEndOfHidden,
  ownFirst,
  ownHalf,
  SECOND,
} from "./halves";

/**
 * The gradient of the embeddings of all slots, by way of each half of the hidden
 * layer. It goes by the weights from before the update.
 */
export function gatherSlots(): void {
  gatherSlotsOf(ownHalf(), dSlots);
  if (doesBoth()) gatherSlotsOf(SECOND, otherDSlots);
}

/** dSlots += that of the other half. */
export function joinSlots(): void {
  if (isDivided()) addAll(dSlots, otherDSlots, bytesOfSlots());
}

/** Adds their gradients to W1, b1, W2 and b2. */
export function updateLayers(): void {
  const p = ownFirst();
  if (!isSingleTile()) {
    const weights = outputWeights + p * outputPanel();
    const bytes = (ownEnd() - p) * outputPanel();
    if (decay != 0) shrink(weights, bytes);
    addAll(weights, dW2 + p * outputPanel(), bytes);
  }
  for (let v: u32 = 0; v < columns; v++) {
    const at = outputBias + v * 4;
    store<f32>(at, load<f32>(at) + sumOfLanes(v128.load(db2 + v * 16)));
  }
  for (let p = ownFirst(), end = ownEndOfHidden(); p < end; p++) {
    addAll(b1 + p * ROW, db1 + p * ROW, ROW);
    if (decay != 0) shrink(W1 + p * W1Panel(), W1Panel());
    for (let t: u32 = 0; t < T; t++) updateW1(p, t);
  }
}

/**
 * Adds the gradients of the slots to C: a token that stands in several positions
 * is updated once, with their sum.
 */
export function updateEmbeddings(): void {
  // All tokens' embeddings decay, not only those of the batch.
  if (decay != 0) shrink(C, V * E4 * 4);
  let from = dSlots;
  for (let t: u32 = 0; t < T; t++) {
    for (let slot: u32 = 0; slot < load<u32>(used + 4 * t); slot++) {
      addAll(rowOf(dC, t, slot), from, E4 * 4);
      from += E4 * 4;
    }
  }
  for (let t: u32 = 0; t < T; t++) {
    for (let slot: u32 = 0; slot < load<u32>(used + 4 * t); slot++) {
      const sum = rowOf(dC, t, slot);
      addAll(rowOf(C, t, slot), sum, E4 * 4);
      for (let e: u32 = 0; e < E4; e += 4) {
        v128.store(sum + e * 4, f32x4.splat(0));
      }
    }
  }
}

/** Four numbers each of four slots. */
const turned = memory.data(64, 16);

/** dTables @ W1ᵀ over the panels of a half, and what came past them. */
function gatherSlotsOf(half: u32, to: usize): void {
  const first = min(P, firstPanel(half)), end = min(P, endPanel(half));
  for (let t: u32 = 0; t < T; t++) {
    const count = load<u32>(used + 4 * t);
    multiplyTransposed(
      dTables + first * tablePanel() + positionOfTables(t),
      tablePanel(),
      W1 + first * W1Panel() + t * E4 * ROW,
      W1Panel(),
      dEmbeddings,
      E4 * 16,
      (count + 3) / 4,
      E2,
      end - first,
    );
    for (let slot: u32 = 0; slot < count; slot += 4) {
      for (let e: u32 = 0; e < E4; e += 4) {
        transpose(dEmbeddings + (slot * E4 + e * 4) * 4, 16, turned, 16);
        for (let i: u32 = 0; i < min(4, count - slot); i++) {
          v128.store(
            to + ((slot + i) * E4 + e) * 4,
            v128.load(turned + i * 16),
          );
        }
      }
    }
    if (Q > P) addDirect(t, half, to);
    to += count * E4 * 4;
  }
}

/** What direct connections add to one position's, if the half has them. */
function addDirect(t: u32, half: u32, to: usize): void {
  const count = load<u32>(used + 4 * t);
  for (let e: u32 = 0; e < E4; e += 4) {
    const panel = P + (t * E4 + e) / PANEL;
    if (panel < firstPanel(half) || panel >= endPanel(half)) continue;
    const from = dDirect + positionOfEmbeddings(t) + e * capacity * 4;
    for (let slot: u32 = 0; slot < count; slot++) {
      addAll(to + (slot * E4 + e) * 4, from + slot * 16, 16);
    }
  }
}

/** The row of C or dC of a slot's token. */
function rowOf(matrix: usize, t: u32, slot: u32): usize {
  const token = load<u16>(tokens + (t * capacity + slot) * 2);
  return matrix + token * E4 * 4;
}

/** W1 += embeddingsᵀ @ dTables, for one position and one panel. */
function updateW1(p: u32, t: u32): void {
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
