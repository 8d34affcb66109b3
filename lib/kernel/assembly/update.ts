/** The update: the gradients, scaled on their way, are added to the weights. */

import { multiply, multiplyTransposed, ROW } from "./matrix_products";
import { sumOfLanes } from "./vector_maths";
import {
  b1,
  b2,
  C,
  E,
  E2,
  E4,
  P,
  T,
  V,
  W1,
  W1Panel,
  W2,
  W2Panel,
} from "./model";
import {
  capacity,
  dEmbeddings,
  dTables,
  embeddings,
  positionOfEmbeddings,
  positionOfTables,
  tablePanel,
  tokens,
  used,
} from "./batch";
import { db1, db2, dW2 } from "./activations";

/** Adds all gradients. C and W1 need each other's value from before. */
export function update(): void {
  addAll(W2, dW2, P * W2Panel());
  addAll(b1, db1, P * ROW);
  for (let v: u32 = 0; v < V; v++) {
    const at = b2 + v * 4;
    store<f32>(at, load<f32>(at) + sumOfLanes(v128.load(db2 + v * 16)));
  }
  for (let t: u32 = 0; t < T; t++) {
    updateC(t);
    updateW1(t);
  }
}

/** to += from, over so many bytes: whole panels. */
function addAll(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}

/** C[token of the slot] += dTables @ W1ᵀ, for one position. */
function updateC(t: u32): void {
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
  for (let slot: u32 = 0; slot < count; slot++) {
    const token = load<u16>(tokens + (t * capacity + slot) * 2);
    const to = C + token * E4 * 4;
    const from = dEmbeddings + (slot / 4) * E4 * 16 + (slot % 4) * 4;
    for (let e: u32 = 0; e < E; e++) {
      const at = to + e * 4;
      store<f32>(at, load<f32>(at) + load<f32>(from + e * 16));
    }
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
      E4 / 4,
      load<u32>(used + 4 * t),
      true,
    );
  }
}
