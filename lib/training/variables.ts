/**
 * Trains tfjs variables with the same steps and loops as plain arrays.
 */

import type * as tf from "@tensorflow/tfjs";
import { parameterNames, perParameter } from "../kernel/parameters.ts";
import type { Rows } from "../kernel/rows.ts";
import { arraysOf, sizesOf } from "../model/parameters.ts";
import { assignParameters, type ModelParameters } from "../model/variables.ts";
import {
  reportsOf,
  type TrainCallbacks,
  type TrainOptions,
  type TrainProgress,
  trainWithPauses,
} from "./loop.ts";
import { stepOn, type TrainStepOptions } from "./step.ts";
import type { Trainee } from "./trainee.ts";

/**
 * Takes one step of gradient descent on a batch, in place: the lecture's
 * `loss = F.cross_entropy(...)`, `loss.backward()` and
 * `p.data += -lr * p.grad`.
 *
 * With a weight decay λ this is the step of PyTorch's `SGD(weight_decay=λ)`,
 * `p -= lr * (p.grad + λ * p)`, for all parameters but the biases `b1` and `b2`,
 * as in the paper. Float32 rounds the decay away if `lr * λ` is below 3·10⁻⁸.
 *
 * @param parameters the model, which is changed
 * @param batch the rows to learn from, any number of them; the step follows the
 * gradient of their mean loss
 * @param learningRate the learning rate, from 0
 * @param options the weight decay
 * @returns the mean loss of the batch before the step, in nats, without the
 * penalty of weight decay
 * @throws {RangeError} if the batch has no rows or does not fit the model, or if
 * the learning rate or the weight decay is not a finite number from 0
 * @throws {TypeError} if the parameters are disposed
 * @throws {DivergenceError} if the loss is not finite; the parameters do not
 * change
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   TorchGenerator,
 *   trainStep,
 * } from "@makemore/mlp";
 * import { assert } from "@std/assert";
 *
 * const words = ["emma", "ava"];
 * const vocabulary = buildVocabulary(words);
 * const windows = contextWindows(words, vocabulary, 3);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator: new TorchGenerator(1) });
 * const before = trainStep(parameters, windows, 0.1);
 * const after = trainStep(parameters, windows, 0.1);
 * assert(after < before);
 * ```
 */
export function trainStep(
  parameters: ModelParameters,
  batch: Rows,
  learningRate: number,
  options: TrainStepOptions = {},
): number {
  return stepOn(variableTrainee(parameters), batch, learningRate, options);
}

/**
 * Trains in a `for` loop of yours: each turn takes some steps and reports their
 * losses. At each turn the parameters are up to date, and training continues
 * with what you assign to them. To end the training, leave the loop.
 *
 * A run that is split anywhere has the same bits as one run, if it continues
 * with the same generator and the next `firstStep`.
 *
 * @param parameters the model, which is changed
 * @param windows the rows to learn from
 * @param options the settings
 * @returns an iterator of reports; training starts with its first turn
 * @throws {RangeError} if a setting is out of range, there are no rows or they
 * do not fit the model, or there is not enough memory
 * @throws {TypeError} if the parameters are in training already, or are disposed
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
export function trainSteps(
  parameters: ModelParameters,
  windows: Rows,
  options: TrainOptions,
): Generator<TrainProgress, void> {
  return reportsOf(variableTrainee(parameters), windows, options);
}

/**
 * Trains, reports to a callback, and stops when a signal is aborted. Timers,
 * servers and user interfaces keep running meanwhile; read and change the
 * parameters in `onProgress` only, because they are not up to date between two
 * reports.
 *
 * @param parameters the model, which is changed
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
 *   stepDecay,
 *   TorchGenerator,
 *   train,
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
 *   inverseDecay,
 *   perplexity,
 *   tokenize,
 *   TorchGenerator,
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
  windows: Rows,
  options: TrainOptions & TrainCallbacks,
): Promise<number> {
  return await trainWithPauses(variableTrainee(parameters), windows, options);
}

/** tfjs variables in training. */
function variableTrainee(parameters: ModelParameters): Trainee {
  const sizes = sizesOf(parameters);
  const variables = parameterNames(parameters).map((name): tf.Variable =>
    parameters[name]!
  );
  let written: readonly unknown[] = []; // the data that training wrote last
  const data = () => variables.map(({ dataId }) => dataId);
  const checkAlive = () => {
    if (variables.some(({ isDisposed }) => isDisposed)) {
      throw new TypeError(
        "Cannot train these parameters: they are disposed, so leave the loop " +
          "before you dispose them",
      );
    }
  };
  return {
    sizes,
    identity: parameters.C,
    read() {
      checkAlive();
      const isChanged = data().some((id, i) => id !== written[i]);
      return isChanged ? arraysOf(parameters) : undefined;
    },
    write(store) {
      checkAlive();
      const arrays = perParameter(
        parameterNames(parameters),
        (name) => new Float32Array(parameters[name]!.size),
      );
      store(arrays);
      assignParameters(parameters, arrays);
      written = data();
    },
  };
}
