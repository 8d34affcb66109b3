/**
 * From the logits of a tile to its loss, and back to their gradient. For one row
 * with a weight, and targets with counts that add up to it, the naive form is
 *
 *     z     = logits + b2
 *     total = Σ exp(z − max(z))
 *     loss  = weight · (log(total) + max(z)) − Σ count · z[target]
 *     dz[v] = weight · exp(z[v] − max(z)) / total − count of v
 *
 * A vector has the same column of four rows, one in each lane: [columns][4].
 */

import { addAll, transpose } from "./matrix_products";
import { exp, log } from "./vector_maths";
import { columns, columns4, outputBias } from "./output_layer";
import { counts, starts, targets, weights } from "./batch";
import {
  db2,
  dLogits,
  dLogitsBlock,
  first,
  logits,
  logitsBlock,
  lossesOfBlocks,
  rows4,
} from "./activations";
import { scratch } from "./threads";

/** Whether the gradient is wanted, and what it is multiplied by. */
export let isBackward: bool = false;
export let scale: f32 = 0;

/** Begins a pass, of which `backward` says whether the gradient is wanted. */
export function beginLoss(backward: bool, learningRate: f32): void {
  isBackward = backward;
  scale = learningRate;
}

/**
 * The losses of the block of 4 rows of the tile that begins with `row`, in
 * float64, into `lossesOfBlocks`.
 *
 * On the way back, −scale · dz without the targets takes the logits' place and is
 * written into dLogits, turned over.
 */
export function softmax(row: u32): void {
  const block = logits + (row / 4) * logitsBlock(); // f32[columns][4]
  const end = block + columns * 16;
  const losses = lossesOfBlocks + (row / 4) * 16;

  const largest = addBias(block, end, outputBias);
  store<f64>(losses, sumOfTargets(first + row, block), 0);

  // z becomes exp(z − largest), which cannot overflow
  let sum = f32x4.splat(0);
  for (let at = block; at < end; at += 16) {
    const e = exp(f32x4.sub(v128.load(at), largest));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  storeLogsOfSums(sum, largest, scratch);
  store<f64>(losses, sumOfLogs(first + row, scratch), 8);

  if (!isBackward) return;
  // −scale · dz = scale · count − scale · weight · exp(…) / sum
  const weight = v128.load(weights + 4 * (first + row));
  const factor = f32x4.div(f32x4.mul(weight, f32x4.splat(-scale)), sum);
  for (let at = block; at < end; at += 16) {
    v128.store(at, f32x4.mul(v128.load(at), factor));
  }
  for (let at = end; at < block + columns4 * 16; at += 16) {
    v128.store(at, f32x4.splat(0));
  }
  const turned = dLogits + row * 16;
  for (let v: u32 = 0; v < columns4; v += 4) {
    transpose(block + v * 16, 16, turned + (v / 4) * dLogitsBlock(), 16);
  }
}

/**
 * The sum of the losses of the tile's blocks. On the way back, their gradients
 * are added to db2, and then to all three the counts of the targets.
 */
export function finishLoss(): f64 {
  let loss: f64 = 0;
  for (let row: u32 = 0; row < rows4; row += 4) {
    const losses = lossesOfBlocks + (row / 4) * 16;
    loss = loss - load<f64>(losses, 0) + load<f64>(losses, 8);
    if (isBackward) {
      const block = logits + (row / 4) * logitsBlock();
      addAll(db2, block, columns * 16);
      addTargets(row, block);
    }
  }
  return loss;
}

/**
 * z = logits + b2 in a block of 4 rows, and the largest z of each row; −∞ is not
 * large enough, so that nothing but a NaN is subtracted from itself.
 */
export function addBias(block: usize, end: usize, bias: usize): v128 {
  let largest = f32x4.splat(-f32.MAX_VALUE);
  for (let at = block; at < end; at += 16, bias += 4) {
    const z = f32x4.add(v128.load(at), v128.load32_splat(bias));
    v128.store(at, z);
    largest = f32x4.pmax(largest, z);
  }
  return largest;
}

/** Σ count · z[target] over the targets of the four rows from `first` on. */
function sumOfTargets(first: u32, block: usize): f64 {
  let sum: f64 = 0;
  const end = load<u32>(starts + 4 * first, 16);
  for (let entry = load<u32>(starts + 4 * first); entry < end; entry++) {
    const z = load<f32>(block + load<u32>(targets + 4 * entry));
    sum += f64(load<f32>(counts + 4 * entry)) * f64(z);
  }
  return sum;
}

/** Σ weight · logsumexp(z) over the four rows from `first` on. */
export function sumOfLogs(first: u32, logs: usize): f64 {
  let loss: f64 = 0;
  for (let lane: u32 = 0; lane < 4; lane++) {
    const weight = load<f32>(weights + 4 * (first + lane));
    loss += f64(weight) * load<f64>(logs + 8 * lane);
  }
  return loss;
}

/**
 * Adds scale · count of each target of four rows to the gradient of its logit, in
 * both arrangements, and to db2.
 */
function addTargets(row: u32, block: usize): void {
  const end = load<u32>(starts + 4 * (first + row), 16);
  for (
    let entry = load<u32>(starts + 4 * (first + row));
    entry < end;
    entry++
  ) {
    const target = load<u32>(targets + 4 * entry);
    const count = scale * load<f32>(counts + 4 * entry);
    const gradient = load<f32>(block + target) + count;
    store<f32>(block + target, gradient);
    store<f32>(db2 + target, load<f32>(db2 + target) + count);
    const column = target / 16, lane = target / 4 % 4;
    const turned = dLogits + (column / 4) * dLogitsBlock() + (row + lane) * 16;
    store<f32>(turned + column % 4 * 4, gradient);
  }
}

/** log(sum) + largest = logsumexp(z) of four rows, into f64[4] at `to`. */
export function storeLogsOfSums(sum: v128, largest: v128, to: usize): void {
  const lanes = to + 32; // to be read one by one: f32[4], f32[4]
  v128.store(lanes, sum, 0);
  v128.store(lanes, largest, 16);
  for (let lane: u32 = 0; lane < 4; lane++) {
    const at = lanes + 4 * lane;
    store<f64>(
      to + 8 * lane,
      log(f64(load<f32>(at, 0))) + f64(load<f32>(at, 16)),
    );
  }
}

/**
 * logsumexp(z) of four rows of a block, in which z = logits + b2 takes the
 * logits' place, into f64[4] at `to`.
 */
export function logsOfSums(block: usize, to: usize): void {
  const end = block + columns * 16;
  const largest = addBias(block, end, outputBias);
  let sum = f32x4.splat(0);
  for (let at = block; at < end; at += 16) {
    sum = f32x4.add(sum, exp(f32x4.sub(v128.load(at), largest)));
  }
  storeLogsOfSums(sum, largest, to);
}
