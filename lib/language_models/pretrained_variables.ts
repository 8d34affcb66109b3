/**
 * The model that comes with the package, with its parameters as tfjs variables.
 */

import { parametersFrom } from "../model/variables.ts";
import type { LoadedModel } from "../saving/variables.ts";
import { pretrainedModel as pretrainedArrays } from "./pretrained.ts";

/**
 * Returns the model that comes with the package, which makes names without any
 * training: the network of `autoRecipe`, 66,675 parameters, that has learned the
 * embedded names. data/README.md has its losses.
 *
 * @returns new parameters, which the caller disposes, and the vocabulary
 *
 * @example
 * ```ts
 * import { pretrainedModel, sample, TorchGenerator } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const generator = new TorchGenerator(42);
 * const words = sample(parameters, vocabulary, { generator, count: 3 });
 * assertEquals(words.length, 3);
 * ```
 */
export function pretrainedModel(): LoadedModel {
  const { parameters, vocabulary } = pretrainedArrays();
  return { parameters: parametersFrom(parameters), vocabulary };
}
