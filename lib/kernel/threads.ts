/**
 * Threads that do parts of a kernel's work over its memory, which nothing has to
 * be copied for: see lib/kernel/assembly/threads.ts. Each belongs to one instance
 * and ends with it. A thread that can't be had is not missed: the others do its
 * parts, down to the one that calls.
 */

import { checkWhole } from "../errors/checks.ts";
import type { Instance } from "./instances.ts";

/** The most threads that there is room for. */
const MOST_THREADS = 64;
/** A thread is begun when so many products have been added up: in about 0.1 s. */
const PAYS_AFTER = 2 ** 30;
/** A step keeps one more thread busy for each so many, and divides no less. */
const WORK_OF_THREAD = 2 ** 18;
/** Of so many calls one goes the slower way, which may have become the faster. */
const TRIAL_EVERY = 16;
/** How long threads that were asked for may take to come, in milliseconds. */
const PATIENCE = 2000;
/** Where the memory says how many other threads are there, and how they fare. */
const PRESENT = 192 / 4, DONE = 128 / 4;

/** What a thread does. If it fails, the first thread must not wait for it. */
const PROGRAM = `
  const start = ({ module, memory, thread }) => {
    try {
      new WebAssembly.Instance(module, { env: { memory } }).exports.work(thread);
    } catch (error) {
      const words = new Int32Array(memory.buffer);
      Atomics.add(words, ${DONE}, 2 ** 20);
      Atomics.notify(words, ${DONE});
      throw error;
    }
  };
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (node) start(node.workerData);
  else onmessage = ({ data }) => (start(data), close());`;

/** What is used here of node:worker_threads, in Node, Deno and Bun. */
interface WorkerThreads {
  readonly Worker: new (
    program: string,
    options: { eval: true; workerData: unknown },
  ) => {
    on(event: "error", listener: (error: Error) => void): void;
    on(event: "exit", listener: () => void): void;
    unref(): void;
  };
}

/** What is used here of what a page and a runtime have. */
interface Globals {
  process?: { getBuiltinModule?: (name: string) => WorkerThreads };
  crossOriginIsolated?: boolean;
  document?: unknown;
  navigator?: { hardwareConcurrency?: number };
}
const globals = globalThis as Globals;

/** The other threads of an instance. */
interface Crew {
  size: number;
  /** How many products the instance has added up. */
  work: number;
  /** Milliseconds per product, alone and with them, lately; 0 if unknown. */
  readonly pace: [alone: number, shared: number];
  calls: number;
  /** Whether it has been told to leave. */
  isDismissed: boolean;
  failure?: string;
}

const crews = new WeakMap<Instance, Crew>();
let wanted: number | undefined;
let areAvailable = true;

/**
 * Says how many threads work for a kernel. By default they are as many as the
 * machine has cores for, and as help with work of that size; small work has one.
 * What is computed is the same, to the bit. In a page there is one thread; in
 * a worker of a cross-origin isolated page there can be more.
 *
 * @experimental The kernel changes with the algorithms in it.
 *
 * @param count how many, 1 to 64; `undefined` for the default
 * @throws {RangeError} if it is not a whole number from 1 to 64
 *
 * @example
 * ```ts
 * import { setThreads } from "@makemore/mlp/core";
 * import { assertThrows } from "@std/assert";
 *
 * setThreads(1); // leaves the other cores to others
 * assertThrows(() => setThreads(0), RangeError);
 * setThreads(undefined);
 * ```
 */
export function setThreads(count: number | undefined): void {
  if (count !== undefined) checkWhole("threads", count, 1, MOST_THREADS);
  wanted = count;
}

/**
 * Calls a function that lets an instance compute, with the threads that help.
 *
 * @param instance the instance
 * @param module what its threads are instances of
 * @param work how many products a step adds up
 * @param steps how many steps it does
 * @param compute does them
 * @throws {Error} if a thread has failed; the instance can't be used any more
 */
export function withThreads<Result>(
  instance: Instance,
  module: WebAssembly.Module,
  work: number,
  steps: number,
  compute: () => Result,
): Result {
  let crew = crews.get(instance);
  if (!crew) {
    crew = { size: 0, work: 0, pace: [0, 0], calls: 0, isDismissed: false };
    crews.set(instance, crew);
  }
  crew.work += work * steps;
  crew.calls++;
  const cores = globals.navigator?.hardwareConcurrency ?? 1;
  const helpful = Math.min(cores, 1 + Math.floor(work / WORK_OF_THREAD));
  const count = wanted ?? (crew.work < PAYS_AFTER ? 1 : helpful);
  const missing = crew.size < count - 1;
  while (crew.size < count - 1 && begin(crew, instance, module));
  if (missing && wanted !== undefined) awaitArrival(crew, instance);
  const mode = count > 1 && (wanted !== undefined || isFaster(crew)) ? 1 : 0;
  const least = wanted === undefined ? WORK_OF_THREAD : 0;
  instance.divideFrom(least, mode === 1 ? count : 1);
  try {
    if (crew.failure === undefined) {
      const begun = performance.now();
      const result = compute();
      const took = (performance.now() - begun) / (work * steps);
      const before = crew.pace[mode];
      crew.pace[mode] = before === 0 ? took : (3 * before + took) / 4;
      return result;
    }
  } catch (error) {
    const isTrap = error instanceof WebAssembly.RuntimeError;
    if (crew.size === 0 || !isTrap) throw error;
    crew.failure = "it failed";
  }
  dismiss(instance);
  throw new Error(`Cannot go on without a thread: ${crew.failure}`);
}

/**
 * Whether all threads together are faster than one; where other programs keep
 * the cores busy they are not. Now and then the slower way is tried again.
 */
function isFaster({ pace: [alone, shared], calls }: Crew): boolean {
  return (shared <= alone) === (calls % TRIAL_EVERY !== 0);
}

/** Begins one more thread; false if it can't be had. */
function begin(
  crew: Crew,
  instance: Instance,
  module: WebAssembly.Module,
): boolean {
  if (!areAvailable) return false;
  const data = { module, memory: instance.memory, thread: crew.size + 1 };
  const fail = (reason: string) => {
    if (!crew.isDismissed) crew.failure = reason;
  };
  const { process, crossOriginIsolated, document } = globals;
  try {
    const node = process?.getBuiltinModule?.("node:worker_threads");
    if (node) {
      const options = { eval: true, workerData: data } as const;
      const worker = new node.Worker(PROGRAM, options);
      worker.on("error", ({ message }) => fail(message));
      worker.on("exit", () => fail("it ended"));
      worker.unref();
    } else if (crossOriginIsolated && !document) {
      const url = URL.createObjectURL(new Blob([PROGRAM]));
      const worker = new Worker(url);
      worker.onerror = ({ message }) => fail(message);
      worker.postMessage(data);
      URL.revokeObjectURL(url);
    } else return areAvailable = false;
  } catch {
    return areAvailable = false;
  }
  crew.size++;
  return true;
}

/** Waits until the threads are there, where they come meanwhile. */
function awaitArrival(crew: Crew, { memory }: Instance): void {
  if (!globals.process?.getBuiltinModule) return;
  const words = new Int32Array(memory.buffer);
  const end = performance.now() + PATIENCE;
  for (;;) {
    const present = Atomics.load(words, PRESENT);
    const rest = end - performance.now();
    if (present >= crew.size || rest <= 0) return;
    Atomics.wait(words, PRESENT, present, rest);
  }
}

/** Lets the threads of an instance leave, which is not used any more. */
export function dismiss(instance: Instance): void {
  const crew = crews.get(instance);
  if (crew) crew.isDismissed = true;
  instance.endThreads();
}

/** Whether a thread of an instance has failed, so that it can't be used. */
export function hasFailed(instance: Instance): boolean {
  return crews.get(instance)?.failure !== undefined;
}
