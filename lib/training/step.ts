/**
 * One step of gradient descent: forward, cross-entropy, backward, update.
 */

import { Engine } from "./engine.ts";
import { DivergenceError } from "../errors/errors.ts";
import type { ModelParameters } from "../model/variables.ts";
import { checkWeightDecay } from "../errors/checks.ts";
import { checkRate } from "./schedules.ts";
import type { Windows } from "../kernel/rows.ts";

/** Choices of {@linkcode trainStep}. */
export interface TrainStepOptions {
  /** How strongly weights are drawn to zero. Default: 0, not at all. */
  weightDecay?: number;
}

/**
 * One step of gradient descent on a batch, in place: the lecture's
 * `loss = F.cross_entropy(...)`, `loss.backward()` and
 * `p.data += -lr * p.grad`.
 *
 * With a weight decay λ it is the step of PyTorch's `SGD(weight_decay=λ)`,
 * `p -= lr * (p.grad + λ * p)`, for all parameters but the biases `b1` and `b2`,
 * as in the paper. Float32 rounds away what takes less than 3·10⁻⁸ of a weight,
 * `lr * λ`, in a step.
 *
 * @param parameters the model, which is changed
 * @param batch the rows to learn from, any number of them; the gradient is that
 * of their mean loss
 * @param learningRate how far to go against the gradient
 * @param options the weight decay
 * @returns the loss of the batch before the step, without a penalty, in nats
 * @throws {RangeError} if the batch does not fit the model, or the learning rate
 * or the weight decay is not a finite number from 0
 * @throws {DivergenceError} if the loss is not finite; the parameters are then
 * as they were
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
  batch: Windows,
  learningRate: number,
  { weightDecay = 0 }: TrainStepOptions = {},
): number {
  checkRate(learningRate);
  checkWeightDecay(weightDecay);
  using engine = new Engine(parameters, batch);
  const loss = engine.kernel.stepAll(learningRate, { weightDecay });
  if (!Number.isFinite(loss)) throw new DivergenceError(0, loss, learningRate);
  engine.writeBack();
  return loss;
}
