/**
 * The way forward: embeddings → tables → hidden → logits → loss, with the
 * gradient of the logits, which falls off on the way.
 */

import {
  addAll,
  multiply,
  multiplyTransposed,
  ROW,
  transpose,
} from "./matrix_products";
import { exp, log, storeTanh } from "./vector_maths";
import { b1, C, E, E4, P, Q, T, W1, W1Panel } from "./model";
import {
  doesBoth,
  endPanel,
  firstPanel,
  isDivided,
  ownEndOfHidden,
  ownFirst,
  ownHalf,
  SECOND,
} from "./halves";
import {
  columns,
  columns2,
  columns4,
  outputBias,
  outputPanel,
  outputWeights,
} from "./output_layer";
import {
  capacity,
  counts,
  embeddings,
  embeddingsTurned,
  positionOfEmbeddings,
  positionOfTables,
  slots,
  starts,
  tablePanel,
  tables,
  targets,
  tokens,
  used,
  weights,
} from "./batch";
import {
  db2,
  dLogits,
  dLogitsBlock,
  hidden,
  hiddenPanel,
  logits,
  logitsBlock,
  otherLogits,
} from "./activations";

/** The embeddings of all slots, in both arrangements. */
export function gatherEmbeddings(): void {
  for (let t: u32 = 0; t < T; t++) {
    const count = load<u32>(used + 4 * t);
    const plain = embeddings + positionOfEmbeddings(t);
    const turned = embeddingsTurned + positionOfEmbeddings(t);
    for (let slot: u32 = 0; slot < count; slot++) {
      const token = load<u16>(tokens + (t * capacity + slot) * 2);
      const from = C + token * E4 * 4;
      for (let e: u32 = 0; e < E4; e += 4) {
        v128.store(
          plain + (e * capacity + slot * 4) * 4,
          v128.load(from + e * 4),
        );
      }
    }
    for (let slot = count; slot & 3; slot++) {
      for (let e: u32 = 0; e < E4; e += 4) {
        v128.store(
          plain + (e * capacity + slot * 4) * 4,
          f32x4.splat(0),
        );
      }
    }
    for (let slot: u32 = 0; slot < count; slot += 4) {
      for (let e: u32 = 0; e < E4; e += 4) {
        transpose(
          plain + (e * capacity + slot * 4) * 4,
          16,
          turned + (slot * E4 + e * 4) * 4,
          16,
        );
      }
    }
  }
}

/** tables = embeddings @ W1, position by position: all slots. */
export function multiplyEmbeddings(): void {
  for (let p = ownFirst(), end = ownEndOfHidden(); p < end; p++) {
    for (let t: u32 = 0; t < T; t++) {
      multiply(
        embeddingsTurned + positionOfEmbeddings(t),
        E4 * 16,
        W1 + p * W1Panel() + t * E4 * ROW,
        tables + p * tablePanel() + positionOfTables(t),
        load<u32>(used + 4 * t),
        E,
        false,
      );
    }
  }
}

/** x, the embeddings of each row side by side, in the panels after P. */
function copyEmbeddings(first: u32, rows: u32): void {
  let to = hidden + P * hiddenPanel();
  for (let i: u32 = 0; i < T * E4 / 4; i++) {
    const t = i / (E4 / 4);
    const from = embeddings + positionOfEmbeddings(t) +
      i % (E4 / 4) * capacity * 16;
    let slot = slots + (first * T + t) * 4;
    const half = to + (i & 1) * 16;
    for (let row: u32 = 0; row < rows; row++) {
      const offset = (load<u32>(slot) - positionOfTables(t)) / 2;
      v128.store(half + row * ROW, v128.load(from + offset));
      slot += T * 4;
    }
    if (i & 1) to += hiddenPanel();
  }
  if (T * E4 & 4) {
    for (let row: u32 = 0; row < rows; row++) {
      v128.store(to + row * ROW, f32x4.splat(0), 16);
    }
  }
}

/** hidden = tanh(Σₜ tables[slot of t] + b1) for the rows from `first`. */
export function computeHidden(first: u32, rows: u32): void {
  if (Q > P) copyEmbeddings(first, rows);
  for (let p = ownFirst(), end = ownEndOfHidden(); p < end; p++) {
    const table = tables + p * tablePanel();
    const bias0 = v128.load(b1 + p * ROW, 0);
    const bias1 = v128.load(b1 + p * ROW, 16);
    let to = hidden + p * hiddenPanel();
    let slot = slots + first * T * 4;
    for (let row: u32 = 0; row < rows; row++) {
      let z0 = bias0, z1 = bias1;
      for (const end = slot + T * 4; slot < end; slot += 4) {
        const from = table + load<u32>(slot);
        z0 = f32x4.add(z0, v128.load(from, 0));
        z1 = f32x4.add(z1, v128.load(from, 16));
      }
      storeTanh(to, z0, z1);
      to += ROW;
    }
  }
}

/**
 * logits = [hidden, x] @ [W2; Wd], without b2, which is added on the way to the
 * loss. Each half of the hidden layer has a sum of its own.
 */
export function computeLogits(rows: u32): void {
  computeLogitsOf(ownHalf(), rows, logits);
  if (doesBoth()) computeLogitsOf(SECOND, rows, otherLogits);
}

function computeLogitsOf(half: u32, rows: u32, to: usize): void {
  const p = firstPanel(half);
  multiplyTransposed(
    hidden + p * hiddenPanel(),
    hiddenPanel(),
    outputWeights + p * outputPanel(),
    outputPanel(),
    to,
    logitsBlock(),
    rows / 4,
    columns2,
    endPanel(half) - p,
  );
}

/** logits += those of the other half. */
export function joinLogits(rows: u32): void {
  if (isDivided()) addAll(logits, otherLogits, rows / 4 * logitsBlock());
}

/** Lanes to be read one by one: the largest logit and the sum of each row. */
const largestOfRow = memory.data(16, 16); // f32[4]
const sumOfRow = memory.data(16, 16); // f32[4]

/**
 * The loss of the rows from `first`, not yet divided by their number. Four
 * rows at a time, one in each lane.
 *
 * With `backward`, the gradient of −`scale` times that loss by the logits
 * takes the logits' place.
 */
export function softmaxAndLoss(
  first: u32,
  rows: u32,
  backward: bool,
  scale: f32,
): f64 {
  let loss: f64 = 0;
  for (let row: u32 = 0; row < rows; row += 4) {
    const block = logits + (row / 4) * logitsBlock(); // [columns][4]
    const end = block + columns * 16;

    const largest = addBias(block, end);
    v128.store(largestOfRow, largest);
    loss -= sumOfTargets(first + row, block);

    // e = exp(z − largest), which can't overflow, and the sum of each row
    let sum = f32x4.splat(0);
    for (let at = block; at < end; at += 16) {
      const e = exp(f32x4.sub(v128.load(at), largest));
      v128.store(at, e);
      sum = f32x4.add(sum, e);
    }
    v128.store(sumOfRow, sum);
    loss += sumOfLogs(first + row);

    if (backward) {
      // −scale · dloss/dz = scale · (count of the target − weight · e / sum)
      const weight = v128.load(weights + 4 * (first + row));
      const factor = f32x4.div(f32x4.mul(weight, f32x4.splat(-scale)), sum);
      for (let at = block, d = db2; at < end; at += 16, d += 16) {
        const dz = f32x4.mul(v128.load(at), factor);
        v128.store(at, dz);
        v128.store(d, f32x4.add(v128.load(d), dz));
      }
      addTargets(first + row, block, scale);
      for (let v: u32 = 0; v < columns4; v += 4) {
        transpose(
          block + v * 16,
          16,
          dLogits + (v / 4) * dLogitsBlock() + row * 16,
          16,
        );
      }
    }
  }
  return loss;
}

/** z = logits + b2 in one block of 4 rows, and the largest of each row. */
export function addBias(block: usize, end: usize): v128 {
  let largest = f32x4.splat(-Infinity);
  for (let at = block, bias = outputBias; at < end; at += 16, bias += 4) {
    const z = f32x4.add(v128.load(at), v128.load32_splat(bias));
    v128.store(at, z);
    largest = f32x4.pmax(largest, z);
  }
  return largest;
}

/** Σ exp(z − largest) of each row of a block, where z stays as it is. */
export function sumOfExps(block: usize, end: usize, largest: v128): v128 {
  let sum = f32x4.splat(0);
  for (let at = block; at < end; at += 16) {
    sum = f32x4.add(sum, exp(f32x4.sub(v128.load(at), largest)));
  }
  return sum;
}

/** Σ count · z over what follows four rows. */
function sumOfTargets(first: u32, block: usize): f64 {
  let sum: f64 = 0;
  const end = load<u32>(starts + 4 * first, 16);
  for (let entry = load<u32>(starts + 4 * first); entry < end; entry++) {
    const z = load<f32>(block + load<u32>(targets + 4 * entry));
    sum += f64(load<f32>(counts + 4 * entry)) * f64(z);
  }
  return sum;
}

/** Σ weight · log(Σ exp(z)) over four rows. */
function sumOfLogs(first: u32): f64 {
  let loss: f64 = 0;
  for (let lane: u32 = 0; lane < 16; lane += 4) {
    loss += f64(load<f32>(weights + 4 * first + lane)) *
      (log(f64(load<f32>(sumOfRow + lane))) +
        f64(load<f32>(largestOfRow + lane)));
  }
  return loss;
}

/** Adds scale · count where a target is, in the logits' gradient and b2's. */
function addTargets(first: u32, block: usize, scale: f32): void {
  const end = load<u32>(starts + 4 * first, 16);
  for (let entry = load<u32>(starts + 4 * first); entry < end; entry++) {
    const target = load<u32>(targets + 4 * entry);
    const count = scale * load<f32>(counts + 4 * entry);
    store<f32>(block + target, load<f32>(block + target) + count);
    store<f32>(db2 + target, load<f32>(db2 + target) + count);
  }
}
