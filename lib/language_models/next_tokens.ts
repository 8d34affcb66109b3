/**
 * The tokens that a model expects next: autocomplete.
 */

import { checkList } from "../errors/checks.ts";
import type { Vocabulary } from "../data/vocabulary.ts";
import { checkVocabulary } from "./language_model.ts";
import { type Model, withLanguageModel } from "./model.ts";
import { readPrompt } from "./prompt.ts";
import {
  byLikelihood,
  checkTempering,
  excludedToken,
  tempered,
  type TemperOptions,
} from "./temper.ts";

/** A token that may come next. */
export interface NextToken {
  /** The token. The boundary token ends the word. */
  readonly token: string;
  /** Its id. */
  readonly id: number;
  /** Its probability, from 0 to 1. */
  readonly probability: number;
}

/**
 * Returns the tokens that a model expects after each prompt, the likeliest
 * first.
 *
 * @param model the parameters of a network, or any language model
 * @param vocabulary the vocabulary that it was trained with
 * @param prompts the beginnings of words, each a text or its tokens; the model
 * sees the last `T` tokens
 * @param options the number of tokens, the temperature, and whether the unknown
 * word counts
 * @returns the `topK` likeliest tokens for each prompt, or all; of two equal
 * probabilities the one with the smaller id is first
 * @throws {RangeError} if a setting is out of range, a prompt has the boundary
 * token or a token that is not in the vocabulary, or the vocabulary does not fit
 * the model
 * @throws {TypeError} if the prompts are not a list
 *
 * @example
 * ```ts
 * import { nextTokens, pretrainedModel } from "@makemore/mlp/core";
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
  checkList("prompts", prompts);
  const { temperature, topK } = options;
  const beginnings = Array.from(
    prompts,
    (prompt) => readPrompt(vocabulary, prompt).ids,
  );
  const excluded = excludedToken(vocabulary, options);
  return withLanguageModel(model, (model) => {
    checkVocabulary(model, vocabulary);
    return beginnings.map((context) => {
      const probs = tempered(model.probabilities(context), {
        temperature,
        excluded,
      });
      return byLikelihood(probs).slice(0, topK).map((id) => ({
        token: vocabulary.tokens[id],
        id,
        probability: probs[id],
      }));
    });
  });
}
