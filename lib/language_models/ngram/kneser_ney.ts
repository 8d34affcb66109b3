/**
 * Interpolated modified Kneser–Ney smoothing, the best of the counting models:
 * Chen and Goodman 1999, "An empirical study of smoothing techniques for
 * language modeling".
 *
 * It combines two ideas. A little is taken off every count, and given to the
 * next lower order. And the lower orders do not count how often an n-gram
 * occurs, but how many different tokens precede it: "Francisco" is frequent,
 * but only follows "San", so it is a bad guess elsewhere.
 */

import { checkToken, type LanguageModel } from "../language_model.ts";
import type { NgramCounts } from "./counts.ts";

/** What is taken off counts of 1, of 2, and of 3 or more. */
export type Discounts = readonly [one: number, two: number, more: number];

/** A smoothed model, from {@linkcode kneserNey}. */
export interface KneserNeyModel extends LanguageModel {
  /** The discounts of each order, from 1. */
  readonly discounts: readonly Discounts[];
}

/** The discounts of KenLM for texts that are too small to estimate them. */
const FALLBACK: Discounts = [0.5, 1, 1.5];

/**
 * Makes a model with interpolated modified Kneser–Ney smoothing. The probability
 * of each order is `(count − D) / total + weight · p`, where `p` is that of the
 * next lower order; below order 1 it is uniform.
 *
 * - The discounts `D` are Chen and Goodman's, estimated from how many n-grams
 *   have a count of 1, 2, 3 and 4. If one of the first three numbers is 0, or a
 *   discount is negative, the text is too small, and the discounts are 0.5, 1
 *   and 1.5, as in KenLM with `--discount_fallback`.
 * - Below the highest order, the count of an n-gram is the number of different
 *   tokens before it. If it begins with the boundary token, which nothing
 *   precedes, it is how often the n-gram occurs.
 * - Of several boundary tokens that pad a context, one is used.
 *
 * With the boundary token as both `<s>` and `</s>`, and a token that does not
 * occur as `<unk>`, these are the probabilities of KenLM's `lmplz`, except that
 * KenLM estimates the discounts with the number of occurrences of the last
 * n-gram of each lower order, which changes losses by a few millionths.
 *
 * @param counts the counts of a text
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
 *   kneserNey,
 *   splitWords,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const { words } = embeddedWords();
 * const vocabulary = buildVocabulary(words);
 * const { train, dev } = splitWords(words);
 * const counts = countNgrams(contextWindows(train, vocabulary, 4), vocabulary);
 * const heldOut = contextWindows(dev, vocabulary, 4);
 * const loss = evaluate(kneserNey(counts), heldOut);
 * assert(loss < evaluate(addK(counts, 0.1), heldOut));
 * ```
 */
export function kneserNey(counts: NgramCounts): KneserNeyModel {
  const V = counts.vocabularySize;
  const T = counts.order - 1;
  const smoothed = counts.levels.map((_, length) => smooth(counts, length));

  return {
    vocabularySize: V,
    contextLength: T,
    discounts: smoothed.map(({ discounts }) => discounts),
    probability(context, token) {
      checkToken(token, V);
      let p = 1 / V;
      counts.contextIndices(context, unpaddedLength(context, T))
        .forEach((index, length) => {
          const { probabilities, backoffs } = smoothed[length];
          const at = counts.find(length, index, token);
          p = (at === -1 ? 0 : probabilities[at]) + backoffs[index] * p;
        });
      return p;
    },
    probabilities(context) {
      const probs = new Float64Array(V).fill(1 / V);
      counts.contextIndices(context, unpaddedLength(context, T))
        .forEach((index, length) => {
          const { probabilities, backoffs } = smoothed[length];
          const { starts, tokens } = counts.levels[length];
          for (let token = 0; token < V; token++) {
            probs[token] *= backoffs[index];
          }
          for (let at = starts[index]; at < starts[index + 1]; at++) {
            probs[tokens[at]] += probabilities[at];
          }
        });
      return probs;
    },
  };
}

/** The length of a context without repeated padding. */
function unpaddedLength(context: ArrayLike<number>, contextLength: number) {
  const isBoundary = (distance: number) =>
    distance > context.length || context[context.length - distance] === 0;
  let length = contextLength;
  while (length >= 2 && isBoundary(length) && isBoundary(length - 1)) length--;
  return length;
}

/**
 * One order, smoothed: `(count − discount) / total` of each n-gram, and the
 * weight of the next lower order after each context.
 */
function smooth(counts: NgramCounts, length: number) {
  const level = counts.levels[length];
  const { starts } = level;
  const adjusted = adjustedCounts(counts, length); // [G]
  const discounts = discountsOf(counts, length, adjusted);
  const discount = (count: number) => discounts[Math.min(count, 3) - 1];

  const probabilities = new Float64Array(adjusted.length); // [G]
  const backoffs = new Float64Array(level.contexts.length); // [C]
  for (let index = 0; index < backoffs.length; index++) {
    let total = 0, freed = 0;
    for (let at = starts[index]; at < starts[index + 1]; at++) {
      total += adjusted[at];
      freed += discount(adjusted[at]);
    }
    backoffs[index] = freed / total;
    for (let at = starts[index]; at < starts[index + 1]; at++) {
      probabilities[at] = (adjusted[at] - discount(adjusted[at])) / total;
    }
  }
  return { discounts, probabilities, backoffs };
}

/**
 * The count of each n-gram, uint32 `[G]`: in lower orders, the number of
 * different tokens before it.
 */
function adjustedCounts(counts: NgramCounts, length: number): Uint32Array {
  const level = counts.levels[length];
  if (length === counts.order - 1) return level.counts;
  const V = counts.vocabularySize;
  const adjusted = new Uint32Array(level.counts.length);

  const longer = counts.levels[length + 1];
  longer.contexts.forEach((key, index) => {
    const shorter = Math.floor(key / V);
    for (let at = longer.starts[index]; at < longer.starts[index + 1]; at++) {
      adjusted[counts.find(length, shorter, longer.tokens[at])]++;
    }
  });
  level.contexts.forEach((_, index) => {
    if (!beginsWithBoundary(counts, length, index)) return;
    const from = level.starts[index], to = level.starts[index + 1];
    adjusted.set(level.counts.subarray(from, to), from);
  });
  return adjusted;
}

function beginsWithBoundary(
  counts: NgramCounts,
  length: number,
  index: number,
) {
  const { contexts } = counts.levels[length];
  return length > 0 && contexts[index] % counts.vocabularySize === 0;
}

/** The discounts by Chen and Goodman's equation 26. */
function discountsOf(
  counts: NgramCounts,
  length: number,
  adjusted: Uint32Array,
): Discounts {
  const { contexts, starts } = counts.levels[length];
  const n = [0, 0, 0, 0, 0]; // the number of n-grams with each count
  contexts.forEach((key, index) => {
    const shorter = Math.floor(key / counts.vocabularySize);
    const repeatsPadding = beginsWithBoundary(counts, length, index) &&
      beginsWithBoundary(counts, length - 1, shorter);
    if (repeatsPadding) return;
    for (let at = starts[index]; at < starts[index + 1]; at++) {
      if (adjusted[at] <= 4) n[adjusted[at]]++;
    }
  });
  if (n[1] === 0 || n[2] === 0 || n[3] === 0) return FALLBACK;
  const y = n[1] / (n[1] + 2 * n[2]);
  const discounts: Discounts = [
    1 - 2 * y * n[2] / n[1],
    2 - 3 * y * n[3] / n[2],
    3 - 4 * y * n[4] / n[3],
  ];
  return discounts.some((discount) => discount < 0) ? FALLBACK : discounts;
}
