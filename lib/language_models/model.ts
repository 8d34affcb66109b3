/**
 * The models that `evaluate`, `sample` and other functions take: any language
 * model, or the parameters of a network.
 */

import { arraysOf, type Parameters } from "../model/parameters.ts";
import type { LanguageModel } from "./language_model.ts";
import { networkOf } from "./mlp.ts";

/** A model: the parameters of the network, or any language model. */
export type Model = Parameters | LanguageModel;

/** Calls a function with a model as a language model. */
export function withLanguageModel<Result>(
  model: Model,
  use: (model: LanguageModel) => Result,
): Result {
  if ("probabilities" in model) return use(model);
  const network = networkOf(arraysOf(model));
  try {
    return use(network);
  } finally {
    network.dispose();
  }
}
