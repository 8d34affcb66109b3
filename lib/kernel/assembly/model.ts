/**
 * The sizes of the model and its parameters.
 *
 * Letters: V vocabulary, T context length, E embedding, H hidden layer;
 * V4 and E4 are rounded up to a multiple of 4, P is the number of panels of 8
 * hidden units. All that rounding adds is zero and stays zero.
 *
 * With direct connections the output layer sees the concatenated embeddings x
 * beside the hidden layer: logits = [hidden, x] @ [W2; Wd]. So Wd is kept as
 * further panels of W2, and Q is the number of panels of both.
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
export let Q: u32 = 0; // P without direct connections

export let C: usize = 0; // [V][E4]
export let W1: usize = 0; // [P][T·E4][8]
export let b1: usize = 0; // [P][8]
/** Turned over, H is the last dimension; from panel P on it is Wd. */
export let W2: usize = 0; // [Q][V4][8]
export let b2: usize = 0; // [V4]

/** Where JavaScript and the kernel hand each other pieces of arrays. */
export let stage: usize = 0;
export let stageBytes: usize = 0;

/** What lies below: nothing. What lies above: all that depends on rows. */
const bottom: u64 = mark();

/** Bytes from panel to panel of W1 and of W2. */
export function W1Panel(): usize {
  return T * E4 * ROW;
}
export function W2Panel(): usize {
  return V4 * ROW;
}

/** The embedding, rounded up to an even number. */
export let E2: u32 = 0;

/** Lays out a model of these sizes. */
export function layOutModel(
  v: u32,
  t: u32,
  e: u32,
  h: u32,
  direct: bool,
): void {
  release(bottom);
  V = v, T = t, E = e, H = h;
  E2 = (E + 1) & ~1;
  V4 = (V + 3) & ~3;
  E4 = (E + 3) & ~3;
  P = (H + PANEL - 1) / PANEL;
  Q = direct ? P + (T * E4 + PANEL - 1) / PANEL : P;
  C = allocate(u64(V) * E4, 4);
  W1 = allocate(u64(P) * T * E4, ROW);
  b1 = allocate(P, ROW);
  W2 = allocate(u64(Q) * V4, ROW);
  b2 = allocate(V4, 4);
  // A row of any of the arrays that pass through fits.
  const widest = max(max(4 * H, 4 * V), max(4 * E, 2 * T + 2));
  stageBytes = max(65536, (usize(widest) + 63) & ~63);
  stage = allocate(stageBytes, 1);
}

/** Zeros, also where rounding added something. */
export function clearModel(): void {
  memory.fill(C, 0, stage - C);
}

/** Rows of C between the stage, [count][E], and their place. */
export function moveC(first: u32, count: u32, storing: bool): void {
  for (let i: u32 = 0; i < count; i++) {
    const outside = stage + i * E * 4;
    const inside = C + (first + i) * E4 * 4;
    if (storing) memory.copy(outside, inside, E * 4);
    else memory.copy(inside, outside, E * 4);
  }
}

/** Rows of W1, [count][H] on the stage. */
export function moveW1(first: u32, count: u32, storing: bool): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = first + i;
    const inside = W1 + (row / E * E4 + row % E) * ROW;
    moveHidden(stage + i * H * 4, inside, W1Panel(), storing);
  }
}

/** b1, [H] on the stage. */
export function moveB1(storing: bool): void {
  moveHidden(stage, b1, ROW, storing);
}

/** One row along the hidden dimension: contiguous outside, panels inside. */
function moveHidden(
  outside: usize,
  inside: usize,
  panel: usize,
  storing: bool,
): void {
  let j: u32 = 0;
  for (; j + PANEL <= H; j += PANEL) {
    const from = storing ? inside : outside, to = storing ? outside : inside;
    v128.store(to, v128.load(from, 0), 0);
    v128.store(to, v128.load(from, 16), 16);
    outside += ROW;
    inside += panel;
  }
  for (; j < H; j++) {
    if (storing) store<f32>(outside, load<f32>(inside));
    else store<f32>(inside, load<f32>(outside));
    outside += 4;
    inside += 4;
  }
}

/** Rows of W2 as the lecture has it, [count][V] on the stage. */
export function moveW2(first: u32, count: u32, storing: bool): void {
  moveOutput(W2, H, first, count, storing);
}

/** Rows of Wd, [count][V] on the stage. */
export function moveWd(first: u32, count: u32, storing: bool): void {
  moveOutput(W2 + P * W2Panel(), E, first, count, storing);
}

/** Rows of the output layer; after each `block` rounding added some. */
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
    // Four rows and four columns at a time, and one by one what remains.
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

/** b2, [V] on the stage. */
export function moveB2(storing: bool): void {
  if (storing) memory.copy(stage, b2, V * 4);
  else memory.copy(b2, stage, V * 4);
}
