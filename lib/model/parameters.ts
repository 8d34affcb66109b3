/**
 * The parameters of a model in either of their two forms, plain arrays and
 * tfjs variables, read in one way. What only reads a model takes both.
 */

import {
  elementsOf,
  type ModelSizes,
  type ParameterArrays,
  type ParameterName,
  parameterNames,
  type ParameterShapes,
  parameterShapes,
  sizesOf as sizesOfArrays,
  sizesOfShapes,
} from "../kernel/parameters.ts";

/** What is read of a tfjs variable: its shape, and its numbers row by row. */
export interface ParameterTensor {
  /** How many rows, columns and so on it has. */
  readonly shape: readonly number[];
  /** Its numbers, row by row. */
  dataSync(): ArrayLike<number>;
}

/** Parameters as tensors: such as the tfjs variables of `createParameters`. */
export interface ParameterTensors {
  /** The embedding table, `[V, E]`. */
  readonly C: ParameterTensor;
  /** The weights of the hidden layer, `[T·E, H]`. */
  readonly W1: ParameterTensor;
  /** The biases of the hidden layer, `[H]`. */
  readonly b1: ParameterTensor;
  /** The weights of the output layer, `[H, V]`. */
  readonly W2: ParameterTensor;
  /** The biases of the output layer, `[V]`. */
  readonly b2: ParameterTensor;
  /** The direct connections, `[T·E, V]`, if the model has them. */
  readonly Wd?: ParameterTensor;
}

/** The parameters of a model: plain float32 arrays, or tfjs variables. */
export type Parameters = ParameterArrays | ParameterTensors;

/** Whether the parameters are plain arrays. */
export function areArrays(
  parameters: Parameters,
): parameters is ParameterArrays {
  return parameters.C instanceof Float32Array;
}

/** One entry for each parameter that the model has. */
function mapParameters<From, To>(
  parameters: { readonly [name in ParameterName]?: From },
  map: (parameter: From, name: ParameterName) => To,
): Record<Exclude<ParameterName, "Wd">, To> & { Wd?: To } {
  return Object.fromEntries(
    parameterNames(parameters).map((name) => [
      name,
      map(parameters[name]!, name),
    ]),
  ) as ReturnType<typeof mapParameters<From, To>>;
}

/**
 * The numbers of the parameters, to be read: not copied where they are arrays
 * already.
 */
export function arraysOf(parameters: Parameters): ParameterArrays {
  return areArrays(parameters)
    ? parameters
    : mapParameters(parameters, (tensor) => tensor.dataSync() as Float32Array);
}

/**
 * The numbers of the parameters, copied into plain arrays.
 *
 * @param parameters the model
 * @returns float32 arrays, row by row
 */
export function parameterArrays(parameters: Parameters): ParameterArrays {
  return mapParameters(arraysOf(parameters), (numbers) => numbers.slice());
}

/**
 * The sizes of a model, read off its parameters.
 *
 * @param parameters the model
 * @throws {RangeError} if the parameters do not fit together
 */
export function sizesOf(parameters: Parameters): ModelSizes {
  if (areArrays(parameters)) return sizesOfArrays(parameters);
  return sizesOfShapes(
    mapParameters(parameters, ({ shape }) => shape) as ParameterShapes,
  );
}

/**
 * How many numbers the model learns: `sum(p.nelement() for p in parameters)`.
 *
 * @param model the parameters, or only their sizes
 *
 * @example The lecture's two models
 * ```ts
 * import { countParameters } from "@makemore/mlp";
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
