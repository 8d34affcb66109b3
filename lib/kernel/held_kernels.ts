/**
 * Kernels that hold a data set, found again by its rows. A model that is
 * evaluated every so many steps has the rows taken in, and their equal contexts
 * found, only once.
 */

import { arithmetic } from "./instances.ts";
import { Kernel } from "./kernel.ts";
import type { ModelSizes } from "./parameters.ts";
import type { Rows } from "./rows.ts";

/**
 * The kernel of each data set, while no one uses it. The map keeps nothing
 * alive: when the rows are collected, so is their kernel.
 */
const held = new WeakMap<Rows, Kernel>();

/** Fewer rows are taken in as fast as they are found again. */
const FEWEST_ROWS = 1000;

/**
 * A kernel of these sizes that holds these rows, found again or new. It belongs
 * to the caller alone until {@linkcode giveBackKernel}.
 *
 * @param sizes the sizes of the model
 * @param rows the rows, if any
 * @throws {RangeError} if the rows do not fit the sizes, or there is not enough
 * memory
 */
export function takeKernel(sizes: ModelSizes, rows?: Rows): Kernel {
  const known = rows && held.get(rows);
  if (
    rows && known && isSameModel(known.sizes, sizes) &&
    known.arithmetic === arithmetic()
  ) {
    held.delete(rows);
    return known;
  }
  const kernel = new Kernel(sizes);
  try {
    if (rows) kernel.setRows(rows);
    return kernel;
  } catch (error) {
    kernel.release();
    throw error;
  }
}

/**
 * Takes a kernel back: holds it if there are so many rows that it pays, in place
 * of another one that held them, otherwise releases it.
 *
 * @param kernel the kernel, which must not be used any more
 * @param rows the rows that it was taken with, if any
 */
export function giveBackKernel(kernel: Kernel, rows?: Rows): void {
  if (!rows || rows.Y.length < FEWEST_ROWS) return kernel.release();
  held.get(rows)?.release();
  held.set(rows, kernel);
}

/** Releases the kernel that holds rows, if there is one, before it is collected. */
export function dropKernel(rows: Rows): void {
  held.get(rows)?.release();
  held.delete(rows);
}

function isSameModel(a: ModelSizes, b: ModelSizes): boolean {
  return a.vocabularySize === b.vocabularySize &&
    a.contextLength === b.contextLength &&
    a.embeddingSize === b.embeddingSize && a.hiddenSize === b.hiddenSize &&
    !a.directConnections === !b.directConnections;
}
