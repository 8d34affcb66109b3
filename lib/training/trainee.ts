/**
 * What a training works on: parameters whose numbers go into a kernel and come
 * back from it. A training is the same for plain arrays and for tfjs variables;
 * only reading and writing them differs.
 */

import {
  type ModelSizes,
  type ParameterArrays,
  sizesOf,
} from "../kernel/parameters.ts";
import type { Rows } from "../kernel/rows.ts";

/** Parameters in training. */
export interface Trainee {
  /** The sizes of the model. */
  readonly sizes: ModelSizes;
  /** The object by which a second training of the same parameters is noticed. */
  readonly identity: object;
  /** The numbers, unless they are still those last written. */
  read(): ParameterArrays | undefined;
  /** Takes new numbers: `store` writes them into arrays of the right lengths. */
  write(store: (into: ParameterArrays) => void): void;
}

/** Plain arrays in training; they are written to in place. */
export function arrayTrainee(parameters: ParameterArrays): Trainee {
  return {
    sizes: sizesOf(parameters),
    identity: parameters.C,
    // nothing tells whether an array was written to
    read: () => parameters,
    write: (store) => store(parameters),
  };
}

/** Refuses rows that a model of these sizes cannot be trained on. */
export function checkRows(rows: Rows, { contextLength }: ModelSizes): void {
  if (rows.Y.length === 0) {
    throw new RangeError(
      "Cannot train on no rows: pass context windows of words",
    );
  }
  if (rows.contextLength !== contextLength) {
    throw new RangeError(
      `Cannot train on rows with a context length of ${rows.contextLength}: ` +
        `the model has ${contextLength}`,
    );
  }
}
