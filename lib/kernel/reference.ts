/**
 * The whole model in plain float64 loops, to be read from top to bottom: forward,
 * loss, backward and update, one after the other, with nothing merged, blocked or
 * reused. The kernel and the tfjs functions compute the same faster, and the
 * tests compare them with this.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden layer,
 * `B` rows of the batch. Every matrix is flat and row-major: the element
 * `[i, j]` of `[I, J]` is at `i * J + j`.
 */

import {
  elementsOf,
  parameterNames,
  PARAMETERS,
  parameterShapes,
  type PerParameter,
  perParameter,
} from "./parameters.ts";

/** The sizes of a model. */
export interface Sizes {
  V: number;
  T: number;
  E: number;
  H: number;
  /** Whether the embeddings reach the output layer directly. */
  direct?: boolean;
}

/**
 * The parameters, or their gradients, in float64: C `[V, E]`, W1 `[T·E, H]`,
 * b1 `[H]`, W2 `[H, V]`, b2 `[V]`, and Wd `[T·E, V]` if the model has it.
 */
export type Weights = PerParameter<Float64Array>;

/** Rows of contexts, and the tokens that follow them. */
export interface Rows {
  X: ArrayLike<number>; // [B, T]
  Y: ArrayLike<number>; // [B]
}

/** What the forward pass makes and the backward pass needs. */
export interface Activations {
  emb: Float64Array; // [B, T·E]
  h: Float64Array; // [B, H]
  logits: Float64Array; // [B, V]
  probs: Float64Array; // [B, V]
  loss: number;
}

/** What a step with sampled softmax has drawn. */
export interface Candidates {
  /** The tokens, all different. */
  tokens: readonly number[];
  /** How many were drawn until they were, the same ones again included. */
  tries: number;
}

/**
 * Embed, tanh hidden layer, logits, softmax, mean negative log-likelihood. With
 * candidates, the softmax of a row is over them and its target, and the logarithm
 * of its expected count is taken from the logit of each.
 */
export function forward(
  sizes: Sizes,
  w: Weights,
  { X, Y }: Rows,
  candidates?: Candidates,
): Activations {
  const { V, T, E, H } = sizes;
  const B = Y.length;
  const emb = new Float64Array(B * T * E);
  const h = new Float64Array(B * H);
  const logits = new Float64Array(B * V);
  const probs = new Float64Array(B * V);
  let loss = 0;

  for (let b = 0; b < B; b++) {
    // emb = C[X], the T embeddings of a row side by side: [T·E]
    for (let t = 0; t < T; t++) {
      for (let e = 0; e < E; e++) {
        emb[b * T * E + t * E + e] = w.C[X[b * T + t] * E + e];
      }
    }

    // h = tanh(emb @ W1 + b1): [H]
    for (let j = 0; j < H; j++) {
      let sum = w.b1[j];
      for (let i = 0; i < T * E; i++) {
        sum += emb[b * T * E + i] * w.W1[i * H + j];
      }
      h[b * H + j] = Math.tanh(sum);
    }

    // logits = h @ W2 + emb @ Wd + b2: [V]
    let max = -Infinity;
    for (let v = 0; v < V; v++) {
      let sum = w.b2[v];
      for (let j = 0; j < H; j++) sum += h[b * H + j] * w.W2[j * V + v];
      if (w.Wd) {
        for (let i = 0; i < T * E; i++) {
          sum += emb[b * T * E + i] * w.Wd[i * V + v];
        }
      }
      if (candidates) {
        const { tokens, tries } = candidates;
        const seen = v === Y[b] || tokens.includes(v);
        sum = seen ? sum - Math.log(expectedCount(v, V, tries)) : -Infinity;
      }
      logits[b * V + v] = sum;
      max = Math.max(max, sum);
    }

    // probs = softmax(logits): [V]; the maximum is taken off so that exp is finite
    let total = 0;
    for (let v = 0; v < V; v++) total += Math.exp(logits[b * V + v] - max);
    for (let v = 0; v < V; v++) {
      probs[b * V + v] = Math.exp(logits[b * V + v] - max) / total;
    }

    // loss = −log probs[Y], the mean over the batch
    loss += (max + Math.log(total) - logits[b * V + Y[b]]) / B;
  }
  return { emb, h, logits, probs, loss };
}

/** The gradient of the mean loss with respect to every parameter. */
export function backward(
  sizes: Sizes,
  w: Weights,
  { X, Y }: Rows,
  { emb, h, probs }: Activations,
): Weights {
  const { V, T, E, H } = sizes;
  const B = Y.length;
  const grad = zeros(sizes);

  for (let b = 0; b < B; b++) {
    // dlogits = (probs − one_hot(Y)) / B: [V]
    const dlogits = new Float64Array(V);
    for (let v = 0; v < V; v++) {
      dlogits[v] = (probs[b * V + v] - (v === Y[b] ? 1 : 0)) / B;
    }

    // logits = h @ W2 + emb @ Wd + b2, so
    // dW2 = hᵀ @ dlogits: [H, V], dh = dlogits @ W2ᵀ: [H], and Wd likewise
    const dh = new Float64Array(H);
    const demb = new Float64Array(T * E);
    for (let v = 0; v < V; v++) {
      grad.b2[v] += dlogits[v];
      for (let j = 0; j < H; j++) {
        grad.W2[j * V + v] += h[b * H + j] * dlogits[v];
        dh[j] += w.W2[j * V + v] * dlogits[v];
      }
      if (w.Wd && grad.Wd) {
        for (let i = 0; i < T * E; i++) {
          grad.Wd[i * V + v] += emb[b * T * E + i] * dlogits[v];
          demb[i] += w.Wd[i * V + v] * dlogits[v];
        }
      }
    }

    // h = tanh(z) with z = emb @ W1 + b1, so dz = (1 − h²) · dh: [H],
    // dW1 = embᵀ @ dz: [T·E, H], demb = dz @ W1ᵀ: [T·E]
    for (let j = 0; j < H; j++) {
      const dz = (1 - h[b * H + j] ** 2) * dh[j];
      grad.b1[j] += dz;
      for (let i = 0; i < T * E; i++) {
        grad.W1[i * H + j] += emb[b * T * E + i] * dz;
        demb[i] += w.W1[i * H + j] * dz;
      }
    }

    // emb = C[X]: a token that is in several positions gathers from each
    for (let t = 0; t < T; t++) {
      for (let e = 0; e < E; e++) {
        grad.C[X[b * T + t] * E + e] += demb[t * E + e];
      }
    }
  }
  return grad;
}

/**
 * One step of gradient descent, in place: `p -= learningRate · (dp + decay · p)`,
 * where only parameters that are no biases decay.
 *
 * @returns the loss before the step
 */
export function step(
  sizes: Sizes,
  w: Weights,
  rows: Rows,
  learningRate: number,
  weightDecay = 0,
  candidates?: Candidates,
): number {
  const activations = forward(sizes, w, rows, candidates);
  const grad = backward(sizes, w, rows, activations);
  for (const name of parameterNames(w)) {
    const p = w[name]!, dp = grad[name]!;
    const decay = PARAMETERS[name].decays ? weightDecay : 0;
    for (let i = 0; i < p.length; i++) {
      p[i] -= learningRate * (dp[i] + decay * p[i]);
    }
  }
  return activations.loss;
}

/** The probability that a single draw of a candidate, of V tokens, gives k. */
export function probabilityOf(k: number, V: number): number {
  return Math.log1p(1 / (k + 1)) / Math.log(V + 1);
}

/** How often k is expected among the different tokens of so many draws. */
export function expectedCount(k: number, V: number, tries: number): number {
  return -Math.expm1(tries * Math.log1p(-probabilityOf(k, V)));
}

/**
 * Draws candidates as the kernel does: log-uniformly, until S are different.
 *
 * @param next the next 32 random bits
 * @param V the size of the vocabulary
 * @param S how many different tokens to draw
 */
export function drawCandidates(
  next: () => number,
  V: number,
  S: number,
): Candidates {
  const tokens = new Set<number>();
  let tries = 0;
  while (tokens.size < S) {
    const high = next() % 2 ** 21;
    const u = (high * 2 ** 32 + next()) / 2 ** 53;
    tokens.add(Math.min(Math.floor(Math.exp(u * Math.log(V + 1))) - 1, V - 1));
    tries++;
  }
  return { tokens: [...tokens], tries };
}

/** The names of the five parameters that all models have. */
export const names = ["C", "W1", "b1", "W2", "b2"] as const;

/** The names of all parameters that a model has. */
export { parameterNames as namesOf };

/** Weights of zeros, to add gradients to. */
export function zeros({ V, T, E, H, direct = false }: Sizes): Weights {
  const shapes = parameterShapes({
    vocabularySize: V,
    contextLength: T,
    embeddingSize: E,
    hiddenSize: H,
    directConnections: direct,
  });
  return perParameter(
    parameterNames(shapes),
    (name) => new Float64Array(elementsOf(shapes[name]!)),
  );
}

/** The same numbers in float64, whatever array they are in. */
export function toFloat64(weights: PerParameter<ArrayLike<number>>): Weights {
  return perParameter(
    parameterNames(weights),
    (name) => Float64Array.from(weights[name]!),
  );
}
