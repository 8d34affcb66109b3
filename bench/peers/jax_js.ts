/** jax-js under jit, on its wasm backend. An array is used up unless by `.ref`. */

import {
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import { type Model, oneThread, type Peer, workWith } from "../peer.ts";
import type { Problem } from "../tasks.ts";

const VERSION = "0.1.25";

export async function start(threads: number): Promise<Peer> {
  oneThread(threads);
  await init("wasm");
  defaultDevice("wasm");
  return {
    label: `jax-js ${VERSION}, jit, wasm`,
    prepare: workWith(makeModel),
  };
}

const array = (values: Float32Array | Int32Array) => np.array(values.slice());

/** C [V, E], W1 [T·E, H], b1 [H], W2 [H, V] and b2 [V]. */
type Weights = [np.Array, np.Array, np.Array, np.Array, np.Array];

function makeModel({ sizes, parameters: p }: Problem): Model {
  const { vocabularySize: V, contextLength: T } = sizes;
  const { embeddingSize: E, hiddenSize: H } = sizes;
  let weights: Weights = [
    array(p.C).reshape([V, E]),
    array(p.W1).reshape([T * E, H]),
    array(p.b1),
    array(p.W2).reshape([H, V]),
    array(p.b2),
  ];

  function logits([C, W1, b1, W2, b2]: Weights, X: np.Array): np.Array {
    // By one-hot rows: the gradient of np.take cannot be compiled.
    const emb = np.matmul(nn.oneHot(X, V), C); // [B·T, E]
    const z = np.matmul(emb.reshape([-1, T * E]), W1).add(b1); // [B, H]
    return np.matmul(np.tanh(z), W2).add(b2); // [B, V]
  }

  function loss(weights: Weights, X: np.Array, Y: np.Array): np.Array {
    const logProbs = nn.logSoftmax(logits(weights, X), 1);
    return np.sum(logProbs.mul(nn.oneHot(Y.ref, V))).neg().div(Y.shape[0]);
  }

  const step = jit(
    (weights: Weights, X: np.Array, Y: np.Array, rate: np.Array) => {
      const [before, d] = valueAndGrad(loss)(
        weights.map((w) => w.ref) as Weights,
        X,
        Y,
      );
      return [before, ...weights.map((w, i) => w.sub(d[i].mul(rate.ref)))];
    },
  );
  const lossOf = jit(loss);
  const probabilities = jit((weights: Weights, X: np.Array) =>
    nn.softmax(logits(weights, X), 1)
  );
  const kept = () => weights.map((w) => w.ref) as Weights;
  return {
    step: (X, Y, rate) => {
      const [before, ...after] = step(
        weights,
        array(X),
        array(Y),
        np.array(rate),
      );
      weights = after as Weights;
      return before.item();
    },
    loss: (X, Y) => lossOf(kept(), array(X), array(Y)).item(),
    probabilities: (X) => probabilities(kept(), array(X)).dataSync(),
  };
}
