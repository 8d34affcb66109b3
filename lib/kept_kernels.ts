/**
 * Kernels that hold a data set, kept for the next call that works on the same:
 * whoever evaluates a model every so many steps has its rows taken in, and
 * their equal contexts found, only once.
 */

import { Kernel } from "./kernel/kernel.ts";
import type { ModelSizes } from "./sizes.ts";
import type { Windows } from "./windows.ts";

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

/** The rows that a kernel holds, as they were when it took them in. */
const fingerprints = new WeakMap<Kernel, string>();

/**
 * A kernel of these sizes that holds these rows: a kept one, or a new one.
 *
 * @throws {RangeError} if the rows do not fit the sizes, or memory does not do
 */
export function takeKernel(sizes: ModelSizes, windows?: Windows): Kernel {
  const fingerprint = windows && isKeepable(windows)
    ? fingerprintOf(windows)
    : undefined;
  if (windows && fingerprint) {
    const { X, Y } = windows;
    const index = kept.findIndex((one) =>
      one.X.deref() === X && one.Y.deref() === Y &&
      isSameModel(one.kernel.sizes, sizes) &&
      fingerprints.get(one.kernel) === fingerprint
    );
    if (index >= 0) return kept.splice(index, 1)[0].kernel;
  }
  const kernel = new Kernel(sizes);
  try {
    if (windows) kernel.setRows(windows);
    if (fingerprint) fingerprints.set(kernel, fingerprint);
    return kernel;
  } catch (error) {
    kernel.release();
    throw error;
  }
}

/** Takes a kernel back: keeps it if its rows are worth it, or releases it. */
export function giveBackKernel(kernel: Kernel, windows?: Windows): void {
  if (!windows || !fingerprints.has(kernel)) return kernel.release();
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

/** Tells whether rows were written to since they were taken in. */
function fingerprintOf({ X, Y }: Windows): string {
  return [hashOf(X), hashOf(Y)].join();
}

/**
 * Four hashes of 32 bits, each of every fourth pair of ids: side by side they
 * take a quarter of the time of one after the other.
 */
function hashOf(ids: Uint16Array): string {
  const pairs = ids.byteOffset % 4 === 0
    ? new Int32Array(ids.buffer, ids.byteOffset, ids.length >>> 1)
    : ids;
  const prime = 0x01000193;
  let a = ids.length, b = ids[ids.length - 1] ?? 0, c = 0, d = 0;
  let i = 0;
  for (; i + 4 <= pairs.length; i += 4) {
    a = Math.imul(a ^ pairs[i], prime);
    b = Math.imul(b ^ pairs[i + 1], prime);
    c = Math.imul(c ^ pairs[i + 2], prime);
    d = Math.imul(d ^ pairs[i + 3], prime);
  }
  for (; i < pairs.length; i++) a = Math.imul(a ^ pairs[i], prime);
  return [a, b, c, d].join();
}
