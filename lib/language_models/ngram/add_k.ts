/**
 * Add-k smoothing: every n-gram counts as if it occurred k times more. The
 * lecture's "model smoothing" of its table of pairs, for any order.
 */

import { checkNotNegative } from "../../errors/checks.ts";
import { checkToken, type LanguageModel } from "../language_model.ts";
import type { NgramCounts } from "./counts.ts";

/**
 * Makes a model that gives each token the probability
 * `(count + k) / (total + k·V)`, where `count` is how often it occurs after the
 * context, and `total` how often the context occurs.
 *
 * @param counts the counts of a text
 * @param k how much to add to each count, from 0. With 0, n-grams that do not
 * occur are impossible; after a context that does not occur, all tokens are
 * equally likely
 * @throws {RangeError} if `k` is not a finite number from 0
 *
 * @example
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 * } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["aab"]);
 * const counts = countNgrams(contextWindows(["aab"], vocabulary, 1), vocabulary);
 * const model = addK(counts, 1);
 * const afterA = model.probabilities(vocabulary.encode("a"));
 * assertEquals([...afterA], [1 / 5, 2 / 5, 2 / 5]); // . a b
 * ```
 */
export function addK(counts: NgramCounts, k: number): LanguageModel {
  checkNotNegative("k", k);
  const V = counts.vocabularySize;
  const T = counts.order - 1;
  const level = counts.levels[T];
  const smoothed = (count: number, total: number) =>
    total + k === 0 ? 1 / V : (count + k) / (total + k * V);

  return {
    vocabularySize: V,
    contextLength: T,
    probability(context, token) {
      checkToken(token, V);
      const index = counts.contextIndices(context, T).at(T);
      if (index === undefined) return smoothed(0, 0);
      const at = counts.find(T, index, token);
      return smoothed(at === -1 ? 0 : level.counts[at], level.totals[index]);
    },
    probabilities(context) {
      const probs = new Float64Array(V);
      const index = counts.contextIndices(context, T).at(T);
      if (index === undefined) return probs.fill(smoothed(0, 0));
      const total = level.totals[index];
      probs.fill(smoothed(0, total));
      for (let at = level.starts[index]; at < level.starts[index + 1]; at++) {
        probs[level.tokens[at]] = smoothed(level.counts[at], total);
      }
      return probs;
    },
  };
}
