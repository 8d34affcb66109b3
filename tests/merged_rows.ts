/** The float64 reference on all names in a moment: equal contexts once. */

import * as reference from "../lib/kernel/reference.ts";

/**
 * The mean loss of rows, and its gradient, as `reference.ts` has them of each
 * row, but for float64's rounding.
 */
export function lossAndGradient(
  sizes: reference.Sizes,
  w: reference.Weights,
  { X, Y }: reference.Rows,
): { loss: number; gradient: reference.Weights } {
  const { V, T } = sizes;
  const ids = new Map<string, number>();
  const contexts: number[] = []; // [D, T], all different
  const counts: Float64Array[] = []; // [D] of [V]: what follows them
  for (let row = 0; row < Y.length; row++) {
    const context = Array.from({ length: T }, (_, t) => X[row * T + t]);
    const key = context.join();
    if (!ids.has(key)) {
      ids.set(key, counts.push(new Float64Array(V)) - 1);
      contexts.push(...context);
    }
    counts[ids.get(key)!][Y[row]]++;
  }
  const D = counts.length;
  const rows = { X: contexts, Y: new Uint16Array(D) };
  const activations = reference.forward(sizes, w, rows);
  const { probs } = activations; // [D, V]
  let loss = 0;
  for (const [b, count] of counts.entries()) {
    const all = count.reduce((sum, n) => sum + n, 0);
    for (let v = 0; v < V; v++) {
      const p = probs[b * V + v];
      if (count[v] > 0) loss -= count[v] * Math.log(p) / Y.length;
      // backward() takes off one at token 0, and divides by D
      const slope = (all * p - count[v]) / Y.length;
      probs[b * V + v] = slope * D + (v === 0 ? 1 : 0);
    }
  }
  return { loss, gradient: reference.backward(sizes, w, rows, activations) };
}
