/**
 * What a model expects to come next: autocomplete.
 */

import type { Vocabulary } from "../data/vocabulary.ts";
import { checkVocabulary } from "./language_model.ts";
import { type Model, withLanguageModel } from "./model.ts";
import { beginningOf } from "./sample.ts";
import { checkTempering, tempered, type TemperOptions } from "./temper.ts";

/** A token that may come next. */
export interface NextToken {
  /** The token; the boundary token is the end of the word. */
  readonly token: string;
  /** Its id. */
  readonly id: number;
  /** How likely it is, from 0 to 1. */
  readonly probability: number;
}

/**
 * The tokens that a model expects after each of some beginnings, the likeliest
 * first.
 *
 * @param model the parameters of a network, or any language model
 * @param vocabulary the vocabulary that it was trained with
 * @param prompts the beginnings, each a text or its tokens, of which the model
 * sees the last `T`
 * @param options how many tokens, and the temperature
 * @returns for each beginning the `topK` likeliest tokens, or all; with equal
 * probabilities the one with the smaller id is first
 * @throws {RangeError} if a setting is out of range, a beginning has a token
 * that is not in the vocabulary or the boundary token, or the vocabulary does
 * not fit the model
 *
 * @example
 * ```ts
 * import { nextTokens, pretrainedModel } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const [[afterEmm], [afterQ]] = nextTokens(parameters, vocabulary, ["emm", "q"]);
 * assertEquals([afterEmm.token, afterQ.token], ["a", "u"]);
 * ```
 */
export function nextTokens(
  model: Model,
  vocabulary: Vocabulary,
  prompts: Iterable<Iterable<string>>,
  options: TemperOptions = {},
): NextToken[][] {
  checkTempering(options);
  const { temperature, topK } = options;
  const beginnings = Array.from(
    prompts,
    (prompt) => beginningOf(prompt, vocabulary),
  );
  return withLanguageModel(model, (model) => {
    checkVocabulary(model, vocabulary);
    return beginnings.map((context) => {
      const probs = tempered(model.probabilities(context), { temperature });
      const likely = [...probs.keys()].sort((a, b) => probs[b] - probs[a]);
      return likely.slice(0, topK).map((id) => ({
        token: vocabulary.tokens[id],
        id,
        probability: probs[id],
      }));
    });
  });
}
