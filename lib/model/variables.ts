/**
 * The parameters of the model, in the lecture's names and order: the embedding
 * table `C`, the hidden layer `W1` and `b1`, the output layer `W2` and `b2`; and
 * the paper's direct connections, `Wd`, if the model has them.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden layer.
 */

import * as tf from "@tensorflow/tfjs";
import "./quiet_tfjs.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import {
  elementsOf,
  type ModelSizes,
  type ParameterArrays,
  type ParameterName,
  parameterNames,
  parameterShapes,
  sizesOfShapes,
} from "../kernel/parameters.ts";

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
 * How parameters begin:
 *
 * - `"randn"`: standard normal numbers, as in the lecture.
 * - `"scaled"`: the same numbers, scaled as in the lecture's successor: `W1` by
 *   Kaiming's gain for tanh, 5/3 over the root of its inputs; `b1`, `W2` and
 *   `Wd` by 0.01; `b2` zero. The first loss is then that of guessing, log V, and
 *   few neurons are saturated.
 * - `"small"`: as `"scaled"`, and `C` by 0.1. Embeddings that begin close
 *   together go where their neighbours in the text take them, and a rare word
 *   does not stay where chance put it: for models of words.
 */
export type Initialization = "randn" | "scaled" | "small";

/** Options of {@linkcode createParameters}. */
export interface ParameterOptions {
  /** The random number generator that the weights are drawn from. */
  generator: TorchGenerator;
  /** How the parameters begin. Default: `"randn"`, as in the lecture. */
  initialization?: Initialization;
}

/**
 * Creates the parameters, drawing `C`, `W1`, `b1`, `W2` and `b2` one after the
 * other as the lecture does, with the numbers that `torch.randn` gives; then
 * `Wd`, if the sizes ask for direct connections.
 *
 * @param sizes the sizes of the model
 * @param options the generator, and how the parameters begin
 * @throws {RangeError} if a size is not a positive whole number, or the
 * vocabulary has over 65,535 tokens
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
  const { generator, initialization = "randn" } = options;
  const shapes = parameterShapes(sizes);
  // As the lecture writes it, `randn(...) * (5/3) / inputs**0.5`: one rounding
  // to float32 after the other.
  const fan = Math.fround(Math.sqrt(shapes.W1[0]));
  const gain = Math.fround(5 / 3);
  const small = Math.fround(0.01);
  const closeness = Math.fround(initialization === "small" ? 0.1 : 1);
  const scale: { [name in ParameterName]: (x: number) => number } = {
    C: (x) => x * closeness,
    W1: (x) => Math.fround(x * gain) / fan,
    b1: (x) => x * small,
    W2: (x) => x * small,
    b2: (x) => x * 0,
    Wd: (x) => x * small,
  };
  const draw = (name: ParameterName): Float32Array => {
    const numbers = generator.randn(elementsOf(shapes[name]!));
    return initialization === "randn" ? numbers : numbers.map(scale[name]);
  };
  return parametersFrom({
    C: draw("C"),
    W1: draw("W1"),
    b1: draw("b1"),
    W2: draw("W2"),
    b2: draw("b2"),
    ...(shapes.Wd ? { Wd: draw("Wd") } : {}),
  }, sizes);
}

/**
 * Makes parameters of given numbers, such as those of a checkpoint.
 *
 * @param arrays the numbers of each parameter, row by row; they are copied
 * @param sizes the sizes of the model
 * @throws {RangeError} if an array has not as many numbers as the sizes tell, or
 * only one of them knows of direct connections
 */
export function parametersFrom(
  arrays: ParameterArrays,
  sizes: ModelSizes,
): ModelParameters {
  const shapes = parameterShapes(sizes);
  if (arrays.Wd && !shapes.Wd) {
    throw new RangeError(
      "There is a Wd, but the sizes have no directConnections: set it to true",
    );
  }
  for (const name of parameterNames(shapes)) {
    const wanted = elementsOf(shapes[name]!);
    const found = arrays[name]?.length ?? 0;
    if (found !== wanted) {
      throw new RangeError(
        `${name} has ${found} numbers: a model of these sizes ` +
          `needs ${wanted}, [${shapes[name]!.join(", ")}]`,
      );
    }
  }
  const variable = <R extends tf.Rank>(name: ParameterName): tf.Variable<R> =>
    tf.tidy(() =>
      tf.variable(tf.tensor(arrays[name]!.slice(), shapes[name] as never))
    ) as tf.Variable<R>;
  return {
    C: variable("C"), // [V, E]
    W1: variable("W1"), // [T·E, H]
    b1: variable("b1"), // [H]
    W2: variable("W2"), // [H, V]
    b2: variable("b2"), // [V]
    ...(shapes.Wd ? { Wd: variable<tf.Rank.R2>("Wd") } : {}), // [T·E, V]
  };
}

/**
 * The sizes of a model, read off the shapes of its parameters.
 *
 * @throws {RangeError} if the shapes do not go together
 */
export function sizesOf(parameters: ModelParameters): ModelSizes {
  const { C, W1, b1, W2, b2, Wd } = parameters;
  return sizesOfShapes({
    C: C.shape,
    W1: W1.shape,
    b1: b1.shape,
    W2: W2.shape,
    b2: b2.shape,
    ...(Wd ? { Wd: Wd.shape } : {}),
  });
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
export function countParameters(model: ModelParameters | ModelSizes): number {
  const shapes = parameterShapes("C" in model ? sizesOf(model) : model);
  return parameterNames(shapes).reduce(
    (sum, name) => sum + elementsOf(shapes[name]!),
    0,
  );
}

/** The numbers of the parameters, copied out of tfjs. */
export function parameterArrays(parameters: ModelParameters): ParameterArrays {
  const copy = (name: ParameterName) =>
    (parameters[name]!.dataSync() as Float32Array).slice();
  return {
    C: copy("C"),
    W1: copy("W1"),
    b1: copy("b1"),
    W2: copy("W2"),
    b2: copy("b2"),
    ...(parameters.Wd ? { Wd: copy("Wd") } : {}),
  };
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

/** Frees the memory of the parameters. */
export function disposeParameters(parameters: ModelParameters): void {
  for (const name of parameterNames(parameters)) parameters[name]!.dispose();
}
