/**
 * Linear memory as one stack: first everything is laid out, which only counts
 * bytes, then `commit` takes them from the machine in one go. So a layout that
 * is too large is refused before anything is written.
 */

/** The most that 32-bit addresses reach, in bytes. */
const LIMIT: u64 = 1 << 32;

/** The first byte that is still free; 64 bits, so that it can pass the limit. */
let top: u64 = (u64(__heap_base) + 63) & ~63;

/** Lays out `count` things of `size` bytes, on a cache line of their own. */
export function allocate(count: u64, size: u64): usize {
  const address = top;
  top = (top + count * size + 63) & ~63;
  return usize(address);
}

/** Where the stack stands; `release` goes back there. */
export function mark(): u64 {
  return top;
}

/** Gives up all that was laid out since `mark` said where. */
export function release(to: u64): void {
  top = to;
}

/** The bytes that all that is laid out takes. */
export function wanted(): u64 {
  return top;
}

/** Takes the memory laid out so far; false if there is not so much. */
export function commit(): bool {
  if (top > LIMIT) return false;
  const pages = i32((top + 0xffff) >> 16);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}
