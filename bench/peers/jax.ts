/**
 * jax-js on its wasm backend: the whole step, gradients and update, is one
 * function that `jit` compiles.
 *
 * Arrays are owned: a function takes those that it is given away, and `.ref`
 * keeps one.
 *
 * While gradients are wanted, C is looked up by one-hot rows, because `jit`
 * refuses the gradient of a look-up by index.
 */

import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import config from "../../deno.json" with { type: "json" };
import type { Peer, Work } from "../peer.ts";
import type { Problem } from "../problem.ts";
import { allRows, minibatches, type Rows } from "./minibatches.ts";
import { nameMaker } from "./names.ts";

/**
 * Up to so many rows everything stays on the main thread: handing kernels to
 * the library's workers takes longer than the kernels.
 */
const FEW_ROWS = 128;

/** jax-js. */
export async function jax(): Promise<Peer> {
  await init("wasm");
  defaultDevice("wasm");
  const version = config.imports["@jax-js/jax"].replace(/.*@/, "");
  return {
    label: `@jax-js/jax ${version}, wasm, 1 thread up to batch ${FEW_ROWS}, ` +
      `${navigator.hardwareConcurrency} above`,
    prepare: (problem) => {
      if (problem.kind === "merged") return undefined;
      const model = makeModel(problem);
      return {
        run: work(problem, model),
        close: () => tree.dispose({ ...model }),
      };
    },
  };
}

type Parameters = {
  C: np.Array;
  W1: np.Array;
  b1: np.Array;
  W2: np.Array;
  b2: np.Array;
};

/** What is kept between calls; the parameters are new arrays each step. */
interface Model {
  parameters: Parameters;
  readonly rows: { readonly X: np.Array; readonly Y: np.Array }[];
}

function makeModel({ sizes, parameters: p }: Problem): Model {
  const { vocabularySize: V, contextLength: T, embeddingSize: E } = sizes;
  const { hiddenSize: H } = sizes;
  return {
    parameters: {
      C: np.array(p.C.slice(), { shape: [V, E] }),
      W1: np.array(p.W1.slice(), { shape: [T * E, H] }),
      b1: np.array(p.b1.slice(), { shape: [H] }),
      W2: np.array(p.W2.slice(), { shape: [H, V] }),
      b2: np.array(p.b2.slice(), { shape: [V] }),
    },
    rows: [],
  };
}

/** How a row of C is found for each token of the contexts `[B·T]`. */
type Lookup = (C: np.Array, tokens: np.Array) => np.Array;

const byOneHot: Lookup = (C, tokens) => {
  const oneHot = nn.oneHot(tokens, C.shape[0]); // [B·T, V]
  return np.dot(oneHot, C);
};

const byIndex: Lookup = (C, tokens) => C.slice(tokens);

function logitsOf(p: Parameters, X: np.Array, lookup: Lookup): np.Array {
  const emb = lookup(p.C, X).reshape([-1, p.W1.shape[0]]); // [B, T·E]
  const h = np.tanh(np.dot(emb, p.W1).add(p.b1)); // [B, H]
  return np.dot(h, p.W2).add(p.b2); // [B, V]
}

function lossOf(
  p: Parameters,
  X: np.Array,
  Y: np.Array,
  lookup: Lookup,
): np.Array {
  const [B] = Y.shape;
  const logits = logitsOf(p, X, lookup);
  const labels = nn.oneHot(Y, logits.shape[1]); // [B, V]
  return nn.logSoftmax(logits).mul(labels).sum().mul(-1 / B);
}

function toArrays({ X, Y }: Rows): { X: np.Array; Y: np.Array } {
  return { X: np.array(X), Y: np.array(Y) };
}

function work(problem: Problem, model: Model): Work["run"] {
  switch (problem.kind) {
    case "minibatch": {
      const next = minibatches(problem);
      return steps(problem, model, () => toArrays(next()));
    }
    case "full batch": {
      const { X, Y } = toArrays(allRows(problem)[0]);
      model.rows.push({ X, Y });
      return steps(problem, model, () => ({ X: X.ref, Y: Y.ref }));
    }
    case "names": {
      const probabilities = jit((p: Parameters, X: np.Array) =>
        nn.softmax(logitsOf(p, X, byIndex))
      );
      return nameMaker(problem, (context) => {
        const p = tree.ref(model.parameters);
        return probabilities(p, np.array(context)).dataSync() as Float32Array;
      });
    }
    default:
      return losses(problem, model);
  }
}

function steps(
  { learningRate, rowsAtOnce }: Problem,
  model: Model,
  next: () => { X: np.Array; Y: np.Array },
): Work["run"] {
  const lossAndGradients = valueAndGrad(
    (p: Parameters, X: np.Array, Y: np.Array) => lossOf(p, X, Y, byOneHot),
  );
  const step = jit((p: Parameters, X: np.Array, Y: np.Array) => {
    const [loss, gradients] = lossAndGradients(tree.ref(p), X, Y);
    const parameters = tree.map(
      (value: np.Array, gradient: np.Array) =>
        value.sub(gradient.mul(learningRate)),
      p,
      gradients,
    ) as Parameters;
    return { loss, parameters };
  });
  return async (repetitions) => {
    let last = NaN;
    for (let i = 0; i < repetitions; i++) {
      const { X, Y } = next();
      const { loss, parameters } = step(model.parameters, X, Y);
      model.parameters = parameters;
      if (rowsAtOnce > FEW_ROWS) await blockUntilReady(parameters);
      [last] = rowsAtOnce > FEW_ROWS ? await loss.data() : loss.dataSync();
    }
    return last;
  };
}

function losses(problem: Problem, model: Model): Work["run"] {
  model.rows.push(...allRows(problem).map(toArrays));
  const count = problem.windows.Y.length;
  const loss = jit((p: Parameters, X: np.Array, Y: np.Array) =>
    lossOf(p, X, Y, byIndex)
  );
  return async (repetitions) => {
    let sum = NaN;
    for (let i = 0; i < repetitions; i++) {
      sum = 0;
      for (const { X, Y } of model.rows) {
        const [B] = Y.shape;
        const p = tree.ref(model.parameters);
        sum += B * (await loss(p, X.ref, Y.ref).data())[0];
      }
    }
    return sum / count;
  };
}
