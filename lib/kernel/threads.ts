/**
 * Both cores for one model. A second thread has a copy of the kernel; each of
 * the two works on one half of the hidden layer, whose weights are its own, and
 * they swap what the halves add to the logits and to the gradient of the
 * embeddings. For a loss alone each takes half of the rows. The results are the
 * same bits with one thread and with two.
 *
 * The thread is begun when so much work has been done that it will pay, never
 * waited for, and never keeps a program from ending. Where there are no
 * threads, or waiting for one is not allowed (a page in a browser), or both
 * together are slower than one (the other core is busy), everything runs in the
 * calling thread.
 */

import {
  type HalfExports,
  LOOKS,
  openMailbox,
  type SharedWork,
  signals,
  workOnHalf,
} from "./halves.ts";
import { paceOf } from "./pace.ts";
import {
  type AdoptedRows,
  type Job,
  secondThread,
  type SecondThreadData,
  type SharedSizes,
} from "./second_thread.ts";

/** A kernel whose work may be shared. */
export interface SharedKernel {
  readonly instance: HalfExports;
  readonly module: WebAssembly.Module;
  readonly sizes: SharedSizes;
  /** A number of its own for the sizes and rows that the kernel has. */
  readonly key: number;
}

/** Steps of a kernel: on minibatches, or on all rows. */
export interface SharedSteps extends SharedWork {
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
const LEAST_OF_STEP = 4e5;
/** One panel of units has no halves. */
const NARROW = 8;
/** How many kernels the second thread remembers. */
const MOST_KNOWN = 4;
/** A kernel of more bytes is not copied for a second thread. */
const MOST_BYTES = 2 ** 28;
/**
 * A thread that is so many milliseconds late is not waited for any more; ten
 * times as long as the messages of a job have taken on average come on top.
 */
const PATIENCE = 1000;
/** How many milliseconds it may go unnoticed that a thread has failed. */
const NAP = 20;

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
 * Says how many threads a kernel may use: 1, or 2 for steps and losses that are
 * large enough; a minibatch of 32 rows is, with the lecture's last model. What is
 * computed is the same, to the bit.
 *
 * Unless it is said, a second thread is begun as soon as a program has worked
 * for some tenths of a second, and has its part as long as both together are
 * faster. One that is asked for is begun with the next work that is large
 * enough, and always has its part. Until it runs, and where it can't (in a
 * browser's page, on a machine with one core), one thread does it all.
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
  if (!second || count === 1 || second.hasFailed) {
    second?.end();
    second = undefined;
  }
}

/**
 * How many threads share the work just now: 1 or 2.
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
 * Does steps with both threads if there is a second one and that is faster, and
 * if not, alone.
 *
 * @returns the steps done before a loss was not finite
 */
export function shareSteps(kernel: SharedKernel, steps: SharedSteps): number {
  if (!isWorthSharing(kernel, steps)) return steps.alone();
  const { batchSize, backward, rates } = steps;
  const pace = paceOf(`${kernel.key} ${batchSize} ${backward}`);
  const thread = secondThreadFor(kernel.module);
  const begun = performance.now();
  if (thread && (wanted === 2 || pace.isForTwo())) {
    const isKnown = thread.knows(kernel);
    const done = thread.share(kernel, steps);
    if (isKnown) pace.ofTwo((performance.now() - begun) / rates.length);
    return done;
  }
  const done = steps.alone();
  const took = performance.now() - begun;
  pace.ofOne(took / rates.length);
  if (!thread) worked += took;
  return done;
}

/** Whether two threads could be done sooner, and the second has room. */
function isWorthSharing(
  { instance, sizes: [V, T, E, H, direct] }: SharedKernel,
  { backward, rates, batchSize }: SharedSteps,
): boolean {
  const contexts = instance.contextCount();
  const rows = batchSize > 0 ? Math.min(batchSize, contexts) : contexts;
  const width = direct ? H + T * E : H;
  const step = rows * width * (V + 20) * (backward ? 3 : 1); // 20 for tanh
  // One tile has no halves, where rows are what is divided.
  if (!backward && rows < 2 * instance.rowsOfTile()) return false;
  return width > NARROW && step >= LEAST_OF_STEP &&
    step * rates.length >= LEAST_OF_CALL &&
    instance.memory.buffer.byteLength <= MOST_BYTES;
}

/** The second thread if it runs already; it is begun when it is time. */
function secondThreadFor(module: WebAssembly.Module): SecondThread | null {
  if (wanted === 1) return null;
  if (second?.hasFailed) {
    second.end();
    second = null;
  }
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
    const seen = new Int32Array(new SharedArrayBuffer(4 * signals.length));
    Atomics.wait(seen, 0, 1, 0); // throws where waiting is not allowed
    const worker = new threads.Worker(
      `(${secondThread})(${workOnHalf}, ${openMailbox}, ${LOOKS})`,
      { eval: true, workerData: { module, signals: seen.buffer } },
    );
    return new SecondThread(worker, seen);
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
  readonly #signals: Int32Array<SharedArrayBuffer>;
  /** The kernels that the thread has, the last used at the end. */
  #known: number[] = [];
  #jobs = 0;
  #sent = 0;
  #box = new SharedArrayBuffer(0);

  constructor(worker: Worker, seen: Int32Array<SharedArrayBuffer>) {
    this.#worker = worker;
    this.#signals = seen;
    worker.on("error", () => Atomics.store(seen, signals.state, 2));
    worker.unref();
  }

  get isRunning(): boolean {
    return Atomics.load(this.#signals, signals.state) === 1;
  }

  get hasFailed(): boolean {
    return Atomics.load(this.#signals, signals.state) === 2;
  }

  /** Whether the thread has the kernel's rows already. */
  knows({ key }: SharedKernel): boolean {
    return this.#known.includes(key);
  }

  /** Ends the thread, for good. */
  end(): void {
    Atomics.store(this.#signals, signals.state, 2);
    this.#worker.terminate();
  }

  /**
   * Does the first half of the work here, and the second one there. If the
   * thread fails on the way, all is done again, alone.
   */
  share(kernel: SharedKernel, steps: SharedSteps): number {
    const { instance } = kernel;
    const { backward, rates } = steps;
    let job: Job | undefined;
    try {
      this.#waitForJobs();
      job = this.#jobOf(kernel, steps);
      this.#worker.postMessage(job);
      this.#jobs = (this.#jobs + 1) | 0;
      const data = { ...job, signals: this.#signals };
      const wait = this.#waiting(this.#sent);
      const mailbox = openMailbox(0, data, this.#sent, wait);
      const done = workOnHalf(instance, 0, steps, mailbox);
      this.#sent = mailbox.sent;
      return done;
    } catch { // no memory for a copy of the rows, or the thread failed
      this.end();
      instance.workOn(2);
      if (!job) return steps.alone();
      rates.set(job.rates);
      if (backward) {
        bytesOf(instance, instance.weightsAddress(), job.offset)
          .set(new Uint8Array(job.box, 0, job.offset));
      }
      if (job.generator) {
        generatorWordsOf(instance).set(job.generator.words);
        instance.resumeGenerator(job.generator.position);
      }
      return steps.alone();
    }
  }

  /** What the thread is told. The weights are in the box. */
  #jobOf(kernel: SharedKernel, work: SharedWork): Job {
    const { instance, key, sizes } = kernel;
    const { backward, rates, weightDecay, batchSize } = work;
    const weights = [0, 1, 2].flatMap((array) =>
      [0, 1].map((half) => instance.weightBytesOfHalf(half, array))
    );
    const offset = instance.weightsSize();
    const longest = (Math.max(instance.longestMessage(), ...weights) + 63) &
      ~63;
    const boxSize = offset + 4 * longest;
    if (this.#box.byteLength < boxSize) {
      this.#box = new SharedArrayBuffer(boxSize);
    }
    new Uint8Array(this.#box).set(
      bytesOf(instance, instance.weightsAddress(), offset),
    );
    const rows = this.knows(kernel) ? undefined : rowsOf(instance);
    this.#known = [...this.#known.filter((known) => known !== key), key];
    return {
      key,
      sizes,
      rows,
      forget: this.#known.length > MOST_KNOWN ? this.#known.shift() : undefined,
      box: this.#box,
      offset,
      longest,
      backward,
      rates: rates.slice(),
      weightDecay,
      batchSize,
      generator: batchSize === 0 ? undefined : {
        words: generatorWordsOf(instance).slice(),
        position: instance.generatorPosition(),
      },
    };
  }

  /** Waits until the thread has ended all its jobs. */
  #waitForJobs(): void {
    const wait = this.#waiting(this.#jobs);
    for (let looks = 0;; looks++) {
      const ended = Atomics.load(this.#signals, signals.jobs);
      if (ended === this.#jobs) return;
      wait(signals.jobs, ended, looks);
    }
  }

  /**
   * How to wait for the thread: for a while by looking, then asleep. One that
   * has failed, or is far too late, is not waited for.
   *
   * @param first what the number that is waited for was at the beginning
   */
  #waiting(
    first: number,
  ): (index: number, seen: number, looks: number) => void {
    const begun = performance.now();
    let until = 0;
    return (index, seen, looks) => {
      if (looks < LOOKS) return;
      const now = performance.now();
      if (looks === LOOKS) {
        const messages = Math.max(1, (seen - first) | 0);
        until = now + PATIENCE + 10 * (now - begun) / messages;
      }
      if (!this.isRunning || now >= until) throw new Error("Nobody answers");
      Atomics.wait(this.#signals, index, seen, NAP);
    };
  }
}

/** The state of a kernel's generator, `[624]`, where the kernel has it. */
export function generatorWordsOf(instance: HalfExports): Uint32Array {
  const { memory } = instance;
  return new Uint32Array(memory.buffer, instance.generatorWords(), 624);
}

function bytesOf(
  instance: HalfExports,
  address: number,
  size: number,
): Uint8Array {
  return new Uint8Array(instance.memory.buffer, address, size);
}

/** The rows of a kernel, for another one to adopt. */
function rowsOf(instance: HalfExports): AdoptedRows {
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
