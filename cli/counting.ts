/**
 * The models beside the lecture's last one: the bigram net and counts of
 * n-grams. They are made of a corpus in a moment, so they are not kept.
 */

import {
  bigramNetModel,
  createBigramNet,
  trainBigramNet,
} from "../lib/language_models/bigram_net.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import type { LanguageModel } from "../lib/language_models/language_model.ts";
import {
  addK,
  countNgrams,
  interpolate,
  kneserNey,
  type NgramCounts,
} from "../lib/language_models/ngram/mod.ts";
import type { Vocabulary } from "../lib/data/vocabulary.ts";
import type { Windows } from "../lib/kernel/rows.ts";
import { type Corpus, windowsOf } from "./corpus.ts";

/** The ways to smooth counts. */
export const SMOOTHINGS = ["kneser-ney", "interpolated", "add-k"] as const;

/** A way to smooth counts. */
export type Smoothing = typeof SMOOTHINGS[number];

/** What add-k smoothing adds to each count. */
const ADDED = 0.1;

/** What counts become, with a dev part to fit weights on. */
const SMOOTH: Readonly<
  Record<Smoothing, (counts: NgramCounts, dev: Windows) => LanguageModel>
> = {
  "kneser-ney": kneserNey,
  interpolated: interpolate,
  "add-k": (counts) => addK(counts, ADDED),
};

/** Choices of {@linkcode countModel}. */
export interface CountOptions {
  /** The length of the n-grams. */
  readonly order: number;
  readonly smoothing: Smoothing;
}

/** Counts the n-grams of a corpus's train part, and smooths them. */
export function countModel(
  { splits }: Corpus,
  vocabulary: Vocabulary,
  { order, smoothing }: CountOptions,
): LanguageModel {
  const rows = (part: typeof splits.train) =>
    windowsOf(part, vocabulary, Math.max(1, order - 1));
  const counts = countNgrams(rows(splits.train), vocabulary, order);
  return SMOOTH[smoothing](counts, rows(splits.dev));
}

/** With 200 the net learns for half a minute, with 1,000 for a quarter of an hour. */
export const MOST_BIGRAM_TOKENS = 200;

/** Choices of {@linkcode learnBigramNet}; what is not given is the lecture's. */
export interface BigramOptions {
  readonly seed: number;
  readonly steps?: number;
  readonly learningRate?: number;
}

/**
 * Trains the lecture's bigram net on a corpus's train part.
 *
 * @throws {UsageError} if the vocabulary is too large for it
 * @throws {DivergenceError} if the loss is not finite
 */
export function learnBigramNet(
  { splits }: Corpus,
  vocabulary: Vocabulary,
  { seed, steps, learningRate }: BigramOptions,
): LanguageModel {
  if (vocabulary.size > MOST_BIGRAM_TOKENS) {
    throw new UsageError(
      `A bigram net of ${vocabulary.size} tokens would learn for too long: ` +
        "--model ngram --order 2 finds the same by counting",
    );
  }
  const W = createBigramNet(vocabulary.size, {
    generator: new TorchGenerator(seed),
  });
  try {
    const windows = windowsOf(splits.train, vocabulary, 1);
    trainBigramNet(W, windows, { steps, learningRate });
    return bigramNetModel(W);
  } finally {
    W.dispose();
  }
}
