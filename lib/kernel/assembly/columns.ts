/**
 * Many columns: thousands of tokens, or hundreds of candidates. Their logits are
 * not divided by rows, which would all need all of W2, but by columns. So each
 * part of the work reads its own columns of W2 and writes its own gradients; all
 * that parts hand on is the largest z of each row, the sum of exp(z − largest),
 * and what their columns add to the gradient of the hidden layer.
 *
 * A part works on chunks of columns, one after the other: few enough that their
 * logits are still in the cache for the next product. On the way back W2 is read
 * and updated chunk by chunk, so a batch that is one tile needs no dW2.
 */

import { allocate } from "./memory";
import { Q } from "./model";
import { addAll, multiply, ROW, transpose } from "./matrix_products";
import { exp, multiplyAdd } from "./vector_maths";
import {
  CHUNK,
  columns,
  isSampled,
  outputBias,
  outputPanel,
  outputWeights,
  tileRows,
} from "./output_layer";
import { counts, starts, targets, weights } from "./batch";
import {
  db2,
  dW2,
  first,
  hidden,
  hiddenPanel,
  isFirst,
  logitsAt,
  logitsBlock,
  lossesOfBlocks,
  panelRows,
  rows,
  rows4,
} from "./activations";
import { computeLogits } from "./forward";
import { fromHidden, isSingleTile } from "./backward";
import { addBias, isBackward, scale, storeLogsOfSums, sumOfLogs } from "./loss";
import { hideOthersTargets, scatterColumns } from "./candidates";
import { shrink } from "./decay";
import { scratch } from "./threads";

/** Rows whose logits are computed together: their hidden layer is in the cache. */
const ROWS: u32 = 16;
const MOST_PARTS: u32 = 8;

/** Of each chunk: the largest z of each row, and Σ exp(z − largest). */
let maxima: usize = 0; // f32[chunks][tileRows]
let sums: usize = 0; // f32[chunks][tileRows]
/** Of all columns: the largest z, and −scale · weight / Σ exp(z − largest). */
let largest: usize = 0; // f32[tileRows]
let factors: usize = 0; // f32[tileRows]
/** Of each part: Σ count · z[target] for each block of 4 rows. */
let sumsOfTargets: usize = 0; // f64[parts][tileRows/4]
/** Of each part: what its columns add to the gradient of the hidden layer. */
let dHidden: usize = 0; // f32[parts][Q][tileRows][8]
/** Of each part: the gradient of a chunk's logits, turned over. */
let turned: usize = 0; // f32[parts][CHUNK/4][tileRows][4]

/** Lays them out for so many columns at most. */
export function layOutColumns(columns: u32): void {
  const chunks = (columns + CHUNK - 1) / CHUNK;
  maxima = allocate(u64(chunks) * tileRows, 4);
  sums = allocate(u64(chunks) * tileRows, 4);
  largest = allocate(tileRows, 4);
  factors = allocate(tileRows, 4);
  sumsOfTargets = allocate(MOST_PARTS * tileRows / 4, 8);
  dHidden = allocate(u64(MOST_PARTS) * Q * tileRows, ROW);
  turned = allocate(MOST_PARTS * CHUNK * tileRows, 4);
}

function chunks(): u32 {
  return (columns + CHUNK - 1) / CHUNK;
}

/** The parts of the columns. */
export function columnParts(): u32 {
  return min(chunks(), MOST_PARTS);
}
function firstColumnOf(part: u32): u32 {
  return min(columns, part * chunks() / columnParts() * CHUNK);
}

/** A number of each row, four of them from this row on. */
function ofRows(numbers: usize, column: u32, row: u32): usize {
  return numbers + (column / CHUNK * tileRows + row) * 4;
}

/** The logits of a part, and exp(z − largest) in their place on the way back. */
export function forwardColumns(part: u32): void {
  const ofTargets = sumsOfTargets + part * tileRows * 2;
  memory.fill(ofTargets, 0, tileRows * 2);
  const end = firstColumnOf(part + 1);
  for (let column = firstColumnOf(part); column < end; column += CHUNK) {
    const count = min(CHUNK, end - column);
    for (let row: u32 = 0; row < rows4; row += ROWS) {
      computeLogits(row, min(ROWS, rows4 - row) / 4, column, count);
    }
    for (let row: u32 = 0; row < rows4; row += 4) {
      const block = logitsAt(row, column);
      if (isSampled()) hideOthersTargets(row, block, column, count);
      const z = addBias(block, block + count * 16, outputBias + column * 4);
      addToSumOfTargets(row, block, column, count, ofTargets + row * 2);
      v128.store(ofRows(maxima, column, row), z);
      const sum = exponentiate(block, block + count * 16, z);
      v128.store(ofRows(sums, column, row), sum);
    }
  }
}

/** Adds Σ count · z[target] over the targets that these columns have. */
function addToSumOfTargets(
  row: u32,
  block: usize,
  column: u32,
  count: u32,
  to: usize,
): void {
  const end = load<u32>(starts + 4 * (first + row), 16);
  let entry = load<u32>(starts + 4 * (first + row));
  for (; entry < end; entry++) {
    const target = load<u32>(targets + 4 * entry) - column * 16;
    if (target >= count * 16) continue;
    const z = f64(load<f32>(block + target));
    store<f64>(to, load<f64>(to) + f64(load<f32>(counts + 4 * entry)) * z);
  }
}

/** Σ exp(z − largest), of which each takes the place of z on the way back. */
function exponentiate(at: usize, end: usize, largest: v128): v128 {
  let sum = f32x4.splat(0);
  for (; at < end; at += 16) {
    const e = exp(f32x4.sub(v128.load(at), largest));
    if (isBackward) v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  return sum;
}

/**
 * Puts together what the parts have found about a block of 4 rows: the logs of
 * its sums, f64[4] into `scratch`, and its losses.
 */
export function finishColumns(row: u32): void {
  let z = v128.load(maxima + row * 4);
  for (let column: u32 = 0; column < columns; column += CHUNK) {
    z = f32x4.pmax(z, v128.load(ofRows(maxima, column, row)));
  }
  let sum = f32x4.splat(0);
  for (let column: u32 = 0; column < columns; column += CHUNK) {
    const e = exp(f32x4.sub(v128.load(ofRows(maxima, column, row)), z));
    sum = multiplyAdd(e, v128.load(ofRows(sums, column, row)), sum);
  }
  storeLogsOfSums(sum, z, scratch);
  v128.store(largest + row * 4, z);
  const weight = v128.load(weights + 4 * (first + row));
  const factor = f32x4.div(f32x4.mul(weight, f32x4.splat(-scale)), sum);
  v128.store(factors + row * 4, factor);
  let ofTargets: f64 = 0;
  for (let part: u32 = 0; part < columnParts(); part++) {
    ofTargets += load<f64>(sumsOfTargets + part * tileRows * 2 + row * 2);
  }
  store<f64>(lossesOfBlocks + row * 4, ofTargets, 0);
  store<f64>(lossesOfBlocks + row * 4, sumOfLogs(first + row, scratch), 8);
}

/** The loss of the tile. */
export function lossOfColumns(): f64 {
  let loss: f64 = 0;
  for (let row: u32 = 0; row < rows4; row += 4) {
    const losses = lossesOfBlocks + row * 4;
    loss = loss - load<f64>(losses, 0) + load<f64>(losses, 8);
  }
  return loss;
}

/**
 * From exp(z − largest) of a part to the gradients of its columns, and to what
 * they add to that of the hidden layer, as backwardPanel does with all columns.
 */
export function backwardColumns(part: u32): void {
  const single = isSingleTile();
  const to = dHidden + part * Q * hiddenPanel();
  memory.fill(to, 0, Q * hiddenPanel());
  const back = turned + part * CHUNK * tileRows * 4;
  const end = firstColumnOf(part + 1);
  for (let column = firstColumnOf(part); column < end; column += CHUNK) {
    const count = min(CHUNK, end - column);
    const bias = db2 + column * 16;
    if (isFirst) memory.fill(bias, 0, ((count + 3) & ~3) * 16);
    for (let row: u32 = 0; row < rows4; row += 4) {
      const block = logitsAt(row, column);
      toGradient(row, block, column, count);
      addAll(bias, block, count * 16);
      for (let v: u32 = 0; v < count; v += 4) {
        const at = back + (v / 4 * panelRows() + row) * 16;
        transpose(block + v * 16, 16, at, 16);
      }
    }
    for (let p: u32 = 0; p < Q; p++) {
      const w = outputWeights + p * outputPanel() + column * ROW;
      const dw = dW2 + p * outputPanel() + column * ROW;
      const dh = to + p * hiddenPanel(), h = hidden + p * hiddenPanel();
      multiply(logitsAt(0, column), logitsBlock(), w, dh, rows, count, true);
      if (single) shrink(w, ((count + 3) & ~3) * ROW);
      const add = single || !isFirst;
      multiply(back, panelRows() * 16, h, single ? w : dw, count, rows, add);
      if (single && isSampled()) scatterColumns(p, column, column + count);
    }
  }
}

/** From exp(z − largest) of the chunk in a block of 4 rows to −scale · dz. */
function toGradient(row: u32, block: usize, column: u32, count: u32): void {
  const z = v128.load(ofRows(maxima, column, row));
  const most = v128.load(largest + row * 4);
  const factor = f32x4.mul(
    v128.load(factors + row * 4),
    exp(f32x4.sub(z, most)),
  );
  let at = block;
  for (const end = block + count * 16; at < end; at += 16) {
    v128.store(at, f32x4.mul(v128.load(at), factor));
  }
  for (const end = block + ((count + 3) & ~3) * 16; at < end; at += 16) {
    v128.store(at, f32x4.splat(0));
  }
  const end = load<u32>(starts + 4 * (first + row), 16);
  let entry = load<u32>(starts + 4 * (first + row));
  for (; entry < end; entry++) {
    const target = load<u32>(targets + 4 * entry) - column * 16;
    if (target >= count * 16) continue;
    const gradient = scale * load<f32>(counts + 4 * entry);
    store<f32>(block + target, load<f32>(block + target) + gradient);
  }
}

/** The gradient of one panel of `hidden`, from those of all parts. */
export function backwardFromColumns(p: u32): void {
  const to = dHidden + p * hiddenPanel();
  for (let part: u32 = 1; part < columnParts(); part++) {
    addAll(to, to + part * Q * hiddenPanel(), rows4 * ROW);
  }
  fromHidden(p, to);
}
