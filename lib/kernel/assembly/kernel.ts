/**
 * The entry points: what lib/kernel/kernel.ts calls. Everything larger than a
 * number passes through the stage, a piece of memory with the address `stage`.
 *
 * The other files, in the order in which a step needs them:
 *
 * | file | what is in it |
 * | --- | --- |
 * | memory | linear memory as a stack |
 * | model | the sizes and the parameters |
 * | rows | the data set: different contexts, and the rows that have them |
 * | generator | the Mersenne Twister, as torch runs it |
 * | batch | minibatches drawn, equal rows merged, tokens in slots |
 * | candidates | sampled softmax: few tokens drawn, their columns gathered |
 * | output_layer | the columns a pass works with: all tokens, or the candidates |
 * | activations | what a tile leaves on its way forward; the gradients |
 * | forward | embeddings → tables → hidden → logits |
 * | loss | softmax, cross-entropy, and the gradient of the logits |
 * | backward | the gradients of the layers |
 * | columns | the output layer, where many columns are divided |
 * | update, decay | the gradients are added to the weights, which decay |
 * | row_losses | the loss of each row by itself |
 * | sampling | new words; the probabilities after a context |
 * | threads | parts of the work, done by all threads that are there |
 * | matrix_products, vector_maths | the two products; tanh, exp and log |
 */

import { commit, mark, release } from "./memory";
import { clearModel, layOutModel, Q, stage, stageBytes, T } from "./model";
import { position, resume, WORDS, words } from "./generator";
import { beginRows, D, endRows, N } from "./rows";
import {
  drawBatch,
  drawBatchUnmerged,
  layOutBatch,
  mostRows,
  R,
  size,
  wholeBatch,
} from "./batch";
import {
  drawCandidates,
  hideOthersTargets,
  layOutCandidates,
  mostColumns,
  shrinkPanel,
} from "./candidates";
import {
  columns,
  columns4,
  expectColumns,
  isSampled,
  isWide,
  tileRows,
  useAllTokens,
} from "./output_layer";
import {
  addGroups,
  clearEmbeddingGradient,
  firstRowOf,
  groupsOf,
  layOutActivations,
  layOutEmbeddingGradient,
  logitsAt,
  lossOfGroup,
  rows4,
  setTile,
  useGroup,
} from "./activations";
import {
  computeLogits,
  forwardPanel,
  gatherEmbeddings,
  preparePanel,
} from "./forward";
import { beginLoss, finishLoss, isBackward, logsOfSums, softmax } from "./loss";
import { backwardPanel, clearGradients, isSingleTile } from "./backward";
import {
  backwardColumns,
  backwardFromColumns,
  columnParts,
  finishColumns,
  forwardColumns,
  layOutColumns,
  lossOfColumns,
} from "./columns";
import { decay, setDecay } from "./decay";
import { gradientPart, gradientParts, updatePart } from "./update";
import { layOutRowLosses, rowLosses, storeRowLosses } from "./row_losses";
import { computeProbabilities, layOutSampling } from "./sampling";
import { expectWork, forAll, layOutScratches, scratch } from "./threads";

export {
  clearModel,
  moveb1,
  moveb2,
  moveC,
  moveW1,
  moveW2,
  moveWd,
} from "./model";
export { addRows } from "./rows";
export { isFused } from "./vector_maths";
export {
  divideFrom,
  endThreads,
  saveGlobals,
  takeGlobals,
  work,
} from "./threads";
export { beginSampling, sampleWords } from "./sampling";

/**
 * Where the stage is. These are functions because V8 runs a module that exports
 * a global which changes a twentieth slower.
 */
export function stageAddress(): usize {
  return stage;
}
export function stageSize(): u32 {
  return u32(stageBytes);
}

/** The state of the generator, u32[624], from the stage and back to it. */
export function loadGenerator(at: u32): void {
  memory.copy(words, stage, 4 * WORDS);
  resume(at);
}
export function storeGenerator(): u32 {
  memory.copy(stage, words, 4 * WORDS);
  return position;
}

/** Where the model's part of memory ends, the rows', and the batch's. */
let afterModel: u64 = 0;
let afterRows: u64 = 0;
let afterBatch: u64 = 0;

/** What is above the rows: nothing, the whole data set, or batches drawn. */
const NOTHING: u32 = 0;
const WHOLE: u32 = u32.MAX_VALUE;
let prepared: u32 = NOTHING; // or the size of the batches
/** How many candidates a step of such batches draws; 0 if it has all tokens. */
let candidates: u32 = 0;

/** The bytes that the last layout asked for. */
export function bytesWanted(): f64 {
  return f64(mark());
}

/** A model of these sizes, all zero; false if there is not enough memory. */
export function setModel(v: u32, t: u32, e: u32, h: u32, direct: bool): bool {
  layOutModel(v, t, e, h, direct);
  layOutScratches();
  layOutEmbeddingGradient();
  afterModel = mark();
  afterRows = afterModel;
  prepared = NOTHING;
  if (!commit()) return false;
  clearModel();
  clearEmbeddingGradient();
  return setRowCount(0);
}

/** Makes room for so many rows, which `addRows` takes in. */
export function setRowCount(rows: u32): bool {
  prepared = NOTHING;
  return beginRows(rows, afterModel);
}

/** All rows are in. Returns how many different contexts they have. */
export function finishRows(): u32 {
  afterRows = endRows(afterModel);
  return D;
}

/**
 * Lays out the batch that is asked for, and candidates if any are, unless it is
 * there already; false if there is not enough memory.
 */
export function prepareBatches(batch: u32, sampled: u32): bool {
  if (prepared == batch && candidates == sampled) return true;
  prepared = NOTHING;
  useAllTokens();
  const rows = batch == WHOLE ? N : batch;
  if (!layOutBatch(afterRows, rows, batch != WHOLE, sampled == 0)) return false;
  if (sampled != 0 && !layOutCandidates(sampled, rows)) return false;
  const most = sampled == 0 ? columns4 : mostColumns(sampled, rows);
  expectColumns(most);
  if (isWide) layOutColumns(most);
  if (!layOutActivations(mostRows, most)) return false;
  afterBatch = mark();
  if (batch == WHOLE) wholeBatch();
  prepared = batch;
  candidates = sampled;
  return true;
}
export function prepareWhole(): bool {
  return prepareBatches(WHOLE, 0);
}
export function prepareRowLosses(): bool {
  if (!prepareWhole()) return false;
  release(afterBatch);
  return layOutRowLosses();
}
export function prepareSampling(words: u32): bool {
  prepared = NOTHING;
  return layOutSampling(afterRows, words);
}

/** Rows that are one part of the work on the logits of a tile. */
const ROWS: u32 = 16;

/** Whether the loss of each row is wanted, not that of the batch. */
let isOfRows: bool = false;

/** The work of a tile forward, and its loss. */
function forwardTile(): f64 {
  forAll(Q, forwardPanel);
  if (!isWide) {
    forAll((rows4 + ROWS - 1) / ROWS, someRows);
    return isOfRows ? 0 : finishLoss();
  }
  forAll(columnParts(), forwardColumns);
  forAll(rows4 / 4, finishBlock);
  return isOfRows ? 0 : lossOfColumns();
}

/** The logits of some rows, and what comes of them. */
function someRows(part: u32): void {
  const row = part * ROWS;
  const end = min(row + ROWS, rows4);
  computeLogits(row, (end - row) / 4, 0, columns);
  for (let at = row; at < end; at += 4) finishBlock(at / 4);
}

/** What comes of the logits of a block of 4 rows. */
function finishBlock(block: u32): void {
  const row = 4 * block;
  if (isWide) finishColumns(row);
  else if (isOfRows) logsOfSums(logitsAt(row, 0), scratch);
  else {
    if (isSampled()) hideOthersTargets(row, logitsAt(row, 0), 0, columns);
    softmax(row);
  }
  if (isOfRows) storeRowLosses(row);
}

/** The work of a tile backward. */
function backwardTile(): void {
  if (!isWide) return forAll(Q, backwardPanel);
  if (isSampled() && isSingleTile() && decay > 0) forAll(Q, shrinkPanel);
  forAll(columnParts(), backwardColumns);
  forAll(Q, backwardFromColumns);
}

/** The tiles of a group, and the sum of their losses. Ends early if that is NaN. */
function tilesOf(group: u32): void {
  useGroup(group);
  if (isBackward) clearGradients();
  let loss: f64 = 0;
  const end = firstRowOf(group + 1);
  for (let row = firstRowOf(group); row < end; row += tileRows) {
    setTile(row);
    loss += forwardTile();
    if (!isFinite(loss)) break;
    if (isBackward) backwardTile();
  }
  store<f64>(lossOfGroup, loss);
}

/**
 * A pass over the batch, and its loss: forward, and with `backward` its gradient
 * times −learning rate too.
 */
function pass(backward: bool, ofRows: bool, learningRate: f64): f64 {
  isOfRows = ofRows;
  beginLoss(backward, f32(learningRate / f64(size)));
  const groups = groupsOf(R);
  const products = u64(Q) * 8 * columns * (backward ? 3 : 1); // for each row
  const together = groups > 1 ? R / groups : min(R, tileRows);
  expectWork(products * R, products * together);
  if (groups == 1 && !isWide) {
    for (let t: u32 = 0; t < T; t++) gatherEmbeddings(t);
  } else forAll(T, gatherEmbeddings);
  if (groups == 1) tilesOf(0);
  else {
    forAll(Q, preparePanel);
    forAll(groups, tilesOf);
  }
  let loss: f64 = 0;
  for (let group: u32 = 0; group < groups; group++) {
    useGroup(group);
    loss += load<f64>(lossOfGroup);
  }
  useGroup(0);
  return loss / f64(size);
}

/**
 * A step on the batch: forward, backward, update. Returns the loss before it; if
 * that is not finite, the weights stay as they are.
 */
function step(learningRate: f64, weightDecay: f64): f64 {
  setDecay(f32(learningRate * weightDecay));
  const loss = pass(true, false, learningRate);
  if (!isFinite(loss)) return loss;
  if (groupsOf(R) > 1) forAll(Q, addGroups);
  forAll(gradientParts(), gradientPart);
  forAll(1 + Q, updatePart);
  return loss;
}

/** One step over all rows; the loss before it. */
export { step as stepWhole };

/** The mean loss of all rows. */
export function lossOfWhole(): f64 {
  return pass(false, false, 0);
}

/** The loss of each row by itself: the address of f64[N]. */
export function lossesOfRows(): usize {
  pass(false, true, 0);
  return rowLosses;
}

/**
 * Steps on batches drawn from the rows, with candidates drawn after each if they
 * were prepared. The stage has the learning rate of each step, f64[steps], which
 * its loss replaces. Returns how many steps were done: fewer if a loss was not
 * finite.
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

/** Writes the probabilities after the prompt to the stage; false if NaN. */
export function probabilitiesOfPrompt(): bool {
  return computeProbabilities(stage);
}
