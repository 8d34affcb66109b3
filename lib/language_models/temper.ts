/**
 * Temperature and top-k: how closely samples follow the model's probabilities.
 */

import { checkWhole } from "../errors/checks.ts";

/** How closely samples follow the model's probabilities. */
export interface TemperOptions {
  /**
   * What the logits are divided by: below 1 likely tokens become likelier,
   * above 1 less so. Default: 1.
   */
  temperature?: number;
  /** How many of the likeliest tokens to keep. Default: all. */
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

/**
 * The probabilities that a softmax of the logits divided by the temperature
 * gives, over the `topK` likeliest tokens.
 *
 * @param probs probabilities, float64 `[V]`
 * @param options temperature and top-k
 * @returns float64 `[V]`, with a sum of 1
 */
export function tempered(
  probs: Float64Array,
  options: TemperOptions,
): Float64Array {
  const { temperature = 1, topK = Infinity } = options;
  if (temperature === 1 && topK >= probs.length) return probs;
  const order = [...probs.keys()].sort((a, b) => probs[b] - probs[a]);
  const highest = probs[order[0]];
  const shares = new Float64Array(probs.length);
  for (const token of order.slice(0, topK)) {
    shares[token] = (probs[token] / highest) ** (1 / temperature);
  }
  const sum = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / sum);
}
