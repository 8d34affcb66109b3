/**
 * Any forward pass in tfjs as a language model: a second hidden layer, batch
 * normalisation, a network of your own.
 *
 * Letters: `V` vocabulary, `T` context length, `B` contexts at a time.
 */

import * as tf from "@tensorflow/tfjs";
import type { Vocabulary } from "../data/vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";
import { contextOf } from "../kernel/rows.ts";
import { contextToken, type LanguageModel } from "./language_model.ts";

/** What {@linkcode languageModel} makes a language model of. */
export interface TensorModelOptions {
  /** The vocabulary of its tokens. */
  vocabulary: Vocabulary;
  /** How many tokens of the context it sees, `T`. */
  contextLength: number;
  /**
   * The forward pass: from contexts, int32 `[B, T]`, to logits, float32
   * `[B, V]`. It runs within `tf.tidy`.
   */
  logits: (X: tf.Tensor2D) => tf.Tensor;
}

/** How many contexts go through the forward pass at a time. */
const AT_A_TIME = 1024;

/**
 * Makes any forward pass in tfjs a language model, which {@linkcode evaluate},
 * {@linkcode sample}, {@linkcode scoreWords} and {@linkcode mixModels} take like
 * all others. It uses the weights as they are at each call.
 *
 * @param options the vocabulary, the context length, and the forward pass
 * @returns the language model; contexts that are equal are computed once
 * @throws {RangeError} if the context length is not a whole number from 1; and
 * from its methods if the logits do not have the shape `[B, V]`
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

  /** The log-probabilities after contexts `[B, T]`, row by row `[B, V]`. */
  const logProbabilities = (ids: Int32Array): Float64Array => {
    const B = ids.length / T;
    const values = tf.tidy(() => {
      const values = logits(tf.tensor2d(ids, [B, T], "int32"));
      if (values.shape.length !== 2 || `${values.shape}` !== `${[B, V]}`) {
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

  return {
    vocabularySize: V,
    contextLength: T,
    probabilities: (context) =>
      logProbabilities(Int32Array.from(
        { length: T },
        (_, t) => contextToken(context, T - t, V),
      )).map(Math.exp),
    rowProbabilities(rows) {
      const N = rows.Y.length;
      const found = new Map<string, number>(); // contexts, to be computed once
      const ids: number[] = [];
      const context = Int32Array.from({ length: N }, (_, row) => {
        const seen = contextOf(rows, row).subarray(rows.contextLength - T);
        const key = seen.join();
        let index = found.get(key);
        if (index === undefined) {
          found.set(key, index = found.size);
          ids.push(...seen);
        }
        return index;
      });
      const all = new Float64Array(found.size * V);
      for (let first = 0; first < found.size; first += AT_A_TIME) {
        const some = ids.slice(first * T, (first + AT_A_TIME) * T);
        all.set(logProbabilities(Int32Array.from(some)), first * V);
      }
      return Float64Array.from(
        rows.Y,
        (token, row) => Math.exp(all[context[row] * V + token]),
      );
    },
  };
}
