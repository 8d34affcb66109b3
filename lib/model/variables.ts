/**
 * The parameters of the model as tfjs variables, in the lecture's names and
 * order: the embedding table `C`, the hidden layer `W1` and `b1`, the output
 * layer `W2` and `b2`; and the paper's direct connections, `Wd`, if the model
 * has them.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden layer.
 */

import * as tf from "@tensorflow/tfjs";
import "./quiet_tfjs.ts";
import {
  type ModelSizes,
  type ParameterArrays,
  parameterNames,
  parameterShapes,
  sizesOf as sizesOfArrays,
} from "../kernel/parameters.ts";
import {
  createParameters as createArrays,
  type ParameterOptions,
} from "./initial_weights.ts";

/** The model: tfjs variables, float32. They are yours to dispose. */
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
 * Creates the parameters, drawing `C`, `W1`, `b1`, `W2` and `b2` one after the
 * other as the lecture does, with the numbers that `torch.randn` gives; then
 * `Wd`, if the sizes ask for direct connections.
 *
 * @param sizes the sizes of the model
 * @param options the generator, and how the parameters begin
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
 * Makes tfjs variables of plain arrays, such as those of a saved model. The
 * sizes follow from the lengths of the arrays.
 *
 * @param arrays the numbers of each parameter, row by row; they are copied
 * @throws {RangeError} if the lengths do not fit together
 */
export function parametersFrom(arrays: ParameterArrays): ModelParameters {
  const shapes = parameterShapes(sizesOfArrays(arrays));
  return tf.tidy(() =>
    Object.fromEntries(
      parameterNames(arrays).map((name) => {
        const tensor = tf.tensor(arrays[name]!.slice(), shapes[name] as never);
        return [name, tf.variable(tensor)];
      }),
    )
  ) as unknown as ModelParameters;
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
 */
export function disposeParameters(parameters: ModelParameters): void {
  for (const name of parameterNames(parameters)) parameters[name]!.dispose();
}
