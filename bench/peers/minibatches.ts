/**
 * Minibatches for the peers that take int32 tensors: the rows that
 * `torch.randint` draws from the same seed.
 */

import { TorchGenerator } from "../../mod.ts";
import type { Problem } from "../problem.ts";

/** Contexts and the tokens that follow them. */
export interface Rows {
  readonly X: Int32Array<ArrayBuffer>; // [B, T]
  readonly Y: Int32Array<ArrayBuffer>; // [B]
}

/** All rows of a problem, in pieces of at most `rowsAtOnce`. */
export function allRows({ windows, rowsAtOnce }: Problem): Rows[] {
  const { X, Y, contextLength: T } = windows;
  const pieces: Rows[] = [];
  for (let start = 0; start < Y.length; start += rowsAtOnce) {
    const end = Math.min(start + rowsAtOnce, Y.length);
    pieces.push({
      X: Int32Array.from(X.subarray(start * T, end * T)),
      Y: Int32Array.from(Y.subarray(start, end)),
    });
  }
  return pieces;
}

/** A function that draws the next minibatch. */
export function minibatches(problem: Problem): () => Rows {
  const { windows, rowsAtOnce: B, seed } = problem;
  const { contextLength: T } = windows;
  const X = Int32Array.from(windows.X);
  const Y = Int32Array.from(windows.Y);
  const generator = new TorchGenerator(seed);
  return () => {
    const rows = generator.randint(0, Y.length, B);
    const batch = { X: new Int32Array(B * T), Y: new Int32Array(B) };
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) batch.X[b * T + t] = X[rows[b] * T + t];
      batch.Y[b] = Y[rows[b]];
    }
    return batch;
  };
}
