/**
 * Temperature and top-k, which make likely tokens likelier.
 */

import { checkWhole } from "../errors/checks.ts";

/** Temperature and top-k. */
export interface TemperOptions {
  /**
   * The number that the logits are divided by: below 1 likely tokens become
   * likelier, above 1 less likely. Default: 1.
   */
  temperature?: number;
  /** The number of likeliest tokens to keep. Default: all. */
  topK?: number;
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
 * The softmax of the `topK` largest logits divided by the temperature.
 *
 * @param probs the softmax of the logits, float64 `[V]`
 * @param options temperature and top-k
 * @returns float64 `[V]`, with a sum of 1
 */
export function tempered(
  probs: Float64Array,
  options: TemperOptions,
): Float64Array {
  const { temperature = 1, topK = Infinity } = options;
  if (temperature === 1 && topK >= probs.length) return probs;
  const order = byLikelihood(probs);
  const highest = probs[order[0]];
  const exponent = Math.min(1 / temperature, Number.MAX_VALUE);
  const shares = new Float64Array(probs.length);
  for (const token of order.slice(0, topK)) {
    shares[token] = (probs[token] / highest) ** exponent;
  }
  const sum = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / sum);
}
