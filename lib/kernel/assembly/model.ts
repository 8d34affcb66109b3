/**
 * The sizes of the model, and its parameters as the kernel stores them.
 *
 * Letters, as in lib/kernel/parameters.ts: V vocabulary, T context length, E
 * embedding, H hidden layer. E4 and V4 are E and V rounded up to a multiple of
 * 4.
 *
 * The hidden dimension is cut into panels of 8 units, so that one unit of a
 * panel is one lane of two vectors: P panels hold the H units. Elements that
 * rounding adds are zero and stay zero.
 *
 *     C  [V, E]    is stored as  [V][E4]
 *     W1 [T·E, H]  is stored as  [P][T·E4][8]
 *     b1 [H]       is stored as  [P][8]
 *     W2 [H, V]    is stored as  [P][V4][8], turned over: H is its last dimension
 *     b2 [V]       is stored as  [V4]
 *
 * With direct connections the output layer sees the embeddings x of the context
 * beside the hidden layer:
 *
 *     logits = hidden @ W2 + x @ Wd + b2 = [hidden, x] @ [W2; Wd] + b2
 *
 * So Wd [T·E, V] is stored as further panels of W2, in which x has the place of
 * the hidden units, and Q is the number of panels of both. Q = P without them.
 */

import { allocate, mark, release } from "./memory";
import { PANEL, ROW, transpose } from "./matrix_products";

export let V: u32 = 0;
export let T: u32 = 0;
export let E: u32 = 0;
export let H: u32 = 0;
export let V4: u32 = 0;
export let E4: u32 = 0;
export let P: u32 = 0;
export let Q: u32 = 0;

export let C: usize = 0; // f32[V][E4]
export let W1: usize = 0; // f32[P][T·E4][8]
export let b1: usize = 0; // f32[P][8]
export let W2: usize = 0; // f32[Q][V4][8]; from panel P on it is Wd
export let b2: usize = 0; // f32[V4]

/** Where JavaScript and the kernel hand each other pieces of arrays. */
export let stage: usize = 0;
export let stageBytes: usize = 0;

/** The stack below the model, which is empty. */
const bottom: u64 = mark();

/** Bytes from one panel of W1 to the next, and from one of W2 to the next. */
export function W1Panel(): usize {
  return T * E4 * ROW;
}
export function W2Panel(): usize {
  return V4 * ROW;
}

/** Lays out a model of these sizes, and the stage. */
export function layOutModel(
  v: u32,
  t: u32,
  e: u32,
  h: u32,
  direct: bool,
): void {
  release(bottom);
  V = v, T = t, E = e, H = h;
  V4 = (V + 3) & ~3;
  E4 = (E + 3) & ~3;
  P = (H + PANEL - 1) / PANEL;
  Q = direct ? P + (T * E4 + PANEL - 1) / PANEL : P;
  C = allocate(u64(V) * E4, 4);
  W1 = allocate(u64(P) * T * E4, ROW);
  b1 = allocate(P, ROW);
  W2 = allocate(u64(Q) * V4, ROW);
  b2 = allocate(V4, 4);
  // One row of any parameter fits, and one context with its target.
  const widest = max(max(4 * H, 4 * V), max(4 * E, 2 * T + 2));
  stageBytes = max(65536, (usize(widest) + 63) & ~63);
  stage = allocate(stageBytes, 1);
}

/** Sets all parameters to zero, with what rounding adds to them. */
export function clearModel(): void {
  memory.fill(C, 0, stage - C);
}

/**
 * Each of the functions below moves `count` rows of one parameter, from row
 * `first` on, between the stage, where they lie as in JavaScript, [count][row],
 * and their place in the kernel: to the stage when `storing`, otherwise from
 * it. A bias is one row.
 */
export function moveC(first: u32, count: u32, storing: bool): void {
  for (let i: u32 = 0; i < count; i++) {
    const outside = stage + i * E * 4;
    const inside = C + (first + i) * E4 * 4;
    move(storing ? outside : inside, storing ? inside : outside, E * 4);
  }
}

export function moveW1(first: u32, count: u32, storing: bool): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = first + i;
    const inside = W1 + (row / E * E4 + row % E) * ROW;
    moveHidden(stage + i * H * 4, inside, W1Panel(), storing);
  }
}

export function moveb1(_first: u32, _count: u32, storing: bool): void {
  moveHidden(stage, b1, ROW, storing);
}

export function moveW2(first: u32, count: u32, storing: bool): void {
  moveOutput(W2, H, first, count, storing);
}

export function moveb2(_first: u32, _count: u32, storing: bool): void {
  move(storing ? stage : b2, storing ? b2 : stage, V * 4);
}

export function moveWd(first: u32, count: u32, storing: bool): void {
  moveOutput(W2 + P * W2Panel(), E, first, count, storing);
}

/** Copies floats one by one, or four at a time. */
function move(to: usize, from: usize, bytes: usize): void {
  const end = to + bytes;
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(from));
}

/** One row along the hidden dimension: [H] outside, 8 floats a panel inside. */
function moveHidden(
  outside: usize,
  inside: usize,
  panel: usize,
  storing: bool,
): void {
  let j: u32 = 0;
  for (; j + PANEL <= H; j += PANEL) {
    const to = storing ? outside : inside, from = storing ? inside : outside;
    v128.store(to, v128.load(from, 0), 0);
    v128.store(to, v128.load(from, 16), 16);
    outside += ROW;
    inside += panel;
  }
  move(storing ? outside : inside, storing ? inside : outside, 4 * (H - j));
}

/**
 * Rows of the output layer, [count][V] outside, turned over inside:
 *
 *     inside[j / 8][v][j % 8] = outside[i][v]
 *
 * where j is the place of row first + i, counting the rows that rounding adds
 * after every `block` rows. Works on blocks of 4 rows × 4 columns, and on single
 * floats where less is left.
 */
function moveOutput(
  panels: usize,
  block: u32,
  first: u32,
  count: u32,
  storing: bool,
): void {
  const block4 = (block + 3) & ~3;
  let i: u32 = 0;
  while (i < count) {
    const row = (first + i) % block;
    const j = (first + i) / block * block4 + row;
    const outside = stage + i * V * 4;
    const inside = panels + (j / PANEL) * W2Panel() + (j % PANEL) * 4;
    let v: u32 = 0;
    const four = row % 4 == 0 && row + 4 <= block && i + 4 <= count;
    const rows: u32 = four ? 4 : 1;
    if (four) {
      for (; v + 4 <= V; v += 4) {
        if (storing) transpose(inside + v * ROW, ROW, outside + v * 4, V * 4);
        else transpose(outside + v * 4, V * 4, inside + v * ROW, ROW);
      }
    }
    for (; v < V; v++) {
      for (let row: u32 = 0; row < rows; row++) {
        const there = outside + (row * V + v) * 4;
        const here = inside + v * ROW + row * 4;
        if (storing) store<f32>(there, load<f32>(here));
        else store<f32>(here, load<f32>(there));
      }
    }
    i += rows;
  }
}
