/**
 * The numbers that a model begins with, drawn as the lecture draws them.
 */

import {
  elementsOf,
  type ModelSizes,
  type ParameterArrays,
  type ParameterName,
  parameterNames,
  parameterShapes,
} from "../kernel/parameters.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";

/**
 * How parameters begin:
 *
 * - `"randn"`: standard normal numbers, as in the lecture.
 * - `"scaled"`: the same numbers, scaled as in the lecture's next part: `W1` by
 *   Kaiming's gain for tanh, 5/3 over the root of its inputs; `b1`, `W2` and
 *   `Wd` by 0.01; `b2` is zero. The first loss is then that of guessing, ln V,
 *   and few hidden units are saturated.
 * - `"small"`: as `"scaled"`, with `C` scaled by 0.1. Embeddings that begin
 *   close together move to where their neighbours in the text take them, so a
 *   rare word does not stay where chance put it. For models of words.
 */
export type Initialization = "randn" | "scaled" | "small";

/** Options of `createParameters`. */
export interface ParameterOptions {
  /** The random number generator that the weights are drawn from. */
  generator: TorchGenerator;
  /** How the parameters begin. Default: `"randn"`, as in the lecture. */
  initialization?: Initialization;
}

/**
 * Creates the parameters as plain arrays: `C`, `W1`, `b1`, `W2` and `b2`, drawn
 * one after the other as the lecture does, with the numbers that `torch.randn`
 * gives; then `Wd`, if the sizes ask for direct connections.
 *
 * @param sizes the sizes of the model
 * @param options the generator, and how the parameters begin
 * @returns the numbers of each parameter, float32, row by row
 * @throws {RangeError} if a size is not a whole number from 1, or the
 * vocabulary has more than 65,535 tokens
 *
 * @example
 * ```ts
 * import { createParameters, TorchGenerator } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { C, W1 } = createParameters({
 *   vocabularySize: 27,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 100,
 * }, { generator: new TorchGenerator(2147483647) });
 * assertEquals(C.length, 27 * 2);
 * assertEquals(W1.length, 6 * 100);
 * assertEquals(C[0], 1.5673619508743286);
 * ```
 */
export function createParameters(
  sizes: ModelSizes,
  options: ParameterOptions,
): ParameterArrays {
  const { generator, initialization = "randn" } = options;
  const shapes = parameterShapes(sizes);
  // As the lecture writes it, `randn(...) * (5/3) / inputs**0.5`: one rounding
  // to float32 after the other.
  const root = Math.fround(Math.sqrt(shapes.W1[0]));
  const gain = Math.fround(5 / 3);
  const small = Math.fround(0.01);
  const closeness = Math.fround(initialization === "small" ? 0.1 : 1);
  const scale: Record<ParameterName, (x: number) => number> = {
    C: (x) => x * closeness,
    W1: (x) => Math.fround(x * gain) / root,
    b1: (x) => x * small,
    W2: (x) => x * small,
    b2: (x) => x * 0,
    Wd: (x) => x * small,
  };
  return Object.fromEntries(
    parameterNames(shapes).map((name) => {
      const numbers = generator.randn(elementsOf(shapes[name]!));
      const scaled = initialization === "randn"
        ? numbers
        : numbers.map(scale[name]);
      return [name, scaled];
    }),
  ) as unknown as ParameterArrays;
}
