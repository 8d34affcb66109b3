/**
 * One memory, many threads. Each thread has an instance of the module over the
 * same memory. The first one runs the program; where there is much to do it
 * divides it into parts that do not depend on each other, and the threads that
 * are there, itself included, claim one part after the other. Which thread does
 * a part changes nothing: a part writes to places of its own, and what has to be
 * summed is summed in the same order.
 *
 * The first thread waits only for parts that others have claimed. A thread that
 * is late, because its core is busy, finds nothing left to claim; if it is late
 * with a part, the first thread works alone for a while.
 *
 * These words are below the data, which an instance writes when it is made, and
 * which begin at 2048.
 */

import { allocate } from "./memory";

/**
 * The next part to claim, the number of parts, and above both the number of the
 * division, in one word, so that a claim says what was claimed.
 */
const CLAIMS: usize = 64; // u64
const DIVISION: usize = CLAIMS + 4; // u32
/**
 * How many parts the other threads have done, with a great number added if one
 * of them fails; and whether the first thread sleeps until then.
 */
const DONE: usize = 128; // u32
const FIRST_SLEEPS: usize = 132; // u32
/** How many other threads are there, and how many of them sleep. */
const PRESENT: usize = 192; // u32
const ASLEEP: usize = 196; // u32
/** The function that does a part. */
const PART: usize = 200; // (i: u32) => void
/** Threads from this number on do nothing. */
const LIMIT: usize = 204; // u32
/**
 * All globals of the module, to this address and from it, u64 each: the build
 * writes these functions, see tools/build_kernel.ts.
 */
const GLOBALS: usize = 256;
declare function storeGlobals(to: usize): void;
declare function loadGlobals(from: usize): void;

/** The division with which the other threads leave. */
const END: u32 = u32.MAX_VALUE;
/** More parts cannot be counted. */
const MOST_PARTS: u32 = 60000;
/** How often a thread looks before it sleeps: for about ten microseconds. */
const LOOKS: u32 = 2000;
/** How long one thread may take for a part, in nanoseconds, unless it is lost. */
const PATIENCE: i64 = 60_000_000_000;

/** A place for each thread's own numbers while it does a part. */
export let scratch: usize = 0;
const SCRATCH_BYTES: usize = 2304;
const MOST_THREADS: u32 = 64;
let scratches: usize = 0;

/** The work that is divided: so many products or more. */
let leastWork: f64 = Infinity;
/** Whether that is what is done now. */
let isLarge: bool = false;
/** Divisions to do alone, and how many the next time, and those since then. */
let rest: u32 = 0;
let nextRest: u32 = 0;
let calm: u32 = 0;

/** Lays out the scratches. */
export function layOutScratches(): void {
  scratches = allocate(MOST_THREADS, SCRATCH_BYTES);
  scratch = scratches;
}

/** Work of so many products, and more, is divided among so many threads. */
export function divideFrom(work: f64, threads: u32): void {
  leastWork = threads == 1 ? Infinity : work;
  store<u32>(LIMIT, threads);
}

/** Says how many products the divisions that follow have in all. */
export function expectWork(products: u64): void {
  isLarge = f64(products) >= leastWork;
}

/** Does all parts, with the other threads if there are any and it pays. */
export function forAll(count: u32, part: (i: u32) => void): void {
  if (
    !isLarge || count < 2 || count > MOST_PARTS || rest > 0 ||
    load<u32>(PRESENT) == 0
  ) {
    if (rest > 0) rest--;
    for (let i: u32 = 0; i < count; i++) part(i);
    return;
  }
  storeGlobals(GLOBALS);
  store<u32>(PART, changetype<u32>(part));
  atomic.store<u32>(DONE, 0);
  const division = load<u32>(DIVISION) + 1;
  const claims = u64(division == END ? 1 : division) << 32 | u64(count) << 16;
  atomic.store<u64>(CLAIMS, claims);
  if (atomic.load<u32>(ASLEEP) > 0) atomic.notify(DIVISION, -1);
  let mine: u32 = 0;
  for (;; mine++) {
    const i = u32(atomic.add<u64>(CLAIMS, 1)) & 0xffff;
    if (i >= count) break;
    part(i);
  }
  if (mine < count) waitFor(count - mine);
}

/** Waits until the others have done so many parts. */
function waitFor(parts: u32): void {
  calm++;
  for (let i: u32 = 0; i < LOOKS; i++) {
    if (atomic.load<u32>(DONE) == parts) return;
  }
  // The more often this happens, the longer the first thread works alone.
  nextRest = calm > 4096 ? 16 : min(2 * nextRest + 1, 4096);
  rest = nextRest;
  calm = 0;
  atomic.store<u32>(FIRST_SLEEPS, 1);
  for (;;) {
    const done = atomic.load<u32>(DONE);
    if (done == parts) break;
    const end = atomic.wait<u32>(DONE, done, PATIENCE);
    if (done > parts || end == AtomicWaitResult.TIMED_OUT) unreachable();
  }
  atomic.store<u32>(FIRST_SLEEPS, 0);
}

/** What another thread does: parts, until all threads are told to leave. */
export function work(thread: u32): void {
  let seen: u32 = 0; // the division whose globals are here
  atomic.add<u32>(PRESENT, 1);
  atomic.notify(PRESENT, -1);
  for (let division: u32 = 0;;) {
    division = nextDivision(division);
    if (division == END) return;
    if (thread >= load<u32>(LIMIT)) continue;
    let mine: u32 = 0;
    for (;; mine++) {
      const claims = atomic.add<u64>(CLAIMS, 1);
      const i = u32(claims) & 0xffff;
      if (i >= u32(claims) >> 16) break;
      if (u32(claims >> 32) != seen) {
        seen = u32(claims >> 32);
        loadGlobals(GLOBALS);
        scratch = scratches + thread * SCRATCH_BYTES;
      }
      changetype<(i: u32) => void>(load<usize>(PART))(i);
    }
    if (mine == 0) continue;
    atomic.add<u32>(DONE, mine);
    if (atomic.load<u32>(FIRST_SLEEPS) != 0) atomic.notify(DONE, 1);
  }
}

/** Waits for a division after the one given. */
function nextDivision(last: u32): u32 {
  for (let i: u32 = 0; i < LOOKS; i++) {
    const division = atomic.load<u32>(DIVISION);
    if (division != last) return division;
  }
  atomic.add<u32>(ASLEEP, 1);
  while (atomic.load<u32>(DIVISION) == last) {
    atomic.wait<u32>(DIVISION, last, -1);
  }
  atomic.sub<u32>(ASLEEP, 1);
  return atomic.load<u32>(DIVISION);
}

/** Lets all other threads leave. */
export function endThreads(): void {
  atomic.store<u32>(DIVISION, END);
  atomic.notify(DIVISION, -1);
}
