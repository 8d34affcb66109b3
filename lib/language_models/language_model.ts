/**
 * What all language models have in common: after any context, each token of
 * the vocabulary has a probability. Every model that answers so can be
 * evaluated, sampled from and mixed with others: the network, the n-gram
 * models, the bigram net, or one of your own.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows.
 */

import { contextWindows } from "../data/windows.ts";
import type { Vocabulary } from "../data/vocabulary.ts";
import { contextOf, type Rows } from "../kernel/rows.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";

/**
 * A model that predicts tokens from contexts.
 *
 * A context is a list of token ids, the nearest last. Of a context longer than
 * `contextLength` the model sees the last tokens; a shorter one is padded with
 * boundary tokens on the left: there the sequence begins.
 *
 * Only the first three members are required. The others are faster ways to the
 * same answers.
 */
export interface LanguageModel {
  /** How many tokens there are, `V`. */
  readonly vocabularySize: number;
  /** How many tokens of the context the model sees, `T`. */
  readonly contextLength: number;
  /**
   * The probability of every token to come next, float64 `[V]`, by id; they
   * sum to 1.
   *
   * @throws {RangeError} if an id is not in the vocabulary
   */
  probabilities(context: ArrayLike<number>): Float64Array;
  /** The probability that one token comes next. */
  probability?(context: ArrayLike<number>, token: number): number;
  /** The probability of the token of each row, float64 `[N]`. */
  rowProbabilities?(rows: Rows): Float64Array;
  /** The mean loss of the rows, in nats. */
  meanLoss?(rows: Rows): number;
  /** The ids of new words, without the prompt and the boundary at the end. */
  sampleIds?(count: number, options: SampleIdsOptions): Uint16Array[];
  /** Frees what the model holds, if anything. */
  dispose?(): void;
}

/** How {@linkcode LanguageModel.sampleIds} draws. */
export interface SampleIdsOptions {
  /** The random number generator that the tokens are drawn from. */
  readonly generator: TorchGenerator;
  /** The ids that precede each word. */
  readonly prompt: readonly number[];
  /** The most tokens to draw for a word. */
  readonly maxLength: number;
  /** What the logits are divided by. */
  readonly temperature: number;
  /** How many of the likeliest tokens to draw from; all, if undefined. */
  readonly topK: number | undefined;
}

/**
 * The token `distance` places before the one to be predicted, the nearest at
 * 1; before the beginning there are boundary tokens.
 *
 * @throws {RangeError} if the id is not in the vocabulary
 */
export function contextToken(
  context: ArrayLike<number>,
  distance: number,
  vocabularySize: number,
): number {
  const at = context.length - distance;
  return at < 0 ? 0 : checkToken(context[at], vocabularySize);
}

/**
 * Returns a token's id.
 *
 * @throws {RangeError} if it is not in the vocabulary
 */
export function checkToken(token: number, vocabularySize: number): number {
  if (!(Number.isInteger(token) && token >= 0 && token < vocabularySize)) {
    throw new RangeError(
      `Cannot use token id ${token}: the model's ids go from 0 to ` +
        `${vocabularySize - 1}`,
    );
  }
  return token;
}

/** The probability of one token, by the way that the model has. */
export function probabilityOf(
  model: LanguageModel,
  context: ArrayLike<number>,
  token: number,
): number {
  return model.probability
    ? model.probability(context, token)
    : model.probabilities(context)[checkToken(token, model.vocabularySize)];
}

/** The probability of the token of each row, see {@linkcode LanguageModel}. */
export function probabilitiesOfRows(
  model: LanguageModel,
  rows: Rows,
): Float64Array {
  if (rows.contextLength < model.contextLength) {
    throw new RangeError(
      `Cannot use rows with a context length of ${rows.contextLength}: the ` +
        `model sees ${model.contextLength} tokens, so make longer windows`,
    );
  }
  if (model.rowProbabilities) return model.rowProbabilities(rows);
  return Float64Array.from(
    rows.Y,
    (token, row) => probabilityOf(model, contextOf(rows, row), token),
  );
}

/**
 * The rows of words, as long as the model sees.
 *
 * @param model the model
 * @param vocabulary its vocabulary
 * @param words the words, each a string or its tokens
 */
export function rowsFor(
  model: LanguageModel,
  vocabulary: Vocabulary,
  words: Iterable<Iterable<string>>,
): Rows {
  checkVocabulary(model, vocabulary);
  return contextWindows(words, vocabulary, Math.max(1, model.contextLength));
}

/** Refuses a vocabulary that is not the model's. */
export function checkVocabulary(
  { vocabularySize }: LanguageModel,
  { size }: Vocabulary,
): void {
  if (size !== vocabularySize) {
    throw new RangeError(
      `Cannot use a vocabulary of ${size} tokens: the model has ` +
        `${vocabularySize}`,
    );
  }
}
