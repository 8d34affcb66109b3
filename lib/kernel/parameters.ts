/**
 * The table of the parameters: their names, their shapes, and whether they
 * decay. Everything that works on all parameters goes by it.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden layer.
 */

import { checkWhole } from "../errors/checks.ts";

/** The sizes of a model. */
export interface ModelSizes {
  /** How many tokens there are, the boundary included: `V`, the paper's |V|. */
  readonly vocabularySize: number;
  /** How many tokens the model sees: `T`, the lecture's `block_size`. */
  readonly contextLength: number;
  /** How many numbers represent a token: `E`, the paper's m. */
  readonly embeddingSize: number;
  /**
   * How many units the hidden layer has: `H`, the paper's h. With direct
   * connections it may be 0, which leaves them alone.
   */
  readonly hiddenSize: number;
  /**
   * Whether the embeddings also reach the output layer directly, past the hidden
   * layer: the paper's W, here `Wd`. Default: no, as in the lecture.
   */
  readonly directConnections?: boolean;
}

/** The most tokens that a vocabulary can have: ids are uint16. */
export const MAX_VOCABULARY_SIZE = 65_535;

/** Something for each parameter of a model. */
export interface PerParameter<Value> {
  /** The embeddings, `[V, E]`. */
  readonly C: Value;
  /** The weights of the hidden layer, `[T·E, H]`. */
  readonly W1: Value;
  /** The biases of the hidden layer, `[H]`. */
  readonly b1: Value;
  /** The weights of the output layer, `[H, V]`. */
  readonly W2: Value;
  /** The biases of the output layer, `[V]`. */
  readonly b2: Value;
  /** The direct connections, `[T·E, V]`, of a model that has them. */
  readonly Wd?: Value;
}

/** The name of a parameter. */
export type ParameterName = keyof PerParameter<unknown>;

/** The numbers of each parameter, float32, row by row. */
export type ParameterArrays = PerParameter<Float32Array>;

/** The shape of each parameter. */
export type ParameterShapes = PerParameter<readonly number[]>;

/** A row of the table. */
interface Parameter {
  /** Its shape, from the letters of the sizes. */
  readonly shape: (letters: Letters) => readonly number[];
  /** Whether weight decay applies to it: not to biases, as in the paper. */
  readonly decays: boolean;
  /** Whether only models with direct connections have it. Default: no. */
  readonly direct?: boolean;
}

/** The sizes by their letters. */
type Letters = { readonly [letter in "V" | "T" | "E" | "H"]: number };

/** The table, in the order in which the parameters are created. */
export const PARAMETERS: {
  readonly [name in ParameterName]-?: Parameter;
} = {
  C: { shape: ({ V, E }) => [V, E], decays: true },
  W1: { shape: ({ T, E, H }) => [T * E, H], decays: true },
  b1: { shape: ({ H }) => [H], decays: false },
  W2: { shape: ({ H, V }) => [H, V], decays: true },
  b2: { shape: ({ V }) => [V], decays: false },
  Wd: { shape: ({ T, E, V }) => [T * E, V], decays: true, direct: true },
};

/**
 * The names of all parameters, in the order in which they are created. A model
 * without direct connections has no `Wd`: see {@linkcode parameterNames}.
 */
export const PARAMETER_NAMES: readonly ParameterName[] = Object.keys(
  PARAMETERS,
) as ParameterName[];

/**
 * The names of the parameters that a model has, in the order in which they are
 * created.
 *
 * @param model its parameters, their numbers or their shapes
 *
 * @example
 * ```ts
 * import { parameterNames, pretrainedModel } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { parameters } = pretrainedModel();
 * assertEquals(parameterNames(parameters), ["C", "W1", "b1", "W2", "b2"]);
 * ```
 */
export function parameterNames(
  model: Partial<PerParameter<unknown>>,
): ParameterName[] {
  return PARAMETER_NAMES.filter((name) => model[name] !== undefined);
}

/**
 * Makes something for each of the named parameters.
 *
 * @param names the names, all but `Wd` at least
 * @param make what to make for a name
 */
export function perParameter<Value>(
  names: readonly ParameterName[],
  make: (name: ParameterName) => Value,
): PerParameter<Value> {
  const entries = names.map((name) => [name, make(name)]);
  return Object.fromEntries(entries) as unknown as PerParameter<Value>;
}

/**
 * The shape of each parameter of a model.
 *
 * @throws {RangeError} if a size is not a positive whole number, apart from a
 * hidden layer of 0 beside direct connections, or the vocabulary has over 65,535
 * tokens
 */
export function parameterShapes(sizes: ModelSizes): ParameterShapes {
  const { vocabularySize: V, contextLength: T, embeddingSize: E } = sizes;
  const { hiddenSize: H, directConnections = false } = sizes;
  checkWhole("vocabularySize", V, 1, MAX_VOCABULARY_SIZE);
  checkWhole("contextLength", T, 1);
  checkWhole("embeddingSize", E, 1);
  checkWhole("hiddenSize", H, directConnections ? 0 : 1);
  const names = PARAMETER_NAMES.filter((name) =>
    directConnections || !PARAMETERS[name].direct
  );
  return perParameter(
    names,
    (name) => PARAMETERS[name].shape({ V, T, E, H }),
  );
}

/** How many numbers an array of a shape has. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * The sizes of the model whose parameters have these shapes.
 *
 * @throws {RangeError} if the shapes do not fit together
 */
export function sizesOfShapes(shapes: ParameterShapes): ModelSizes {
  const [vocabularySize, embeddingSize] = shapes.C;
  const [inputs, hiddenSize] = shapes.W1;
  const contextLength = inputs / embeddingSize;
  return sizesThatFit(
    perParameter(parameterNames(shapes), (name) => `${shapes[name]}`),
    { vocabularySize, contextLength, embeddingSize, hiddenSize },
    (shape) => `${shape}`,
  );
}

/**
 * The sizes of the model whose parameters have these numbers, from the lengths
 * of the arrays.
 *
 * @throws {RangeError} if the lengths do not fit together
 *
 * @example
 * ```ts
 * import { sizesOf } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const sizes = sizesOf({
 *   C: new Float32Array(27 * 2),
 *   W1: new Float32Array(3 * 2 * 100),
 *   b1: new Float32Array(100),
 *   W2: new Float32Array(100 * 27),
 *   b2: new Float32Array(27),
 * });
 * assertEquals(sizes, {
 *   vocabularySize: 27,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 100,
 * });
 * ```
 */
export function sizesOf(arrays: ParameterArrays): ModelSizes {
  const vocabularySize = arrays.b2.length;
  const hiddenSize = arrays.b1.length;
  const embeddingSize = arrays.C.length / vocabularySize;
  const contextLength = arrays.Wd
    ? arrays.Wd.length / arrays.C.length
    : arrays.W1.length / (hiddenSize * embeddingSize);
  return sizesThatFit(
    perParameter(parameterNames(arrays), (name) => `${arrays[name]!.length}`),
    { vocabularySize, contextLength, embeddingSize, hiddenSize },
    (shape) => `${elementsOf(shape)}`,
  );
}

/** These sizes, if each parameter found is what a model of them has. */
function sizesThatFit(
  found: PerParameter<string>,
  counts: ModelSizes,
  written: (shape: readonly number[]) => string,
): ModelSizes {
  const sizes = found.Wd ? { ...counts, directConnections: true } : counts;
  const { vocabularySize: V, contextLength: T, embeddingSize: E } = counts;
  const isWhole = (size: number, least = 1) =>
    Number.isSafeInteger(size) && size >= least;
  const possible = isWhole(V) && isWhole(T) && isWhole(E) &&
    isWhole(counts.hiddenSize, found.Wd ? 0 : 1);
  const shapes = possible ? parameterShapes(sizes) : undefined;
  const fits = (name: ParameterName) =>
    found[name] === (shapes?.[name] && written(shapes[name]));
  if (!shapes || !PARAMETER_NAMES.every(fits)) {
    const all = Object.entries(found).map(([name, text]) =>
      `${name} [${text}]`
    );
    throw new RangeError(`Cannot make a model of ${all.join(", ")}`);
  }
  return sizes;
}
