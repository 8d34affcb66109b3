/**
 * The forward pass in tfjs operations, one function for each line of the
 * lecture: embed, hidden layer, logits, softmax, loss. This is the model to
 * read, and to differentiate with `tf.variableGrads`; the kernel computes the
 * same faster.
 *
 * Letters: `V` vocabulary, `T` context length, `E` embedding, `H` hidden layer,
 * `B` rows. The caller, or `tf.tidy`, disposes the tensors that a function
 * returns.
 */

import * as tf from "@tensorflow/tfjs";
import type { ModelParameters } from "./variables.ts";
import { checkRows, contextOf, type Rows } from "../kernel/rows.ts";
import { sizesOf } from "./parameters.ts";

/**
 * Copies context windows into tensors, for the operations of tfjs.
 *
 * @param windows the rows
 * @returns `X` int32 `[N, T]` and `Y` int32 `[N]`
 *
 * @example
 * ```ts
 * import { buildVocabulary, contextWindows, toTensors } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const { X, Y } = toTensors(contextWindows(["ab"], buildVocabulary(["ab"]), 3));
 * assertEquals(X.arraySync(), [[0, 0, 0], [0, 0, 1], [0, 1, 2]]);
 * assertEquals(Y.arraySync(), [1, 2, 0]);
 * ```
 */
export function toTensors(
  windows: Rows,
): { X: tf.Tensor2D; Y: tf.Tensor1D } {
  checkRows(windows);
  const { Y, contextLength: T } = windows;
  const X = new Int32Array(Y.length * T); // [N, T]
  for (let row = 0; row < Y.length; row++) {
    X.set(contextOf(windows, row), row * T);
  }
  return {
    X: tf.tensor2d(X, [Y.length, T], "int32"),
    Y: tf.tensor1d(Int32Array.from(Y), "int32"),
  };
}

/**
 * Looks up tokens in the embedding table: the lecture's `C[5]`, `C[[5, 6, 8]]`
 * and `C[X]`.
 *
 * @param C the embedding table `[V, E]`
 * @param tokens one id, a list of ids, or a tensor of ids of any shape, int32
 * @returns float32, the shape of `tokens` with `E` appended: `[E]` for one id,
 * `[n, E]` for a list, `[B, T, E]` for contexts
 * @throws {RangeError} if the table has no row for an id
 *
 * @example
 * ```ts
 * import { createParameters, embed, TorchGenerator } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const sizes = { vocabularySize: 27, contextLength: 3, embeddingSize: 2 };
 * const { C } = createParameters({ ...sizes, hiddenSize: 5 }, { generator: new TorchGenerator(1) });
 * assertEquals(embed(C, 5).shape, [2]);
 * assertEquals(embed(C, [5, 6, 8]).shape, [3, 2]);
 * ```
 */
export function embed(
  C: tf.Tensor2D,
  tokens: number | readonly number[] | tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const isTensor = tokens instanceof tf.Tensor;
    const ids = isTensor ? tokens.dataSync() : [tokens].flat();
    const [vocabularySize] = C.shape;
    const wrong = indexOfWrong(ids, vocabularySize);
    if (wrong >= 0) {
      throw new RangeError(
        `Cannot look up row ${
          ids[wrong]
        } of the embedding table: rows go from 0 ` +
          `to ${vocabularySize - 1}`,
      );
    }
    const indices = isTensor
      ? tokens.toInt()
      : tf.tensor(tokens as number | number[], undefined, "int32");
    return tf.gather(C, indices);
  });
}

/**
 * Where the first number is that is no id, or −1. For such tfjs returns zeros,
 * PyTorch throws an error.
 */
function indexOfWrong(ids: ArrayLike<number>, size: number): number {
  return Array.prototype.findIndex.call(
    ids,
    (id) => !(Number.isInteger(id) && id >= 0 && id < size),
  );
}

/**
 * The hidden layer: `torch.tanh(emb.view(-1, T * E) @ W1 + b1)`.
 *
 * @param emb the embeddings of the contexts `[B, T, E]`
 * @param W1 weights `[T·E, H]`
 * @param b1 biases `[H]`
 * @returns float32 `[B, H]`, each from −1 to 1
 *
 * @example
 * ```ts
 * import { hidden } from "@makemore/mlp";
 * import { assertAlmostEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const emb = tf.tensor3d([[[1], [2]]]); // [1, 2, 1]
 * const h = hidden(emb, tf.tensor2d([[3], [-1]]), tf.tensor1d([0.5]));
 * assertAlmostEquals(h.dataSync()[0], Math.tanh(1 * 3 - 2 * 1 + 0.5), 1e-6);
 * ```
 */
export function hidden(
  emb: tf.Tensor,
  W1: tf.Tensor2D,
  b1: tf.Tensor1D,
): tf.Tensor2D {
  return tf.tidy(() => {
    const rows = emb.reshape([-1, W1.shape[0]]) as tf.Tensor2D; // [B, T·E]
    return rows.matMul<tf.Tensor2D>(W1).add<tf.Tensor2D>(b1).tanh(); // [B, H]
  });
}

/**
 * The output layer: `h @ W2 + b2`, and `+ x @ Wd` with direct connections.
 *
 * @param h the hidden layer `[B, H]`
 * @param W2 weights `[H, V]`
 * @param b2 biases `[V]`
 * @param direct the direct connections, if the model has them: the embeddings of
 * the contexts `[B, T, E]`, and their weights `[T·E, V]`
 * @returns float32 `[B, V]`: for each token that may come next, the logarithm of
 * a count
 *
 * @example
 * ```ts
 * import { logits } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const h = tf.tensor2d([[0.5, -1]]);
 * const W2 = tf.tensor2d([[2, 4], [1, 0]]);
 * const b2 = tf.tensor1d([10, 20]);
 * assertEquals(logits(h, W2, b2).arraySync(), [[10, 22]]);
 * ```
 */
export function logits(
  h: tf.Tensor2D,
  W2: tf.Tensor2D,
  b2: tf.Tensor1D,
  direct?: { readonly emb: tf.Tensor; readonly Wd: tf.Tensor2D },
): tf.Tensor2D {
  return tf.tidy(() => {
    const logits = h.matMul<tf.Tensor2D>(W2).add<tf.Tensor2D>(b2); // [B, V]
    if (!direct) return logits;
    const x = direct.emb.reshape([-1, direct.Wd.shape[0]]); // [B, T·E]
    return logits.add<tf.Tensor2D>(x.matMul(direct.Wd)); // [B, V]
  });
}

/**
 * Softmax by hand, as the lecture writes it: exponentiates the logits to counts,
 * and divides these by their sum. It overflows if a logit is above 88, as the
 * lecture's does; {@linkcode crossEntropy} does not.
 *
 * @param logits `[B, V]`
 * @returns float32 `[B, V]`: probabilities, each row sums to 1
 *
 * @example
 * ```ts
 * import { softmax } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * assertEquals([...softmax(tf.tensor2d([[0, 0]])).dataSync()], [0.5, 0.5]);
 * ```
 */
export function softmax(logits: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => {
    const counts = logits.exp(); // [B, V]
    return counts.div<tf.Tensor2D>(counts.sum(1, true)); // [B, V] / [B, 1]
  });
}

/**
 * The mean negative log-likelihood by hand:
 * `-probs[torch.arange(B), Y].log().mean()`.
 *
 * @param probs probabilities `[B, V]`
 * @param Y the right tokens, int32 `[B]`
 * @returns a scalar, in nats
 * @throws {RangeError} if `Y` does not have one id of the vocabulary for each row
 *
 * @example
 * ```ts
 * import { negativeLogLikelihood } from "@makemore/mlp";
 * import { assertAlmostEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const probs = tf.tensor2d([[0.25, 0.75]]);
 * const loss = negativeLogLikelihood(probs, tf.tensor1d([0], "int32"));
 * assertAlmostEquals(loss.dataSync()[0], Math.log(4), 1e-6);
 * ```
 */
export function negativeLogLikelihood(
  probs: tf.Tensor2D,
  Y: tf.Tensor1D,
): tf.Scalar {
  return tf.tidy(() => pick(probs, Y).log().mean<tf.Scalar>().neg());
}

/**
 * The same loss directly from the logits, which does not overflow:
 * `F.cross_entropy(logits, Y)`.
 *
 * @param logits `[B, V]`
 * @param Y the right tokens, int32 `[B]`
 * @returns a scalar, in nats
 * @throws {RangeError} if `Y` does not have one id of the vocabulary for each row
 *
 * @example
 * ```ts
 * import { crossEntropy } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const logits = tf.tensor2d([[1000, -1000]]);
 * const loss = crossEntropy(logits, tf.tensor1d([1], "int32"));
 * assertEquals(loss.dataSync()[0], 2000);
 * ```
 */
export function crossEntropy(
  logits: tf.Tensor,
  Y: tf.Tensor1D,
): tf.Scalar {
  return tf.tidy(() => {
    const shifted = logits.sub<tf.Tensor2D>(logits.max(1, true)); // [B, V]
    const logTotals = shifted.exp().sum<tf.Tensor1D>(1).log(); // [B]
    return logTotals.sub(pick(shifted, Y)).mean<tf.Scalar>();
  });
}

/** The element of each row that `Y` selects: `rows[torch.arange(B), Y]`. */
function pick(rows: tf.Tensor2D, Y: tf.Tensor1D): tf.Tensor1D {
  const [count, vocabularySize] = rows.shape;
  if (Y.shape.join() !== String(count)) {
    throw new RangeError(
      `Cannot compute the loss: ${count} rows need ${count} targets, and Y ` +
        `has the shape [${Y.shape}]`,
    );
  }
  const ids = Y.dataSync();
  const wrong = indexOfWrong(ids, vocabularySize);
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot compute the loss: the target ${
        ids[wrong]
      } is not an id from 0 to ` +
        `${vocabularySize - 1}`,
    );
  }
  // by one-hot rows, whose gradient exists on every backend of tfjs
  const oneHot = tf.oneHot(Y, vocabularySize); // [B, V]
  return tf.where(oneHot.toBool(), rows, 0).sum(1); // [B]
}

/** The tensors of {@linkcode forward}. */
export interface Forward {
  /** The embeddings of the contexts `[B, T, E]`. */
  readonly emb: tf.Tensor3D;
  /** The hidden layer `[B, H]`. */
  readonly h: tf.Tensor2D;
  /** The logits `[B, V]`. */
  readonly logits: tf.Tensor2D;
}

/**
 * The whole forward pass: `emb = C[X]`, `h = tanh(...)`, `logits = h @ W2 + b2`,
 * and `+ x @ Wd` with direct connections.
 *
 * @param parameters the model
 * @param X contexts, int32 `[B, T]`
 * @returns the embeddings, the hidden layer and the logits
 * @throws {RangeError} if a context has an id that the model does not have, or
 * another length than the model's
 *
 * @example The loss and its gradients, with tfjs's autodiff
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   crossEntropy,
 *   forward,
 *   TorchGenerator,
 *   toTensors,
 * } from "@makemore/mlp";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const words = ["emma", "olivia", "ava", "isabella", "sophia"];
 * const letters = "abcdefghijklmnopqrstuvwxyz";
 * const vocabulary = buildVocabulary([letters]);
 * const { X, Y } = toTensors(contextWindows(words, vocabulary));
 * const parameters = createParameters({
 *   vocabularySize: 27,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 100,
 * }, { generator: new TorchGenerator(2147483647) });
 * const loss = () => crossEntropy(forward(parameters, X).logits, Y);
 * const { value, grads } = tf.variableGrads(loss);
 * assertAlmostEquals(value.dataSync()[0], 17.7697, 5e-5);
 * assertEquals(Object.keys(grads).length, 5);
 * ```
 */
export function forward(parameters: ModelParameters, X: tf.Tensor2D): Forward {
  const { C, W1, b1, W2, b2, Wd } = parameters;
  const contextLength = (Wd ?? W1).shape[0] / C.shape[1];
  if (X.shape[1] !== contextLength) {
    throw new RangeError(
      `Cannot take contexts of the shape [${X.shape}]: the model sees ` +
        `${contextLength} tokens`,
    );
  }
  const emb = embed(C, X) as tf.Tensor3D; // [B, T, E]
  const h = hidden(emb, W1, b1); // [B, H]
  const direct = Wd && { emb, Wd };
  return { emb, h, logits: logits(h, W2, b2, direct) }; // [B, V]
}

/**
 * The mean loss of rows as a tfjs scalar, which the optimizers of tfjs can
 * minimise: the cross-entropy of {@linkcode forward}.
 *
 * @param parameters the model
 * @param windows the rows
 * @returns a scalar, in nats
 * @throws {RangeError} if there are no rows, their context length is not the
 * model's, or they have ids that the model does not have
 *
 * @example A step of Adam
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   loss,
 *   TorchGenerator,
 * } from "@makemore/mlp";
 * import { assert } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const vocabulary = buildVocabulary(["emma", "ava"]);
 * const windows = contextWindows(["emma", "ava"], vocabulary, 3);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 2,
 *   hiddenSize: 10,
 * }, { generator: new TorchGenerator(1) });
 * const adam = tf.train.adam(0.01);
 * const before = loss(parameters, windows).dataSync()[0];
 * for (let step = 0; step < 10; step++) {
 *   adam.minimize(() => loss(parameters, windows));
 * }
 * assert(loss(parameters, windows).dataSync()[0] < before);
 * ```
 */
export function loss(parameters: ModelParameters, windows: Rows): tf.Scalar {
  const { contextLength } = sizesOf(parameters);
  if (windows.Y.length === 0) {
    throw new RangeError("Cannot compute a loss without rows");
  }
  if (windows.contextLength !== contextLength) {
    throw new RangeError(
      `Cannot use rows with contextLength ${windows.contextLength}: that of ` +
        `the model is ${contextLength}`,
    );
  }
  return tf.tidy(() => {
    const { X, Y } = toTensors(windows);
    return crossEntropy(forward(parameters, X).logits, Y);
  });
}
