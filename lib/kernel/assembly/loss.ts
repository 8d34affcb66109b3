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

import { transpose } from "./matrix_products";
import { exp, log } from "./vector_maths";
import { columns, columns4, outputBias } from "./output_layer";
import { counts, starts, targets, weights } from "./batch";
import { db2, dLogits, dLogitsBlock, logits, logitsBlock } from "./activations";

/** Lanes to be read one by one: the largest logit and the sum of each row. */
const largestOfRow = memory.data(16, 16); // f32[4]
const sumOfRow = memory.data(16, 16); // f32[4]

/**
 * The sum of the losses of `rows` rows from `first` on, in float64.
 *
 * With `backward`, −scale · dz takes the logits' place, is written into dLogits,
 * turned over, and is added to db2.
 */
export function softmaxAndLoss(
  first: u32,
  rows: u32,
  backward: bool,
  scale: f32,
): f64 {
  let loss: f64 = 0;
  for (let row: u32 = 0; row < rows; row += 4) {
    const block = logits + (row / 4) * logitsBlock(); // f32[columns][4]
    const end = block + columns * 16;

    const largest = addBias(block, end);
    v128.store(largestOfRow, largest);
    loss -= sumOfTargets(first + row, block);

    // z becomes exp(z − largest), which cannot overflow
    let sum = f32x4.splat(0);
    for (let at = block; at < end; at += 16) {
      const e = exp(f32x4.sub(v128.load(at), largest));
      v128.store(at, e);
      sum = f32x4.add(sum, e);
    }
    v128.store(sumOfRow, sum);
    loss += sumOfLogs(first + row);

    if (backward) {
      // −scale · dz = scale · count − scale · weight · exp(…) / sum
      const weight = v128.load(weights + 4 * (first + row));
      const factor = f32x4.div(f32x4.mul(weight, f32x4.splat(-scale)), sum);
      for (let at = block, d = db2; at < end; at += 16, d += 16) {
        const dz = f32x4.mul(v128.load(at), factor);
        v128.store(at, dz);
        v128.store(d, f32x4.add(v128.load(d), dz));
      }
      addTargets(first + row, block, scale);
      const turned = dLogits + row * 16;
      for (let v: u32 = 0; v < columns4; v += 4) {
        transpose(block + v * 16, 16, turned + (v / 4) * dLogitsBlock(), 16);
      }
    }
  }
  return loss;
}

/** z = logits + b2 in one block of 4 rows, and the largest z of each row. */
export function addBias(block: usize, end: usize): v128 {
  let largest = f32x4.splat(-Infinity);
  for (let at = block, bias = outputBias; at < end; at += 16, bias += 4) {
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
function sumOfLogs(first: u32): f64 {
  let loss: f64 = 0;
  for (let lane: u32 = 0; lane < 4; lane++) {
    loss += f64(load<f32>(weights + 4 * (first + lane))) * logOfSum(lane);
  }
  return loss;
}

/** log(sum) + largest = logsumexp(z) of the row in one lane. */
function logOfSum(lane: u32): f64 {
  return log(f64(load<f32>(sumOfRow + 4 * lane))) +
    f64(load<f32>(largestOfRow + 4 * lane));
}

/** Adds scale · count to the gradient of each target's logit, and to db2. */
function addTargets(first: u32, block: usize, scale: f32): void {
  const end = load<u32>(starts + 4 * first, 16);
  for (let entry = load<u32>(starts + 4 * first); entry < end; entry++) {
    const target = load<u32>(targets + 4 * entry);
    const count = scale * load<f32>(counts + 4 * entry);
    store<f32>(block + target, load<f32>(block + target) + count);
    store<f32>(db2 + target, load<f32>(db2 + target) + count);
  }
}

/**
 * logsumexp(z) of four rows of a block, in which z = logits + b2 takes the
 * logits' place, into f64[4] at `to`.
 */
export function storeLogsOfSums(block: usize, to: usize): void {
  const end = block + columns * 16;
  const largest = addBias(block, end);
  let sum = f32x4.splat(0);
  for (let at = block; at < end; at += 16) {
    sum = f32x4.add(sum, exp(f32x4.sub(v128.load(at), largest)));
  }
  v128.store(largestOfRow, largest);
  v128.store(sumOfRow, sum);
  for (let lane: u32 = 0; lane < 4; lane++) {
    store<f64>(to + 8 * lane, logOfSum(lane));
  }
}
