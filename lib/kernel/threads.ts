/**
 * Both cores for large batches. A second thread has a copy of the kernel and
 * does one of the two parts that assembly/parts.ts divides a large batch into;
 * the two hand each other the gradients of their part, and both update their
 * weights. The results are the same bits with one thread and with two.
 *
 * The thread is begun when so much work has been done that it will pay, never
 * waited for, and never keeps a program from ending. Where there are no
 * threads, or waiting for one is not allowed (a page in a browser), everything
 * runs in the calling thread.
 */

import {
  type AdoptedRows,
  type Job,
  type PartExports,
  type PartSizes,
  secondThread,
  type SecondThreadData,
  signals,
} from "./second_thread.ts";

/** A kernel whose work may be shared. */
export interface SharedKernel {
  readonly instance: PartExports;
  readonly module: WebAssembly.Module;
  readonly sizes: PartSizes;
  /** A number of its own for the sizes and rows that the kernel has. */
  readonly key: number;
}

/** Steps of a kernel: on minibatches, or on all rows. */
export interface SharedSteps {
  /** Whether weights are updated; if not, there is one step, for its loss. */
  readonly backward: boolean;
  /** One for each step, which its loss replaces. */
  readonly rates: Float64Array;
  readonly weightDecay: number;
  /** The size of minibatches; 0 for all rows. */
  readonly batchSize: number;
  /** How one thread does it: the steps done before a loss was not finite. */
  alone(): number;
}

/** Milliseconds of work that could have been shared before a thread is begun. */
const PAYS_AFTER = 300;
/**
 * Calls and steps with less to do are over before the other thread is there:
 * multiplications, of which a thread does some ten in a nanosecond.
 */
const LEAST_OF_CALL = 5e6;
const LEAST_OF_STEP = 1e6;
/** How many kernels the second thread remembers. */
const MOST_KNOWN = 4;
/** A kernel of more bytes is not copied for a second thread. */
const MOST_BYTES = 2 ** 28;
/** A thread that is so many milliseconds late is not waited for any more. */
const PATIENCE = 1000;
/** How often a thread looks before it sleeps: some 20 microseconds. */
const SPINS = 20_000;

/** What node:worker_threads has, in Deno as in Node, that is used here. */
interface WorkerThreads {
  readonly isMainThread: boolean;
  readonly Worker: new (
    source: string,
    options: { eval: true; workerData: SecondThreadData },
  ) => Worker;
}
interface Worker {
  on(event: "error", listener: () => void): void;
  postMessage(message: Job): void;
  terminate(): unknown;
  unref(): void;
}

/** How many threads there may be, if that was said. */
let wanted: 1 | 2 | undefined;
/** Milliseconds of work that could have been shared. */
let worked = 0;
/** The second thread; `null` if it can't be had. */
let second: SecondThread | null | undefined;

/**
 * Says how many threads a kernel may use: 1, or 2 for batches that are large
 * enough. What is computed is the same, to the bit.
 *
 * Unless it is said, a second thread is begun as soon as a program has worked
 * on large batches for some tenths of a second. One that is asked for is begun
 * with the next large batch. Until it runs, and where it can't (in a browser's
 * page, on a machine with one core), one thread does it all.
 *
 * @param count 1 or 2; `undefined` leaves it to the package again
 * @throws {RangeError} if it is another number
 *
 * @example
 * ```ts
 * import { setThreads, threadsRunning } from "@makemore/mlp/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * setThreads(1);
 * assertEquals(threadsRunning(), 1);
 * setThreads(undefined);
 * ```
 */
export function setThreads(count: 1 | 2 | undefined): void {
  if (count !== undefined && count !== 1 && count !== 2) {
    throw new RangeError(`Cannot use ${count} threads: take 1 or 2`);
  }
  wanted = count;
  if (count === 1) second?.end();
  if (count === 1 || second === null) second = undefined;
}

/**
 * How many threads share large batches just now: 1 or 2.
 *
 * @example
 * ```ts
 * import { threadsRunning } from "@makemore/mlp/kernel";
 * import { assert } from "@std/assert";
 *
 * assert(threadsRunning() <= 2);
 * ```
 */
export function threadsRunning(): number {
  return second?.isRunning ? 2 : 1;
}

/**
 * Does steps with both threads if there is a second one, and if not, alone.
 *
 * @returns the steps done before a loss was not finite
 */
export function shareSteps(kernel: SharedKernel, steps: SharedSteps): number {
  if (!isWorthSharing(kernel, steps)) return steps.alone();
  const thread = secondThreadFor(kernel.module);
  if (thread) return thread.share(kernel, steps);
  const begun = performance.now();
  const done = steps.alone();
  worked += performance.now() - begun;
  return done;
}

/** Whether two threads would be done sooner, and the second has room. */
function isWorthSharing(
  { instance, sizes: [V, T, E, H, direct] }: SharedKernel,
  { backward, rates, batchSize }: SharedSteps,
): boolean {
  const contexts = instance.contextCount();
  const rows = batchSize > 0 ? Math.min(batchSize, contexts) : contexts;
  const width = direct ? H + T * E : H;
  const step = rows * width * (V + 20) * (backward ? 3 : 1); // 20 for tanh
  return step >= LEAST_OF_STEP && step * rates.length >= LEAST_OF_CALL &&
    Boolean(instance.mayHaveParts(rows)) &&
    instance.memory.buffer.byteLength <= MOST_BYTES;
}

/** The second thread if it runs already; it is begun when it is time. */
function secondThreadFor(module: WebAssembly.Module): SecondThread | null {
  if (wanted === 1) return null;
  if (second === undefined && (wanted === 2 || worked > PAYS_AFTER)) {
    second = beginSecondThread(module);
  }
  return second?.isRunning ? second : null;
}

/** Begins a second thread, where that is possible. */
function beginSecondThread(module: WebAssembly.Module): SecondThread | null {
  try {
    const threads = builtinModule("node:worker_threads");
    if (!threads?.isMainThread) return null;
    if (globalThis.navigator?.hardwareConcurrency === 1) return null;
    const signal = new Int32Array(new SharedArrayBuffer(4 * signals.length));
    Atomics.wait(signal, 0, 1, 0); // throws where waiting is not allowed
    const data = { module, signals: signal.buffer };
    const worker = new threads.Worker(`(${secondThread})()`, {
      eval: true,
      workerData: data,
    });
    return new SecondThread(worker, signal);
  } catch {
    return null;
  }
}

/** A module of the runtime; asked for so, no bundler looks for it. */
function builtinModule(name: string): WorkerThreads | undefined {
  const { process } = globalThis as unknown as {
    process?: { getBuiltinModule?(name: string): WorkerThreads | undefined };
  };
  return process?.getBuiltinModule?.(name);
}

/** The second thread, as the first one sees it. */
class SecondThread {
  readonly #worker: Worker;
  readonly #signal: Int32Array<SharedArrayBuffer>;
  /** The kernels that the thread has, the last used at the end. */
  #known: number[] = [];
  #jobs = 0;
  #parts = 0;
  #box = new SharedArrayBuffer(0);

  constructor(worker: Worker, signal: Int32Array<SharedArrayBuffer>) {
    this.#worker = worker;
    this.#signal = signal;
    worker.on("error", () => Atomics.store(signal, signals.state, 2));
    worker.unref();
  }

  get isRunning(): boolean {
    return Atomics.load(this.#signal, signals.state) === 1;
  }

  /** Ends the thread, for good. */
  end(): void {
    Atomics.store(this.#signal, signals.state, 2);
    this.#worker.terminate();
  }

  /** Does the first part of each batch here, and the second one there. */
  share(kernel: SharedKernel, steps: SharedSteps): number {
    const { instance } = kernel;
    const { backward, rates, weightDecay, batchSize } = steps;
    const weightsSize = instance.weightsSize();
    const partSize = instance.asideSize(backward);
    if (!this.#waitFor(signals.jobs, this.#jobs, 0)) return steps.alone();
    try {
      this.#send(kernel, steps, weightsSize, partSize);
    } catch { // no memory for a copy of the rows
      this.end();
      return steps.alone();
    }
    const aside = bytesOf(instance, instance.asideAddress(), partSize);
    for (let step = 0; step < rates.length; step++) {
      let loss: number;
      if (batchSize > 0) instance.drawBatch(batchSize);
      if (!instance.hasParts()) {
        loss = instance.stepDrawn(rates[step], weightDecay);
      } else {
        const begun = performance.now();
        instance.passPart(0, backward, rates[step], weightDecay);
        this.#parts = (this.#parts + 1) | 0;
        const place = weightsSize + (this.#parts & 1) * partSize;
        new Uint8Array(this.#box, place, partSize).set(aside);
        this.#tell(signals.first, this.#parts);
        const took = performance.now() - begun;
        if (this.#waitFor(signals.second, this.#parts, took)) {
          const there = place + 2 * partSize;
          aside.set(new Uint8Array(this.#box, there, partSize));
          loss = instance.joinPart(0, backward);
        } else loss = instance.finishAlone(backward, rates[step]);
      }
      rates[step] = loss;
      if (!Number.isFinite(loss)) return step;
    }
    return rates.length;
  }

  /** Tells the thread what to do. */
  #send(
    { instance, key, sizes }: SharedKernel,
    { backward, rates, weightDecay, batchSize }: SharedSteps,
    weightsSize: number,
    partSize: number,
  ): void {
    const boxSize = weightsSize + 4 * partSize;
    if (this.#box.byteLength < boxSize) {
      this.#box = new SharedArrayBuffer(boxSize);
    }
    new Uint8Array(this.#box).set(
      bytesOf(instance, instance.weightsAddress(), weightsSize),
    );
    const isKnown = this.#known.includes(key);
    this.#known = [...this.#known.filter((known) => known !== key), key];
    this.#worker.postMessage({
      key,
      sizes,
      rows: isKnown ? undefined : rowsOf(instance),
      forget: this.#known.length > MOST_KNOWN ? this.#known.shift() : undefined,
      box: this.#box,
      weightsSize,
      partSize,
      backward,
      learningRates: rates.slice(),
      weightDecay,
      minibatches: batchSize === 0 ? undefined : {
        size: batchSize,
        words: new Uint32Array(
          instance.memory.buffer,
          instance.generatorWords(),
          624,
        ).slice(),
        position: instance.generatorPosition(),
      },
    });
    this.#jobs = (this.#jobs + 1) | 0;
  }

  #tell(index: number, value: number): void {
    Atomics.store(this.#signal, index, value);
    Atomics.notify(this.#signal, index);
  }

  /**
   * Waits until the thread has come to a value; a thread that has failed, or
   * is far too late, is ended, and from then on the first one works alone.
   */
  #waitFor(index: number, value: number, took: number): boolean {
    const until = performance.now() + PATIENCE + 10 * took;
    for (let spins = 0; this.isRunning; spins++) {
      const there = Atomics.load(this.#signal, index);
      // The thread may have gone on to the next part already.
      if (((there - value) | 0) >= 0 && this.isRunning) return true;
      if (spins < SPINS) continue;
      const left = until - performance.now();
      if (left <= 0) this.end();
      else Atomics.wait(this.#signal, index, there, left);
    }
    return false;
  }
}

function bytesOf(
  instance: PartExports,
  address: number,
  size: number,
): Uint8Array {
  return new Uint8Array(instance.memory.buffer, address, size);
}

/** The rows of a kernel, for another one to adopt. */
function rowsOf(instance: PartExports): AdoptedRows {
  const size = instance.rowsSize();
  const bytes = new SharedArrayBuffer(size);
  new Uint8Array(bytes).set(
    bytesOf(instance, instance.rowsAddress(), size),
  );
  return {
    rows: instance.rowCount(),
    contexts: instance.contextCount(),
    bytes,
  };
}
