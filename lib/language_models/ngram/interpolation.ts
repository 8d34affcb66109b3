/**
 * Interpolation: the counts of all orders answer together. The weights are
 * fitted on held-out text, in classes: a context that was seen often can be
 * trusted with a longer n-gram than a rare one. This is the "interpolated
 * trigram" that Bengio et al. 2003, section 4.2, compare their model with,
 * after Jelinek and Mercer 1980, for any order.
 */

import { checkToken, type LanguageModel } from "../language_model.ts";
import { fitMixtureWeights } from "../mixture.ts";
import type { Windows } from "../../kernel/rows.ts";
import type { NgramCounts } from "./counts.ts";

/** A model of several orders, see {@linkcode interpolate}. */
export interface InterpolatedModel extends LanguageModel {
  /**
   * The weights of each class of contexts, which sum to 1: first of all tokens
   * being as likely, then of n-grams by their order from 1. Class
   * ⌈−ln((1 + total) / N)⌉ is for contexts that stand `total` times among the
   * `N` tokens counted: the last one for those that were never seen.
   */
  readonly weights: readonly Float64Array[];
}

/**
 * The model that mixes the relative frequencies of n-grams of every order, and
 * the uniform distribution: `λ₀/V + λ₁·p(w) + λ₂·p(w | previous) + …`. The
 * weights depend on how often the whole context was seen, and are fitted by
 * expectation–maximisation. Where a context was not seen at all, the next
 * shorter one answers in its place.
 *
 * @param counts the counts of the text to learn from
 * @param heldOut rows that were not counted, such as the dev split's
 * @throws {RangeError} if there are no held-out rows, if they hold less context
 * than the counts have, or ids that these do not know
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
 * } from "@makemore/mlp";
 * import { assert } from "@std/assert";
 *
 * const { words } = embeddedWords();
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
  heldOut: Windows,
): InterpolatedModel {
  const { contextLength, X, Y } = heldOut;
  const V = counts.vocabularySize;
  const T = counts.order - 1;
  const N = counts.levels[0].totals[0];
  if (Y.length === 0) {
    throw new RangeError("There are no held-out rows to fit the weights on");
  }
  if (contextLength < T) {
    throw new RangeError(
      `The held-out rows have a context length of ${contextLength}, ` +
        `the counts of ${T}: make longer windows`,
    );
  }

  const classOf = (total: number) =>
    Math.max(0, Math.ceil(-Math.log((1 + total) / N)));
  /** The class of a context, by where its ends stand in the levels. */
  const contextClass = (indices: readonly number[]) =>
    classOf(indices.length > T ? counts.levels[T].totals[indices[T]] : 0);

  /** What each order expects of a token: uniform first, `[T + 2]`. */
  function opinions(indices: readonly number[], token: number): number[] {
    const probs = [1 / V];
    for (let k = 0; k <= T; k++) {
      if (k < indices.length) {
        const at = counts.find(k, indices[k], token);
        const { counts: seen, totals } = counts.levels[k];
        probs.push(at === -1 ? 0 : seen[at] / totals[indices[k]]);
      } else probs.push(probs[k]);
    }
    return probs;
  }

  const classes = Array.from({ length: classOf(0) + 1 }, (): number[][] => []);
  const rows = Array.from(Y, (token, row) => {
    const end = (row + 1) * contextLength;
    const context = X.subarray(end - contextLength, end);
    const indices = counts.contextIndices(context, T);
    const opinion = opinions(indices, checkToken(token, V));
    classes[contextClass(indices)].push(opinion);
    return opinion;
  });
  // Few rows say little: a class begins as if one more row of all had been in
  // it, so that no order is ruled out and an empty class has what all have.
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
      return opinions(indices, token)
        .reduce((sum, p, order) => sum + lambda[order] * p, 0);
    },
    probabilities(context) {
      const indices = counts.contextIndices(context, T);
      const lambda = weights[contextClass(indices)];
      const probs = new Float64Array(V).fill(lambda[0] / V);
      for (let k = 0; k < indices.length; k++) {
        // the longest context that was seen answers for the longer ones too
        const last = k === indices.length - 1;
        const weight = last
          ? lambda.subarray(k + 1).reduce((sum, weight) => sum + weight, 0)
          : lambda[k + 1];
        const { starts, tokens, counts: seen, totals } = counts.levels[k];
        const index = indices[k];
        for (let at = starts[index]; at < starts[index + 1]; at++) {
          probs[tokens[at]] += weight * seen[at] / totals[index];
        }
      }
      return probs;
    },
  };
}

/** Turns rows of opinions into a row for each order. */
function byOrder(rows: readonly number[][], orders: number): Float64Array[] {
  return Array.from(
    { length: orders },
    (_, order) => Float64Array.from(rows, (row) => row[order]),
  );
}
