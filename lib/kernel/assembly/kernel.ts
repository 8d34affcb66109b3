/**
 * The entry points: what lib/kernel/kernel.ts calls. Everything larger than a
 * number passes through the stage.
 */

import { commit, mark, release, wanted } from "./memory";
import { position, resume, words } from "./generator";
import {
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
import { addRows, beginRows, endRows, N } from "./rows";
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

export { addRows };

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
  afterBatch = mark();
  if (sampled != 0 && !layOutCandidates(sampled, rows)) return false;
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

/**
 * The loss of the batch as it stands, and the gradients if asked for. A loss
 * that is not finite ends it at once, before any weight is touched.
 */
function pass(backward: bool, learningRate: f64): f64 {
  const scale = f32(learningRate / f64(size));
  gatherEmbeddings();
  multiplyEmbeddings();
  if (backward) clearGradients();
  let loss: f64 = 0;
  for (let first: u32 = 0; first < R; first += tileRows) {
    const rows = min(tileRows, R - first);
    const filled = (rows + 3) & ~3;
    computeHidden(first, filled);
    computeLogits(filled);
    if (candidates != 0) hideOthersTargets(first, filled);
    loss += softmaxAndLoss(first, filled, backward, scale);
    if (!isFinite(loss)) break;
    if (backward) backpropagate(first, rows);
  }
  return loss / f64(size);
}

/** One step on the batch as it stands, unless its loss is not finite. */
function step(learningRate: f64, weightDecay: f64): f64 {
  setDecay(f32(learningRate * weightDecay));
  const loss = pass(true, learningRate);
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
  gatherEmbeddings();
  multiplyEmbeddings();
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
