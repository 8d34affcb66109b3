/**
 * What `evaluate`, `sample` and the other functions take as a model: any
 * language model, or the parameters of a network.
 */

import type { Parameters } from "../model/parameters.ts";
import type { LanguageModel } from "./language_model.ts";
import { borrowedMlpModel } from "./mlp.ts";

/** A model: the parameters of the network, or any language model. */
export type Model = Parameters | LanguageModel;

/** Calls a function with the language model that a model is. */
export function withLanguageModel<Result>(
  model: Model,
  use: (model: LanguageModel) => Result,
): Result {
  if ("probabilities" in model) return use(model);
  const network = borrowedMlpModel(model);
  try {
    return use(network);
  } finally {
    network.dispose();
  }
}
