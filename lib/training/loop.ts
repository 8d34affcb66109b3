/**
 * The training loop: a minibatch, a step, and again.
 */

import { checkNotNegative, checkWhole } from "../errors/checks.ts";
import { DivergenceError } from "../errors/errors.ts";
import { giveBackKernel, takeKernel } from "../kernel/held_kernels.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import type { Rows } from "../kernel/rows.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import { checkSteps, constantRate, type Schedule } from "./schedules.ts";
import { mostCandidates } from "./candidates.ts";
import { arrayTrainee, checkRows, type Trainee } from "./trainee.ts";

/** Settings of {@linkcode trainSteps} and {@linkcode train}. */
export interface TrainOptions {
  /** How many steps to do. */
  steps: number;
  /**
   * How many rows a minibatch has, drawn with replacement, or `"all"` for
   * every row in every step. Default: 32, as in the lecture.
   */
  batchSize?: number | "all";
  /**
   * The random number generator that draws the minibatches. Required unless the
   * batch size is `"all"`.
   */
  generator?: TorchGenerator;
  /** The learning rate, or a schedule of it. Default: 0.1, as in the lecture. */
  learningRate?: number | Schedule;
  /**
   * How strongly weights, but not biases, are drawn to zero: λ of
   * `p -= lr * (p.grad + λ * p)`, PyTorch's `SGD(weight_decay=λ)`. The paper
   * uses 10⁻⁴ and 10⁻⁵. The losses reported are without the penalty. Default: 0.
   */
  weightDecay?: number;
  /**
   * Sampled softmax, for vocabularies of thousands of words: how many tokens
   * beside the target the softmax of each step is over, S. They are drawn anew
   * for each minibatch, all different, frequent ones more often. Each logit is
   * corrected by how often its token is drawn, so that the expected gradient
   * approaches that of the full softmax as S grows.
   *
   * This is TensorFlow's `sampled_softmax_loss` with
   * `log_uniform_candidate_sampler(unique=True)`: token k is drawn with
   * probability log((k + 2)/(k + 1)) / log(V + 1), so the vocabulary must be
   * sorted by frequency, as `buildWordVocabulary` sorts it. The time of a step
   * does not depend on V, unless there is a weight decay, which changes all
   * weights.
   *
   * The losses reported are those of the sampled softmax, which are lower than
   * those of the full one; `evaluate` always uses the full one. From 1 to V − 1,
   * less where V is in the thousands, since the last few would take very many
   * draws; for minibatches only. Default: the full softmax.
   */
  candidates?: number;
  /** Where the schedule continues, for a run that was stopped. Default: 0. */
  firstStep?: number;
  /**
   * How many steps lie between two reports. Default: as many as take about a
   * twentieth of a second.
   */
  stepsPerProgress?: number;
}

/** What the training loop reports. */
export interface TrainProgress {
  /** How many steps are done, `firstStep` included. */
  readonly step: number;
  /** The losses of the steps since the last report, float64, in nats. */
  readonly losses: Float64Array;
}

/** What {@linkcode train} takes beyond the loop's own settings. */
export interface TrainCallbacks {
  /** Called with each report; if it returns a promise, training waits for it. */
  onProgress?: (progress: TrainProgress) => void | Promise<void>;
  /** Stops training when aborted. */
  signal?: AbortSignal;
}

/**
 * The training loop on plain arrays, in your hands: each turn of a `for` loop
 * over it does some steps and reports their losses. The parameters are up to
 * date at each turn, what the turn writes into them is trained on, and leaving
 * the loop ends the training.
 *
 * A run that is split anywhere gives the same bits as one run, if it continues
 * with the same generator and the next `firstStep`.
 *
 * @param parameters the model, which is changed in place
 * @param windows the rows to learn from
 * @param options the settings
 * @throws {RangeError} if a setting is out of range, the rows do not fit the
 * model, or there is not enough memory for them
 * @throws {TypeError} if the parameters are in training already
 * @throws {DivergenceError} after the report of the last good step, if a loss
 * is not finite; the parameters are those of the last good step
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   TorchGenerator,
 *   trainSteps,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const words = ["emma", "olivia", "ava", "isabella", "sophia"];
 * const vocabulary = buildVocabulary(words);
 * const generator = new TorchGenerator(2147483647);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 50,
 * }, { generator });
 * const windows = contextWindows(words, vocabulary, 3);
 * const losses: number[] = [];
 * for (const report of trainSteps(parameters, windows, { steps: 200, generator })) {
 *   losses.push(...report.losses);
 * }
 * assert(losses[199] < losses[0] / 4);
 * ```
 */
export function trainSteps(
  parameters: ParameterArrays,
  windows: Rows,
  options: TrainOptions,
): IterableIterator<TrainProgress> {
  return reportsOf(arrayTrainee(parameters), windows, options);
}

/**
 * The training loop on plain arrays, as a promise: trains, reports to a
 * callback, and can be stopped by a signal. Timers, servers and user interfaces
 * keep running meanwhile.
 *
 * @param parameters the model, which is changed in place
 * @param windows the rows to learn from
 * @param options the settings, a callback, a signal
 * @returns the loss of the last step, in nats
 * @throws {RangeError} as {@linkcode trainSteps} does, or if there are no steps
 * @throws {TypeError} if the parameters are in training already
 * @throws {DivergenceError} as {@linkcode trainSteps} does
 * @throws {unknown} the signal's reason, an `AbortError` by default, if it is
 * aborted; the parameters are those of the last step done
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   TorchGenerator,
 *   train,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const words = ["emma", "olivia", "ava", "isabella", "sophia"];
 * const vocabulary = buildVocabulary(words);
 * const generator = new TorchGenerator(2147483647);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 50,
 * }, { generator });
 * const windows = contextWindows(words, vocabulary, 3);
 * assert(await train(parameters, windows, { steps: 1000, generator }) < 1);
 * ```
 */
export async function train(
  parameters: ParameterArrays,
  windows: Rows,
  options: TrainOptions & TrainCallbacks,
): Promise<number> {
  return await trainWithPauses(arrayTrainee(parameters), windows, options);
}

/** The reports of a training, of parameters of either form. */
export function* reportsOf(
  trainee: Trainee,
  rows: Rows,
  options: TrainOptions,
): IterableIterator<TrainProgress> {
  for (const report of piecesOf(trainee, rows, options)) {
    if (report) yield report;
  }
}

/** A training that lets timers run, of parameters of either form. */
export async function trainWithPauses(
  trainee: Trainee,
  rows: Rows,
  options: TrainOptions & TrainCallbacks,
): Promise<number> {
  const { steps, onProgress, signal } = options;
  checkWhole("number of steps", steps, 1);
  signal?.throwIfAborted();
  let loss = NaN;
  let paused = performance.now();
  for (const report of piecesOf(trainee, rows, options)) {
    if (report) {
      loss = report.losses[report.losses.length - 1];
      await onProgress?.(report);
    }
    if (performance.now() - paused > PIECE) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      paused = performance.now();
    }
    signal?.throwIfAborted();
  }
  return loss;
}

/** How long one piece of a training should take, in milliseconds. */
const PIECE = 40;
/** How long a report should be worth, in milliseconds of training. */
const REPORT = 50;
/** Reports are rarer where they are dear: so many times their own time apart. */
const REPORT_RATIO = 10;
/** How much longer a piece may be than the one before it. */
const GROWTH = 4;
/** The most steps of one piece. */
const MOST_STEPS = 2 ** 16;

/** The parameters that are in training now. */
const inTraining = new WeakSet<object>();

/**
 * Training in pieces that each take a fraction of a tenth of a second, however
 * long a step takes: yields after each, a report if one is due.
 */
function* piecesOf(
  trainee: Trainee,
  rows: Rows,
  options: TrainOptions,
): IterableIterator<TrainProgress | undefined> {
  const { steps, batchSize = 32, generator, firstStep = 0 } = options;
  const { learningRate = 0.1, weightDecay = 0, stepsPerProgress } = options;
  const { sizes, identity } = trainee;
  checkOptions(options, sizes.vocabularySize);
  checkRows(rows, sizes);
  if (inTraining.has(identity)) {
    throw new TypeError(
      "Cannot train these parameters: they are in training already, so end " +
        "that loop first",
    );
  }
  const rate = typeof learningRate === "number"
    ? constantRate(learningRate)
    : learningRate;
  const candidates = options.candidates;
  const kernel = takeKernel(sizes, rows);
  inTraining.add(identity);
  let isWritten = true;
  const write = () => {
    trainee.write((into) => kernel.storeWeights(into));
    isWritten = true;
  };
  try {
    kernel.loadWeights(trainee.read()!);
    const run = (rates: Float64Array, losses: Float64Array): number =>
      batchSize === "all"
        ? stepsOnAll(kernel, rates, losses, weightDecay)
        : generator!.lendEngine((engine) =>
          kernel.train(rates, {
            batchSize,
            generator: engine,
            losses,
            weightDecay,
            candidates,
          })
        );
    run(new Float64Array(), new Float64Array()); // lacking memory is told now

    const end = firstStep + steps;
    let step = firstStep;
    let size = 1;
    let losses: Float64Array[] = [];
    let reported = { step, at: performance.now(), took: 0 };
    const report = (): TrainProgress => {
      const begun = performance.now();
      write();
      const progress = { step, losses: joined(losses) };
      losses = [];
      const at = performance.now();
      reported = { step, at, took: at - begun };
      return progress;
    };
    const isDue = () =>
      step === end ||
      (stepsPerProgress === undefined
        ? performance.now() - reported.at >=
          Math.max(REPORT, REPORT_RATIO * reported.took)
        : step === reported.step + stepsPerProgress);

    while (step < end) {
      const until = stepsPerProgress === undefined
        ? end
        : Math.min(end, reported.step + stepsPerProgress);
      const count = Math.min(size, until - step);
      const rates = Float64Array.from({ length: count }, (_, i) => {
        const value = rate(step + i);
        checkNotNegative("learning rate", value);
        return value;
      });
      const piece = new Float64Array(count);
      const begun = performance.now();
      isWritten = false;
      const done = run(rates, piece);
      const took = performance.now() - begun;
      size = Math.floor(Math.min(
        MOST_STEPS,
        GROWTH * count,
        Math.max(1, count * PIECE / Math.max(took, 1e-3) / 2),
      ));
      step += done;
      losses.push(piece.subarray(0, done));
      if (done < count) {
        if (step > reported.step) yield report();
        throw new DivergenceError(step, piece[done], rates[done]);
      }
      if (!isDue()) {
        yield undefined;
        continue;
      }
      yield report();
      const changed = trainee.read();
      if (changed) kernel.loadWeights(changed);
    }
  } finally {
    inTraining.delete(identity);
    try {
      if (!isWritten) write();
    } finally {
      giveBackKernel(kernel, rows);
    }
  }
}

/** Steps on all rows; returns how many were done before a loss was not finite. */
function stepsOnAll(
  kernel: Kernel,
  rates: Float64Array,
  losses: Float64Array,
  weightDecay: number,
): number {
  for (let step = 0; step < rates.length; step++) {
    losses[step] = kernel.stepAll(rates[step], { weightDecay });
    if (!Number.isFinite(losses[step])) return step;
  }
  return rates.length;
}

/** Arrays one after the other as one. */
function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(
    arrays.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** Refuses settings that are out of range. */
function checkOptions(options: TrainOptions, V: number): void {
  const { steps, batchSize = 32, generator, firstStep = 0 } = options;
  const { weightDecay = 0, candidates, stepsPerProgress = 1 } = options;
  checkSteps(steps);
  checkSteps(firstStep);
  checkNotNegative("weight decay", weightDecay);
  checkWhole("number of steps per report", stepsPerProgress, 1);
  if (batchSize === "all") {
    if (candidates === undefined) return;
    throw new RangeError(
      `Cannot draw ${candidates} candidates for a batch of all rows: give a ` +
        "batch size, or leave the candidates out",
    );
  }
  checkWhole("batch size", batchSize, 1);
  if (!generator) {
    throw new TypeError(
      'Cannot draw a minibatch without a generator: pass one, or "all" as the ' +
        "batch size",
    );
  }
  if (candidates === undefined) return;
  const most = mostCandidates(V);
  if (
    !Number.isSafeInteger(candidates) || candidates < 1 || candidates > most
  ) {
    throw new RangeError(
      `Cannot draw ${candidates} candidates of ${V} tokens: pass a whole ` +
        `number from 1 to ${most}, or leave them out for the full softmax`,
    );
  }
}
