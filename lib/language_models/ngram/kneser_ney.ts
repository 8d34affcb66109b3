/**
 * Modified Kneser–Ney smoothing, the best of the counting models: Chen and
 * Goodman 1999, "An empirical study of smoothing techniques for language
 * modeling", in its interpolated form.
 *
 * It rests on two ideas. Every count is discounted a little, and what that
 * frees goes to the next lower order. And a lower order does not ask how often
 * an n-gram occurs, but after how many different tokens: "Francisco" is
 * frequent, but follows "San" alone, so it is a bad guess elsewhere.
 */

import { checkToken, type LanguageModel } from "../language_model.ts";
import type { NgramCounts, NgramLevel } from "./counts.ts";

/** What is taken off the counts of 1, of 2, and of 3 and more. */
export type Discounts = readonly [one: number, two: number, more: number];

/** A model after Kneser and Ney, see {@linkcode kneserNey}. */
export interface KneserNeyModel extends LanguageModel {
  /** The discounts of each order, from 1. */
  readonly discounts: readonly Discounts[];
}

/** What KenLM takes where a text is too small to tell. */
const FALLBACK: Discounts = [0.5, 1, 1.5];

/** One order, smoothed. */
interface SmoothedLevel {
  readonly discounts: Discounts;
  /** (count − discount) / total, of each n-gram. */
  readonly probabilities: Float64Array;
  /** The weight of the next lower order after each context. */
  readonly backoffs: Float64Array;
}

/**
 * The model of modified Kneser–Ney smoothing, interpolated: of each order,
 * `(count − D) / total + weight · (what the next lower order expects)`, and
 * below the first the uniform distribution over all tokens.
 *
 * - The discounts are Chen and Goodman's, from how many n-grams have a count of
 *   1, 2, 3 and 4. Where one of the first three is 0, or a discount comes out
 *   negative, the text is too small to tell: then 0.5, 1 and 1.5 are taken, as
 *   KenLM does with `--discount_fallback`.
 * - In orders below the highest, an n-gram counts as often as there are
 *   different tokens before it; but one that begins with the boundary token
 *   counts as often as it occurs, since nothing stands before a beginning.
 * - Of the boundary tokens that pad a context one is kept: the second says
 *   nothing.
 *
 * With the boundary token for both `<s>` and `</s>`, and a token that does not
 * occur for `<unk>`, these are the probabilities of KenLM's `lmplz`; only that
 * it lets the last n-gram of each lower order count as often as it occurs when
 * it estimates the discounts, which moves losses by some millionths.
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
 * } from "@makemore/mlp";
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

/** How much of a context says something: all but repeated padding. */
function unpaddedLength(context: ArrayLike<number>, contextLength: number) {
  const isBoundary = (distance: number) =>
    distance > context.length || context[context.length - distance] === 0;
  let length = contextLength;
  while (length >= 2 && isBoundary(length) && isBoundary(length - 1)) length--;
  return length;
}

function smooth(counts: NgramCounts, length: number): SmoothedLevel {
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

/** How often each n-gram counts: in lower orders, after how many tokens. */
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
): boolean {
  const { contexts } = counts.levels[length];
  return length > 0 && contexts[index] % counts.vocabularySize === 0;
}

/** Chen and Goodman's equation 26, from the counts of counts. */
function discountsOf(
  counts: NgramCounts,
  length: number,
  adjusted: Uint32Array,
): Discounts {
  const { contexts, starts }: NgramLevel = counts.levels[length];
  const n = [0, 0, 0, 0, 0]; // how many n-grams have each count
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
