/**
 * What the second thread runs, and how it and the first tell each other where
 * they are. See threads.ts for who asks it to.
 */

/** What two threads that share the work need of the module's exports. */
export interface PartExports {
  memory: WebAssembly.Memory;
  setModel(
    V: number,
    T: number,
    E: number,
    H: number,
    direct: boolean,
  ): number;
  prepareWhole(): number;
  prepareBatches(size: number, candidates: number): number;
  generatorWords(): number;
  generatorPosition(): number;
  resumeGenerator(position: number): void;
  weightsAddress(): number;
  weightsSize(): number;
  rowsAddress(): number;
  rowsSize(): number;
  rowCount(): number;
  contextCount(): number;
  adopt(rows: number, contexts: number): number;
  mayHaveParts(rows: number): number;
  hasParts(): number;
  asideAddress(): number;
  asideSize(backward: boolean): number;
  drawBatch(size: number): void;
  stepDrawn(learningRate: number, weightDecay: number): number;
  passPart(
    part: number,
    backward: boolean,
    learningRate: number,
    weightDecay: number,
  ): void;
  joinPart(part: number, backward: boolean): number;
  finishAlone(backward: boolean, learningRate: number): number;
}

/** V, T, E and H, and whether there are direct connections. */
export type PartSizes = readonly [number, number, number, number, boolean];

/** Rows in the form that the kernel keeps them in. */
export interface AdoptedRows {
  readonly rows: number;
  readonly contexts: number;
  readonly bytes: SharedArrayBuffer;
}

/** One call of a kernel, for the second thread to do its part of. */
export interface Job {
  /** Which sizes and rows these are; known again by the thread. */
  readonly key: number;
  readonly sizes: PartSizes;
  /** The rows, if the thread does not have them yet. */
  readonly rows?: AdoptedRows;
  /** Sizes and rows that are not needed any more. */
  readonly forget?: number;
  /** The weights, then two parts of the first thread, then two of this. */
  readonly box: SharedArrayBuffer;
  /** The bytes of the weights in the box, and of a part. */
  readonly weightsSize: number;
  readonly partSize: number;
  readonly backward: boolean;
  /** A step for each. */
  readonly learningRates: Float64Array;
  readonly weightDecay: number;
  /** The size of the minibatches, and what draws them; not for all rows. */
  readonly minibatches?: {
    readonly size: number;
    readonly words: Uint32Array;
    readonly position: number;
  };
}

/** What the second thread is started with. */
export interface SecondThreadData {
  readonly module: WebAssembly.Module;
  /** `Int32Array` of {@linkcode signals}. */
  readonly signals: SharedArrayBuffer;
}

/** What stands where in the numbers that both threads see. */
export const signals = {
  /** 1 as soon as the second thread runs, 2 if it failed. */
  state: 0,
  /** How many jobs the second thread has ended. */
  jobs: 1,
  /** How many parts each thread has put in the box. */
  first: 2,
  second: 3,
  length: 4,
} as const;

/**
 * The program of the second thread. It reaches a thread as its own source
 * text, and so refers to nothing outside of itself.
 */
export function secondThread(): void {
  // deno-lint-ignore no-explicit-any
  const { process } = globalThis as any;
  const { parentPort, workerData } = process.getBuiltinModule(
    "node:worker_threads",
  );
  const { module, signals } = workerData as SecondThreadData;
  const signal = new Int32Array(signals);
  const STATE = 0, JOBS = 1, FIRST = 2, SECOND = 3;
  const kernels = new Map<number, PartExports>();
  let parts = 0, jobs = 0;

  const tell = (index: number, value: number) => {
    Atomics.store(signal, index, value);
    Atomics.notify(signal, index);
  };

  /**
   * Waits until the first thread has put as many parts in the box. It may
   * have gone on to the next one: the box has room for two of each thread.
   */
  const waitForFirst = () => {
    for (let spins = 0;; spins++) {
      const there = Atomics.load(signal, FIRST);
      if (((there - parts) | 0) >= 0) return;
      if (spins > 20_000) Atomics.wait(signal, FIRST, there);
    }
  };

  const kernelFor = ({ key, sizes, rows, forget }: Job): PartExports => {
    if (forget !== undefined) kernels.delete(forget);
    if (rows === undefined) return kernels.get(key)!;
    const kernel = new WebAssembly.Instance(module)
      .exports as unknown as PartExports;
    if (!kernel.setModel(...sizes) || !kernel.adopt(rows.rows, rows.contexts)) {
      throw new RangeError("No memory for the rows");
    }
    bytesAt(kernel, kernel.rowsAddress(), kernel.rowsSize())
      .set(new Uint8Array(rows.bytes));
    kernels.set(key, kernel);
    return kernel;
  };

  const bytesAt = (kernel: PartExports, address: number, size: number) =>
    new Uint8Array(kernel.memory.buffer, address, size);

  const work = (job: Job) => {
    const { box, weightsSize, partSize, backward, learningRates } = job;
    const { minibatches, weightDecay } = job;
    const kernel = kernelFor(job);
    bytesAt(kernel, kernel.weightsAddress(), weightsSize)
      .set(new Uint8Array(box, 0, weightsSize));
    if (minibatches) {
      new Uint32Array(kernel.memory.buffer, kernel.generatorWords(), 624)
        .set(minibatches.words);
      kernel.resumeGenerator(minibatches.position);
    }
    const prepared = minibatches
      ? kernel.prepareBatches(minibatches.size, 0)
      : kernel.prepareWhole();
    if (!prepared) throw new RangeError("No memory for the batch");
    const aside = bytesAt(kernel, kernel.asideAddress(), partSize);
    for (const [step, learningRate] of learningRates.entries()) {
      if (minibatches) {
        kernel.drawBatch(minibatches.size);
        if (!kernel.hasParts()) {
          if (!Number.isFinite(kernel.stepDrawn(learningRate, weightDecay))) {
            return;
          }
          continue;
        }
      }
      kernel.passPart(1, backward, learningRate, weightDecay);
      parts = (parts + 1) | 0;
      const place = weightsSize + (parts & 1) * partSize;
      new Uint8Array(box, place + 2 * partSize, partSize).set(aside);
      tell(SECOND, parts);
      // After the last step the first thread alone has the weights.
      if (step + 1 === learningRates.length) return;
      waitForFirst();
      aside.set(new Uint8Array(box, place, partSize));
      if (!Number.isFinite(kernel.joinPart(1, backward))) return;
    }
  };

  parentPort.on("message", (job: Job) => {
    try {
      work(job);
      jobs = (jobs + 1) | 0;
      tell(JOBS, jobs);
    } catch {
      tell(STATE, 2);
      tell(SECOND, parts + 1); // wakes the first thread
    }
  });
  tell(STATE, 1);
}
