/** One sample and one evaluate for all models, until the library has them. */

import {
  type LanguageModel,
  rowProbabilities as rowProbabilitiesOf,
  sampleModel,
} from "../lib/language_models/language_model.ts";
import { mlpModel } from "../lib/language_models/mlp.ts";
import {
  sample as sampleNet,
  type SampleOptions,
} from "../lib/language_models/sample.ts";
import type { ModelParameters } from "../lib/model/variables.ts";
import { sizesOf } from "../lib/model/variables.ts";
import type { Vocabulary } from "../lib/data/vocabulary.ts";
import type { Windows } from "../lib/kernel/rows.ts";

/** The parameters of a net, or any other model. */
export type Model = ModelParameters | LanguageModel;

export function rowProbabilities(model: Model, windows: Windows): Float64Array {
  if (!("C" in model)) return rowProbabilitiesOf(model, windows);
  const net = mlpModel(model);
  try {
    return rowProbabilitiesOf(net, windows);
  } finally {
    net[Symbol.dispose]();
  }
}

export function sample(
  model: Model,
  vocabulary: Vocabulary,
  options: SampleOptions & { continuous?: boolean },
): string[] {
  const sampleOne = (one: SampleOptions) =>
    "C" in model
      ? sampleNet(model, vocabulary, one)
      : sampleModel(tempered(model, one), vocabulary, one);
  if (!options.continuous) return sampleOne(options);
  const contextLength = "C" in model
    ? sizesOf(model).contextLength
    : model.contextLength;
  const [boundary] = vocabulary.tokens;
  let before: readonly string[] = []; // as much as the model sees
  const join = (tokens: readonly string[]) => {
    const said = [...before, ...tokens, boundary];
    before = said.slice(Math.max(0, said.length - contextLength));
    return vocabulary.join(tokens);
  };
  const next = () => sampleOne({ ...options, count: 1, before, join });
  next();
  return Array.from({ length: options.count ?? 20 }, next).flat();
}

function tempered(
  model: LanguageModel,
  { temperature = 1, topK = Infinity }: SampleOptions,
): LanguageModel {
  if (temperature === 1 && topK >= model.vocabularySize) return model;
  return {
    ...model,
    probabilities(context) {
      const probs = model.probabilities(context); // [V]
      const order = [...probs.keys()].sort((a, b) => probs[b] - probs[a]);
      const [likeliest] = order;
      const shares = new Float64Array(probs.length);
      for (const token of order.slice(0, topK)) {
        shares[token] = (probs[token] / probs[likeliest]) ** (1 / temperature);
      }
      const sum = shares.reduce((a, b) => a + b);
      return shares.map((share) => share / sum);
    },
  };
}
