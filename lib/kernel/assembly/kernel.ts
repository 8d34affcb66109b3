/**
 * The entry points: what lib/kernel/kernel.ts calls. Everything larger than a
 * number passes through the stage.
 */

import { commit, mark, release, wanted } from "./memory";
import { position, resume, words } from "./generator";
import {
  C,
  clearModel,
  layOutModel,
  moveB1,
  moveB2,
  moveC,
  moveW1,
  moveW2,
  moveWd,
  stage,
  stageBytes,
} from "./model";
import {
  addRows,
  adoptRows,
  beginHashes,
  beginRows,
  D,
  endRows,
  hashRows,
  isHeld,
  N,
} from "./rows";
import {
  bytesOfSlots,
  drawBatch,
  drawBatchUnmerged,
  dSlots,
  layOutBatch,
  otherDSlots,
  R,
  size,
  wholeBatch,
} from "./batch";
import {
  drawCandidates,
  hideOthersTargets,
  layOutCandidates,
  scatter,
} from "./candidates";
import { divide, weightBytesOfHalf, weightsOfHalf, workOn } from "./halves";
import {
  clearActivations,
  dLogits,
  layOutActivations,
  logits,
  logitsBlock,
  otherLogits,
  tileRows,
} from "./activations";
import {
  computeHidden,
  computeLogits,
  gatherEmbeddings,
  joinLogits,
  multiplyEmbeddings,
  softmaxAndLoss,
} from "./forward";
import { backpropagate, clearGradients } from "./backward";
import { setDecay } from "./decay";
import { useAllTokens } from "./output_layer";
import { layOutRowLosses, rowLosses, storeRowLosses } from "./row_losses";
import {
  gatherSlots,
  joinSlots,
  updateEmbeddings,
  updateLayers,
} from "./update";
import {
  beginSampling,
  computeProbabilities,
  layOutSampling,
  output,
  prompt,
  sampleWords,
  written,
} from "./sampling";

/** Where the model's part of memory ends, the rows', and the batch's. */
let afterModel: u64 = 0;
let afterRows: u64 = 0;
let afterBatch: u64 = 0;

/** What lies above the rows: nothing, the whole data set, or batches drawn. */
const NOTHING: u32 = 0;
const WHOLE: u32 = u32.MAX_VALUE;
let prepared: u32 = NOTHING; // or the size of the batches
/** How many candidates a step of such batches draws; 0 if it has all tokens. */
let candidates: u32 = 0;

/** The bytes that the last layout asked for. */
export function bytesWanted(): f64 {
  return f64(wanted());
}

/** A model of these sizes, all zero; false if memory does not do. */
export function setModel(
  v: u32,
  t: u32,
  e: u32,
  h: u32,
  direct: bool,
): bool {
  layOutModel(v, t, e, h, direct);
  layOutActivations();
  afterModel = mark();
  afterRows = afterModel;
  prepared = NOTHING;
  if (!commit()) return false;
  clearModel();
  workWithAllTokens();
  return setRowCount(0);
}

/** What sampled steps have left behind is cleared. */
function workWithAllTokens(): void {
  candidates = 0;
  useAllTokens();
  clearActivations();
}

/** The stage, and how much it holds. */
export function stageAddress(): usize {
  return stage;
}
export function stageSize(): u32 {
  return stageBytes;
}

export { clearModel, moveB1, moveB2, moveC, moveW1, moveW2, moveWd };

/** Makes room for so many rows. */
export function setRowCount(rows: u32): bool {
  prepared = NOTHING;
  return beginRows(rows, afterModel);
}

export { addRows, beginHashes, hashRows, isHeld };

/** All rows were given. */
export function finishRows(): void {
  afterRows = endRows(afterModel);
}

/**
 * Lays out the batch that is asked for, and candidates if any are, unless it is
 * there already.
 */
function prepare(batch: u32, sampled: u32): bool {
  if (prepared == batch && candidates == sampled) return true;
  prepared = NOTHING;
  if (candidates != 0) workWithAllTokens();
  const rows = batch == WHOLE ? N : batch;
  if (!layOutBatch(afterRows, rows, batch != WHOLE, sampled == 0)) return false;
  if (sampled != 0 && !layOutCandidates(sampled, rows)) return false;
  divide(sampled != 0);
  afterBatch = mark();
  if (batch == WHOLE) wholeBatch();
  prepared = batch;
  candidates = sampled;
  return true;
}
export function prepareWhole(): bool {
  return prepare(WHOLE, 0);
}
export function prepareRowLosses(): bool {
  if (!prepareWhole()) return false;
  release(afterBatch);
  return layOutRowLosses();
}
export function prepareBatches(size: u32, candidates: u32): bool {
  return prepare(size, candidates);
}
export function prepareSampling(words: u32): bool {
  prepared = NOTHING;
  return layOutSampling(afterRows, words);
}

/** The pass on its way: whether it goes backward, and by how much. */
let backward = false;
let scale: f32 = 0;
/** What it has lost so far, in the first half of its tiles and in the second. */
const losses = memory.data(16, 8); // f64[2]
let middleRow: u32 = 0; // that the second half begins with

/** What all rows of the batch as it stands need. */
export function beginPass(
  back: bool,
  learningRate: f64,
  weightDecay: f64,
): void {
  backward = back;
  scale = f32(learningRate / f64(size));
  middleRow = R / (2 * tileRows) * tileRows;
  memory.fill(losses, 0, 16);
  setDecay(f32(learningRate * weightDecay));
  gatherEmbeddings();
  multiplyEmbeddings();
  if (backward) clearGradients();
}

/** The rows of the tile that begins with `first`, filled up with others. */
function filledRows(first: u32): u32 {
  return (min(tileRows, R - first) + 3) & ~3;
}

/** The way forward through one tile, as far as each half goes by itself. */
export function forwardTile(first: u32): void {
  const filled = filledRows(first);
  computeHidden(first, filled);
  computeLogits(filled);
}

/** The rest of the way, and the way back; false if the loss is not finite. */
export function finishTile(first: u32): bool {
  const filled = filledRows(first);
  joinLogits(filled);
  if (candidates != 0) hideOthersTargets(first, filled);
  const at = losses + (first < middleRow ? 0 : 8);
  const loss = load<f64>(at) + softmaxAndLoss(first, filled, backward, scale);
  store<f64>(at, loss);
  if (!isFinite(loss)) return false;
  if (backward) backpropagate(first, min(tileRows, R - first), first > 0);
  return true;
}

/** The tiles of some rows, one after the other. */
function passThrough(first: u32, end: u32): void {
  for (; first < end; first += tileRows) {
    forwardTile(first);
    if (!finishTile(first)) break;
  }
}

/**
 * One half of the tiles, 0 or 1, in a pass that only goes forward: two threads
 * can do one each, and need nothing of each other but what the other has lost.
 */
export function passHalfOfTiles(half: u32): void {
  if (half == 0) passThrough(0, middleRow);
  else passThrough(middleRow, R);
}
export function tileLossesAddress(): usize {
  return losses;
}

/** The mean loss of all rows, or the first that is not finite. */
export function meanLoss(): f64 {
  const first = load<f64>(losses, 0);
  const sum = isFinite(first) ? first + load<f64>(losses, 8) : first;
  return sum / f64(size);
}

/** One step on the batch as it stands, unless its loss is not finite. */
function step(learningRate: f64, weightDecay: f64): f64 {
  beginPass(true, learningRate, weightDecay);
  passThrough(0, R);
  const loss = meanLoss();
  if (!isFinite(loss)) return loss;
  gatherSlots();
  updateLayers();
  finishStep();
  if (candidates != 0) scatter();
  return loss;
}

/** What is left to do when both halves' gradients of the slots are there. */
export function finishStep(): void {
  joinSlots();
  updateEmbeddings();
}

/** One step over all rows; the loss before it. */
export { step as stepWhole };

/** The mean loss of all rows. */
export function lossOfWhole(): f64 {
  beginPass(false, 0, 0);
  passThrough(0, R);
  return meanLoss();
}

/** The loss of each row by itself: the address of f64[N]. */
export function lossesOfRows(): usize {
  beginPass(false, 0, 0);
  for (let first: u32 = 0; first < R; first += tileRows) {
    forwardTile(first);
    joinLogits(filledRows(first));
    storeRowLosses(first, filledRows(first));
  }
  return rowLosses;
}

/**
 * Steps on batches drawn from the rows, with candidates drawn after each if
 * they were prepared: on the stage one learning rate for each step, f64[steps],
 * which its loss replaces. Returns the number of steps done:
 * fewer if a loss was not finite.
 */
export function trainSteps(steps: u32, batch: u32, weightDecay: f64): u32 {
  for (let i: u32 = 0; i < steps; i++) {
    if (candidates == 0) drawBatch(batch);
    else {
      drawBatchUnmerged(batch);
      drawCandidates();
    }
    const at = stage + 8 * i;
    const loss = step(load<f64>(at), weightDecay);
    store<f64>(at, loss);
    if (!isFinite(loss)) return i;
  }
  return steps;
}

/**
 * For two threads, which have a kernel each: the weights that both begin with,
 * and the rows, which the second one adopts.
 */
export function weightsAddress(): usize {
  return C;
}
export function weightsSize(): u32 {
  return u32(stage - C);
}
export function rowsAddress(): usize {
  return usize(afterModel);
}
export function rowsSize(): u32 {
  return u32(afterRows - afterModel);
}
export function rowCount(): u32 {
  return N;
}
export function contextCount(): u32 {
  return D;
}
/** Makes room for rows that are copied from one kernel to the other. */
export function adopt(rows: u32, contexts: u32): bool {
  prepared = NOTHING;
  if (!adoptRows(rows, contexts, afterModel)) return false;
  afterRows = mark();
  return true;
}

/**
 * Each works on its half of the hidden layer, and they hand each other its
 * logits of each tile, its gradient of the slots, and in the end its weights.
 */
export { drawBatch, gatherSlots, updateLayers, workOn };
export { weightBytesOfHalf, weightsOfHalf };
export function mergedRows(): u32 {
  return R;
}
export function rowsOfTile(): u32 {
  return tileRows;
}
export function logitsAddress(): usize {
  return logits;
}
export function otherLogitsAddress(): usize {
  return otherLogits;
}
export function logitsBytes(first: u32): u32 {
  return u32(filledRows(first) / 4 * logitsBlock());
}
export function slotsAddress(): usize {
  return dSlots;
}
export function otherSlotsAddress(): usize {
  return otherDSlots;
}
export function slotsBytes(): u32 {
  return u32(bytesOfSlots());
}
/** No message of the logits or of the slots is longer. */
export function longestMessage(): u32 {
  return u32(max(dLogits - logits, otherDSlots - dSlots));
}

/** The generator's words, where to write them, and the index of the next. */
export function generatorWords(): usize {
  return words;
}
export function generatorPosition(): u32 {
  return position;
}
export { resume as resumeGenerator };

/** Sampling: the addresses to write to and read from, then the words. */
export function promptAddress(): usize {
  return prompt;
}
export function outputAddress(): usize {
  return output;
}
export function outputWritten(): u32 {
  return written;
}
export { beginSampling, sampleWords };

/** The probabilities of the tokens after the prompt, on the stage. */
export function probabilitiesOfContext(): void {
  computeProbabilities(stage);
}
