/** The n-gram model that is best on dev. */

import type { Vocabulary } from "../data/vocabulary.ts";
import type { Rows } from "../kernel/rows.ts";
import { meanLoss, rowProbabilities } from "../language_models/evaluate.ts";
import type { LanguageModel } from "../language_models/language_model.ts";
import {
  countNgrams,
  ngramBytes,
  NgramCounts,
} from "../language_models/ngram/counts.ts";
import { kneserNey } from "../language_models/ngram/kneser_ney.ts";

/** The shortest and the longest n-grams that are tried. */
export const ORDERS = [2, 6] as const;

/** The most memory for counts, in bytes. */
const MOST_BYTES = 300e6;

/** An n-gram model, and what dev says of it. */
export interface BestNgram {
  /** The length of its n-grams. */
  readonly order: number;
  /** The model, smoothed by Kneser and Ney's method. */
  readonly model: LanguageModel;
  /** Its mean loss on dev, in nats. */
  readonly loss: number;
}

/**
 * Finds the n-gram model that is best on dev, of orders 2 to 6, smoothed by
 * modified Kneser–Ney.
 *
 * @param train the rows to count, with a context length of 5 at least
 * @param dev the rows to choose the order by, likewise
 * @param vocabulary the vocabulary of both
 * @returns the best model, or `undefined` if the counts of train could take more
 * than 300 MB
 * @throws {RangeError} if there are no rows, or their contexts are too short
 *
 * @example
 * ```ts
 * import {
 *   bestNgram,
 *   buildVocabulary,
 *   contextWindows,
 *   embeddedWords,
 *   splitWords,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const words = embeddedWords().words.slice(0, 1000);
 * const vocabulary = buildVocabulary(words);
 * const { train, dev } = splitWords(words);
 * const [counted, heldOut] = [train, dev].map((part) =>
 *   contextWindows(part, vocabulary, 5)
 * );
 * const { loss } = bestNgram(counted, heldOut, vocabulary)!;
 * assert(loss < Math.log(vocabulary.size));
 * ```
 */
export function bestNgram(
  train: Rows,
  dev: Rows,
  vocabulary: Vocabulary,
): BestNgram | undefined {
  const [least, most] = ORDERS;
  if (dev.Y.length === 0) {
    throw new RangeError("Cannot choose an n-gram: dev has no rows");
  }
  if (ngramBytes(train.Y.length, vocabulary.size, most) > MOST_BYTES) return;
  const { levels } = countNgrams(train, vocabulary, most);
  let best: BestNgram | undefined;
  for (let order = least; order <= most; order++) {
    const counts = new NgramCounts(vocabulary.size, levels.slice(0, order));
    const model = kneserNey(counts);
    const loss = meanLoss(rowProbabilities(model, dev));
    if (!best || loss < best.loss) best = { order, model, loss };
  }
  return best;
}
