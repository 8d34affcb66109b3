/**
 * What the second thread runs, and what it is told. See threads.ts for who asks
 * it to.
 */

import type {
  HalfExports,
  MailboxData,
  openMailbox,
  SharedWork,
  workOnHalf,
} from "./halves.ts";

/** V, T, E and H, and whether there are direct connections. */
export type SharedSizes = readonly [number, number, number, number, boolean];

/** Rows in the form that the kernel keeps them in. */
export interface AdoptedRows {
  readonly rows: number;
  readonly contexts: number;
  readonly bytes: SharedArrayBuffer;
}

/** One call of a kernel, for the second thread to do its half of. */
export interface Job extends SharedWork {
  /** Which sizes and rows these are; known again by the thread. */
  readonly key: number;
  readonly sizes: SharedSizes;
  /** The rows, if the thread does not have them yet. */
  readonly rows?: AdoptedRows;
  /** Sizes and rows that are not needed any more. */
  readonly forget?: number;
  /** The weights, up to `offset`, then the messages. */
  readonly box: SharedArrayBuffer;
  readonly offset: number;
  readonly longest: number;
  /** What draws the minibatches; not for all rows. */
  readonly generator?: {
    readonly words: Uint32Array;
    readonly position: number;
  };
}

/** What the second thread is started with. */
export interface SecondThreadData {
  readonly module: WebAssembly.Module;
  /** `Int32Array` of `signals` in halves.ts. */
  readonly signals: SharedArrayBuffer;
}

/**
 * The program of the second thread. It reaches a thread as its own source
 * text, and so refers to nothing outside of itself.
 */
export function secondThread(
  work: typeof workOnHalf,
  mailboxOf: typeof openMailbox,
  looksAwake: number,
): void {
  // deno-lint-ignore no-explicit-any
  const { process } = globalThis as any;
  const { parentPort, workerData } = process.getBuiltinModule(
    "node:worker_threads",
  );
  const { module, signals: shared } = workerData as SecondThreadData;
  const signals = new Int32Array(shared) as MailboxData["signals"];
  const STATE = 0, JOBS = 1, SENT = 32; // as halves.ts names them
  const kernels = new Map<number, HalfExports>();
  let sent = 0, jobs = 0;

  const tell = (index: number, value: number) => {
    Atomics.store(signals, index, value);
    Atomics.notify(signals, index);
  };

  const wait = (index: number, seen: number, looks: number) => {
    if (looks >= looksAwake) Atomics.wait(signals, index, seen);
  };

  const bytesAt = (kernel: HalfExports, address: number, size: number) =>
    new Uint8Array(kernel.memory.buffer, address, size);

  const kernelFor = ({ key, sizes, rows, forget }: Job): HalfExports => {
    if (forget !== undefined) kernels.delete(forget);
    if (rows === undefined) return kernels.get(key)!;
    const kernel = new WebAssembly.Instance(module)
      .exports as unknown as HalfExports;
    if (!kernel.setModel(...sizes) || !kernel.adopt(rows.rows, rows.contexts)) {
      throw new RangeError("No memory for the rows");
    }
    bytesAt(kernel, kernel.rowsAddress(), kernel.rowsSize())
      .set(new Uint8Array(rows.bytes));
    kernels.set(key, kernel);
    return kernel;
  };

  const run = (job: Job) => {
    const { box, offset, longest, batchSize, generator } = job;
    const kernel = kernelFor(job);
    bytesAt(kernel, kernel.weightsAddress(), offset)
      .set(new Uint8Array(box, 0, offset));
    if (generator) {
      new Uint32Array(kernel.memory.buffer, kernel.generatorWords(), 624)
        .set(generator.words);
      kernel.resumeGenerator(generator.position);
    }
    const prepared = batchSize > 0
      ? kernel.prepareBatches(batchSize, 0)
      : kernel.prepareWhole();
    if (!prepared) throw new RangeError("No memory for the batch");
    const mailbox = mailboxOf(1, { box, offset, longest, signals }, sent, wait);
    work(kernel, 1, job, mailbox);
    sent = mailbox.sent;
  };

  parentPort.on("message", (job: Job) => {
    try {
      run(job);
      jobs = (jobs + 1) | 0;
      tell(JOBS, jobs);
    } catch {
      tell(STATE, 2);
      Atomics.notify(signals, SENT); // wakes the first thread
    }
  });
  tell(STATE, 1);
}
