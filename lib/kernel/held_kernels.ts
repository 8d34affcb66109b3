/**
 * Kernels that hold a data set, kept for the next call that works on the same:
 * whoever evaluates a model every so many steps has its rows taken in, and
 * their equal contexts found, only once.
 */

import { Kernel } from "./kernel.ts";
import type { ModelSizes } from "./parameters.ts";
import type { Rows, Windows } from "./rows.ts";

/** A kernel that nobody uses, and the rows that it holds. */
interface Kept {
  readonly kernel: Kernel;
  /** Where the rows came from; not to hold them, only to know them again. */
  readonly X: WeakRef<Uint16Array>;
  readonly Y: WeakRef<Uint16Array>;
}

/** Train, dev and test at a time. */
const MOST_KEPT = 3;
/** Fewer rows are taken in faster than they are looked for. */
const FEWEST_ROWS = 1000;
/** More rows would be too much memory to keep for nothing. */
const MOST_ROWS = 4_000_000;

const kept: Kept[] = [];

/**
 * A kernel of these sizes that holds these rows: a kept one, or a new one.
 *
 * @throws {RangeError} if the rows do not fit the sizes, or memory does not do
 */
export function takeKernel(sizes: ModelSizes, rows?: Rows): Kernel {
  const windows = rows as Windows | undefined;
  if (windows && isKeepable(windows)) {
    const { X, Y } = windows;
    const index = kept.findIndex((one) =>
      one.X.deref() === X && one.Y.deref() === Y &&
      isSameModel(one.kernel.sizes, sizes) &&
      one.kernel.holds(windows) // they may have been written to
    );
    if (index >= 0) return kept.splice(index, 1)[0].kernel;
  }
  const kernel = new Kernel(sizes);
  try {
    if (windows) kernel.setRows(windows);
    return kernel;
  } catch (error) {
    kernel.release();
    throw error;
  }
}

/** Takes a kernel back: keeps it if its rows are worth it, or releases it. */
export function giveBackKernel(kernel: Kernel, rows?: Rows): void {
  const windows = rows as Windows | undefined;
  if (!windows || !isKeepable(windows)) return kernel.release();
  const { X, Y } = windows;
  kept.push({ kernel, X: new WeakRef(X), Y: new WeakRef(Y) });
  if (kept.length > MOST_KEPT) kept.shift()!.kernel.release();
}

function isKeepable({ Y }: Windows): boolean {
  return Y.length >= FEWEST_ROWS && Y.length <= MOST_ROWS;
}

function isSameModel(a: ModelSizes, b: ModelSizes): boolean {
  return a.vocabularySize === b.vocabularySize &&
    a.contextLength === b.contextLength &&
    a.embeddingSize === b.embeddingSize && a.hiddenSize === b.hiddenSize &&
    !a.directConnections === !b.directConnections;
}
