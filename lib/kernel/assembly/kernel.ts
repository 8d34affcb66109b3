/**
 * The entry points: what lib/kernel/kernel.ts calls. Everything larger than a
 * number passes through the stage.
 */

import { commit, mark, wanted } from "./memory";
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
import { drawBatch, layOutBatch, R, size, wholeBatch } from "./batch";
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

/** Where the model's part of memory ends, and the rows'. */
let afterModel: u64 = 0;
let afterRows: u64 = 0;

/** What lies above the rows: nothing, the whole data set, or batches drawn. */
const NOTHING: u32 = 0;
const WHOLE: u32 = u32.MAX_VALUE;
let prepared: u32 = NOTHING; // or the size of the batches

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
  clearActivations();
  return setRowCount(0);
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

/** Lays out the batch that is asked for, unless it is there already. */
function prepare(batch: u32): bool {
  if (prepared == batch) return true;
  prepared = NOTHING;
  if (!layOutBatch(afterRows, batch == WHOLE ? N : batch, batch != WHOLE)) {
    return false;
  }
  if (batch == WHOLE) wholeBatch();
  prepared = batch;
  return true;
}
export function prepareWhole(): bool {
  return prepare(WHOLE);
}
export function prepareBatches(size: u32): bool {
  return prepare(size);
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
  if (isFinite(loss)) update();
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

/**
 * Steps on batches drawn from the rows: on the stage one learning rate for
 * each, f64[steps], which its loss replaces. Returns the number of steps done:
 * fewer if a loss was not finite.
 */
export function trainSteps(steps: u32, batch: u32, weightDecay: f64): u32 {
  for (let i: u32 = 0; i < steps; i++) {
    drawBatch(batch);
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
