/**
 * tfjs on its wasm backend, which is C++, or, as `tfjs:cpu`, on its cpu
 * backend, which is plain JavaScript.
 */

import * as tf from "@tensorflow/tfjs";
import { type Model, oneThread, type Peer, workWith } from "../peer.ts";
import type { Problem } from "../tasks.ts";

export async function start(
  threads: number,
  backend = "wasm",
): Promise<Peer> {
  oneThread(threads);
  tf.enableProdMode();
  if (backend === "wasm") await import("@tensorflow/tfjs-backend-wasm");
  if (!await tf.setBackend(backend)) throw new Error(`No backend ${backend}`);
  const label = `tfjs ${tf.version.tfjs}, ${backend}`;
  return { label, prepare: workWith(makeModel) };
}

function makeModel({ sizes, parameters: p }: Problem): Model {
  const { vocabularySize: V, contextLength: T } = sizes;
  const { embeddingSize: E, hiddenSize: H } = sizes;
  tf.disposeVariables(); // those of the last problem
  const C = tf.variable(tf.tensor2d(p.C, [V, E]));
  const W1 = tf.variable(tf.tensor2d(p.W1, [T * E, H]));
  const b1 = tf.variable(tf.tensor1d(p.b1));
  const W2 = tf.variable(tf.tensor2d(p.W2, [H, V]));
  const b2 = tf.variable(tf.tensor1d(p.b2));

  // While gradients are wanted, C is looked up by one-hot rows: the wasm
  // backend cannot compute the gradient of tf.gather, and on the cpu backend it
  // takes twice as long as this.
  function logits(X: Int32Array, oneHot = false): tf.Tensor2D {
    const tokens = tf.tensor1d(X, "int32"); // [B·T]
    const emb: tf.Tensor2D = oneHot
      ? tf.matMul(tf.oneHot(tokens, V).toFloat(), C) // [B·T, E]
      : tf.gather(C, tokens);
    const z = tf.add(tf.matMul(emb.reshape([-1, T * E]), W1), b1); // [B, H]
    return tf.add(tf.matMul(tf.tanh(z), W2), b2); // [B, V]
  }

  function loss(X: Int32Array, Y: Int32Array, oneHot = false): tf.Scalar {
    const labels = tf.oneHot(tf.tensor1d(Y, "int32"), V);
    return tf.losses.softmaxCrossEntropy(labels, logits(X, oneHot));
  }

  const step = (X: Int32Array, Y: Int32Array, rate: number) =>
    tf.train.sgd(rate).minimize(() => loss(X, Y, true), true)!;
  return {
    step: (X, Y, rate) => tf.tidy(() => step(X, Y, rate).dataSync()[0]),
    loss: (X, Y) => tf.tidy(() => loss(X, Y).dataSync()[0]),
    probabilities: (context) =>
      tf.tidy(() => logits(context).softmax().dataSync<"float32">()),
  };
}
