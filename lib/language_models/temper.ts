/**
 * Temperature and top-k, which make likely tokens likelier, and a token that is
 * left out.
 */

import { UNKNOWN, type Vocabulary } from "../data/vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";

/** Which tokens may come, and how strongly the likely ones are preferred. */
export interface TemperOptions {
  /**
   * The number that the logits are divided by: below 1 likely tokens become
   * likelier, above 1 less likely. Default: 1.
   */
  temperature?: number;
  /** The number of likeliest tokens to keep. Default: all. */
  topK?: number;
  /**
   * Whether {@linkcode UNKNOWN} may come; if not, the other tokens share its
   * probability. Default: `true`.
   */
  unknown?: boolean;
}

/** The token that the options leave out, if any. */
export function excludedToken(
  vocabulary: Vocabulary,
  { unknown = true }: TemperOptions,
): number | undefined {
  if (unknown || !vocabulary.has(UNKNOWN)) return undefined;
  return vocabulary.id(UNKNOWN);
}

/** Refuses a temperature or a top-k that is out of range. */
export function checkTempering(options: TemperOptions): void {
  const { temperature = 1, topK } = options;
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new RangeError(
      `Cannot use a temperature of ${temperature}: it must be a finite number ` +
        "above 0",
    );
  }
  if (topK !== undefined) checkWhole("top-k", topK, 1);
}

/** The ids of all tokens, the likeliest first; of equals the smaller id first. */
export function byLikelihood(probs: Float64Array): number[] {
  return [...probs.keys()].sort((a, b) => probs[b] - probs[a]);
}

/**
 * The softmax of the `topK` largest logits divided by the temperature, without
 * that of a token that is excluded.
 *
 * @param probs the softmax of the logits, float64 `[V]`
 * @param options temperature and top-k, and the token
 * @returns float64 `[V]`, with a sum of 1
 */
export function tempered(
  probs: Float64Array,
  options: TemperOptions & { readonly excluded?: number | undefined },
): Float64Array {
  const { temperature = 1, topK = Infinity, excluded } = options;
  const isAll = topK >= probs.length && excluded === undefined;
  if (temperature === 1 && isAll) return probs;
  const order = byLikelihood(probs).filter((token) => token !== excluded);
  const highest = probs[order[0]];
  const exponent = Math.min(1 / temperature, Number.MAX_VALUE);
  const shares = new Float64Array(probs.length);
  for (const token of order.slice(0, topK)) {
    // where only the excluded token can come, all others are equally likely
    shares[token] = highest === 0 ? 1 : (probs[token] / highest) ** exponent;
  }
  const sum = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / sum);
}
