/**
 * The numbers that a model begins with, as the lecture draws them.
 */

import { checkChoice } from "../errors/checks.ts";
import {
  elementsOf,
  type ModelSizes,
  type ParameterArrays,
  type ParameterName,
  parameterNames,
  parameterShapes,
  perParameter,
} from "../kernel/parameters.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";

/**
 * The numbers that parameters begin with:
 *
 * - `"randn"`: standard normal numbers, as in the lecture.
 * - `"scaled"`: the same numbers, scaled as in the lecture's next part: `W1` by
 *   Kaiming's gain for tanh, 5/3 over the root of its inputs; `b1`, `W2` and
 *   `Wd` by 0.01; `b2` is zero. The first loss is then that of guessing, ln V,
 *   and few hidden units are saturated.
 * - `"small"`: as `"scaled"`, with `C` scaled by 0.1, for models of words.
 *   Embeddings begin close together, so the text decides where each one goes,
 *   and a rare word does not stay where chance put it.
 */
export type Initialization = "randn" | "scaled" | "small";

/** Options of `createParameters`. */
export interface ParameterOptions {
  /** The random number generator that draws the weights. */
  generator: TorchGenerator;
  /** The numbers to begin with. Default: `"randn"`, as in the lecture. */
  initialization?: Initialization;
}

/**
 * Creates the parameters as plain arrays with the numbers of `torch.randn`.
 * Draws `C`, `W1`, `b1`, `W2` and `b2` one after the other, as the lecture does,
 * then `Wd` if the model has direct connections.
 *
 * @param sizes the sizes of the model
 * @param options the generator, and the initialization
 * @returns the numbers of each parameter, float32, row by row
 * @throws {TypeError} if there is no generator, or no such initialization
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
  const { generator, initialization = "randn" } = options ?? {};
  if (typeof generator?.randn !== "function") {
    throw new TypeError(
      "Cannot draw weights without a generator: pass " +
        "{ generator: new TorchGenerator(42) }",
    );
  }
  checkChoice("initialization", initialization, ["randn", "scaled", "small"]);
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
  return perParameter(parameterNames(shapes), (name) => {
    const numbers = generator.randn(elementsOf(shapes[name]!));
    return initialization === "randn" ? numbers : numbers.map(scale[name]);
  });
}
