/**
 * The two builds of the kernel, of the same sources, and their instances.
 *
 * One build uses the fused multiply–add of relaxed SIMD, which rounds a·b + c
 * once: faster, and closer to the exact result. On a processor that has none
 * the engine rounds twice instead, as the other build always does, so there are
 * two classes of bits.
 *
 * @module
 */

import { quote } from "../errors/quote.ts";
import { fromBase64 } from "./base64.ts";
import { fusedWasm, separateWasm } from "./kernel_wasm.ts";
import { dismiss, hasFailed } from "./threads.ts";
import type { ParameterName } from "./parameters.ts";

/**
 * How the kernel rounds a·b + c: once, or the product and then the sum.
 *
 * The same seed gives the same bits on all machines with `"fused"`: those with an
 * x86-64 processor since 2013 or an arm64 one, and an engine that uses its fused
 * multiply–add for relaxed SIMD. `"separate"` gives the same bits on any machine.
 */
export type Arithmetic = "fused" | "separate";

/** Moves rows of a parameter from the stage into the kernel, or back. */
type Move = (first: number, count: number, storing: boolean) => void;

/** What the module exports: see lib/kernel/assembly/kernel.ts. */
export interface Instance extends Record<`move${ParameterName}`, Move> {
  readonly memory: WebAssembly.Memory;
  isFused(small: number): number;
  divideFrom(work: number, threads: number): void;
  endThreads(): void;
  saveGlobals(): void;
  takeGlobals(): void;
  stageAddress(): number;
  stageSize(): number;
  bytesWanted(): number;
  setModel(V: number, T: number, E: number, H: number, direct: boolean): number;
  clearModel(): void;
  setRowCount(rows: number): number;
  addRows(count: number, stride: number, firstTarget: number): number;
  finishRows(): number;
  prepareWhole(): number;
  stepWhole(learningRate: number, weightDecay: number): number;
  lossOfWhole(): number;
  prepareRowLosses(): number;
  lossesOfRows(): number;
  prepareBatches(batchSize: number, candidates: number): number;
  trainSteps(steps: number, batchSize: number, weightDecay: number): number;
  loadGenerator(position: number): void;
  storeGenerator(): number;
  prepareSampling(words: number): number;
  beginSampling(temperature: number, topK: number): void;
  sampleWords(words: number, maxLength: number): number;
  probabilitiesOfPrompt(): number;
}

/** A build of the kernel on this machine. */
export interface Build {
  readonly module: WebAssembly.Module;
  /** How it rounds, which its code alone does not decide. */
  readonly arithmetic: Arithmetic;
  /**
   * Instances that no kernel uses. They are used again, since a memory never
   * shrinks and reserves address space.
   */
  readonly idle: Instance[];
  /** Whether its memories are fixed: small, and a little faster. */
  readonly isFixed: boolean;
  /** The same with the other kind of memory, made when it is first needed. */
  readonly other: () => Build;
}

const MOST_IDLE = 4;
/** Larger instances are left to the collector. */
const LARGE_BYTES = 2 ** 26;

let wanted: Arithmetic = "fused";
/** The builds, each made when it is first needed. */
const builds: Partial<Record<Arithmetic, Build>> = {};

/** The build that is wanted; without relaxed SIMD there is only one. */
function currentBuild(): Build {
  const isPossible = () => WebAssembly.validate(fromBase64(fusedWasm));
  return builds[wanted] ??= newBuild(
    wanted === "fused" && isPossible() ? fusedWasm : separateWasm,
    false,
  );
}

function newBuild(wasm: string, isFixed: boolean): Build {
  const module = new WebAssembly.Module(withLimits(fromBase64(wasm), isFixed));
  const first = newInstance(module, isFixed);
  let other: Build | undefined;
  return {
    module,
    arithmetic: first.isFused(2 ** -13) ? "fused" : "separate",
    idle: [first],
    isFixed,
    other: () => other ??= newBuild(wasm, !isFixed),
  };
}

/** Pages of 64 KiB of a fixed memory, and the most of one that can grow. */
const FIXED_PAGES = 512, MOST_PAGES = 65_536;
/** What a fixed memory holds. */
export const FIXED_BYTES = FIXED_PAGES * 65_536;
/** How the module has both as the least and the most: shared, in LEB128. */
const LIMITS = [3, 0x80, 4, 0x80, 0x80, 4];

/**
 * The module for a memory of one size, or for one that begins with a page. Where
 * a memory can't grow, V8 need not look its size up on every turn of a loop, which
 * costs a twentieth of the time.
 */
function withLimits(wasm: Uint8Array, isFixed: boolean): BufferSource {
  const at = wasm.findIndex((_, i) =>
    LIMITS.every((byte, j) => wasm[i + j] === byte)
  );
  if (isFixed) wasm.set([0x80, 0x84, 0], at + 3); // 512, in three bytes
  else wasm.set([0x81, 0], at + 1); // 1, in two
  return wasm as BufferSource;
}

/** With a memory that threads can share, which one thread can use anywhere. */
function newInstance(module: WebAssembly.Module, isFixed: boolean): Instance {
  const sizes = isFixed
    ? { initial: FIXED_PAGES, maximum: FIXED_PAGES }
    : { initial: 1, maximum: MOST_PAGES };
  const memory = new WebAssembly.Memory({ ...sizes, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as Instance;
}

/** Lets threads end where no one gives an instance back. */
const forgotten = new FinalizationRegistry<Instance>(dismiss);

/**
 * An instance, a used one if there is one, and its build.
 *
 * @param owner what has it until it is given back, or is collected
 */
export function takeInstance(
  owner: object,
  build = currentBuild(),
): { instance: Instance; build: Build } {
  const instance = build.idle.pop() ?? newInstance(build.module, build.isFixed);
  forgotten.register(owner, instance, owner);
  return { instance, build };
}

/**
 * An instance of the other kind of memory with all that is in the one given,
 * which is given back.
 */
export function moveInstance(
  owner: object,
  instance: Instance,
  build: Build,
): { instance: Instance; build: Build } {
  giveBack(owner, instance, build);
  const taken = takeInstance(owner, build.other());
  const { memory } = taken.instance;
  const bytes = Math.min(instance.memory.buffer.byteLength, FIXED_BYTES);
  const missing = (bytes - memory.buffer.byteLength) / 65_536;
  if (missing > 0) memory.grow(missing);
  instance.saveGlobals();
  // what is between these are the words of the instance's own threads
  for (const [from, end] of [[256, 2048], [8192, bytes]]) {
    const part = new Uint8Array(instance.memory.buffer).subarray(from, end);
    new Uint8Array(memory.buffer).set(part, from);
  }
  taken.instance.takeGlobals();
  return taken;
}

/** Keeps an instance for the next kernel, unless there are enough. */
export function giveBack(
  owner: object,
  instance: Instance,
  { idle }: Build,
): void {
  forgotten.unregister(owner);
  const isSmall = instance.memory.buffer.byteLength <= LARGE_BYTES;
  if (idle.length < MOST_IDLE && isSmall && !hasFailed(instance)) {
    idle.push(instance);
  } else dismiss(instance);
}

/**
 * How kernels that are made from now on round.
 *
 * @experimental The kernel changes with the algorithms in it.
 *
 * @example
 * ```ts
 * import { arithmetic, setArithmetic } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * setArithmetic("separate");
 * assertEquals(arithmetic(), "separate");
 * setArithmetic("fused"); // as it was
 * ```
 */
export function arithmetic(): Arithmetic {
  return currentBuild().arithmetic;
}

/**
 * Chooses how kernels that are made from now on round: `"fused"` where the
 * machine can, which is the default, or `"separate"`, which every machine can.
 *
 * @experimental The kernel changes with the algorithms in it.
 *
 * @param arithmetic the choice; {@linkcode arithmetic} says what the machine
 * makes of it
 * @throws {TypeError} if it is neither
 */
export function setArithmetic(arithmetic: Arithmetic): void {
  if (arithmetic !== "fused" && arithmetic !== "separate") {
    throw new TypeError(
      `Cannot use the arithmetic ${
        quote(String(arithmetic))
      }: it must be "fused" or "separate"`,
    );
  }
  wanted = arithmetic;
}
