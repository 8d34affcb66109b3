/**
 * Plain TypeScript: the forward and the backward pass written out by hand in
 * loops over Float32Arrays, row by row, each inner loop along the memory.
 */

import { type Model, oneThread, type Peer, workWith } from "../peer.ts";
import type { Problem } from "../tasks.ts";

export function start(threads: number): Peer {
  oneThread(threads);
  const label = `plain loops, TypeScript, float32, V8 ${Deno.version.v8}`;
  return { label, prepare: workWith(makeModel) };
}

function makeModel({ sizes, parameters }: Problem): Model {
  const { vocabularySize: V, contextLength: T } = sizes;
  const { embeddingSize: E, hiddenSize: H } = sizes;
  const { C, W1, b1, W2, b2 } = parameters;
  const weights = [C, W1, b1, W2, b2]; // [V, E], [T·E, H], [H], [H, V], [V]
  const gradients = weights.map(({ length }) => new Float32Array(length));
  const [dC, dW1, db1, dW2, db2] = gradients;
  // what one row makes on its way
  const emb = new Float32Array(T * E);
  const h = new Float32Array(H);
  const probs = new Float32Array(V);
  const dz = new Float32Array(H);

  /** The loss of a row; its probabilities are in `probs` afterwards. */
  function forward(X: Int32Array, row: number, y: number): number {
    // emb = C[X], the T embeddings side by side
    for (let t = 0; t < T; t++) {
      const from = X[row * T + t] * E;
      for (let e = 0; e < E; e++) emb[t * E + e] = C[from + e];
    }
    // h = tanh(emb @ W1 + b1)
    for (let j = 0; j < H; j++) h[j] = b1[j];
    for (let i = 0; i < T * E; i++) {
      const x = emb[i];
      for (let j = 0; j < H; j++) h[j] += x * W1[i * H + j];
    }
    for (let j = 0; j < H; j++) h[j] = Math.tanh(h[j]);
    // logits = h @ W2 + b2
    for (let v = 0; v < V; v++) probs[v] = b2[v];
    for (let j = 0; j < H; j++) {
      const x = h[j];
      for (let v = 0; v < V; v++) probs[v] += x * W2[j * V + v];
    }
    // probs = softmax(logits)
    const logit = probs[y];
    let max = -Infinity;
    for (let v = 0; v < V; v++) if (probs[v] > max) max = probs[v];
    let total = 0;
    for (let v = 0; v < V; v++) {
      probs[v] = Math.exp(probs[v] - max);
      total += probs[v];
    }
    for (let v = 0; v < V; v++) probs[v] /= total;
    return Math.log(total) + max - logit;
  }

  /** Adds the gradients of the row of the last forward pass. */
  function backward(X: Int32Array, row: number, y: number, B: number): void {
    // dlogits = (probs − one_hot(y)) / B
    const dlogits = probs;
    dlogits[y] -= 1;
    for (let v = 0; v < V; v++) {
      dlogits[v] /= B;
      db2[v] += dlogits[v];
    }
    // logits = h @ W2 + b2, h = tanh(z), so dz = (1 − h²) · (W2 @ dlogits)
    for (let j = 0; j < H; j++) {
      const x = h[j];
      let dh = 0;
      for (let v = 0; v < V; v++) {
        dh += W2[j * V + v] * dlogits[v];
        dW2[j * V + v] += x * dlogits[v];
      }
      dz[j] = (1 - x * x) * dh;
      db1[j] += dz[j];
    }
    // z = emb @ W1 + b1, emb = C[X]
    for (let i = 0; i < T * E; i++) {
      const x = emb[i];
      let sum = 0;
      for (let j = 0; j < H; j++) {
        sum += W1[i * H + j] * dz[j];
        dW1[i * H + j] += x * dz[j];
      }
      const t = Math.floor(i / E);
      dC[X[row * T + t] * E + i - t * E] += sum;
    }
  }

  /** The mean loss; adds up the gradients where they are wanted. */
  function mean(X: Int32Array, Y: Int32Array, gradients: boolean): number {
    let sum = 0;
    for (let row = 0; row < Y.length; row++) {
      sum += forward(X, row, Y[row]);
      if (gradients) backward(X, row, Y[row], Y.length);
    }
    return sum / Y.length;
  }

  return {
    step: (X, Y, rate) => {
      const loss = mean(X, Y, true);
      for (const [k, values] of weights.entries()) {
        for (let i = 0; i < values.length; i++) {
          values[i] -= rate * gradients[k][i];
        }
        gradients[k].fill(0);
      }
      return loss;
    },
    loss: (X, Y) => mean(X, Y, false),
    probabilities: (context) => {
      forward(context, 0, 0);
      return probs;
    },
  };
}
