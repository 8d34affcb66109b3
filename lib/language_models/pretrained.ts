/**
 * The model that comes with the package: the network that the automatic recipe
 * makes of the embedded names.
 */

import { pretrainedSafetensors } from "../../data/pretrained_safetensors.ts";
import { fromBase64 } from "../kernel/base64.ts";
import { loadModel, type SavedModel } from "../saving/model_file.ts";

/**
 * Returns the model that comes with the package, which makes names without any
 * training: the network of `autoRecipe`, 66,675 parameters, that has learned the
 * embedded names. data/README.md has its losses.
 *
 * @returns a new copy of the parameters, and the vocabulary
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
export function pretrainedModel(): SavedModel {
  return loadModel(fromBase64(pretrainedSafetensors), {
    source: "the model of the package",
  });
}
