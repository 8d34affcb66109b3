/**
 * The rows of the data set. Many rows share a context, so each different
 * context is kept once and a row is its number and the token that follows.
 *
 * N rows, D different contexts.
 */

import { allocate, commit, mark, release } from "./memory";
import { stage, T, V } from "./model";

export let N: u32 = 0;
export let D: u32 = 0;
export let contextOfRow: usize = 0; // u32[N]
export let targetOfRow: usize = 0; // u16[N]
export let contexts: usize = 0; // u16[D][T]

/** While rows come in: how many contexts there is room for, and their index. */
let capacity: u32 = 0;
let index: usize = 0; // u32[2·capacity], number of a context + 1, or 0
let seen: u32 = 0;

/** Sixteen hashes side by side: of the rows that are held, and asked about. */
const heldHashes = memory.data(64, 16);
const hashes = memory.data(64, 16);

/** The rows that follow are to be hashed. */
export function beginHashes(rows: u32): void {
  memory.fill(hashes, 0, 64);
  store<u32>(hashes, rows);
}

/** Hashes `count` rows on the stage; any single change of them is noticed. */
export function hashRows(count: u32): void {
  const bytes = count * (T + 1) * 2;
  const end = stage + ((bytes + 63) & ~63);
  memory.fill(stage + bytes, 0, end - stage - bytes);
  const prime = i32x4.splat(0x01000193);
  let a = v128.load(hashes, 0), b = v128.load(hashes, 16);
  let c = v128.load(hashes, 32), d = v128.load(hashes, 48);
  for (let at = stage; at < end; at += 64) {
    a = i32x4.mul(v128.xor(a, v128.load(at, 0)), prime);
    b = i32x4.mul(v128.xor(b, v128.load(at, 16)), prime);
    c = i32x4.mul(v128.xor(c, v128.load(at, 32)), prime);
    d = i32x4.mul(v128.xor(d, v128.load(at, 48)), prime);
  }
  v128.store(hashes, a, 0), v128.store(hashes, b, 16);
  v128.store(hashes, c, 32), v128.store(hashes, d, 48);
}

/** Whether what was hashed is, by its hashes, what is held. */
export function isHeld(): bool {
  return memory.compare(hashes, heldHashes, 64) == 0;
}

/** Makes room for `rows` rows above `below`; false if memory does not do. */
export function beginRows(rows: u32, below: u64): bool {
  N = 0;
  D = 0;
  seen = 0;
  release(below);
  contextOfRow = allocate(rows, 4);
  targetOfRow = allocate(rows, 2);
  return makeRoom(rows < 64 ? 64 : 1024);
}

/** Room for `count` contexts: a larger index, the contexts moved over. */
function makeRoom(count: u32): bool {
  const before = contexts;
  capacity = count;
  contexts = allocate(u64(count) * T, 2);
  index = allocate(u64(count) * 2, 4);
  if (!commit()) return false;
  memory.fill(index, 0, count * 8);
  if (D > 0) memory.copy(contexts, before, D * T * 2);
  for (let context: u32 = 0; context < D; context++) {
    store<u32>(place(contexts + context * T * 2), context + 1);
  }
  return true;
}

/** Where the index has these T tokens, or the free place for them. */
function place(tokens: usize): usize {
  let hash: u32 = 0;
  for (let t: u32 = 0; t < T; t++) {
    hash = (hash ^ load<u16>(tokens + 2 * t)) * 0x9e3779b1;
    hash ^= hash >> 15;
  }
  const mask = 2 * capacity - 1;
  let at = index + 4 * (hash & mask);
  while (!isFreeOr(at, tokens)) {
    hash++;
    at = index + 4 * (hash & mask);
  }
  return at;
}

/** Whether a place of the index is free, or has these tokens. */
function isFreeOr(at: usize, tokens: usize): bool {
  const found = load<u32>(at);
  if (found == 0) return true;
  const known = contexts + (found - 1) * T * 2;
  for (let t: u32 = 0; t < T; t++) {
    if (load<u16>(known + 2 * t) != load<u16>(tokens + 2 * t)) return false;
  }
  return true;
}

/** What came of taking rows in. */
const TAKEN: u32 = 0;
const NO_MEMORY: u32 = 1;
const UNKNOWN_TOKEN: u32 = 2;

/** Takes in `count` rows: on the stage X, u16[count][T], then Y, u16[count]. */
export function addRows(count: u32): u32 {
  const Y = stage + count * T * 2;
  for (let i: u32 = 0; i < count; i++) {
    const tokens = stage + i * T * 2;
    let at = place(tokens);
    if (load<u32>(at) == 0) {
      if (D == capacity) {
        if (!makeRoom(2 * capacity)) return NO_MEMORY;
        at = place(tokens);
      }
      for (let t: u32 = 0; t < T; t++) {
        const token = load<u16>(tokens + 2 * t);
        if (token >= V) return UNKNOWN_TOKEN;
        store<u16>(contexts + (D * T + t) * 2, token);
      }
      store<u32>(at, ++D);
    }
    const target = load<u16>(Y + 2 * i);
    if (target >= V) return UNKNOWN_TOKEN;
    store<u32>(contextOfRow + 4 * seen, load<u32>(at) - 1);
    store<u16>(targetOfRow + 2 * seen, target);
    seen++;
  }
  return TAKEN;
}

/** All rows are in: the index is given up. Returns the end of the rows. */
export function endRows(below: u64): u64 {
  N = seen;
  memory.copy(heldHashes, hashes, 64);
  const from = contexts;
  layOutRows(below);
  memory.copy(contexts, from, D * T * 2);
  return mark();
}

/** Makes room for rows that are known; false if memory does not do. */
export function adoptRows(rows: u32, different: u32, below: u64): bool {
  N = rows;
  D = different;
  layOutRows(below);
  return commit();
}

function layOutRows(below: u64): void {
  release(below);
  contextOfRow = allocate(N, 4);
  targetOfRow = allocate(N, 2);
  contexts = allocate(u64(D) * T, 2);
}
