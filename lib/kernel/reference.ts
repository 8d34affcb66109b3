/**
 * The judge: the whole model in plain float64 loops, to be read from top to
 * bottom. Forward, loss, backward and update are written out one after the
 * other, with nothing merged, blocked or reused, so that whatever the fast
 * engine and the tfjs functions compute can be held against it.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden
 * layer, `B` rows of the batch. Every matrix is flat and row-major.
 */

/** The sizes of a model. */
export interface Sizes {
  V: number;
  T: number;
  E: number;
  H: number;
  /** Whether the embeddings reach the output layer directly. */
  direct?: boolean;
}

/** The parameters, or their gradients, in float64. */
export interface Weights {
  C: Float64Array; // [V, E]
  W1: Float64Array; // [T·E, H]
  b1: Float64Array; // [H]
  W2: Float64Array; // [H, V]
  b2: Float64Array; // [V]
  Wd?: Float64Array; // [T·E, V]
}

/** Rows of contexts and the tokens that follow them. */
export interface Rows {
  X: ArrayLike<number>; // [B, T]
  Y: ArrayLike<number>; // [B]
}

/** All that the forward pass makes and the backward pass needs. */
export interface Activations {
  emb: Float64Array; // [B, T·E]
  h: Float64Array; // [B, H]
  logits: Float64Array; // [B, V]
  probs: Float64Array; // [B, V]
  loss: number;
}

/** The names of the five parameters that all models have, in their order. */
export const names = ["C", "W1", "b1", "W2", "b2"] as const;

/** The names of all parameters that a model has. */
export function namesOf({ Wd }: { Wd?: unknown }): (keyof Weights)[] {
  return Wd ? [...names, "Wd"] : [...names];
}

/** Weights of zeros, to add gradients into. */
export function zeros({ V, T, E, H, direct }: Sizes): Weights {
  return {
    C: new Float64Array(V * E),
    W1: new Float64Array(T * E * H),
    b1: new Float64Array(H),
    W2: new Float64Array(H * V),
    b2: new Float64Array(V),
    ...(direct ? { Wd: new Float64Array(T * E * V) } : {}),
  };
}

/** The same numbers in float64, whatever array they come in. */
export function toFloat64(
  weights: { [name in keyof Weights]: ArrayLike<number> },
): Weights {
  return {
    C: Float64Array.from(weights.C),
    W1: Float64Array.from(weights.W1),
    b1: Float64Array.from(weights.b1),
    W2: Float64Array.from(weights.W2),
    b2: Float64Array.from(weights.b2),
    ...(weights.Wd ? { Wd: Float64Array.from(weights.Wd) } : {}),
  };
}

/** What a sampled step has drawn. */
export interface Candidates {
  /** The tokens, all different. */
  tokens: readonly number[];
  /** How often was drawn until they were. */
  tries: number;
}

/** The probability that a single draw gives token k, of V: log-uniform. */
export function probabilityOf(k: number, V: number): number {
  return Math.log1p(1 / (k + 1)) / Math.log(V + 1);
}

/** How often token k is to be expected among the different ones of the draws. */
export function expectedCount(k: number, V: number, tries: number): number {
  return -Math.expm1(tries * Math.log1p(-probabilityOf(k, V)));
}

/**
 * Draws candidates as the kernel does.
 *
 * @param next the next 32 random bits
 * @param V the vocabulary's size
 * @param S how many are to be different
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

/**
 * Embed, tanh hidden layer, logits, softmax, mean negative log-likelihood. With
 * candidates the softmax of a row is over them and its target, and the logarithm
 * of each one's expected count is taken from its logit.
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
    // emb = C[X], the T embeddings of a row side by side
    for (let t = 0; t < T; t++) {
      for (let e = 0; e < E; e++) {
        emb[b * T * E + t * E + e] = w.C[X[b * T + t] * E + e];
      }
    }

    // h = tanh(emb @ W1 + b1)
    for (let j = 0; j < H; j++) {
      let sum = w.b1[j];
      for (let i = 0; i < T * E; i++) {
        sum += emb[b * T * E + i] * w.W1[i * H + j];
      }
      h[b * H + j] = Math.tanh(sum);
    }

    // logits = h @ W2 + x @ Wd + b2, where x is the row of emb
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

    // probs = softmax(logits); the maximum is taken off so that exp stays finite
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

/** The gradient of the mean loss by every parameter. */
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
    // dloss/dlogits = (probs − one_hot(Y)) / B
    const dlogits = new Float64Array(V);
    for (let v = 0; v < V; v++) {
      dlogits[v] = (probs[b * V + v] - (v === Y[b] ? 1 : 0)) / B;
    }

    // logits = h @ W2 + x @ Wd + b2
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

    // h = tanh(z), so dz = (1 − h²) dh;  z = emb @ W1 + b1
    for (let j = 0; j < H; j++) {
      const dz = (1 - h[b * H + j] ** 2) * dh[j];
      grad.b1[j] += dz;
      for (let i = 0; i < T * E; i++) {
        grad.W1[i * H + j] += emb[b * T * E + i] * dz;
        demb[i] += w.W1[i * H + j] * dz;
      }
    }

    // emb = C[X]: a token that stands in several places gathers from each
    for (let t = 0; t < T; t++) {
      for (let e = 0; e < E; e++) {
        grad.C[X[b * T + t] * E + e] += demb[t * E + e];
      }
    }
  }
  return grad;
}

/**
 * One step of gradient descent, in place, with decay of all that is no bias.
 * Returns the loss before it.
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
  for (const name of namesOf(w)) {
    const decay = name === "b1" || name === "b2" ? 0 : weightDecay;
    for (let i = 0; i < w[name]!.length; i++) {
      w[name]![i] -= learningRate * (grad[name]![i] + decay * w[name]![i]);
    }
  }
  return activations.loss;
}
