/** What a peer is: a file in peers/ that exports a function `start`. */

import { TorchGenerator } from "../mod.ts";
import type { Problem } from "./tasks.ts";

/** What work comes to: the mean loss of its steps, or the names. */
export type Outcome = number | string[];

/**
 * Does a problem so many times, steps at a learning rate, which go on where the
 * last call ended.
 */
export type Work = (count: number, rate: number) => Outcome | Promise<Outcome>;

/** A peer that has started. */
export interface Peer {
  /** Its name and version, a comma, and what else matters for its speed. */
  readonly label: string;
  /** Gets ready, which is not measured; `undefined` if it cannot do that. */
  prepare(problem: Problem): Work | undefined;
}

/**
 * Starts a peer with so many threads, and with what follows the colon of its
 * name, if anything.
 *
 * @throws {Error} if it cannot have so many threads
 */
export type Start = (
  threads: number,
  argument?: string,
) => Peer | Promise<Peer>;

/** A model in a peer's own tensors, by contexts [B, T] and next tokens [B]. */
export interface Model {
  /** A step of gradient descent; the mean loss before it. */
  step(X: Int32Array, Y: Int32Array, rate: number): number;
  /** The mean loss. */
  loss(X: Int32Array, Y: Int32Array): number;
  /** The probability of each token after a context [T]. */
  probabilities(context: Int32Array): ArrayLike<number>;
}

/** The widest softmax that is worth waiting for in these peers. */
const WIDEST = 1_000;

/** For a peer that has one thread and no more. */
export function oneThread(threads: number): void {
  if (threads !== 1) throw new Error("It has one thread");
}

/** Does problems with a model that knows nothing of minibatches and names. */
export function workWith(
  makeModel: (problem: Problem) => Model,
): Peer["prepare"] {
  return (problem) => {
    const { kind, sizes, batchSize: B, candidates, tokens } = problem;
    if (kind === "merged" || kind === "job" || candidates) return undefined;
    if (sizes.vocabularySize > WIDEST) return undefined;
    const model = makeModel(problem);
    const T = sizes.contextLength;
    const { X, Y } = problem.windows;
    const generator = new TorchGenerator(problem.seed);

    function step(rate: number): number {
      if (B === 0) return model.step(X, Y, rate);
      const rows = generator.randint(0, Y.length, B);
      const batch = new Int32Array(B * T);
      rows.forEach((row, b) =>
        batch.set(X.subarray(row * T, (row + 1) * T), b * T)
      );
      return model.step(batch, Int32Array.from(rows, (row) => Y[row]), rate);
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
    return (count, rate) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += once(rate);
      return sum / count;
    };
  };
}
