/**
 * Reads the parameters of a model in either of their two forms, plain arrays
 * and tfjs variables.
 */

import {
  elementsOf,
  type ModelSizes,
  type ParameterArrays,
  parameterNames,
  parameterShapes,
  type PerParameter,
  perParameter,
  sizesOf as sizesOfArrays,
  sizesOfShapes,
} from "../kernel/parameters.ts";

/** A tensor that can be read: its shape, and its numbers row by row. */
export interface ParameterTensor {
  /** The number of rows, columns and so on. */
  readonly shape: readonly number[];
  /** Its numbers, row by row. */
  dataSync(): ArrayLike<number>;
}

/** Parameters as tensors, such as the tfjs variables of `createParameters`. */
export type ParameterTensors = PerParameter<ParameterTensor>;

/** The parameters of a model: plain float32 arrays, or tfjs variables. */
export type Parameters = ParameterArrays | ParameterTensors;

/** Whether the parameters are plain arrays. */
function areArrays(parameters: Parameters): parameters is ParameterArrays {
  return parameters.C instanceof Float32Array;
}

/** The numbers of the parameters, only to be read: arrays are not copied. */
export function arraysOf(parameters: Parameters): ParameterArrays {
  if (areArrays(parameters)) return parameters;
  return perParameter(
    parameterNames(parameters),
    (name) => parameters[name]!.dataSync() as Float32Array,
  );
}

/**
 * Copies the numbers of the parameters into plain arrays.
 *
 * @param parameters the model
 * @returns the numbers of each parameter, float32, row by row
 *
 * @example
 * ```ts
 * import {
 *   createParameters,
 *   parameterArrays,
 *   TorchGenerator,
 * } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const parameters = createParameters({
 *   vocabularySize: 27,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 100,
 * }, { generator: new TorchGenerator(2147483647) });
 * const { C, W1 } = parameterArrays(parameters);
 * assertEquals([C.length, W1.length], [27 * 2, 6 * 100]);
 * ```
 */
export function parameterArrays(parameters: Parameters): ParameterArrays {
  const arrays = arraysOf(parameters);
  return perParameter(parameterNames(arrays), (name) => arrays[name]!.slice());
}

/**
 * The sizes of a model, from the shapes or lengths of its parameters.
 *
 * @param parameters the model
 * @returns `V`, `T`, `E` and `H`, and whether it has direct connections
 * @throws {RangeError} if the parameters do not fit together
 *
 * @example
 * ```ts
 * import { pretrainedModel, sizesOf } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sizesOf(pretrainedModel().parameters), {
 *   vocabularySize: 27,
 *   contextLength: 8,
 *   embeddingSize: 24,
 *   hiddenSize: 300,
 * });
 * ```
 */
export function sizesOf(parameters: Parameters): ModelSizes {
  if (areArrays(parameters)) return sizesOfArrays(parameters);
  const names = parameterNames(parameters);
  return sizesOfShapes(perParameter(names, (name) => parameters[name]!.shape));
}

/**
 * How many numbers a model learns: `sum(p.nelement() for p in parameters)`.
 *
 * @param model the parameters, or only the sizes of the model
 * @returns a whole number
 * @throws {RangeError} if the parameters do not fit together, or a size is out
 * of range
 *
 * @example The lecture's two models
 * ```ts
 * import { countParameters } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const model = { vocabularySize: 27, contextLength: 3 };
 * const small = { ...model, embeddingSize: 2, hiddenSize: 100 };
 * const large = { ...model, embeddingSize: 10, hiddenSize: 200 };
 * assertEquals(countParameters(small), 3481);
 * assertEquals(countParameters(large), 11897);
 * ```
 */
export function countParameters(model: Parameters | ModelSizes): number {
  const shapes = parameterShapes("C" in model ? sizesOf(model) : model);
  return parameterNames(shapes).reduce(
    (sum, name) => sum + elementsOf(shapes[name]!),
    0,
  );
}
