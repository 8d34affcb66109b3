/**
 * The sizes that make a model, and the shapes that its parameters have then.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden layer.
 */

import { MAX_VOCABULARY_SIZE } from "../data/vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";

/** The sizes that make a model. */
export interface ModelSizes {
  /** How many tokens there are, the boundary included: `V`, the paper's |V|. */
  readonly vocabularySize: number;
  /** How many tokens the model sees: `T`, the lecture's `block_size`. */
  readonly contextLength: number;
  /** How many numbers stand for a token: `E`, the paper's m. */
  readonly embeddingSize: number;
  /** How many neurons the hidden layer has: `H`, the paper's h. */
  readonly hiddenSize: number;
  /**
   * Whether the embeddings reach the output layer also directly, past the hidden
   * layer: the paper's W, here `Wd`. Default: no, as in the lecture.
   */
  readonly directConnections?: boolean;
}

/**
 * The names of the parameters that every model has, in the order in which they
 * are created. One with direct connections has `Wd` after them.
 */
export const PARAMETER_NAMES = ["C", "W1", "b1", "W2", "b2"] as const;

/** The name of one of the parameters. */
export type ParameterName = typeof PARAMETER_NAMES[number] | "Wd";

/** The numbers of the parameters, float32, row by row. */
export type ParameterArrays =
  & { readonly [name in typeof PARAMETER_NAMES[number]]: Float32Array }
  & {
    /** Of the direct connections, if the model has them. */
    readonly Wd?: Float32Array;
  };

/** The shapes of the parameters. */
export type ParameterShapes = {
  readonly [name in keyof ParameterArrays]: readonly number[];
};

/**
 * The names of the parameters that a model has, in the order in which they are
 * created.
 *
 * @param model its parameters, their numbers or their shapes
 */
export function parameterNames(
  model: { readonly Wd?: unknown },
): readonly ParameterName[] {
  return model.Wd === undefined ? PARAMETER_NAMES : [...PARAMETER_NAMES, "Wd"];
}

/**
 * The shape of each parameter of a model.
 *
 * @throws {RangeError} if a size is not a positive whole number, or the
 * vocabulary has over 65,535 tokens
 */
export function parameterShapes(sizes: ModelSizes): ParameterShapes {
  const { directConnections, ...counts } = sizes;
  for (const [name, size] of Object.entries(counts)) {
    checkWhole(wordsOf(name), size, 1);
  }
  const { vocabularySize: V, contextLength: T, embeddingSize: E } = sizes;
  const { hiddenSize: H } = sizes;
  if (V > MAX_VOCABULARY_SIZE) {
    throw new RangeError(
      `The vocabulary size is ${V}: at most ${MAX_VOCABULARY_SIZE} is supported`,
    );
  }
  const shapes = { C: [V, E], W1: [T * E, H], b1: [H], W2: [H, V], b2: [V] };
  return directConnections ? { ...shapes, Wd: [T * E, V] } : shapes;
}

/** `"embeddingSize"` as a person writes it. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase());
}

/**
 * The sizes of the model whose parameters have these shapes.
 *
 * @throws {RangeError} if the shapes do not go together
 */
export function sizesOfShapes(shapes: ParameterShapes): ModelSizes {
  const [vocabularySize, embeddingSize] = shapes.C;
  const [inputs, hiddenSize] = shapes.W1;
  const contextLength = inputs / embeddingSize;
  const counts = { vocabularySize, contextLength, embeddingSize, hiddenSize };
  const sizes = shapes.Wd ? { ...counts, directConnections: true } : counts;
  const possible = Object.values(counts).every((size) =>
    Number.isSafeInteger(size) && size > 0
  );
  const expected = possible ? parameterShapes(sizes) : undefined;
  const names = parameterNames(shapes);
  if (names.some((name) => `${shapes[name]}` !== `${expected?.[name]}`)) {
    const found = names.map((name) => `${name} [${shapes[name]}]`);
    throw new RangeError(
      `These shapes do not make a model: ${found.join(", ")}`,
    );
  }
  return sizes;
}

/** How many numbers an array of a shape has. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
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
): { readonly [name in keyof ParameterArrays]: Value } {
  const entries = names.map((name) => [name, make(name)]);
  return Object.fromEntries(entries);
}

/**
 * The sizes of the model whose parameters have these numbers, from the lengths
 * of the arrays.
 *
 * @throws {RangeError} if the lengths do not go together
 */
export function sizesOf(arrays: ParameterArrays): ModelSizes {
  const { C, W1, b1, W2, b2, Wd } = arrays;
  const [V, H] = [b2.length, b1.length];
  return sizesOfShapes({
    C: [V, C.length / V],
    W1: [W1.length / H, H],
    b1: [H],
    W2: [W2.length / V, V],
    b2: [V],
    ...(Wd ? { Wd: [Wd.length / V, V] } : {}),
  });
}
