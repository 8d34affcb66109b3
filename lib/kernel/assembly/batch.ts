/**
 * A batch: its rows merged, so that each different context is one row with
 * a weight, and each token in each position is one slot whose product with W1
 * is computed once.
 *
 * R merged rows; R4 rounded up to a multiple of 4.
 */

import { allocate, commit, release } from "./memory";
import { E4, P, Q, T, V } from "./model";
import { ROW } from "./matrix_products";
import { randomBelow } from "./generator";
import { contextOfRow, contexts, D, N, targetOfRow } from "./rows";

export let R: u32 = 0;
/** Rows before merging, which the loss is the mean of. */
export let size: u32 = 0;

/** For each merged row and position: the byte of its slot within a panel. */
export let slots: usize = 0; // u32[R4][T]
/** How many rows were merged into one. */
export let weights: usize = 0; // f32[R4]
/**
 * What follows row r: the entries `starts[r]` up to `starts[r + 1]`, each with
 * a count and the target's byte in a block of 4 rows' logits, [columns4][4].
 */
export let starts: usize = 0; // u32[R4 + 1]
export let targets: usize = 0; // u32[entries]
export let counts: usize = 0; // f32[entries]

/** Slots that each position has room for, and how many are in use. */
export let capacity: u32 = 0;
export let used: usize = 0; // u32[T]
export let tokens: usize = 0; // u16[T][capacity], the token of each slot

/** The embeddings of the slots, once for each product that needs them. */
export let embeddings: usize = 0; // [T][E4/4][capacity][4]
export let embeddingsTurned: usize = 0; // [T][capacity/4][E4][4]
/** embeddings @ W1 of the slots, and the gradient of that. */
export let tables: usize = 0; // [P][T·capacity][8]
export let dTables: usize = 0; // [P][T·capacity][8]
/** What the direct connections add to the gradient of the embeddings. */
export let dDirect: usize = 0; // [T][E4/4][capacity][4]
/** The gradient of the embeddings of one position, by way of W1. */
export let dEmbeddings: usize = 0; // [capacity/4][E4][4]
/** The gradient of the slots, one position's after the other's. */
export let dSlots: usize = 0; // [slots in use][E4]
/** What the other half of the hidden layer adds to it. */
export let otherDSlots: usize = 0; // as dSlots

/** To find the slot of a token, and the merged row of a context, again. */
let slotOfToken: usize = 0; // { epoch: u32, slot: u32 }[T][V]
let rowOfContext: usize = 0; // { epoch: u32, row: u32 }[D]
let epoch: u32 = 0;

/** The drawn rows before they are put in order: context, then merged row. */
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

/** The bytes of the gradient of all slots in use. */
export function bytesOfSlots(): usize {
  let count: u32 = 0;
  for (let t: u32 = 0; t < T; t++) count += load<u32>(used + 4 * t);
  return count * E4 * 4;
}

/**
 * Lays out a batch of `rows` rows, drawn ones or the whole data set, merged or
 * not, from `below` on; false if memory does not do.
 */
export function layOutBatch(
  below: u64,
  rows: u32,
  drawn: bool,
  merged: bool,
): bool {
  release(below);
  const most = ((merged ? min(rows, D) : rows) + 3) & ~3;
  capacity = (min(V, most) + 3) & ~3;
  slots = allocate(u64(most) * T, 4);
  weights = allocate(most, 4);
  starts = allocate(most + 1, 4);
  targets = allocate(rows, 4);
  counts = allocate(rows, 4);
  used = allocate(T, 4);
  tokens = allocate(u64(T) * capacity, 2);
  embeddings = allocate(u64(T) * capacity * E4, 4);
  embeddingsTurned = allocate(u64(T) * capacity * E4, 4);
  tables = allocate(u64(P) * T * capacity, ROW);
  dTables = allocate(u64(P) * T * capacity, ROW);
  dDirect = allocate(Q > P ? u64(T) * capacity * E4 : 0, 4);
  dEmbeddings = allocate(u64(capacity) * E4, 4);
  dSlots = allocate(u64(T) * capacity * E4, 4);
  otherDSlots = allocate(u64(T) * capacity * E4, 4);
  slotOfToken = allocate(u64(T) * V, 8);
  rowOfContext = allocate(drawn && merged ? D : 0, 8);
  drawnRow = allocate(drawn ? rows : 0, 4);
  drawnTarget = allocate(drawn ? rows : 0, 2);
  entryOfTarget = allocate(drawn ? 0 : V, 4);
  if (!commit()) return false;
  memory.fill(dEmbeddings, 0, capacity * E4 * 4);
  forgetAll();
  return true;
}

/** Nothing has been met yet. */
function forgetAll(): void {
  epoch = 0;
  memory.fill(slotOfToken, 0, drawnRow - slotOfToken);
}

function begin(): void {
  R = 0;
  memory.fill(used, 0, T * 4);
  if (++epoch == 0) {
    forgetAll();
    epoch = 1;
  }
}

/** The next merged row, for a context not met before in this batch. */
function addRow(context: u32): u32 {
  const row = R++;
  for (let t: u32 = 0; t < T; t++) {
    const token = load<u16>(contexts + (context * T + t) * 2);
    const known = slotOfToken + (t * V + token) * 8;
    let slot: u32;
    if (load<u32>(known) == epoch) slot = load<u32>(known, 4);
    else {
      slot = load<u32>(used + 4 * t);
      store<u32>(used + 4 * t, slot + 1);
      store<u16>(tokens + (t * capacity + slot) * 2, token);
      store<u32>(known, epoch);
      store<u32>(known, slot, 4);
    }
    store<u32>(slots + (row * T + t) * 4, positionOfTables(t) + slot * ROW);
  }
  store<u32>(starts + 4 * row + 4, 0);
  return row;
}

/** The rows that fill the last block of 4 repeat row 0, with no weight. */
function end(): void {
  for (let row = R; row & 3; row++) {
    memory.copy(slots + row * T * 4, slots, T * 4);
    store<f32>(weights + 4 * row, 0);
    store<u32>(starts + 4 * row, load<u32>(starts + 4 * row), 4);
  }
}

/** Draws `count` rows of the data set. */
function drawRows(count: u32): void {
  begin();
  size = count;
  // Rows lie far apart in memory: all are fetched before the first is used.
  for (let i: u32 = 0; i < count; i++) {
    const row = randomBelow(N);
    store<u32>(drawnRow + 4 * i, load<u32>(contextOfRow + 4 * row));
    store<u16>(drawnTarget + 2 * i, load<u16>(targetOfRow + 2 * row));
  }
}

/** Draws `count` rows of the data set and merges them. */
export function drawBatch(count: u32): void {
  drawRows(count);
  for (let i: u32 = 0; i < count; i++) {
    const context = load<u32>(drawnRow + 4 * i);
    const known = rowOfContext + 8 * context;
    let row: u32;
    if (load<u32>(known) == epoch) row = load<u32>(known, 4);
    else {
      row = addRow(context);
      store<u32>(known, epoch);
      store<u32>(known, row, 4);
    }
    store<u32>(drawnRow + 4 * i, row);
    countEntry(row);
  }
  countsToStarts();
  for (let i: u32 = 0; i < count; i++) {
    const entry = placeEntry(
      load<u32>(drawnRow + 4 * i),
      load<u16>(drawnTarget + 2 * i),
    );
    store<f32>(counts + 4 * entry, 1);
  }
  restoreStarts();
  end();
}

/** Draws `count` rows that stay apart, whose targets are set afterwards. */
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

/** The target of a row that was not merged, and where its column stands. */
export function drawnTargetOf(row: u32): u32 {
  return load<u16>(drawnTarget + 2 * row);
}
export function setTarget(row: u32, column: u32): void {
  store<u32>(targets + 4 * row, column * 16 + (row & 3) * 4);
}

/** One more entry of a row, counted one place further on. */
function countEntry(row: u32): void {
  const counter = starts + 4 * row + 4;
  store<u32>(counter, load<u32>(counter) + 1);
}

/** Puts a target at the next place of its row. */
function placeEntry(row: u32, target: u32): u32 {
  const entry = load<u32>(starts + 4 * row);
  store<u32>(starts + 4 * row, entry + 1);
  store<u32>(targets + 4 * entry, target * 16 + (row & 3) * 4);
  return entry;
}

/** From counts, one place further on, to where each row begins. */
function countsToStarts(): void {
  let sum: u32 = 0;
  store<u32>(starts, 0);
  for (let row: u32 = 1; row <= R; row++) {
    sum += load<u32>(starts + 4 * row);
    store<u32>(starts + 4 * row, sum);
  }
}

/**
 * Placing moved each start to its row's end: they go back by one place. The
 * weight of a row is the number of its entries.
 */
function restoreStarts(): void {
  let start: u32 = 0;
  for (let row: u32 = 0; row < R; row++) {
    const end = load<u32>(starts + 4 * row);
    store<u32>(starts + 4 * row, start);
    store<f32>(weights + 4 * row, f32(end - start));
    start = end;
  }
  store<u32>(starts + 4 * R, start);
}

/** The whole data set merged: row r is context r. */
export function wholeBatch(): void {
  begin();
  size = N;
  for (let context: u32 = 0; context < D; context++) addRow(context);
  for (let i: u32 = 0; i < N; i++) {
    countEntry(load<u32>(contextOfRow + 4 * i));
  }
  countsToStarts();
  for (let i: u32 = 0; i < N; i++) {
    placeEntry(
      load<u32>(contextOfRow + 4 * i),
      load<u16>(targetOfRow + 2 * i),
    );
  }
  restoreStarts();
  mergeTargets();
  end();
}

/** Equal targets of a row become one entry with a count. */
function mergeTargets(): void {
  let entries: u32 = 0;
  for (let row: u32 = 0; row < R; row++) {
    const from = load<u32>(starts + 4 * row);
    const to = load<u32>(starts + 4 * row + 4);
    const first = entries;
    store<u32>(starts + 4 * row, first);
    for (let i = from; i < to; i++) {
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
    for (let entry = first; entry < entries; entry++) {
      store<f32>(counts + 4 * entry, f32(load<u32>(counts + 4 * entry)));
    }
  }
  store<u32>(starts + 4 * R, entries);
}
