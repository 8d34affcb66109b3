/**
 * Plain TypeScript: the forward and the backward pass written out by hand in
 * loops over Float32Arrays, row by row, each inner loop along the memory.
 */

import { TorchGenerator } from "../../mod.ts";
import type { Peer, Work } from "../peer.ts";
import type { Problem } from "../problem.ts";
import { nameMaker } from "./names.ts";

/** Plain TypeScript loops. */
export const loops: Peer = {
  label: `plain TypeScript, float32, V8 ${Deno.version.v8}, 1 thread`,
  prepare: (problem) =>
    problem.kind === "merged" ? undefined : { run: work(problem), close() {} },
};

function work(problem: Problem): Work["run"] {
  const { kind, windows, rowsAtOnce: B, learningRate, seed } = problem;
  const net = new Net(problem);
  const { X, Y, contextLength: T } = windows;

  if (kind === "names") {
    return nameMaker(problem, (context) => {
      net.loss(context, 0, 0);
      return net.probs;
    });
  }
  const generator = new TorchGenerator(seed);
  return (repetitions) => {
    let loss = NaN;
    for (let i = 0; i < repetitions; i++) {
      loss = 0;
      if (kind === "minibatch") {
        for (const row of generator.randint(0, Y.length, B)) {
          loss += net.learn(X, row * T, Y[row], 1 / B);
        }
        loss /= B;
        net.update(learningRate);
        continue;
      }
      for (let row = 0; row < Y.length; row++) {
        loss += kind === "loss"
          ? net.loss(X, row * T, Y[row])
          : net.learn(X, row * T, Y[row], 1 / Y.length);
      }
      loss /= Y.length;
      if (kind === "full batch") net.update(learningRate);
    }
    return loss;
  };
}

/** The model, and room for what one row makes on its way. */
class Net {
  /** The probability of each token after the last context `[V]`. */
  readonly probs: Float32Array;
  readonly #V: number;
  readonly #T: number;
  readonly #E: number;
  readonly #H: number;
  readonly #weights;
  readonly #gradients;
  readonly #emb: Float32Array; // [T·E]
  readonly #h: Float32Array; // [H]
  readonly #logits: Float32Array; // [V]
  readonly #demb: Float32Array; // [T·E]
  readonly #dz: Float32Array; // [H]

  constructor({ sizes, parameters: { C, W1, b1, W2, b2 } }: Problem) {
    this.#V = sizes.vocabularySize;
    this.#T = sizes.contextLength;
    this.#E = sizes.embeddingSize;
    this.#H = sizes.hiddenSize;
    this.#weights = {
      C: C.slice(), // [V, E]
      W1: W1.slice(), // [T·E, H]
      b1: b1.slice(), // [H]
      W2: W2.slice(), // [H, V]
      b2: b2.slice(), // [V]
    };
    this.#gradients = {
      C: new Float32Array(C.length),
      W1: new Float32Array(W1.length),
      b1: new Float32Array(b1.length),
      W2: new Float32Array(W2.length),
      b2: new Float32Array(b2.length),
    };
    this.#emb = new Float32Array(this.#T * this.#E);
    this.#h = new Float32Array(this.#H);
    this.#logits = new Float32Array(this.#V);
    this.probs = new Float32Array(this.#V);
    this.#demb = new Float32Array(this.#T * this.#E);
    this.#dz = new Float32Array(this.#H);
  }

  /** The logits after the context that stands at `X[at]`. */
  forward(X: Uint16Array | Int32Array, at: number): void {
    const V = this.#V, T = this.#T, E = this.#E, H = this.#H;
    const { C, W1, b1, W2, b2 } = this.#weights;
    const emb = this.#emb, h = this.#h, logits = this.#logits;

    // emb = C[X], the T embeddings side by side
    for (let t = 0; t < T; t++) {
      const from = X[at + t] * E;
      for (let e = 0; e < E; e++) emb[t * E + e] = C[from + e];
    }

    // h = tanh(emb @ W1 + b1)
    for (let j = 0; j < H; j++) h[j] = b1[j];
    for (let i = 0; i < T * E; i++) {
      const x = emb[i];
      const row = i * H;
      for (let j = 0; j < H; j++) h[j] += x * W1[row + j];
    }
    for (let j = 0; j < H; j++) h[j] = Math.tanh(h[j]);

    // logits = h @ W2 + b2
    for (let v = 0; v < V; v++) logits[v] = b2[v];
    for (let j = 0; j < H; j++) {
      const x = h[j];
      const row = j * V;
      for (let v = 0; v < V; v++) logits[v] += x * W2[row + v];
    }
  }

  /** Turns the logits to probabilities; gives what `y` being next costs. */
  softmax(y: number): number {
    const V = this.#V;
    const logits = this.#logits, probs = this.probs;
    let max = -Infinity;
    for (let v = 0; v < V; v++) if (logits[v] > max) max = logits[v];
    let total = 0;
    for (let v = 0; v < V; v++) {
      const count = Math.exp(logits[v] - max);
      probs[v] = count;
      total += count;
    }
    for (let v = 0; v < V; v++) probs[v] /= total;
    return Math.log(total) + max - logits[y];
  }

  /** The loss of one row. */
  loss(X: Uint16Array | Int32Array, at: number, y: number): number {
    this.forward(X, at);
    return this.softmax(y);
  }

  /** Adds one row's gradients, times its weight, and gives its loss. */
  learn(X: Uint16Array, at: number, y: number, weight: number): number {
    const V = this.#V, T = this.#T, E = this.#E, H = this.#H;
    const { W1, W2 } = this.#weights;
    const { C: dC, W1: dW1, b1: db1, W2: dW2, b2: db2 } = this.#gradients;
    const emb = this.#emb, h = this.#h, demb = this.#demb, dz = this.#dz;
    const loss = this.loss(X, at, y);

    // dlogits = (probs − one_hot(y)) · weight
    const dlogits = this.probs;
    dlogits[y] -= 1;
    for (let v = 0; v < V; v++) {
      dlogits[v] *= weight;
      db2[v] += dlogits[v];
    }

    // logits = h @ W2 + b2, h = tanh(z), so dz = (1 − h²) · (W2 @ dlogits)
    for (let j = 0; j < H; j++) {
      const x = h[j];
      const row = j * V;
      let dh = 0;
      for (let v = 0; v < V; v++) {
        dh += W2[row + v] * dlogits[v];
        dW2[row + v] += x * dlogits[v];
      }
      dz[j] = (1 - x * x) * dh;
      db1[j] += dz[j];
    }

    // z = emb @ W1 + b1
    for (let i = 0; i < T * E; i++) {
      const x = emb[i];
      const row = i * H;
      let sum = 0;
      for (let j = 0; j < H; j++) {
        sum += W1[row + j] * dz[j];
        dW1[row + j] += x * dz[j];
      }
      demb[i] = sum;
    }

    // emb = C[X]
    for (let t = 0; t < T; t++) {
      const to = X[at + t] * E;
      for (let e = 0; e < E; e++) dC[to + e] += demb[t * E + e];
    }
    return loss;
  }

  /** A step of gradient descent; the gradients are zero afterwards. */
  update(learningRate: number): void {
    for (const name of ["C", "W1", "b1", "W2", "b2"] as const) {
      const weights = this.#weights[name];
      const gradients = this.#gradients[name];
      for (let i = 0; i < weights.length; i++) {
        weights[i] -= learningRate * gradients[i];
      }
      gradients.fill(0);
    }
  }
}
