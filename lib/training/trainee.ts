/**
 * Parameters in training: their numbers go into a kernel and come back from it.
 * The training loop is the same for plain arrays and for tfjs variables, which
 * only differ in how they are read and written.
 */

import {
  type ModelSizes,
  type ParameterArrays,
  sizesOf,
} from "../kernel/parameters.ts";

/** Parameters in training. */
export interface Trainee {
  /** The sizes of the model. */
  readonly sizes: ModelSizes;
  /** The object that identifies the parameters, however often they are wrapped. */
  readonly identity: object;
  /** The numbers, or `undefined` if they are those that were last written. */
  read(): ParameterArrays | undefined;
  /** Takes new numbers, which `store` writes into arrays of the right lengths. */
  write(store: (into: ParameterArrays) => void): void;
}

/** Plain arrays in training, which are changed in place. */
export function arrayTrainee(parameters: ParameterArrays): Trainee {
  return {
    sizes: sizesOf(parameters),
    identity: parameters.C,
    read: () => parameters, // always: a write into an array leaves no trace
    write: (store) => store(parameters),
  };
}
