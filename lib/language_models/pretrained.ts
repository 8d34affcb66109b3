/**
 * The model that comes with the package: the lecture's last one, trained on
 * the lecture's names by its full run.
 */

import { pretrainedSafetensors } from "../../data/pretrained_safetensors.ts";
import { fromBase64 } from "../kernel/base64.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import { loadModel } from "../saving/model_file.ts";
import type { Vocabulary } from "../data/vocabulary.ts";

/** A model that is ready to use. */
export interface PretrainedModel {
  /** The numbers of its parameters. */
  readonly parameters: ParameterArrays;
  /** The vocabulary that it was trained with. */
  readonly vocabulary: Vocabulary;
}

/**
 * The model that comes with the package, so that there are new words at once:
 * 11,897 parameters, trained by the lecture's full run of 200,000 steps on
 * karpathy/makemore's names. data/README.md has its losses.
 *
 * @example
 * ```ts
 * import { TorchGenerator, pretrainedModel, sample } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const generator = new TorchGenerator(42);
 * const words = sample(parameters, vocabulary, { generator, count: 3 });
 * assertEquals(words.length, 3);
 * ```
 */
export function pretrainedModel(): PretrainedModel {
  return loadModel(fromBase64(pretrainedSafetensors), {
    source: "the model of the package",
  });
}
