/**
 * The training loop: a minibatch, a step, and again.
 */

import { Engine } from "./engine.ts";
import { DivergenceError } from "../errors/errors.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import type { ModelParameters } from "../model/variables.ts";
import {
  checkRate,
  checkSteps,
  checkWeightDecay,
  constantRate,
  type Schedule,
} from "./schedules.ts";
import { checkWhole } from "../errors/checks.ts";
import type { Windows } from "../kernel/rows.ts";

/** Settings of {@linkcode trainSteps} and {@linkcode train}. */
export interface TrainOptions {
  /** How many steps to do. */
  steps: number;
  /**
   * How many rows a minibatch has, drawn with replacement, or `"all"` for
   * every row in every step. Default: 32, as in the lecture.
   */
  batchSize?: number | "all";
  /** Where minibatches are drawn from. Needed unless the batch is `"all"`. */
  generator?: TorchGenerator;
  /** The learning rate, or a schedule of it. Default: 0.1, as in the lecture. */
  learningRate?: number | Schedule;
  /**
   * How strongly weights are drawn to zero, but not biases: λ of
   * `p -= lr * (p.grad + λ * p)`, PyTorch's `SGD(weight_decay=λ)`. The paper
   * has 10⁻⁴ and 10⁻⁵. The losses reported are without the penalty. Default: 0.
   */
  weightDecay?: number;
  /**
   * Sampled softmax, for vocabularies of thousands of words: how many tokens the
   * softmax of each step is over, beside the target, S. They are drawn anew for
   * each minibatch, frequent ones more often, and all different; what each
   * counts is corrected for how often it is drawn, so that on average the
   * gradient comes near to that of the full softmax, the nearer the larger S.
   *
   * The meaning is that of TensorFlow's `sampled_softmax_loss` with
   * `log_uniform_candidate_sampler(unique=True)`: token k is drawn with
   * probability log((k + 2)/(k + 1)) / log(V + 1), so the vocabulary has to be in
   * the order of frequency, as that of words is. The time of a step does not
   * depend on V, but with a weight decay, which all weights are subject to.
   *
   * The losses reported are those of the sampled softmax, which are lower than
   * those of the full one; {@linkcode evaluate} has the full one always. From 1
   * to V − 1, for minibatches only. Default: the full softmax.
   */
  candidates?: number;
  /** Where the schedule goes on, for a run that was stopped. Default: 0. */
  firstStep?: number;
  /** How many steps lie between two reports. Default: about 32,000 rows. */
  stepsPerProgress?: number;
}

/** What the training loop reports. */
export interface TrainProgress {
  /** How many steps are done, `firstStep` included. */
  readonly step: number;
  /** The losses of the steps since the last report, float64, in nats. */
  readonly losses: Float64Array;
}

/**
 * The training loop, in your hands: each turn of a `for` loop over it does some
 * steps and reports their losses. The parameters are up to date at each turn,
 * and leaving the loop ends the training.
 *
 * A run split anywhere gives the same bits as one run, if it goes on with the
 * same generator and the next `firstStep`.
 *
 * @param parameters the model, which is changed
 * @param windows the rows to learn from
 * @param options the settings
 * @throws {RangeError} if a setting is out of range, the rows do not fit the
 * model, or memory does not do for them
 * @throws {DivergenceError} the moment a loss is not finite; the parameters are
 * then those of the last good step
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   TorchGenerator,
 *   trainSteps,
 * } from "@makemore/mlp";
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
export function* trainSteps(
  parameters: ModelParameters,
  windows: Windows,
  options: TrainOptions,
): IterableIterator<TrainProgress> {
  const { steps, batchSize = 32, generator, firstStep = 0 } = options;
  const { stepsPerProgress = defaultSteps(windows, batchSize) } = options;
  const { learningRate = 0.1, weightDecay = 0, candidates } = options;
  const rate = typeof learningRate === "number"
    ? constantRate(learningRate)
    : learningRate;
  checkSteps(steps);
  checkSteps(firstStep);
  checkWeightDecay(weightDecay);
  checkCandidates(candidates, batchSize, parameters);
  if (batchSize !== "all") checkWhole("batch size", batchSize, 1);
  if (!Number.isSafeInteger(stepsPerProgress) || stepsPerProgress < 1) {
    throw new RangeError(
      `The steps per report are ${stepsPerProgress}: ` +
        "they must be a whole number from 1",
    );
  }
  if (batchSize !== "all" && !generator) {
    throw new TypeError(
      'A minibatch needs a generator to be drawn from: pass one, or "all" as ' +
        "the batch size",
    );
  }

  const end = firstStep + steps;
  using engine = new Engine(parameters, windows);
  const none = new Float64Array();
  const how = { weightDecay, candidates };
  // memory that does not do is told now, not at the first step
  if (batchSize !== "all") {
    engine.stepsOnMinibatches(batchSize, generator!, none, none, how);
  }
  for (let step = firstStep; step < end;) {
    const count = Math.min(stepsPerProgress, end - step);
    const rates = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      rates[i] = rate(step + i);
      checkRate(rates[i]);
    }
    const losses = new Float64Array(count);
    const done = batchSize === "all"
      ? engine.stepsOnAll(rates, losses, how)
      : engine.stepsOnMinibatches(batchSize, generator!, rates, losses, how);
    engine.writeBack();
    step += done;
    if (done < count) {
      throw new DivergenceError(step, losses[done], rates[done]);
    }
    yield { step, losses };
  }
}

/** Refuses what cannot be a number of candidates. */
function checkCandidates(
  candidates: number | undefined,
  batchSize: number | "all",
  { b2 }: ModelParameters,
): void {
  if (candidates === undefined) return;
  if (batchSize === "all") {
    throw new RangeError(
      `The candidates are ${candidates}, but the batch is all rows: candidates ` +
        "are drawn for minibatches, so give a batch size or leave them out",
    );
  }
  const [V] = b2.shape;
  if (!Number.isSafeInteger(candidates) || candidates < 1 || candidates >= V) {
    throw new RangeError(
      `The candidates are ${candidates}: they must be a whole number from 1, ` +
        `and fewer than the ${V} tokens; leave them out for the full softmax`,
    );
  }
}

/** Some 32,000 rows' worth of steps: about a twentieth of a second. */
function defaultSteps(windows: Windows, batchSize: number | "all"): number {
  const rows = batchSize === "all" ? windows.Y.length : batchSize;
  return Math.max(1, Math.round(32_000 / rows)) || 1;
}

/** What {@linkcode train} takes beyond the loop's own settings. */
export interface TrainCallbacks {
  /** Is told how training goes; if it returns a promise, it is awaited. */
  onProgress?: (progress: TrainProgress) => void | Promise<void>;
  /** Stops training when aborted. */
  signal?: AbortSignal;
}

/** How long training may keep the event loop waiting, in milliseconds. */
const PATIENCE = 50;

/**
 * The training loop as a promise: trains, reports to a callback, and can be
 * stopped by a signal. Timers, servers and user interfaces go on meanwhile.
 *
 * @param parameters the model, which is changed
 * @param windows the rows to learn from
 * @param options the settings, a callback, a signal
 * @returns the loss of the last step
 * @throws {RangeError} as {@linkcode trainSteps} does
 * @throws {DivergenceError} as {@linkcode trainSteps} does
 * @throws {unknown} the signal's reason, an `AbortError` by default, if it is
 * aborted; the parameters are then those of the last step done
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   stepDecay,
 *   train,
 * } from "@makemore/mlp";
 * import { TorchGenerator } from "@makemore/mlp";
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
 * const loss = await train(parameters, contextWindows(words, vocabulary), {
 *   steps: 1000,
 *   generator,
 *   learningRate: stepDecay([0.1, 0.01], 500),
 *   signal: AbortSignal.timeout(60_000),
 * });
 * assert(loss < 1);
 * ```
 *
 * @example Words, as the paper has them, with a sampled softmax
 * ```ts
 * import {
 *   buildWordVocabulary,
 *   contextWindows,
 *   createParameters,
 *   evaluate,
 *   TorchGenerator,
 *   inverseDecay,
 *   perplexity,
 *   tokenize,
 *   train,
 * } from "@makemore/mlp";
 * import { assert } from "@std/assert";
 *
 * const sentences = tokenize(
 *   "A dog ran in the room. The dog ran. A cat sat in the room. The cat sat.",
 * );
 * const vocabulary = buildWordVocabulary(sentences, { minimumCount: 1 });
 * const windows = contextWindows(sentences, vocabulary, 3);
 * const generator = new TorchGenerator(2147483647);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 4,
 *   hiddenSize: 20,
 *   directConnections: true,
 * }, { generator, initialization: "scaled" });
 *
 * const guessing = perplexity(evaluate(parameters, windows));
 * await train(parameters, windows, {
 *   steps: 1000,
 *   generator,
 *   learningRate: inverseDecay(0.1, 1e-3),
 *   weightDecay: 1e-4,
 *   candidates: 5,
 * });
 * assert(perplexity(evaluate(parameters, windows)) < guessing / 3);
 * ```
 */
export async function train(
  parameters: ModelParameters,
  windows: Windows,
  options: TrainOptions & TrainCallbacks,
): Promise<number> {
  const { onProgress, signal } = options;
  let loss = NaN;
  let lastPause = performance.now();
  signal?.throwIfAborted();
  for (const progress of trainSteps(parameters, windows, options)) {
    loss = progress.losses[progress.losses.length - 1];
    await onProgress?.(progress);
    if (performance.now() - lastPause > PATIENCE) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      lastPause = performance.now();
    }
    signal?.throwIfAborted();
  }
  return loss;
}
