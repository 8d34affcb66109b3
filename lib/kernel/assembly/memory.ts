/**
 * Linear memory as a stack. A layout is counted first, array by array, and
 * `commit` then takes all of it from the machine at once, so that a layout that
 * is too large is refused before anything is written.
 */

/** The most that 32-bit addresses reach, in bytes. */
const LIMIT: u64 = 1 << 32;

/** The first free byte. It has 64 bits, so that it can pass the limit. */
let top: u64 = (u64(__heap_base) + 63) & ~63;

/**
 * Lays out an array of `count` elements of `size` bytes at the next multiple of
 * 64, where a cache line begins. Its address holds only after `commit`.
 */
export function allocate(count: u64, size: u64): usize {
  const address = top;
  top = (top + count * size + 63) & ~63;
  return usize(address);
}

/** The top of the stack, to which `release` returns. */
export function mark(): u64 {
  return top;
}

/** Gives up everything that was laid out since that mark. */
export function release(to: u64): void {
  top = to;
}

/** Takes the memory laid out so far; false if there is not enough. */
export function commit(): bool {
  if (top > LIMIT) return false;
  const pages = i32((top + 0xffff) >> 16);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}
