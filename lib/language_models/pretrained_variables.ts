/**
 * The model that comes with the package, with its parameters as tfjs variables.
 */

import type { Vocabulary } from "../data/vocabulary.ts";
import { type ModelParameters, parametersFrom } from "../model/variables.ts";
import { pretrainedModel as pretrainedArrays } from "./pretrained.ts";

/** A model that is ready to use. */
export interface PretrainedModel {
  /** Its parameters. They are yours to dispose. */
  readonly parameters: ModelParameters;
  /** The vocabulary that it was trained with. */
  readonly vocabulary: Vocabulary;
}

/**
 * The model that comes with the package, for new words without training: 11,897
 * parameters, trained by the lecture's full run of 200,000 steps on
 * karpathy/makemore's names. data/README.md has its losses.
 *
 * @returns the parameters and the vocabulary
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
export function pretrainedModel(): PretrainedModel {
  const { parameters, vocabulary } = pretrainedArrays();
  return { parameters: parametersFrom(parameters), vocabulary };
}
