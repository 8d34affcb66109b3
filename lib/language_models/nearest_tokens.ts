/**
 * The tokens whose embeddings are nearest to that of a token.
 */

import type { Vocabulary } from "../data/vocabulary.ts";
import { checkChoice, checkWhole } from "../errors/checks.ts";
import { quote } from "../errors/quote.ts";
import { arraysOf, type Parameters, sizesOf } from "../model/parameters.ts";
import { checkVocabulary } from "./language_model.ts";

/** A token, and how far its embedding is. */
export interface NearToken {
  /** The token. */
  readonly token: string;
  /** Its id. */
  readonly id: number;
  /** The distance, from 0. */
  readonly distance: number;
}

/** Options of {@linkcode nearestTokens}. */
export interface NearestTokensOptions {
  /** The number of tokens. Default: 10. */
  count?: number;
  /**
   * How to measure: `"cosine"` is 1 minus the cosine of the angle between the
   * embeddings, from 0 to 2, and compares what they mean whether the tokens are
   * frequent or rare; `"euclidean"` is the distance on the lecture's map.
   * Default: `"cosine"`.
   */
  distance?: "cosine" | "euclidean";
}

/**
 * Finds the tokens that a network treats most like a token: those whose rows of
 * `C` are nearest.
 *
 * @param parameters the parameters of a network
 * @param vocabulary the vocabulary that it was trained with
 * @param token the token; {@linkcode UNKNOWN} stands for one that the vocabulary
 * does not have
 * @param options the number of tokens, and the distance
 * @returns the other tokens, the nearest first; of two equal distances the one
 * with the smaller id is first
 * @throws {TypeError} if there is no such distance
 * @throws {RangeError} if the vocabulary does not have the token or does not fit
 * the parameters, an embedding is not finite, or the number is not a whole
 * number from 0
 *
 * @example
 * ```ts
 * import { nearestTokens, pretrainedModel } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const [nearest] = nearestTokens(parameters, vocabulary, "y");
 * assert("aeiou".includes(nearest.token));
 * ```
 */
export function nearestTokens(
  parameters: Parameters,
  vocabulary: Vocabulary,
  token: string,
  options: NearestTokensOptions = {},
): NearToken[] {
  const { count = 10, distance = "cosine" } = options;
  checkWhole("number of tokens", count, 0);
  checkChoice("distance", distance, ["cosine", "euclidean"]);
  const sizes = sizesOf(parameters);
  checkVocabulary(sizes, vocabulary);
  const { C } = arraysOf(parameters);
  const E = sizes.embeddingSize;
  const measure = distance === "cosine" ? cosineDistance : euclideanDistance;
  const rowOf = (id: number) => C.subarray(id * E, (id + 1) * E); // [E]
  const own = vocabulary.id(token);
  const row = rowOf(own);
  const distances = new Float64Array(vocabulary.size);
  for (let id = 0; id < distances.length; id++) {
    distances[id] = id === own ? -1 : measure(row, rowOf(id));
    if (Number.isFinite(distances[id])) continue;
    const wrong = vocabulary.tokens[row.every(Number.isFinite) ? id : own];
    throw new RangeError(
      `Cannot measure the distance from ${quote(token)}: the embedding of ` +
        `${quote(wrong)} is not finite`,
    );
  }
  const farthest = distances.toSorted()[Math.min(count, distances.length - 1)];
  return [...distances.keys()]
    .filter((id) => id !== own && distances[id] <= farthest)
    .sort((a, b) => distances[a] - distances[b] || a - b)
    .slice(0, count)
    .map((id) => ({
      token: vocabulary.tokens[id],
      id,
      distance: distances[id],
    }));
}

/** 1 − cos(a, b); 1 if one of them is zero and has no direction. */
function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  // not below 0 by a rounding
  return aa * bb === 0 ? 1 : Math.max(0, 1 - dot / Math.sqrt(aa * bb));
}

function euclideanDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}
