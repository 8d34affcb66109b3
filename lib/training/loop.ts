/**
 * The training loop: a minibatch, a step, and again.
 */

import { checkNotNegative, checkWhole } from "../errors/checks.ts";
import { DivergenceError } from "../errors/errors.ts";
import { giveBackKernel, takeKernel } from "../kernel/held_kernels.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import { checkRows, type Rows } from "../kernel/rows.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import { checkSteps, constantRate, type Schedule } from "./schedules.ts";
import { mostCandidates } from "./candidates.ts";
import { arrayTrainee, type Trainee } from "./trainee.ts";

/** Settings of {@linkcode trainSteps} and {@linkcode train}. */
export interface TrainOptions {
  /** The number of steps. */
  steps: number;
  /**
   * The number of rows in a minibatch, which are drawn with replacement, or
   * `"all"` to learn from every row in every step. Default: 32, as in the
   * lecture.
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
   * λ of PyTorch's `SGD(weight_decay=λ)`: a step subtracts `lr * λ * p` from
   * each weight `p`, but not from biases. The paper uses 10⁻⁴ and 10⁻⁵. The
   * losses reported do not include the penalty. Default: 0.
   */
  weightDecay?: number;
  /**
   * The number of candidates of a sampled softmax, S, for vocabularies of
   * thousands of words. The softmax of a step runs over the target and S other
   * tokens, which are drawn anew for each minibatch, all different, frequent
   * ones more often. Each logit is corrected for how often its token is drawn,
   * so the expected gradient approaches that of the full softmax as S grows.
   *
   * This is TensorFlow's `sampled_softmax_loss` with
   * `log_uniform_candidate_sampler(unique=True)`: token k is drawn with
   * probability log((k + 2)/(k + 1)) / log(V + 1), so the vocabulary must be
   * sorted by frequency, as `buildWordVocabulary` sorts it. The time of a step
   * hardly depends on V, unless there is weight decay, which changes all
   * weights: batches of a large vocabulary have more different words.
   *
   * The losses reported are those of the sampled softmax, which are lower than
   * those of the full one; `evaluate` always uses the full one. S goes from 1 to
   * V − 1, or less if V is in the thousands, because the last few tokens take
   * very many draws. It needs minibatches. Default: the full softmax.
   */
  candidates?: number;
  /** The step to continue the schedule from, after a run that stopped. Default: 0. */
  firstStep?: number;
  /**
   * The number of steps between two reports. Default: as many as take about a
   * twentieth of a second.
   */
  stepsPerProgress?: number;
}

/** A report of the training loop. */
export interface TrainProgress {
  /** The number of steps done, including those before `firstStep`. */
  readonly step: number;
  /** The losses of the steps since the last report, float64, in nats. */
  readonly losses: Float64Array;
}

/** What {@linkcode train} takes besides the settings of the loop. */
export interface TrainCallbacks {
  /** Receives each report. Training waits for the promise that it may return. */
  onProgress?: (progress: TrainProgress) => void | Promise<void>;
  /** Stops training when aborted. */
  signal?: AbortSignal;
}

/**
 * Trains plain arrays in a `for` loop of yours: each turn takes some steps and
 * reports their losses. At each turn the parameters are up to date, and training
 * continues with what you write into them. To end the training, leave the loop.
 *
 * A run that is split anywhere has the same bits as one run, if it continues
 * with the same generator and the next `firstStep`.
 *
 * @param parameters the model, which is changed in place
 * @param windows the rows to learn from
 * @param options the settings
 * @returns an iterator of reports; training starts with its first turn
 * @throws {RangeError} if a setting is out of range, there are no rows or they
 * do not fit the model, or there is not enough memory
 * @throws {TypeError} if the parameters are in training already, there is no
 * generator for minibatches, or `windows` are no rows
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
): Generator<TrainProgress, void> {
  return reportsOf(arrayTrainee(parameters), windows, options);
}

/**
 * Trains plain arrays, reports to a callback, and stops when a signal is
 * aborted. Timers, servers and user interfaces keep running meanwhile; read and
 * change the parameters in `onProgress` only, because they are not up to date
 * between two reports.
 *
 * @param parameters the model, which is changed in place
 * @param windows the rows to learn from
 * @param options the settings, a callback, a signal
 * @returns the loss of the last step, in nats
 * @throws {RangeError} as {@linkcode trainSteps} does, or if there are no steps
 * @throws {TypeError} as {@linkcode trainSteps} does
 * @throws {DivergenceError} as {@linkcode trainSteps} does
 * @throws {unknown} the signal's reason, an `AbortError` by default, if it is
 * aborted, after the report of the last step
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
): Generator<TrainProgress, void> {
  for (const report of piecesOf(trainee, rows, options)) {
    if (report) yield report;
  }
}

/** Trains parameters of either form, and lets timers run meanwhile. */
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
  const pieces = piecesOf(trainee, rows, options);
  try {
    while (true) {
      const { value: report, done } = pieces.next(signal?.aborted ?? false);
      if (done) return loss;
      if (report) {
        loss = report.losses[report.losses.length - 1];
        await onProgress?.(report);
        signal?.throwIfAborted();
      }
      if (performance.now() - paused > PIECE) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        paused = performance.now();
      }
    }
  } catch (error) {
    signal?.throwIfAborted(); // what fails after an abort is not asked for
    throw error;
  } finally {
    pieces.return();
  }
}

/** How long one piece of a training should take, in milliseconds. */
const PIECE = 40;
/** The least time between two reports, in milliseconds. */
const REPORT = 50;
/**
 * The least time between two reports, as a multiple of what one takes: all weights
 * are written, and plain arrays read again.
 */
const REPORT_RATIO = 30;
/** How many times longer a piece may be than the one before it. */
const GROWTH = 4;
/** The most steps in one piece. */
const MOST_STEPS = 2 ** 16;

/** The parameters that are in training now. */
const inTraining = new WeakSet<object>();

/**
 * Trains in pieces of less than a tenth of a second, unless a single step takes
 * longer. Yields after each piece: a report if one is due, or if `next(true)`
 * asks for it.
 */
function* piecesOf(
  trainee: Trainee,
  rows: Rows,
  options: TrainOptions,
): Generator<TrainProgress | undefined, void, boolean | undefined> {
  const { steps, batchSize = 32, generator, firstStep = 0 } = options;
  const { learningRate = 0.1, weightDecay = 0, stepsPerProgress } = options;
  const { candidates } = options;
  const { sizes, identity } = trainee;
  checkRows(rows);
  checkOptions(options, sizes.vocabularySize);
  if (inTraining.has(identity)) {
    throw new TypeError(
      "Cannot train these parameters: they are in training already, so leave " +
        "that loop, or call return() on its iterator, first",
    );
  }
  const rate = typeof learningRate === "number"
    ? constantRate(learningRate)
    : learningRate;
  const kernel = takeKernel(sizes, rows);
  inTraining.add(identity);
  let isWritten = true;
  const write = () => {
    trainee.write((into) => kernel.storeWeights(into));
    isWritten = true;
  };
  try {
    kernel.loadWeights(trainee.read()!);
    /** Takes steps; returns how many it took before a loss was not finite. */
    const run = (rates: Float64Array, losses: Float64Array): number => {
      if (batchSize !== "all") {
        const settings = { batchSize, losses, weightDecay, candidates };
        return generator!.lendEngine((generator) =>
          kernel.train(rates, { ...settings, generator })
        );
      }
      const last = rates.findIndex((rate, step) => {
        losses[step] = kernel.stepAll(rate, { weightDecay });
        return !Number.isFinite(losses[step]);
      });
      return last === -1 ? rates.length : last;
    };
    // no step yet, but its memory
    if (batchSize === "all") kernel.reserveAll();
    else run(new Float64Array(), new Float64Array());

    const end = firstStep + steps;
    let step = firstStep;
    let size = 1;
    let losses: number[] = []; // since the last report
    let reported = { step, at: performance.now(), took: 0 };
    const report = (): TrainProgress => {
      const begun = performance.now();
      write();
      const progress = { step, losses: Float64Array.from(losses) };
      losses = [];
      const at = performance.now();
      reported = { step, at, took: at - begun };
      return progress;
    };

    while (step < end) {
      const until = Math.min(end, reported.step + (stepsPerProgress ?? end));
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
      for (const loss of piece.subarray(0, done)) losses.push(loss);
      if (done < count) {
        if (step > reported.step) yield report();
        throw new DivergenceError(step, piece[done], rates[done]);
      }
      const isTimeUp = stepsPerProgress === undefined &&
        performance.now() - reported.at >=
          Math.max(REPORT, REPORT_RATIO * reported.took);
      if (step < until && !isTimeUp) {
        const isWanted = yield undefined;
        if (!isWanted) continue;
      }
      yield report();
      const begunReading = performance.now();
      const changed = trainee.read();
      if (changed) kernel.loadWeights(changed);
      reported.took += performance.now() - begunReading;
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
