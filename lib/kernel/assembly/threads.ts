/**
 * One memory, many threads. Each thread has an instance of the module over the
 * same memory. The first one runs the program; where there is much to do it
 * divides it into parts that do not depend on each other. Each thread that is
 * there has a share of them, which it claims one by one, and then claims what is
 * left of the others' shares. Who does a part changes nothing: a part writes to
 * places of its own, and what has to be summed is summed in the same order. But
 * who has the same share each time has its numbers in the cache.
 *
 * The first thread waits only for parts that others have claimed. A thread that
 * is late, because its core is busy, finds nothing left to claim; if it is late
 * with a part, the first thread works alone for a while.
 *
 * The words here are below the data, which an instance writes when it is made,
 * and which begins at 8192; each is in a cache line with those of its kind.
 */

import { allocate } from "./memory";

/** The number of the division, for which other threads wait. */
const DIVISION: usize = 64; // u32
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
/** Threads from this number on do nothing; and the shares of a division. */
const LIMIT: usize = 204; // u32
const SHARES: usize = 208; // u32
/**
 * The shares. The next part to claim, where the share ends, and the number of the
 * division, so that a claim says what was claimed:
 */
const CLAIMS: usize = 2048; // { next: u16, end: u16, division: u32 }[64], 64 bytes each
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
/** The least looks before a thread sleeps: about ten microseconds. */
const LOOKS: u32 = 8000;
/** And once more for so many products of a tile, of which it may have a part. */
const PRODUCTS_OF_LOOK: u64 = 16;
const MOST_LOOKS: u32 = 1 << 20; // about a millisecond
/** How long one thread may take for a part, in nanoseconds, unless it is lost. */
const PATIENCE: i64 = 60_000_000_000;

/** A place for each thread's own numbers while it does a part. */
export let scratch: usize = 0;
const SCRATCH_BYTES: usize = 2304; // f32[64][8] and more
const MOST_THREADS: u32 = 64;
let scratches: usize = 0;

/** The work that is divided: so many products or more. */
let leastWork: f64 = Infinity;
/** Whether that is what is done now. */
let isLarge: bool = false;
/** Whether a part is on its way. */
let isInPart: bool = false;
/** The division whose globals are here. */
let current: u32 = 0;
/** How often a thread looks before it sleeps: longer where parts are long. */
let looks: u32 = LOOKS;
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

/** Says how many products follow, in all and in a tile of rows. */
export function expectWork(products: u64, ofTile: u64): void {
  isLarge = f64(products) >= leastWork;
  looks = LOOKS + u32(min(ofTile / PRODUCTS_OF_LOOK, MOST_LOOKS));
}

/**
 * Does all parts, with the other threads if there are any and it pays. The parts
 * of a part are not divided.
 */
export function forAll(count: u32, part: (i: u32) => void): void {
  if (
    isInPart || !isLarge || count < 2 || count > MOST_PARTS || rest > 0 ||
    load<u32>(PRESENT) == 0
  ) {
    if (!isInPart && rest > 0) rest--;
    for (let i: u32 = 0; i < count; i++) part(i);
    return;
  }
  isInPart = true;
  current = load<u32>(DIVISION) + 1;
  if (current == END) current = 1;
  storeGlobals(GLOBALS);
  store<u32>(PART, changetype<u32>(part));
  atomic.store<u32>(DONE, 0);
  const present = min(1 + load<u32>(PRESENT), load<u32>(LIMIT));
  const shares: u32 = min(present, count);
  store<u32>(SHARES, shares);
  for (let share: u32 = 0, next: u32 = 0; share < shares; share++) {
    const end = (share + 1) * count / shares;
    const claim = u64(current) << 32 | u64(end << 16 | next);
    atomic.store<u64>(CLAIMS + share * 64, claim);
    next = end;
  }
  atomic.store<u32>(DIVISION, current);
  if (atomic.load<u32>(ASLEEP) > 0) atomic.notify(DIVISION, -1);
  const mine = doParts(0);
  isInPart = false;
  if (mine < count) waitFor(count - mine);
}

/** Does parts, those of its own share first, until all are claimed; how many. */
function doParts(thread: u32): u32 {
  let done: u32 = 0;
  const shares = load<u32>(SHARES);
  for (let other: u32 = 0; other < shares; other++) {
    const share = CLAIMS + (thread + other) % shares * 64;
    for (;;) {
      const claim = atomic.add<u64>(share, 1);
      const part = u32(claim) & 0xffff;
      if (part >= u32(claim) >> 16) break;
      if (u32(claim >> 32) != current) {
        loadGlobals(GLOBALS);
        scratch = scratches + thread * SCRATCH_BYTES;
      }
      changetype<(part: u32) => void>(load<usize>(PART))(part);
      done++;
    }
  }
  return done;
}

/** Waits until the others have done so many parts. */
function waitFor(parts: u32): void {
  calm++;
  for (let i: u32 = 0; i < looks; i++) {
    if (atomic.load<u32>(DONE) == parts) return;
  }
  // The more often this happens, the longer the first thread works alone.
  const most = MOST_LOOKS / looks * 64;
  nextRest = calm > 64 ? 16 : min(2 * nextRest + 1, most);
  rest = nextRest;
  calm = 0;
  atomic.store<u32>(FIRST_SLEEPS, 1);
  for (;;) {
    const done = atomic.load<u32>(DONE);
    if (done == parts) break;
    if (done > parts) unreachable();
    const end = atomic.wait<u32>(DONE, done, PATIENCE);
    if (end == AtomicWaitResult.TIMED_OUT) unreachable();
  }
  atomic.store<u32>(FIRST_SLEEPS, 0);
}

/** What another thread does: parts, until all threads are told to leave. */
export function work(thread: u32): void {
  atomic.add<u32>(PRESENT, 1);
  atomic.notify(PRESENT, -1);
  for (let division: u32 = 0;;) {
    division = nextDivision(division);
    if (division == END) return;
    if (thread >= load<u32>(LIMIT)) continue;
    const done = doParts(thread);
    if (done == 0) continue;
    atomic.add<u32>(DONE, done);
    if (atomic.load<u32>(FIRST_SLEEPS) != 0) atomic.notify(DONE, 1);
  }
}

/** Waits for a division after the one given. */
function nextDivision(last: u32): u32 {
  for (let i: u32 = 0; i < looks; i++) {
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

/** All that an instance knows beside its memory, into that and from it. */
export function saveGlobals(): void {
  storeGlobals(GLOBALS);
}
export function takeGlobals(): void {
  loadGlobals(GLOBALS);
}

/** Lets all other threads leave. */
export function endThreads(): void {
  atomic.store<u32>(DIVISION, END);
  atomic.notify(DIVISION, -1);
}
