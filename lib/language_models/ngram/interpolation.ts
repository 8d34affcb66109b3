/**
 * Interpolation: a weighted mean of n-gram models of all orders. The weights
 * are fitted on held-out text, and depend on how often a context occurs: the
 * longer n-grams of a frequent context are more reliable than those of a rare
 * one. This is the "interpolated trigram" that Bengio et al. 2003, section 4.2,
 * compare their model with, after Jelinek and Mercer 1980, for any order.
 */

import { contextOf, type Rows } from "../../kernel/rows.ts";
import { checkToken, type LanguageModel } from "../language_model.ts";
import { fitMixtureWeights } from "../mixture.ts";
import type { NgramCounts } from "./counts.ts";

/** A model of several orders, from {@linkcode interpolate}. */
export interface InterpolatedModel extends LanguageModel {
  /**
   * The weights of each class of contexts, float64 `[order + 1]`, which sum to
   * 1: first the weight of the uniform distribution, then those of the orders
   * from 1. A context that occurs `total` times among the `N` tokens counted is
   * in class ⌈−ln((1 + total) / N)⌉. The last class is that of contexts that do
   * not occur.
   */
  readonly weights: readonly Float64Array[];
}

/**
 * Makes a model that mixes the relative frequencies of n-grams of all orders
 * and the uniform distribution: `λ₀/V + λ₁·p(w) + λ₂·p(w | previous) + …`. The
 * weights depend on how often the whole context occurs, and are fitted by
 * expectation–maximization. A context that does not occur is replaced by the
 * next shorter one.
 *
 * @param counts the counts of the training text
 * @param heldOut rows that were not counted, those of the dev split for example
 * @throws {RangeError} if there are no held-out rows, their context is shorter
 * than that of the counts, or the vocabulary does not have an id
 *
 * @example
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   embeddedWords,
 *   evaluate,
 *   interpolate,
 *   splitWords,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const words = embeddedWords().words.slice(0, 3000);
 * const vocabulary = buildVocabulary(words);
 * const { train, dev, test } = splitWords(words);
 * const [seen, heldOut, unseen] = [train, dev, test].map((part) =>
 *   contextWindows(part, vocabulary, 3)
 * );
 * const counts = countNgrams(seen, vocabulary);
 * const loss = evaluate(interpolate(counts, heldOut), unseen);
 * assert(loss < evaluate(addK(counts, 0.1), unseen));
 * ```
 */
export function interpolate(
  counts: NgramCounts,
  heldOut: Rows,
): InterpolatedModel {
  const { contextLength, Y } = heldOut;
  const V = counts.vocabularySize;
  const T = counts.order - 1;
  const N = counts.levels[0].totals[0];
  if (Y.length === 0) {
    throw new RangeError("Cannot fit the weights: there are no held-out rows");
  }
  if (contextLength < T) {
    throw new RangeError(
      `Cannot fit the weights: the held-out rows have a context length of ` +
        `${contextLength}, the counts need ${T}`,
    );
  }

  const classOf = (total: number) =>
    Math.max(0, Math.ceil(-Math.log((1 + total) / N)));
  /** The class of a context, from the indices of its ends. */
  const contextClass = (indices: readonly number[]) =>
    classOf(indices.length > T ? counts.levels[T].totals[indices[T]] : 0);

  /** The probability of a token by each order, uniform first, `[T + 2]`. */
  function estimates(indices: readonly number[], token: number): number[] {
    const probs = indices.map((index, k) => {
      const at = counts.find(k, index, token);
      const { counts: seen, totals } = counts.levels[k];
      return at === -1 ? 0 : seen[at] / totals[index];
    });
    while (probs.length <= T) probs.push(probs.at(-1)!);
    return [1 / V, ...probs];
  }

  const classes = Array.from({ length: classOf(0) + 1 }, (): number[][] => []);
  const rows = Array.from(Y, (token, row) => {
    const indices = counts.contextIndices(contextOf(heldOut, row), T);
    const estimate = estimates(indices, checkToken(token, V));
    classes[contextClass(indices)].push(estimate);
    return estimate;
  });
  // The weights of all rows count as one more row of each class. So a class of
  // few rows rules no order out, and an empty class has the weights of all.
  const prior = fitMixtureWeights(byOrder(rows, T + 2));
  const weights = classes.map((rows) =>
    fitMixtureWeights(byOrder(rows, T + 2), { prior })
  );

  return {
    vocabularySize: V,
    contextLength: T,
    weights,
    probability(context, token) {
      checkToken(token, V);
      const indices = counts.contextIndices(context, T);
      const lambda = weights[contextClass(indices)];
      return estimates(indices, token)
        .reduce((sum, p, order) => sum + lambda[order] * p, 0);
    },
    probabilities(context) {
      const indices = counts.contextIndices(context, T);
      const lambda = weights[contextClass(indices)];
      const probs = new Float64Array(V).fill(lambda[0] / V);
      for (const [k, index] of indices.entries()) {
        // the longest context that occurs replaces the longer ones
        const end = k + 1 < indices.length ? k + 2 : T + 2;
        const weight = lambda.subarray(k + 1, end).reduce((a, b) => a + b, 0);
        const { starts, tokens, counts: seen, totals } = counts.levels[k];
        for (let at = starts[index]; at < starts[index + 1]; at++) {
          probs[tokens[at]] += weight * seen[at] / totals[index];
        }
      }
      return probs;
    },
  };
}

/** Transposes estimates from `[N][orders]` to `[orders][N]`. */
function byOrder(rows: readonly number[][], orders: number): Float64Array[] {
  const estimates = (order: number) =>
    Float64Array.from(rows, (row) => row[order]);
  return Array.from({ length: orders }, (_, order) => estimates(order));
}
