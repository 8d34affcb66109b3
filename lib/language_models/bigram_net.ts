/**
 * The bigram net, the lecture's first neural net: one layer without biases, from
 * the one-hot last token to the logits of the next. Gradient descent brings it
 * to what counting pairs finds at once.
 *
 * Letters: `V` vocabulary, `C` different contexts, `N` rows.
 */

import * as tf from "@tensorflow/tfjs";
import "../model/quiet_tfjs.ts";
import { DivergenceError } from "../errors/errors.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import {
  checkToken,
  contextToken,
  type LanguageModel,
} from "./language_model.ts";
import { checkNotNegative } from "../errors/checks.ts";
import { checkSteps } from "../training/schedules.ts";
import { contextOf, type Rows } from "../kernel/rows.ts";

/** The largest vocabulary. `W` takes 4·V² bytes, and a step several times that. */
export const MAX_BIGRAM_NET_TOKENS = 4096;

/** Options of {@linkcode createBigramNet}. */
export interface BigramNetOptions {
  /** The random number generator that draws the weights. */
  generator: TorchGenerator;
}

/**
 * Creates the weights of the net: `W = torch.randn((27, 27), generator=g)`.
 *
 * @param vocabularySize the number of tokens, `V`
 * @param options the generator, which draws V² normal numbers
 * @returns `W`, float32 `[V, V]`, which the caller disposes: row i has the logits
 * of the token after token i
 * @throws {RangeError} if the vocabulary has fewer than 2 tokens or more than
 * {@linkcode MAX_BIGRAM_NET_TOKENS}
 *
 * @example
 * ```ts
 * import { createBigramNet, TorchGenerator } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const W = createBigramNet(27, { generator: new TorchGenerator(2147483647) });
 * assertEquals(W.shape, [27, 27]);
 * assertEquals(W.dataSync()[0], 1.5673619508743286);
 * ```
 */
export function createBigramNet(
  vocabularySize: number,
  options: BigramNetOptions,
): tf.Variable<tf.Rank.R2> {
  const { generator } = options;
  const V = vocabularySize;
  if (!Number.isInteger(V) || V < 2 || V > MAX_BIGRAM_NET_TOKENS) {
    throw new RangeError(
      `Cannot make a bigram net of ${V} tokens: it takes from 2 to ` +
        `${MAX_BIGRAM_NET_TOKENS}, since its weights grow with their square`,
    );
  }
  return tf.tidy(() =>
    tf.variable(tf.tensor2d(generator.randn(V * V), [V, V]))
  );
}

/** Settings of {@linkcode bigramLoss}. */
export interface BigramLossOptions {
  /**
   * The factor of the mean square of the weights in the loss. It makes the
   * probabilities more equal, as a constant added to all counts does. Default:
   * 0.01, as in the lecture.
   */
  regularization?: number;
}

/** Settings of {@linkcode trainBigramNet}. */
export interface BigramTrainOptions extends BigramLossOptions {
  /** The number of steps. Default: 200. */
  steps?: number;
  /** The learning rate. Default: 50, as in the lecture. */
  learningRate?: number;
}

/** Rows, merged by their last token. */
interface MergedRows {
  /** The different last tokens, int32 `[C]`. */
  readonly X: tf.Tensor1D;
  /** The share of each pair in all rows, float32 `[C, V]`. */
  readonly shares: tf.Tensor2D;
}

/**
 * Merges rows with the same last token. The loss and the gradient are those of
 * all rows, and take the time of `C` rows.
 */
function mergeRows(windows: Rows, V: number): MergedRows {
  const { contextLength, Y } = windows;
  if (Y.length === 0) {
    throw new RangeError(
      "Cannot compute the loss of a bigram net on no rows: pass context " +
        "windows of words",
    );
  }
  const followers = new Map<number, Float64Array>();
  for (let row = 0; row < Y.length; row++) {
    const last = checkToken(contextOf(windows, row)[contextLength - 1], V);
    let counts = followers.get(last); // [V]
    if (!counts) followers.set(last, counts = new Float64Array(V));
    counts[checkToken(Y[row], V)]++;
  }
  const shares = new Float32Array(followers.size * V);
  [...followers.values()].forEach((counts, c) => {
    shares.set(counts.map((count) => count / Y.length), c * V);
  });
  return {
    X: tf.tensor1d([...followers.keys()], "int32"), // [C]
    shares: tf.tensor2d(shares, [followers.size, V]), // [C, V]
  };
}

/** The lecture's loss, of merged rows. */
function lossOf(
  W: tf.Tensor2D,
  { X, shares }: MergedRows,
  regularization: number,
): tf.Scalar {
  return tf.tidy(() => {
    const xenc = tf.oneHot(X, W.shape[0]).toFloat(); // [C, V]
    const logits = xenc.matMul<tf.Tensor2D>(W); // [C, V], logarithms of counts
    const logProbs = logits.logSoftmax(); // [C, V]
    const loss = logProbs.mul(shares).sum().neg(); // mean over all rows
    return loss.add(W.square().mean().mul(regularization)) as tf.Scalar;
  });
}

/**
 * The lecture's loss: the mean negative log-likelihood of rows and the
 * regularization, `loss = -probs[torch.arange(num), ys].log().mean() +
 * 0.01 * (W**2).mean()`.
 *
 * @param W the weights of the net, `[V, V]`
 * @param windows the rows; only the last token of each context matters
 * @param options the regularization
 * @returns a scalar, in nats, which the caller disposes
 * @throws {RangeError} if there are no rows, or they have an id that is not in
 * the vocabulary
 *
 * @example
 * ```ts
 * import {
 *   bigramLoss,
 *   buildVocabulary,
 *   contextWindows,
 * } from "@makemore/mlp";
 * import { assertAlmostEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const vocabulary = buildVocabulary(["emma"]); // . a e m
 * const windows = contextWindows(["emma"], vocabulary, 1);
 * // with equal weights all tokens are equally likely
 * const loss = bigramLoss(tf.ones([4, 4]), windows);
 * assertAlmostEquals(loss.dataSync()[0], Math.log(4) + 0.01, 1e-6);
 * ```
 */
export function bigramLoss(
  W: tf.Tensor2D,
  windows: Rows,
  options: BigramLossOptions = {},
): tf.Scalar {
  const { regularization = 0.01 } = options;
  return tf.tidy(() =>
    lossOf(W, mergeRows(windows, W.shape[0]), regularization)
  );
}

/**
 * Trains the net by gradient descent on all rows, as the lecture does:
 * `W.grad = None`, `loss.backward()`, `W.data += -50 * W.grad`.
 *
 * @param W the weights of the net, `[V, V]`, which are changed
 * @param windows the rows to learn from; only the last token of each context
 * matters
 * @param options the steps, the learning rate, the regularization
 * @returns the loss before each step, in nats, float32 `[steps]`
 * @throws {RangeError} if there are no rows, they have an id that is not in the
 * vocabulary, or a setting is out of range
 * @throws {DivergenceError} if the loss is not finite
 *
 * @example
 * ```ts
 * import {
 *   bigramNetModel,
 *   buildVocabulary,
 *   contextWindows,
 *   createBigramNet,
 *   TorchGenerator,
 *   sample,
 *   trainBigramNet,
 * } from "@makemore/mlp";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const words = ["emma", "olivia", "ava", "isabella", "sophia"];
 * const vocabulary = buildVocabulary(words);
 * const windows = contextWindows(words, vocabulary, 1);
 * const generator = new TorchGenerator(2147483647);
 * const W = createBigramNet(vocabulary.size, { generator });
 * const losses = trainBigramNet(W, windows, { steps: 100 });
 * assert(losses[99] < 1.5);
 * const model = bigramNetModel(W);
 * assertEquals(sample(model, vocabulary, { generator, count: 5 }).length, 5);
 * ```
 */
export function trainBigramNet(
  W: tf.Variable<tf.Rank.R2>,
  windows: Rows,
  options: BigramTrainOptions = {},
): Float32Array {
  const { steps = 200, learningRate = 50, regularization = 0.01 } = options;
  checkSteps(steps);
  checkNotNegative("learning rate", learningRate);
  checkNotNegative("regularization", regularization);
  const losses = new Float32Array(steps);
  const rows = mergeRows(windows, W.shape[0]);
  try {
    for (let step = 0; step < steps; step++) {
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(
          () => lossOf(W, rows, regularization),
          [W],
        );
        const [loss] = value.dataSync();
        if (!Number.isFinite(loss)) {
          throw new DivergenceError(step, loss, learningRate);
        }
        losses[step] = loss;
        W.assign(W.sub(grads[W.name].mul(learningRate)));
      });
    }
  } finally {
    rows.X.dispose();
    rows.shares.dispose();
  }
  return losses;
}

/**
 * Makes a language model of the weights as they are now: further training does
 * not change it.
 *
 * @param W the weights of the net, `[V, V]`
 * @returns the language model, which sees one token
 *
 * @example
 * ```ts
 * import { bigramNetModel } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const model = bigramNetModel(tf.zeros([4, 4]));
 * assertEquals([...model.probabilities([2])], [0.25, 0.25, 0.25, 0.25]);
 * ```
 */
export function bigramNetModel(W: tf.Tensor2D): LanguageModel {
  const [V] = W.shape;
  const rows = Float64Array.from(W.dataSync()); // [V, V]
  for (let start = 0; start < rows.length; start += V) {
    const row = rows.subarray(start, start + V);
    const largest = row.reduce((a, b) => Math.max(a, b));
    row.forEach((logit, i) => row[i] = Math.exp(logit - largest));
    const sum = row.reduce((a, b) => a + b);
    row.forEach((count, i) => row[i] = count / sum);
  }
  return {
    vocabularySize: V,
    contextLength: 1,
    probability: (context, token) =>
      rows[contextToken(context, 1, V) * V + checkToken(token, V)],
    probabilities: (context) => {
      const start = contextToken(context, 1, V) * V;
      return rows.slice(start, start + V);
    },
  };
}
