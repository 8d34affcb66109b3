/**
 * The model that comes with the package: the lecture's last one, trained on
 * the lecture's names by its full run.
 */

import { pretrainedSafetensors } from "../../data/pretrained_safetensors.ts";
import { decodeCheckpoint } from "../saving/checkpoint.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import { Vocabulary } from "../data/vocabulary.ts";

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
  const binary = atob(pretrainedSafetensors);
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  const { parameters, tokens } = decodeCheckpoint(bytes, {
    source: "the model of the package",
  });
  return {
    parameters,
    vocabulary: new Vocabulary(tokens),
  };
}
