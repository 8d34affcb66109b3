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
  drawBatch,
  drawBatchUnmerged,
  layOutBatch,
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
import {
  aside,
  asideBytes,
  firstRowOf,
  hasParts,
  joinAside,
  layOutNoParts,
  layOutParts,
  mayHaveParts,
  setAside,
} from "./parts";
import { clearActivations, layOutActivations, tileRows } from "./activations";
import {
  computeHidden,
  computeLogits,
  gatherEmbeddings,
  multiplyEmbeddings,
  softmaxAndLoss,
} from "./forward";
import { backpropagate, clearGradients } from "./backward";
import { setDecay } from "./decay";
import { useAllTokens } from "./output_layer";
import { layOutRowLosses, losses, storeRowLosses } from "./row_losses";
import { update } from "./update";
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
  if (sampled == 0) {
    if (!layOutParts(rows)) return false;
  } else {
    layOutNoParts();
    if (!layOutCandidates(sampled, rows)) return false;
  }
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

/** What all rows of the batch as it stands need. */
function beginPass(): void {
  gatherEmbeddings();
  multiplyEmbeddings();
}

/**
 * The loss of one part of the batch, not yet divided by its size, and its
 * gradients if asked for. A loss that is not finite ends it at once.
 */
function passThrough(part: u32, backward: bool, learningRate: f64): f64 {
  const scale = f32(learningRate / f64(size));
  const begin = firstRowOf(part), end = firstRowOf(part + 1);
  if (backward) clearGradients();
  let loss: f64 = 0;
  for (let first = begin; first < end; first += tileRows) {
    const rows = min(tileRows, end - first);
    const filled = (rows + 3) & ~3;
    computeHidden(first, filled);
    computeLogits(filled);
    if (candidates != 0) hideOthersTargets(first, filled);
    loss += softmaxAndLoss(first, filled, backward, scale);
    if (!isFinite(loss)) break;
    if (backward) backpropagate(first, rows, first > begin);
  }
  return loss;
}

/**
 * The loss of the batch as it stands, and the gradients if asked for, unless
 * the loss is not finite.
 */
function pass(backward: bool, learningRate: f64): f64 {
  beginPass();
  const loss = passThrough(0, backward, learningRate);
  if (!hasParts()) return loss / f64(size);
  setAside(loss, backward);
  return passSecondPart(backward, learningRate);
}

/** The second part, with the first one put aside. */
function passSecondPart(backward: bool, learningRate: f64): f64 {
  const first = load<f64>(aside);
  if (!isFinite(first)) return first / f64(size);
  const loss = passThrough(1, backward, learningRate);
  return joinAside(1, loss, backward) / f64(size);
}

/** One step on the batch as it stands, unless its loss is not finite. */
function step(learningRate: f64, weightDecay: f64): f64 {
  setDecay(f32(learningRate * weightDecay));
  return updated(pass(true, learningRate));
}

/** Updates the weights, unless the loss is not finite. */
function updated(loss: f64): f64 {
  if (!isFinite(loss)) return loss;
  update();
  if (candidates != 0) scatter();
  return loss;
}

/** One step over all rows; the loss before it. */
export function stepWhole(learningRate: f64, weightDecay: f64): f64 {
  return step(learningRate, weightDecay);
}

/** The mean loss of all rows. */
export function lossOfWhole(): f64 {
  return pass(false, 0);
}

/** The loss of each row by itself: the address of f64[N]. */
export function lossesOfRows(): usize {
  beginPass();
  for (let first: u32 = 0; first < R; first += tileRows) {
    const filled = (min(tileRows, R - first) + 3) & ~3;
    computeHidden(first, filled);
    computeLogits(filled);
    storeRowLosses(first, filled);
  }
  return losses;
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
 * For two threads, which have a kernel each and do one part each: what one
 * thread did lies at `aside`, where the other's is put before they are joined.
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
export { hasParts, mayHaveParts };
export function asideAddress(): usize {
  return aside;
}
export function asideSize(backward: bool): u32 {
  return u32(asideBytes(backward));
}
export { drawBatch };
export function stepDrawn(learningRate: f64, weightDecay: f64): f64 {
  return step(learningRate, weightDecay);
}

/** The loss of the part that this thread has done. */
let own: f64 = 0;

/** Does one part of the batch as it stands, and leaves it aside, too. */
export function passPart(
  part: u32,
  backward: bool,
  learningRate: f64,
  weightDecay: f64,
): void {
  setDecay(f32(learningRate * weightDecay));
  beginPass();
  own = passThrough(part, backward, learningRate);
  setAside(own, backward);
}

/** Joins the other's part to this one's; the loss before the update. */
export function joinPart(part: u32, backward: bool): f64 {
  const loss = joinAside(part, own, backward) / f64(size);
  return backward ? updated(loss) : loss;
}

/** Does the second part, too, where the first was left aside. */
export function finishAlone(backward: bool, learningRate: f64): f64 {
  const loss = passSecondPart(backward, learningRate);
  return backward ? updated(loss) : loss;
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
