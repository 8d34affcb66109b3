/**
 * The probabilities of words, to rank them or to find odd ones.
 */

import { checkList } from "../errors/checks.ts";
import type { Vocabulary } from "../data/vocabulary.ts";
import { contextWindows } from "../data/windows.ts";
import { checkVocabulary, probabilitiesOfRows } from "./language_model.ts";
import { type Model, withLanguageModel } from "./model.ts";

/**
 * Computes the log-probability of each word: the sum of the logarithms of the
 * probabilities of its tokens and of its end. Its exponential is the
 * probability that {@linkcode sample} makes this word.
 *
 * @param model the parameters of a network, or any language model
 * @param vocabulary the vocabulary that it was trained with
 * @param words the words or sentences, each a text or its tokens
 * @returns float64, a number for each word, in nats, at most 0
 * @throws {RangeError} if a word has the boundary token or a token that is not
 * in the vocabulary, or the vocabulary does not fit the model
 * @throws {TypeError} if the words are not a list
 *
 * @example
 * ```ts
 * import { pretrainedModel, scoreWords } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const [anna, xqzw] = scoreWords(parameters, vocabulary, ["anna", "xqzw"]);
 * assert(anna > xqzw);
 * ```
 */
export function scoreWords(
  model: Model,
  vocabulary: Vocabulary,
  words: Iterable<Iterable<string>>,
): Float64Array {
  checkList("words", words);
  return withLanguageModel(model, (model) => {
    checkVocabulary(model, vocabulary);
    const contextLength = Math.max(1, model.contextLength);
    const rows = contextWindows(words, vocabulary, contextLength);
    const scores: number[] = [];
    let score = 0;
    probabilitiesOfRows(model, rows).forEach((probability, row) => {
      score += Math.log(probability);
      if (rows.Y[row] !== 0) return;
      scores.push(score); // the boundary ends each word
      score = 0;
    });
    return Float64Array.from(scores);
  });
}
