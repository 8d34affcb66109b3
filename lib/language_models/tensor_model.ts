/**
 * Language models from any forward pass in tfjs: a second hidden layer, batch
 * normalization, a network of your own.
 *
 * Letters: `V` vocabulary, `T` context length, `B` contexts at a time.
 */

import * as tf from "@tensorflow/tfjs";
import type { Vocabulary } from "../data/vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";
import { contextOf } from "../kernel/rows.ts";
import {
  checkToken,
  type LanguageModel,
  lastTokens,
} from "./language_model.ts";

/**
 * The forward pass of {@linkcode languageModel}.
 *
 * @experimental Models that need more than logits may add options.
 */
export interface TensorModelOptions {
  /** The vocabulary of the model. */
  vocabulary: Vocabulary;
  /** The number of tokens of the context that the model sees, `T`. */
  contextLength: number;
  /**
   * The forward pass: from contexts, int32 `[B, T]`, to logits, float32
   * `[B, V]`. It runs within `tf.tidy`.
   */
  logits: (X: tf.Tensor2D) => tf.Tensor;
}

/** The most contexts that go through the forward pass at a time. */
const MOST_CONTEXTS = 1024;
/** The most logits at a time. */
const MOST_LOGITS = 2 ** 22;

/**
 * Makes a language model of any forward pass in tfjs. {@linkcode evaluate},
 * {@linkcode sample}, {@linkcode scoreWords} and {@linkcode mixModels} take it
 * like all others. Each call uses the weights as they are then.
 *
 * @experimental Models that need more than logits may add options.
 *
 * @param options the vocabulary, the context length, and the forward pass
 * @returns the language model; it computes equal contexts once
 * @throws {RangeError} if the context length is not a whole number from 1; the
 * methods of the model throw it if the logits do not have the shape `[B, V]`, or
 * an id is not in the vocabulary
 *
 * @example A second hidden layer, trained with Adam
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   crossEntropy,
 *   embed,
 *   evaluate,
 *   languageModel,
 *   sample,
 *   TorchGenerator,
 *   toTensors,
 * } from "@makemore/mlp";
 * import { assert, assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const words = ["emma", "olivia", "ava", "isabella", "sophia"];
 * const vocabulary = buildVocabulary(words);
 * const V = vocabulary.size;
 * const windows = contextWindows(words, vocabulary, 3);
 *
 * const normal = (shape: [number, number], seed: number) =>
 *   tf.variable(tf.randomNormal<tf.Rank.R2>(shape, 0, 0.3, "float32", seed));
 * const C = normal([V, 4], 1);
 * const W1 = normal([3 * 4, 32], 2);
 * const W2 = normal([32, 32], 3);
 * const W3 = normal([32, V], 4);
 * const logits = (X: tf.Tensor2D) =>
 *   embed(C, X).reshape([-1, 12]).matMul(W1).tanh() // [B, 32]
 *     .matMul(W2).tanh().matMul(W3); // [B, V]
 *
 * const { X, Y } = toTensors(windows);
 * const adam = tf.train.adam(0.05);
 * for (let step = 0; step < 60; step++) {
 *   adam.minimize(() => crossEntropy(logits(X), Y));
 * }
 * const model = languageModel({ vocabulary, contextLength: 3, logits });
 * assert(evaluate(model, windows) < 1);
 * const generator = new TorchGenerator(2147483647);
 * assertEquals(sample(model, vocabulary, { generator, count: 3 }).length, 3);
 * ```
 */
export function languageModel(options: TensorModelOptions): LanguageModel {
  const { vocabulary, contextLength: T, logits } = options;
  checkWhole("context length", T, 1);
  const V = vocabulary.size;
  const atOnce = Math.max(
    1,
    Math.min(MOST_CONTEXTS, Math.floor(MOST_LOGITS / V)),
  );

  /** The log-probabilities of all tokens after contexts, `[B, T]` to `[B, V]`. */
  const logProbabilities = (ids: Int32Array): Float64Array => {
    const B = ids.length / T;
    const values = tf.tidy(() => {
      const values = logits(tf.tensor2d(ids, [B, T], "int32"));
      if (`${values.shape}` !== `${[B, V]}`) {
        throw new RangeError(
          `Cannot use logits of shape [${values.shape}]: ${B} contexts of a ` +
            `vocabulary of ${V} tokens need [${B}, ${V}]`,
        );
      }
      return values.dataSync();
    });
    const rows = Float64Array.from(values); // [B, V]
    for (let at = 0; at < rows.length; at += V) {
      const row = rows.subarray(at, at + V);
      const highest = row.reduce((a, b) => Math.max(a, b));
      const sum = row.reduce((sum, x) => sum + Math.exp(x - highest), 0);
      const total = highest + Math.log(sum);
      for (let id = 0; id < V; id++) row[id] -= total;
    }
    return rows;
  };

  const sizes = { vocabularySize: V, contextLength: T };
  return {
    ...sizes,
    probabilities: (context) =>
      logProbabilities(Int32Array.from(lastTokens(context, sizes)))
        .map(Math.exp),
    rowProbabilities(rows) {
      /** Each different context, and the rows that have it. */
      const found = new Map<string, { ids: number[]; rows: number[] }>();
      rows.Y.forEach((_, row) => {
        const ids = lastTokens(contextOf(rows, row), sizes);
        const same = found.get(ids.join());
        if (same) same.rows.push(row);
        else found.set(ids.join(), { ids, rows: [row] });
      });
      const contexts = [...found.values()];
      const probabilities = new Float64Array(rows.Y.length);
      for (let first = 0; first < contexts.length; first += atOnce) {
        const some = contexts.slice(first, first + atOnce);
        const all = logProbabilities(
          Int32Array.from(some.flatMap(({ ids }) => ids)),
        ); // [B, V]
        some.forEach((context, b) => {
          for (const row of context.rows) {
            const token = checkToken(rows.Y[row], V);
            probabilities[row] = Math.exp(all[b * V + token]);
          }
        });
      }
      return probabilities;
    },
  };
}
