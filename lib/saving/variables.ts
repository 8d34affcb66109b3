/**
 * Saved models with their parameters as tfjs variables.
 */

import type { Vocabulary } from "../data/vocabulary.ts";
import { type ModelParameters, parametersFrom } from "../model/variables.ts";
import { type DecodeOptions, loadModel as loadArrays } from "./model_file.ts";

/** A model of a file, with its parameters as tfjs variables. */
export interface LoadedModel {
  /** Its parameters. They are yours to dispose. */
  readonly parameters: ModelParameters;
  /** The vocabulary that it was trained with. */
  readonly vocabulary: Vocabulary;
}

/**
 * Reads a model that {@linkcode saveModel} or {@linkcode encodeCheckpoint}
 * wrote, or that PyTorch saved with its tokens in the metadata.
 *
 * @param bytes the whole file
 * @param options what to call the file in errors
 * @returns the parameters, as tfjs variables, and the vocabulary
 * @throws {CheckpointError} if the file is damaged, holds no vocabulary, or
 * does not fit together
 *
 * @example
 * ```ts
 * import {
 *   evaluate,
 *   loadModel,
 *   contextWindows,
 *   pretrainedModel,
 *   saveModel,
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const saved = pretrainedModel();
 * const bytes = saveModel(saved.parameters, saved.vocabulary);
 * // Deno.writeFileSync("names.safetensors", bytes);
 * const { parameters, vocabulary } = loadModel(bytes);
 * const windows = contextWindows(["emma"], vocabulary, 8);
 * assertEquals(
 *   evaluate(parameters, windows),
 *   evaluate(saved.parameters, windows),
 * );
 * ```
 */
export function loadModel(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): LoadedModel {
  const { parameters, vocabulary } = loadArrays(bytes, options);
  return { parameters: parametersFrom(parameters), vocabulary };
}
