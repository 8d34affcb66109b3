/**
 * One context through the network, forward and back: every number on the way,
 * and what one step on this context alone changes. In float64, as
 * lib/kernel/reference.ts writes it.
 */

import { type ParameterArrays, sizesOf } from "../core.ts";
import {
  type Activations,
  backward,
  forward,
  toFloat64,
  type Weights,
} from "../lib/kernel/reference.ts";

/** The numbers on the way, by their names. */
interface Values {
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
  const { values, activations } = valuesOf(sizes, weights, context, target);
  const gradient = gradientOf(sizes, weights, activations, context, target);
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
    ...{ sizes, context, target, values, gradient, change, learningRate },
    ...{ loss: activations.loss, lossAfter: next.activations.loss },
  };
}

function valuesOf(
  sizes: Look["sizes"],
  weights: Weights,
  context: readonly number[],
  target: number,
): { values: Values; activations: Activations } {
  const { T, E, H } = sizes;
  const rows = { X: context, Y: [target] };
  const activations = forward(sizes, weights, rows);
  const { emb, h, logits, probs } = activations;
  const z = weights.b1.slice();
  for (let i = 0; i < T * E; i++) {
    for (let j = 0; j < H; j++) z[j] += emb[i] * weights.W1[i * H + j];
  }
  const { C, W1, b1, W2, b2 } = weights;
  return {
    values: { C, W1, b1, W2, b2, inputs: emb, z, h, logits, probs },
    activations,
  };
}

/** The gradients of the parameters, and of the numbers on the way. */
function gradientOf(
  sizes: Look["sizes"],
  weights: Weights,
  activations: Activations,
  context: readonly number[],
  target: number,
): Values {
  const rows = { X: context, Y: [target] };
  const d = backward(sizes, weights, rows, activations);
  // of one context b1 has the gradient of z, and b2 that of the logits
  const { b1: dz, b2: dlogits } = d;
  const dh = times(weights.W2, dlogits); // [H]
  const dinputs = times(weights.W1, dz); // [T·E]
  // the loss is −ln probs[target]
  const dprobs = activations.probs.map((p, v) => v === target ? -1 / p : 0);
  return {
    ...{ C: d.C, W1: d.W1, b1: dz, W2: d.W2, b2: dlogits },
    ...{ inputs: dinputs, z: dz, h: dh, logits: dlogits, probs: dprobs },
  };
}

/** A matrix times a vector. */
function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return Float64Array.from(
    { length: matrix.length / n },
    (_, i) => vector.reduce((sum, x, j) => sum + matrix[i * n + j] * x, 0),
  );
}
