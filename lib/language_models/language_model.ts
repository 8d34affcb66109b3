/**
 * The interface of all language models: after any context, each token of the
 * vocabulary has a probability. Every model with this interface can be
 * evaluated, sampled from and mixed with others: the network, the n-gram
 * models, the bigram net, or one of your own.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows.
 */

import type { Vocabulary } from "../data/vocabulary.ts";
import { contextOf, type Rows } from "../kernel/rows.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";

/**
 * A model that predicts tokens from contexts.
 *
 * A context is a list of token ids, the nearest last. The model sees the last
 * `contextLength` tokens of a longer context. It pads a shorter one, where a
 * word or sentence begins, with boundary tokens on the left.
 *
 * Only the first three members are required. The others compute the same
 * faster.
 */
export interface LanguageModel {
  /** The number of tokens in the vocabulary, `V`. */
  readonly vocabularySize: number;
  /** The number of tokens of the context that the model sees, `T`. */
  readonly contextLength: number;
  /**
   * The probability of every token to come next, float64 `[V]`, by id; they
   * sum to 1.
   *
   * @throws {RangeError} if an id is not in the vocabulary
   */
  probabilities(context: ArrayLike<number>): Float64Array;
  /**
   * The probability that one token comes next.
   *
   * @experimental Optional members may change with the models that need them.
   */
  probability?(context: ArrayLike<number>, token: number): number;
  /**
   * The probability of the token of each row, float64 `[N]`.
   *
   * @experimental Optional members may change with the models that need them.
   */
  rowProbabilities?(rows: Rows): Float64Array;
  /**
   * The mean loss of rows, in nats.
   *
   * @experimental Optional members may change with the models that need them.
   */
  meanLoss?(rows: Rows): number;
  /**
   * The ids of new words, without the prompt and the boundary at the end.
   *
   * @experimental Optional members may change with the models that need them.
   */
  sampleIds?(count: number, options: SampleIdsOptions): Uint16Array[];
  /**
   * Frees the memory that the model holds.
   *
   * @experimental Optional members may change with the models that need them.
   */
  dispose?(): void;
}

/**
 * Settings of the optional member `sampleIds` of {@linkcode LanguageModel}.
 *
 * @experimental Optional members may change with the models that need them.
 */
export interface SampleIdsOptions {
  /** The random number generator that draws the tokens. */
  readonly generator: TorchGenerator;
  /** The ids that precede each word. */
  readonly prompt: readonly number[];
  /** The most tokens to draw for a word. */
  readonly maxLength: number;
  /** The number that the logits are divided by. */
  readonly temperature: number;
  /** The number of likeliest tokens to draw from; all, if undefined. */
  readonly topK: number | undefined;
  /** A token that is not drawn; none, if undefined. */
  readonly excluded?: number | undefined;
}

/** The last `T` tokens of a context, after boundary tokens if it is shorter. */
export function lastTokens(
  context: ArrayLike<number>,
  { contextLength: T, vocabularySize: V }: Pick<
    LanguageModel,
    "contextLength" | "vocabularySize"
  >,
): number[] {
  return Array.from({ length: T }, (_, t) => contextToken(context, T - t, V));
}

/**
 * The token `distance` places before the one to be predicted, the nearest at
 * 1. Before the beginning there are boundary tokens.
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

/** The probability of one token, computed in the fastest way of the model. */
export function probabilityOf(
  model: LanguageModel,
  context: ArrayLike<number>,
  token: number,
): number {
  return model.probability
    ? model.probability(context, token)
    : model.probabilities(context)[checkToken(token, model.vocabularySize)];
}

/** Refuses rows that have less context than a model sees. */
export function checkContext(
  { contextLength }: LanguageModel,
  rows: Rows,
): void {
  if (rows.contextLength >= contextLength) return;
  throw new RangeError(
    `Cannot use rows with a context length of ${rows.contextLength}: the ` +
      `model sees ${contextLength} tokens, so make longer windows`,
  );
}

/** The probability of the token of each row, see {@linkcode LanguageModel}. */
export function probabilitiesOfRows(
  model: LanguageModel,
  rows: Rows,
): Float64Array {
  checkContext(model, rows);
  if (model.rowProbabilities) return model.rowProbabilities(rows);
  return Float64Array.from(
    rows.Y,
    (token, row) => probabilityOf(model, contextOf(rows, row), token),
  );
}

/** Refuses a vocabulary that is not as large as the model's. */
export function checkVocabulary(
  { vocabularySize }: Pick<LanguageModel, "vocabularySize">,
  { size }: Vocabulary,
): void {
  if (size !== vocabularySize) {
    throw new RangeError(
      `Cannot use a vocabulary of ${size} tokens: the model has ` +
        `${vocabularySize}`,
    );
  }
}
