/**
 * One context through the network, forward and back: every number on the way,
 * and what one step on this context alone changes. In float64, as
 * lib/kernel/reference.ts writes it.
 */

import { type ParameterArrays, sizesOf } from "../core.ts";
import { forward, toFloat64, type Weights } from "../lib/kernel/reference.ts";

/** The numbers on the way, by their names. */
export interface Values {
  /** The parameters. */
  readonly C: Float64Array; // [V, E]
  readonly W1: Float64Array; // [T·E, H]
  readonly b1: Float64Array; // [H]
  readonly W2: Float64Array; // [H, V]
  readonly b2: Float64Array; // [V]
  /** The rows of C of the context, side by side. */
  readonly inputs: Float64Array; // [T·E]
  /** The hidden units before and after tanh. */
  readonly z: Float64Array; // [H]
  readonly h: Float64Array; // [H]
  readonly logits: Float64Array; // [V]
  readonly probs: Float64Array; // [V]
}

/** The name of a matrix or a vector. */
export type Part = keyof Values;

/** What the page shows of a context. */
export interface Look {
  readonly sizes: { V: number; T: number; E: number; H: number };
  readonly context: readonly number[];
  readonly target: number;
  readonly loss: number;
  readonly values: Values;
  /** The gradient of the loss by each of the values. */
  readonly gradient: Values;
  /** What one step on this context alone adds to each of the values. */
  readonly change: Values;
  /** The loss after that step. */
  readonly lossAfter: number;
  readonly learningRate: number;
}

/**
 * Looks at a context.
 *
 * @param parameters the network
 * @param context T ids
 * @param target the id of the letter that follows
 * @param learningRate that of the step
 */
export function lookAt(
  parameters: ParameterArrays,
  context: readonly number[],
  target: number,
  learningRate: number,
): Look {
  const {
    vocabularySize: V,
    contextLength: T,
    embeddingSize: E,
    hiddenSize: H,
  } = sizesOf(parameters);
  const sizes = { V, T, E, H };
  const weights = toFloat64(parameters);
  const { values, loss } = valuesOf(sizes, weights, context, target);
  const gradient = gradientOf(sizes, values, context, target);
  const after = Object.fromEntries(
    (["C", "W1", "b1", "W2", "b2"] as const).map((name) => [
      name,
      values[name].map((p, i) => p - learningRate * gradient[name][i]),
    ]),
  ) as unknown as Weights;
  const next = valuesOf(sizes, after, context, target);
  const change = Object.fromEntries(
    Object.entries(next.values).map(([name, array]) => [
      name,
      array.map((x: number, i: number) => x - values[name as Part][i]),
    ]),
  ) as unknown as Values;
  return {
    ...{ sizes, context, target, loss, values, gradient, change },
    ...{ lossAfter: next.loss, learningRate },
  };
}

function valuesOf(
  sizes: Look["sizes"],
  weights: Weights,
  context: readonly number[],
  target: number,
): { values: Values; loss: number } {
  const { T, E, H } = sizes;
  const { emb, h, logits, probs, loss } = forward(sizes, weights, {
    X: context,
    Y: [target],
  });
  const z = weights.b1.slice();
  for (let i = 0; i < T * E; i++) {
    for (let j = 0; j < H; j++) z[j] += emb[i] * weights.W1[i * H + j];
  }
  const { C, W1, b1, W2, b2 } = weights;
  return {
    values: { C, W1, b1, W2, b2, inputs: emb, z, h, logits, probs },
    loss,
  };
}

/** The chain rule from the loss back to C. */
function gradientOf(
  { V, T, E, H }: Look["sizes"],
  { C, W1, W2, inputs, h, probs }: Values,
  context: readonly number[],
  target: number,
): Values {
  const zeros = (length: number) => new Float64Array(length);
  // the loss is −ln probs[target]
  const dprobs = zeros(V);
  dprobs[target] = -1 / probs[target];
  const dlogits = probs.map((p, v) => p - (v === target ? 1 : 0)); // [V]
  const dW2 = zeros(H * V);
  const dh = zeros(H);
  for (let j = 0; j < H; j++) {
    for (let v = 0; v < V; v++) {
      dW2[j * V + v] = h[j] * dlogits[v];
      dh[j] += W2[j * V + v] * dlogits[v];
    }
  }
  const dz = dh.map((d, j) => (1 - h[j] ** 2) * d); // [H]
  const dW1 = zeros(T * E * H);
  const dinputs = zeros(T * E);
  for (let i = 0; i < T * E; i++) {
    for (let j = 0; j < H; j++) {
      dW1[i * H + j] = inputs[i] * dz[j];
      dinputs[i] += W1[i * H + j] * dz[j];
    }
  }
  const dC = zeros(C.length);
  context.forEach((id, t) => {
    for (let e = 0; e < E; e++) dC[id * E + e] += dinputs[t * E + e];
  });
  return {
    ...{ C: dC, W1: dW1, b1: dz, W2: dW2, b2: dlogits },
    ...{ inputs: dinputs, z: dz, h: dh, logits: dlogits, probs: dprobs },
  };
}
