/**
 * One step of gradient descent: forward pass, loss, gradients, update.
 */

import { checkNotNegative } from "../errors/checks.ts";
import { DivergenceError } from "../errors/errors.ts";
import { giveBackKernel, takeKernel } from "../kernel/held_kernels.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import { checkRows, type Rows } from "../kernel/rows.ts";
import { arrayTrainee, type Trainee } from "./trainee.ts";

/** Options of {@linkcode trainStep}. */
export interface TrainStepOptions {
  /**
   * λ of PyTorch's `SGD(weight_decay=λ)`: a step subtracts `lr * λ * p` from
   * each weight `p`, but not from biases. Default: 0.
   */
  weightDecay?: number;
}

/**
 * Takes one step of gradient descent on plain arrays, in place: the lecture's
 * `loss = F.cross_entropy(...)`, `loss.backward()` and `p.data += -lr * p.grad`.
 *
 * @param parameters the model, which is changed
 * @param batch the rows to learn from, any number of them; the step follows the
 * gradient of their mean loss
 * @param learningRate the learning rate, from 0
 * @param options the weight decay
 * @returns the mean loss of the batch before the step, in nats, without the
 * penalty of weight decay
 * @throws {TypeError} if `batch` are no rows
 * @throws {RangeError} if the batch has no rows or does not fit the model, or if
 * the learning rate or the weight decay is not a finite number from 0
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
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["emma", "ava"]);
 * const windows = contextWindows(["emma", "ava"], vocabulary, 3);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator: new TorchGenerator(1) });
 * const before = trainStep(parameters, windows, 0.1);
 * assert(trainStep(parameters, windows, 0.1) < before);
 * ```
 */
export function trainStep(
  parameters: ParameterArrays,
  batch: Rows,
  learningRate: number,
  options: TrainStepOptions = {},
): number {
  return stepOn(arrayTrainee(parameters), batch, learningRate, options);
}

/** Takes one step on parameters of either form, see {@linkcode trainStep}. */
export function stepOn(
  trainee: Trainee,
  batch: Rows,
  learningRate: number,
  options: TrainStepOptions,
): number {
  const { weightDecay = 0 } = options;
  checkRows(batch);
  checkNotNegative("learning rate", learningRate);
  checkNotNegative("weight decay", weightDecay);
  const kernel = takeKernel(trainee.sizes, batch);
  try {
    kernel.loadWeights(trainee.read()!);
    const loss = kernel.stepAll(learningRate, { weightDecay });
    if (!Number.isFinite(loss)) {
      throw new DivergenceError(0, loss, learningRate);
    }
    trainee.write((into) => kernel.storeWeights(into));
    return loss;
  } finally {
    giveBackKernel(kernel, batch);
  }
}
