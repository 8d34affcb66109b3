/** What a peer is: a file in peers/ that exports a function `start`. */

import { TorchGenerator } from "../mod.ts";
import type { Problem } from "./tasks.ts";

/** What work comes to: the last loss, before its update, or the names. */
export type Outcome = number | string[];

/** Does a problem so many times; steps go on where the last call ended. */
export type Work = (repetitions: number) => Outcome | Promise<Outcome>;

/** A peer that has started. */
export interface Peer {
  /** Its name and version, and what else matters for its speed. */
  readonly label: string;
  /** Gets ready, which is not measured; `undefined` if it cannot do that. */
  prepare(problem: Problem): Work | undefined;
}

/** Starts a peer, with what follows the colon of its name, if anything. */
export type Start = (argument?: string) => Peer | Promise<Peer>;

/** A model in a peer's own tensors, by contexts [B, T] and next tokens [B]. */
export interface Model {
  /** A step of gradient descent; the mean loss before it. */
  step(X: Int32Array, Y: Int32Array): number;
  /** The mean loss. */
  loss(X: Int32Array, Y: Int32Array): number;
  /** The probability of each token after a context [T]. */
  probabilities(context: Int32Array): ArrayLike<number>;
}

/** The widest softmax that is worth waiting for in these peers. */
const WIDEST = 1_000;

/** Does problems with a model that knows nothing of minibatches and names. */
export function workWith(
  makeModel: (problem: Problem) => Model,
): Peer["prepare"] {
  return (problem) => {
    const { kind, sizes, batchSize: B, candidates, tokens } = problem;
    if (kind === "merged" || candidates) return undefined;
    if (sizes.vocabularySize > WIDEST) return undefined;
    const model = makeModel(problem);
    const T = sizes.contextLength;
    const X = Int32Array.from(problem.windows.X);
    const Y = Int32Array.from(problem.windows.Y);
    const generator = new TorchGenerator(problem.seed);

    function step(): number {
      if (B === 0) return model.step(X, Y);
      const rows = generator.randint(0, Y.length, B);
      const batch = new Int32Array(B * T);
      rows.forEach((row, b) =>
        batch.set(X.subarray(row * T, (row + 1) * T), b * T)
      );
      return model.step(batch, Int32Array.from(rows, (row) => Y[row]));
    }

    function loss(): number {
      let sum = 0;
      for (let row = 0; row < Y.length; row += B) {
        const contexts = X.subarray(row * T, (row + B) * T);
        const next = Y.subarray(row, row + B);
        sum += next.length * model.loss(contexts, next);
      }
      return sum / Y.length;
    }

    function name(): string {
      const context = new Int32Array(T);
      for (let name = "";;) {
        const probs = model.probabilities(context);
        const [token] = generator.multinomial(probs, 1);
        if (token === 0) return name;
        name += tokens[token];
        context.copyWithin(0, 1);
        context[T - 1] = token;
      }
    }

    if (kind === "names") return (count) => Array.from({ length: count }, name);
    const once = kind === "loss" ? loss : step;
    return (repetitions) => {
      for (let i = 1; i < repetitions; i++) once();
      return once();
    };
  };
}
