/**
 * The rows of the data set. Many rows share a context: names.txt has 228,146
 * rows, but only 5,686 different contexts of three letters. So each different
 * context is stored once, and a row is the number of its context and its target,
 * the token that follows.
 *
 * Letters: N rows, D different contexts.
 */

import { allocate, commit, mark, release } from "./memory";
import { stage, T, V } from "./model";

export let N: u32 = 0;
export let D: u32 = 0;
export let contextOfRow: usize = 0; // u32[N]
export let targetOfRow: usize = 0; // u16[N]
export let contexts: usize = 0; // u16[D][T]

/** While rows come in: room for so many contexts, and a hash table of them. */
let capacity: u32 = 0;
let index: usize = 0; // u32[2·capacity]: the number of a context + 1, or 0
let taken: u32 = 0; // rows

/** Makes room for `rows` rows above `below`; false if there is not enough. */
export function beginRows(rows: u32, below: u64): bool {
  N = 0;
  D = 0;
  taken = 0;
  release(below);
  contextOfRow = allocate(rows, 4);
  targetOfRow = allocate(rows, 2);
  return makeRoom(rows < 64 ? 64 : 1024);
}

/** Room for `count` contexts: a larger index, and the contexts moved over. */
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

/** A hash of T tokens. */
export function hashOf(tokens: usize): u32 {
  let hash: u32 = 0;
  for (let t: u32 = 0; t < T; t++) {
    hash = (hash ^ load<u16>(tokens + 2 * t)) * 0x9e3779b1;
    hash ^= hash >> 15;
  }
  return hash;
}

/** Whether T tokens are equal to T others. */
export function areEqual(tokens: usize, others: usize): bool {
  for (let t: u32 = 0; t < T; t++) {
    if (load<u16>(tokens + 2 * t) != load<u16>(others + 2 * t)) return false;
  }
  return true;
}

/** The entry of the index for these T tokens: theirs, or a free one for them. */
function place(tokens: usize): usize {
  const mask = 2 * capacity - 1;
  let hash = hashOf(tokens);
  let at = index + 4 * (hash & mask);
  while (!isFreeOr(at, tokens)) at = index + 4 * (++hash & mask);
  return at;
}

/** Whether an entry of the index is free, or that of these tokens. */
function isFreeOr(at: usize, tokens: usize): bool {
  const found = load<u32>(at);
  return found == 0 || areEqual(contexts + (found - 1) * T * 2, tokens);
}

/** What `addRows` returns. */
const TAKEN: u32 = 0;
const NO_MEMORY: u32 = 1;
const UNKNOWN_TOKEN: u32 = 2;

/**
 * Takes in `count` rows from the tokens on the stage, u16. The context of row i
 * begins at token `stride`·i, its target is token `firstTarget` + i:
 *
 *     X [count][T], then Y [count]:    stride = T, firstTarget = count·T
 *     a stream of T + count tokens:    stride = 1, firstTarget = T
 */
export function addRows(count: u32, stride: u32, firstTarget: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const tokens = stage + 2 * stride * i;
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
    const target = load<u16>(stage + 2 * (firstTarget + i));
    if (target >= V) return UNKNOWN_TOKEN;
    store<u32>(contextOfRow + 4 * taken, load<u32>(at) - 1);
    store<u16>(targetOfRow + 2 * taken, target);
    taken++;
  }
  return TAKEN;
}

/** All rows are in: gives the index up. Returns where the rows end. */
export function endRows(below: u64): u64 {
  N = taken;
  const from = contexts;
  release(below);
  contextOfRow = allocate(N, 4);
  targetOfRow = allocate(N, 2);
  contexts = allocate(u64(D) * T, 2);
  memory.copy(contexts, from, D * T * 2);
  return mark();
}

/**
 * The first half of a counting sort of `count` items by their group, u32[count]
 * at `groups`, of which there are G. Into `begins`, u32[G + 2], it writes where
 * each group begins, one place further on than it belongs:
 *
 *     begins[g + 1] = how many items are in groups before g
 *
 * Placing every item with `nextPlace` then moves begins[g + 1] to where group g
 * ends, which is where group g + 1 begins. So it ends as it should be.
 */
export function countGroups(
  groups: usize,
  count: u32,
  begins: usize,
  G: u32,
): void {
  memory.fill(begins, 0, (usize(G) + 2) * 4);
  for (let i: u32 = 0; i < count; i++) {
    const counter = begins + 4 * load<u32>(groups + 4 * i);
    store<u32>(counter, load<u32>(counter, 8) + 1, 8);
  }
  for (let g: u32 = 1; g <= G; g++) {
    const begin = begins + 4 * g;
    store<u32>(begin, load<u32>(begin) + load<u32>(begin, 4), 4);
  }
}

/** The second half: the place of the next item of a group. */
export function nextPlace(begins: usize, group: u32): u32 {
  const begin = begins + 4 * group;
  const place = load<u32>(begin, 4);
  store<u32>(begin, place + 1, 4);
  return place;
}
