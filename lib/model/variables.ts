/**
 * The parameters of a model as tfjs variables, with the lecture's names and in
 * its order: the embedding table `C`, the hidden layer `W1` and `b1`, the output
 * layer `W2` and `b2`; and the paper's direct connections, `Wd`, if the model
 * has them.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden layer.
 */

import * as tf from "@tensorflow/tfjs";
import "./quiet_tfjs.ts";
import "./tensor_display.ts";
import {
  type ModelSizes,
  type ParameterArrays,
  parameterNames,
  parameterShapes,
  perParameter,
  sizesOf as sizesOfArrays,
} from "../kernel/parameters.ts";
import {
  createParameters as createArrays,
  type ParameterOptions,
} from "./initial_weights.ts";

/** A model: tfjs variables, float32, which the caller disposes. */
export interface ModelParameters {
  /** The embedding table `[V, E]`: a row for each token. */
  readonly C: tf.Variable<tf.Rank.R2>;
  /** The weights of the hidden layer `[T·E, H]`. */
  readonly W1: tf.Variable<tf.Rank.R2>;
  /** The biases of the hidden layer `[H]`. */
  readonly b1: tf.Variable<tf.Rank.R1>;
  /** The weights of the output layer `[H, V]`. */
  readonly W2: tf.Variable<tf.Rank.R2>;
  /** The biases of the output layer `[V]`. */
  readonly b2: tf.Variable<tf.Rank.R1>;
  /**
   * The direct connections from the embeddings to the output layer `[T·E, V]`,
   * the paper's W; the lecture's model has none.
   */
  readonly Wd?: tf.Variable<tf.Rank.R2>;
}

/**
 * Creates the parameters with the numbers of `torch.randn`. Draws `C`, `W1`,
 * `b1`, `W2` and `b2` one after the other, as the lecture does, then `Wd` if the
 * model has direct connections.
 *
 * @param sizes the sizes of the model
 * @param options the generator, and the initialization
 * @returns the parameters, float32, which the caller disposes with
 * {@linkcode disposeParameters}
 * @throws {TypeError} if there is no generator
 * @throws {RangeError} if a size is not a whole number from 1, or the
 * vocabulary has more than 65,535 tokens
 *
 * @example The lecture's first model
 * ```ts
 * import {
 *   countParameters,
 *   createParameters,
 *   disposeParameters,
 *   TorchGenerator,
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const parameters = createParameters({
 *   vocabularySize: 27,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 100,
 * }, { generator: new TorchGenerator(2147483647) });
 * assertEquals(parameters.W1.shape, [6, 100]);
 * assertEquals(countParameters(parameters), 3481);
 * disposeParameters(parameters);
 * ```
 */
export function createParameters(
  sizes: ModelSizes,
  options: ParameterOptions,
): ModelParameters {
  return parametersFrom(createArrays(sizes, options));
}

/**
 * Copies plain arrays, such as those of a saved model, into tfjs variables.
 *
 * @param arrays the numbers of each parameter, row by row
 * @returns the parameters, which the caller disposes with
 * {@linkcode disposeParameters}
 * @throws {RangeError} if the lengths of the arrays do not fit together
 *
 * @example
 * ```ts
 * import {
 *   parameterArrays,
 *   parametersFrom,
 *   pretrainedModel,
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const arrays = parameterArrays(pretrainedModel().parameters);
 * const copy = parametersFrom(arrays);
 * assertEquals(copy.C.shape, [27, 24]);
 * ```
 */
export function parametersFrom(arrays: ParameterArrays): ModelParameters {
  const shapes = parameterShapes(sizesOfArrays(arrays));
  return perParameter(parameterNames(arrays), (name) =>
    tf.tidy(() => {
      const numbers = arrays[name]!.slice();
      return tf.variable(tf.tensor(numbers, shapes[name] as [number]));
    })) as ModelParameters;
}

/**
 * Gives the parameters new numbers, in place. The arrays become tfjs's own and
 * must not be written to afterwards.
 */
export function assignParameters(
  parameters: ModelParameters,
  arrays: ParameterArrays,
): void {
  tf.tidy(() => {
    for (const name of parameterNames(parameters)) {
      const parameter = parameters[name]!;
      const numbers = tf.tensor(arrays[name]!, parameter.shape);
      parameter.assign(numbers as never);
    }
  });
}

/**
 * Frees the memory of the parameters.
 *
 * @param parameters the model, which cannot be used afterwards
 *
 * @example
 * ```ts
 * import { disposeParameters, pretrainedModel } from "@makemore/mlp";
 * import { assert } from "@std/assert";
 *
 * const { parameters } = pretrainedModel();
 * disposeParameters(parameters);
 * assert(parameters.C.isDisposed);
 * ```
 */
export function disposeParameters(parameters: ModelParameters): void {
  for (const name of parameterNames(parameters)) parameters[name]!.dispose();
}
