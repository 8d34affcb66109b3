/**
 * A batch, arranged so that nothing is computed twice.
 *
 * - Rows with the same context are merged into one, with a weight: the number of
 *   rows that it stands for. Their loss is
 *
 *       Σ over rows (logsumexp(logits[context]) − logits[context][target])
 *         = Σ over merged rows (weight · logsumexp − Σ over targets count · logit)
 *
 * - Each different token in each position is one slot, whose product with W1 is
 *   computed once, for all rows that have that token there:
 *
 *       emb @ W1 = Σₜ C[X[t]] @ W1[t] = Σₜ table[t][slot of X[t]]
 *
 * Letters: R merged rows; R4 is R rounded up to a multiple of 4.
 */

import { allocate, commit, release } from "./memory";
import { E4, P, T, V } from "./model";
import { ROW } from "./matrix_products";
import { randomBelow } from "./generator";
import {
  contextOfRow,
  contexts,
  countGroups,
  D,
  N,
  nextPlace,
  targetOfRow,
} from "./rows";

export let R: u32 = 0;
/** As many as there can be. */
export let mostRows: u32 = 0;
/** Rows before merging, of which the loss is the mean. */
export let size: u32 = 0;

/** For each merged row and position: the byte of its slot within a panel. */
export let slots: usize = 0; // u32[R4][T]
/** How many rows were merged into one. */
export let weights: usize = 0; // f32[R4]
/**
 * The targets of merged row r: the entries `starts[r]` up to `starts[r + 1]`,
 * each with a count and the byte of the target's logit in a block of 4 rows,
 * f32[columns4][4].
 */
export let starts: usize = 0; // u32[R4 + 2]
export let targets: usize = 0; // u32[entries]
export let counts: usize = 0; // f32[entries]

/** Room for so many slots in each position, and how many of them are in use. */
export let capacity: u32 = 0;
export let used: usize = 0; // u32[T]
export let tokens: usize = 0; // u16[T][capacity], the token of each slot

/** The embeddings of the slots, arranged for each of two products. */
export let embeddings: usize = 0; // f32[T][E4/4][capacity][4]
export let embeddingsTurned: usize = 0; // f32[T][capacity/4][E4][4]
/** embeddings @ W1 of the slots. */
export let tables: usize = 0; // f32[P][T][capacity][8]
/** The gradient of the slots' embeddings by way of W1. */
export let dEmbeddings: usize = 0; // f32[T][capacity/4][E4][4]

/**
 * The slot of a token, and the merged row of a context. An entry of an earlier
 * epoch, which is a batch, is not there; so nothing has to be cleared.
 */
let slotOfToken: usize = 0; // { epoch: u32, slot: u32 }[T][V]
let rowOfContext: usize = 0; // { epoch: u32, row: u32 }[D]
let epoch: u32 = 0;

/** The rows drawn: first their contexts, then the rows that these became. */
let drawnRow: usize = 0; // u32[size]
let drawnTarget: usize = 0; // u16[size]

/** The entry made last for each target. */
let entryOfTarget: usize = 0; // u32[V]

/** Bytes from panel to panel of `tables`, and from position to position. */
export function tablePanel(): usize {
  return T * capacity * ROW;
}
export function positionOfTables(t: u32): usize {
  return t * capacity * ROW;
}
export function positionOfEmbeddings(t: u32): usize {
  return t * capacity * E4 * 4;
}

/** How many slots a position uses. */
export function usedSlots(t: u32): u32 {
  return load<u32>(used + 4 * t);
}

/** The most slots that a position uses. */
export function mostSlots(): u32 {
  let most: u32 = 0;
  for (let t: u32 = 0; t < T; t++) most = max(most, usedSlots(t));
  return most;
}

/**
 * Lays out a batch of `rows` rows, drawn ones or the whole data set, merged or
 * not, from `below` on; false if there is not enough memory.
 */
export function layOutBatch(
  below: u64,
  rows: u32,
  drawn: bool,
  merged: bool,
): bool {
  release(below);
  mostRows = merged ? min(rows, D) : rows;
  const most = (mostRows + 3) & ~3;
  capacity = (min(V, most) + 3) & ~3;
  slots = allocate(u64(most) * T, 4);
  weights = allocate(most, 4);
  starts = allocate(u64(most) + 2, 4);
  targets = allocate(rows, 4);
  counts = allocate(rows, 4);
  used = allocate(T, 4);
  tokens = allocate(u64(T) * capacity, 2);
  embeddings = allocate(u64(T) * capacity * E4, 4);
  embeddingsTurned = allocate(u64(T) * capacity * E4, 4);
  tables = allocate(u64(P) * T * capacity, ROW);
  dEmbeddings = allocate(u64(T) * capacity * E4, 4);
  slotOfToken = allocate(u64(T) * V, 8);
  rowOfContext = allocate(drawn && merged ? D : 0, 8);
  drawnRow = allocate(drawn ? rows : 0, 4);
  drawnTarget = allocate(drawn ? rows : 0, 2);
  entryOfTarget = allocate(drawn ? 0 : V, 4);
  if (!commit()) return false;
  memory.fill(dEmbeddings, 0, positionOfEmbeddings(T));
  forgetAll();
  return true;
}

/** No token has a slot, and no context a row. */
function forgetAll(): void {
  epoch = 0;
  memory.fill(slotOfToken, 0, drawnRow - slotOfToken);
}

/** Begins a batch of so many rows, of which none is there yet. */
function begin(rows: u32): void {
  size = rows;
  R = 0;
  memory.fill(used, 0, T * 4);
  if (++epoch == 0) {
    forgetAll();
    epoch = 1;
  }
}

/** Adds a merged row for a context, with a slot for each token; its number. */
function addRow(context: u32): u32 {
  const row = R++;
  for (let t: u32 = 0; t < T; t++) {
    const token = load<u16>(contexts + (context * T + t) * 2);
    const known = slotOfToken + (t * V + token) * 8;
    let slot: u32;
    if (load<u32>(known) == epoch) slot = load<u32>(known, 4);
    else {
      slot = usedSlots(t);
      store<u32>(used + 4 * t, slot + 1);
      store<u16>(tokens + (t * capacity + slot) * 2, token);
      store<u32>(known, epoch);
      store<u32>(known, slot, 4);
    }
    store<u32>(slots + (row * T + t) * 4, positionOfTables(t) + slot * ROW);
  }
  return row;
}

/** Fills the last block of 4 rows up with row 0, with a weight of 0. */
function end(): void {
  for (let row = R; row & 3; row++) {
    memory.copy(slots + row * T * 4, slots, T * 4);
    store<f32>(weights + 4 * row, 0);
    store<u32>(starts + 4 * row, load<u32>(starts + 4 * row), 4);
  }
}

/** Draws `count` rows of the data set: `torch.randint(0, N, (count,))`. */
function drawRows(count: u32): void {
  begin(count);
  // Rows lie far apart in memory: all are fetched before the first is used.
  for (let i: u32 = 0; i < count; i++) {
    const row = randomBelow(N);
    store<u32>(drawnRow + 4 * i, load<u32>(contextOfRow + 4 * row));
    store<u16>(drawnTarget + 2 * i, load<u16>(targetOfRow + 2 * row));
  }
}

/** A batch of `count` rows drawn from the data set, and merged. */
export function drawBatch(count: u32): void {
  drawRows(count);
  for (let i: u32 = 0; i < count; i++) {
    const context = load<u32>(drawnRow + 4 * i);
    const known = rowOfContext + 8 * context;
    if (load<u32>(known) != epoch) {
      store<u32>(known, epoch);
      store<u32>(known, addRow(context), 4);
    }
    store<u32>(drawnRow + 4 * i, load<u32>(known, 4));
    store<f32>(counts + 4 * i, 1);
  }
  sortTargets(drawnRow, drawnTarget, count);
  end();
}

/** A batch of `count` rows that are not merged; their targets are set later. */
export function drawBatchUnmerged(count: u32): void {
  drawRows(count);
  for (let i: u32 = 0; i < count; i++) {
    const row = addRow(load<u32>(drawnRow + 4 * i));
    store<f32>(weights + 4 * row, 1);
    store<f32>(counts + 4 * row, 1);
    store<u32>(starts + 4 * row, row);
  }
  store<u32>(starts + 4 * R, R);
  end();
}

/** The target of a row that was not merged. */
export function drawnTargetOf(row: u32): u32 {
  return load<u16>(drawnTarget + 2 * row);
}

/** Makes an entry: the byte of a column's logit in the block of a row. */
export function setTarget(entry: u32, column: u32, row: u32): void {
  store<u32>(targets + 4 * entry, column * 16 + (row & 3) * 4);
}

/** The whole data set, merged: row r is context r. */
export function wholeBatch(): void {
  begin(N);
  for (let context: u32 = 0; context < D; context++) addRow(context);
  sortTargets(contextOfRow, targetOfRow, N);
  mergeTargets();
  end();
}

/**
 * Sorts targets, u16[count], by their merged rows, u32[count], into entries of
 * these rows. The weight of a row is the number of its entries.
 */
function sortTargets(rowOf: usize, targetOf: usize, count: u32): void {
  countGroups(rowOf, count, starts, R);
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rowOf + 4 * i);
    setTarget(nextPlace(starts, row), load<u16>(targetOf + 2 * i), row);
  }
  for (let row: u32 = 0; row < R; row++) {
    const first = load<u32>(starts + 4 * row);
    const end = load<u32>(starts + 4 * row, 4);
    store<f32>(weights + 4 * row, f32(end - first));
  }
}

/** Merges equal targets of a row into one entry with a count, in place. */
function mergeTargets(): void {
  let entries: u32 = 0;
  let i: u32 = 0;
  for (let row: u32 = 0; row < R; row++) {
    const first = entries;
    for (const end = load<u32>(starts + 4 * row, 4); i < end; i++) {
      const target = load<u32>(targets + 4 * i);
      // An entry of an earlier row, or never written, is not this target's.
      const known = entryOfTarget + target / 16 * 4;
      let entry = load<u32>(known);
      if (
        entry < first || entry >= entries ||
        load<u32>(targets + 4 * entry) != target
      ) {
        entry = entries++;
        store<u32>(known, entry);
        store<u32>(targets + 4 * entry, target);
        store<u32>(counts + 4 * entry, 0);
      }
      store<u32>(counts + 4 * entry, load<u32>(counts + 4 * entry) + 1);
    }
    store<u32>(starts + 4 * row, first);
    for (let entry = first; entry < entries; entry++) {
      store<f32>(counts + 4 * entry, f32(load<u32>(counts + 4 * entry)));
    }
  }
  store<u32>(starts + 4 * R, entries);
}
