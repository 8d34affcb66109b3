/**
 * Mixtures: the weighted mean of several models, and the weights that fit
 * held-out rows.
 *
 * Letters: `M` models, `N` rows.
 */

import { checkNotNegative, checkWhole } from "../errors/checks.ts";
import {
  type LanguageModel,
  probabilitiesOfRows,
  probabilityOf,
} from "./language_model.ts";
import { mlpModel } from "./mlp.ts";
import type { Model } from "./model.ts";

/** The fit ends when a round raises the mean log-likelihood by less than this. */
const TOLERANCE = 1e-9;

/** Options of {@linkcode fitMixtureWeights}. */
export interface MixtureOptions {
  /**
   * A number of imagined rows for each model, `[M]`, which count for this model
   * beside the real ones. If there are few rows, they keep the weights close to
   * an earlier estimate. Default: none.
   */
  prior?: ArrayLike<number>;
  /** The most rounds of expectation and maximisation. Default: 1,000. */
  maxRounds?: number;
}

/**
 * Finds the weights with which a mixture of models predicts rows best, by
 * expectation–maximisation (Jelinek and Mercer 1980): in each round a model's
 * weight becomes its mean share of the probability of the rows. The rows must be
 * held out, because the weight of a model that was trained on them would be too
 * large.
 *
 * @param probabilities the probabilities of the token of each row by each model,
 * `[M][N]`, from {@linkcode rowProbabilities}; rows that have probability 0 by
 * all models are skipped
 * @param options the prior, and the most rounds
 * @returns the weights, float64 `[M]`, which sum to 1
 * @throws {RangeError} if there is no model, the models have different numbers of
 * rows, a probability or a number of the prior is negative or not finite, the
 * prior has another length, the most rounds are not a whole number from 1, or
 * there are neither rows nor a prior
 *
 * @example
 * ```ts
 * import { fitMixtureWeights } from "@makemore/mlp/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // two models that are sure, one right in 3 rows of 4, the other in the rest
 * const weights = fitMixtureWeights([[1, 1, 1, 0], [0, 0, 0, 1]]);
 * assertAlmostEquals(weights[0], 3 / 4);
 * assertAlmostEquals(weights[1], 1 / 4);
 * ```
 */
export function fitMixtureWeights(
  probabilities: readonly ArrayLike<number>[],
  options: MixtureOptions = {},
): Float64Array {
  const { prior, maxRounds = 1000 } = options;
  checkWhole("number of rounds", maxRounds, 1);
  const M = probabilities.length;
  const N = checkedRows(probabilities);
  probabilities.forEach((rows, m) => {
    for (let row = 0; row < N; row++) {
      // the name is a string to be made, so only where there is an error
      if (rows[row] >= 0 && rows[row] < Infinity) continue;
      checkNotNegative(`probability of row ${row} by model ${m}`, rows[row]);
    }
  });
  if (prior && prior.length !== M) {
    throw new RangeError(
      `Cannot use a prior of ${prior.length} numbers: ${M} models need ${M}`,
    );
  }
  const imagined = Float64Array.from(prior ?? new Float64Array(M));
  imagined.forEach((rows) => checkNotNegative("prior", rows));

  let weights = normalised(prior ? imagined : new Float64Array(M).fill(1));
  let before = -Infinity;
  for (let round = 0; round < maxRounds; round++) {
    const shares = imagined.slice(); // [M]
    let logLikelihood = imagined.reduce(
      (sum, rows, m) => rows === 0 ? sum : sum + rows * Math.log(weights[m]),
      0,
    );
    for (let row = 0; row < N; row++) {
      let p = 0;
      for (let m = 0; m < M; m++) p += weights[m] * probabilities[m][row];
      if (p === 0) continue;
      for (let m = 0; m < M; m++) {
        shares[m] += weights[m] * probabilities[m][row] / p;
      }
      logLikelihood += Math.log(p);
    }
    weights = normalised(shares);
    if (!(logLikelihood - before >= N * TOLERANCE)) break;
    before = logLikelihood;
  }
  return weights;
}

/** The shares, divided by their sum. */
function normalised(shares: Float64Array): Float64Array {
  const sum = shares.reduce((sum, share) => sum + share, 0);
  if (!(sum > 0)) {
    throw new RangeError(
      "Cannot fit weights: no model has a row with a probability above 0",
    );
  }
  return shares.map((share) => share / sum);
}

/**
 * Computes the probability of the token of each row by a mixture: the weighted
 * mean of the models' probabilities.
 *
 * @param probabilities the probabilities of the token of each row by each model,
 * `[M][N]`, from {@linkcode rowProbabilities}
 * @param weights the weight of each model, `[M]`
 * @returns float64 `[N]`
 * @throws {RangeError} if there is no model, there are not as many weights as
 * models, or the models have different numbers of rows
 *
 * @example
 * ```ts
 * import { mixProbabilities } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = mixProbabilities([[1, 0.5], [0, 0.25]], [0.75, 0.25]);
 * assertEquals([...rows], [0.75, 0.4375]);
 * ```
 */
export function mixProbabilities(
  probabilities: readonly ArrayLike<number>[],
  weights: ArrayLike<number>,
): Float64Array {
  const M = probabilities.length;
  const N = checkedRows(probabilities);
  if (weights.length !== M) {
    throw new RangeError(
      `Cannot mix ${M} models with ${weights.length} weights: each model needs ` +
        "one",
    );
  }
  const mixed = new Float64Array(N);
  for (let m = 0; m < M; m++) {
    for (let row = 0; row < N; row++) {
      mixed[row] += weights[m] * probabilities[m][row];
    }
  }
  return mixed;
}

/** The number of rows, which is the same for all models. */
function checkedRows(probabilities: readonly ArrayLike<number>[]): number {
  if (probabilities.length === 0) {
    throw new RangeError(
      "Cannot weigh the probabilities of no models: pass those of one or more, " +
        "from rowProbabilities()",
    );
  }
  const N = probabilities[0].length;
  for (const [m, rows] of probabilities.entries()) {
    if (rows.length !== N) {
      throw new RangeError(
        `Cannot mix ${rows.length} rows of model ${m} with ${N} rows of model ` +
          "0: evaluate all models on the same rows",
      );
    }
  }
  return N;
}

/**
 * Mixes several models into one. Its probabilities are the weighted means of
 * theirs.
 *
 * @param models the models, each the parameters of a network or any language
 * model, all with the same vocabulary
 * @param weights the weight of each model, not negative, with a sum of 1, such as
 * those of {@linkcode fitMixtureWeights}
 * @returns the mixture; it sees as many tokens as the model that sees most
 * @throws {RangeError} if there is no model, the weights are negative or do not
 * sum to 1, or the vocabularies have different sizes
 *
 * @example Pairs and triples, with weights that fit held-out words
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   embeddedWords,
 *   evaluate,
 *   fitMixtureWeights,
 *   mixModels,
 *   rowProbabilities,
 *   splitWords,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const words = embeddedWords().words.slice(0, 3000);
 * const vocabulary = buildVocabulary(words);
 * const { train, dev } = splitWords(words);
 * const windows = contextWindows(train, vocabulary, 2);
 * const heldOut = contextWindows(dev, vocabulary, 2);
 *
 * const models = [2, 3].map((order) =>
 *   addK(countNgrams(windows, vocabulary, order), 0.1)
 * );
 * const weights = fitMixtureWeights(
 *   models.map((model) => rowProbabilities(model, heldOut)),
 * );
 * const loss = evaluate(mixModels(models, weights), heldOut);
 * for (const model of models) assert(loss < evaluate(model, heldOut));
 * ```
 */
export function mixModels(
  models: readonly Model[],
  weights: ArrayLike<number>,
): LanguageModel {
  const M = models.length;
  if (M === 0) {
    throw new RangeError("Cannot mix no models: pass one or more");
  }
  const shares = Float64Array.from(weights); // a copy, which does not change
  const sum = shares.reduce((sum, share) => sum + share, 0);
  if (
    shares.length !== M || !shares.every((share) => share >= 0) ||
    !(Math.abs(sum - 1) < 1e-6)
  ) {
    throw new RangeError(
      `Cannot mix with the weights ${shares.join(", ")}: pass ${M} that are ` +
        "not negative and sum to 1",
    );
  }
  const parts = models.map((model): LanguageModel =>
    "probabilities" in model ? model : mlpModel(model)
  );
  const [{ vocabularySize }] = parts;
  const other = parts.find((part) => part.vocabularySize !== vocabularySize);
  if (other) {
    throw new RangeError(
      `Cannot mix a model of ${vocabularySize} tokens with one of ` +
        `${other.vocabularySize}: they must have the same vocabulary`,
    );
  }
  const mix = (answers: (part: LanguageModel) => ArrayLike<number>) =>
    mixProbabilities(parts.map(answers), shares);
  return {
    vocabularySize,
    contextLength: Math.max(...parts.map((part) => part.contextLength)),
    probability: (context, token) =>
      mix((part) => [probabilityOf(part, context, token)])[0],
    probabilities: (context) => mix((part) => part.probabilities(context)),
    rowProbabilities: (rows) => mix((part) => probabilitiesOfRows(part, rows)),
  };
}
