/**
 * tfjs on its cpu backend, which is plain JavaScript, and on its wasm backend,
 * which is C++.
 *
 * While gradients are wanted, C is looked up by one-hot rows: the wasm backend
 * cannot compute the gradient of `tf.gather`, and on the cpu backend it takes
 * twice as long as this.
 */

import * as tf from "@tensorflow/tfjs";
import type { Peer, Work } from "../peer.ts";
import type { Problem } from "../problem.ts";
import { allRows, minibatches, type Rows } from "./minibatches.ts";
import { nameMaker } from "./names.ts";

/** tfjs on one of its backends. Only one can be in use in a program. */
export async function tfjs(backend: "cpu" | "wasm"): Promise<Peer> {
  tf.enableProdMode();
  const wasm = backend === "wasm"
    ? await import("@tensorflow/tfjs-backend-wasm")
    : undefined;
  if (!await tf.setBackend(backend)) {
    throw new Error(`tfjs cannot start its ${backend} backend`);
  }
  const threads = wasm?.getThreadsCount() ?? 1;
  return {
    label: `@tensorflow/tfjs ${tf.version.tfjs}, ${backend}, ` +
      `${threads} thread${threads === 1 ? "" : "s"}`,
    prepare: (problem) => {
      if (problem.kind === "merged") return undefined;
      const model = makeModel(problem);
      return {
        run: work(problem, model),
        close: () => tf.dispose({ ...model }),
      };
    },
  };
}

type Model = {
  C: tf.Variable<tf.Rank.R2>;
  W1: tf.Variable<tf.Rank.R2>;
  b1: tf.Variable<tf.Rank.R1>;
  W2: tf.Variable<tf.Rank.R2>;
  b2: tf.Variable<tf.Rank.R1>;
};

function makeModel({ sizes, parameters: p }: Problem): Model {
  const { vocabularySize: V, contextLength: T, embeddingSize: E } = sizes;
  const { hiddenSize: H } = sizes;
  return tf.tidy(() => ({
    C: tf.variable(tf.tensor2d(p.C, [V, E])),
    W1: tf.variable(tf.tensor2d(p.W1, [T * E, H])),
    b1: tf.variable(tf.tensor1d(p.b1)),
    W2: tf.variable(tf.tensor2d(p.W2, [H, V])),
    b2: tf.variable(tf.tensor1d(p.b2)),
  }));
}

/** How a row of C is found for each token of the contexts. */
type Lookup = (C: tf.Tensor2D, tokens: tf.Tensor1D) => tf.Tensor2D;

const byOneHot: Lookup = (C, tokens) => {
  // Cast, because the wasm backend does not make a float32 one-hot itself.
  const oneHot = tf.oneHot(tokens, C.shape[0]).toFloat(); // [B·T, V]
  return tf.matMul(oneHot, C);
};

const byGather: Lookup = (C, tokens) => tf.gather(C, tokens);

function logitsOf(model: Model, X: Int32Array, lookup: Lookup): tf.Tensor2D {
  const { C, W1, b1, W2, b2 } = model;
  const emb = lookup(C, tf.tensor1d(X, "int32")); // [B·T, E]
  const rows = emb.reshape<tf.Tensor2D>([-1, W1.shape[0]]); // [B, T·E]
  const h = rows.matMul<tf.Tensor2D>(W1).add<tf.Tensor2D>(b1).tanh(); // [B, H]
  return h.matMul<tf.Tensor2D>(W2).add(b2); // [B, V]
}

function lossOf(model: Model, { X, Y }: Rows, lookup: Lookup): tf.Scalar {
  const logits = logitsOf(model, X, lookup);
  const labels = tf.oneHot(tf.tensor1d(Y, "int32"), logits.shape[1]); // [B, V]
  return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
}

function work(problem: Problem, model: Model): Work["run"] {
  switch (problem.kind) {
    case "minibatch":
      return steps(problem, model, minibatches(problem));
    case "full batch": {
      const [rows] = allRows(problem);
      return steps(problem, model, () => rows);
    }
    case "names":
      return nameMaker(
        problem,
        (context) =>
          tf.tidy(() =>
            logitsOf(model, context, byGather).softmax()
              .dataSync() as Float32Array
          ),
      );
    default:
      return losses(problem, model);
  }
}

function steps(
  { learningRate }: Problem,
  model: Model,
  next: () => Rows,
): Work["run"] {
  const optimizer = tf.train.sgd(learningRate);
  const step = (wanted: boolean): number =>
    tf.tidy(() => {
      const rows = next();
      const loss = optimizer.minimize(
        () => lossOf(model, rows, byOneHot),
        wanted,
      );
      return loss ? loss.dataSync()[0] : NaN;
    });
  return (repetitions) => {
    for (let i = 1; i < repetitions; i++) step(false);
    return step(true);
  };
}

function losses(problem: Problem, model: Model): Work["run"] {
  const pieces = allRows(problem);
  const count = problem.windows.Y.length;
  return (repetitions) => {
    let sum = NaN;
    for (let i = 0; i < repetitions; i++) {
      sum = 0;
      for (const rows of pieces) {
        sum += rows.Y.length *
          tf.tidy(() => lossOf(model, rows, byGather).dataSync()[0]);
      }
    }
    return sum / count;
  };
}
