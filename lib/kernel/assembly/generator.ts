/**
 * The Mersenne Twister MT19937 as `torch.Generator` runs it on the CPU. It makes
 * four words at a time; the numbers are those of the plain recipe.
 */

/** Words of state. */
export const WORDS: u32 = 624;
/** How far ahead the word is that a word is twisted with. */
const AHEAD: u32 = 397;

/** The raw words, and the same tempered, which are the numbers drawn. */
export const words = memory.data(4 * 624, 16); // u32[624]
const tempered = memory.data(4 * 624, 16); // u32[624]
/** The index of the next word to draw; 624 when a twist is due. */
export let position: u32 = WORDS;

/** Continues from `words` as they are now, at the given index. */
export function resume(at: u32): void {
  position = at;
  temper();
}

/** The next 32 bits. */
export function random32(): u32 {
  if (position >= WORDS) renew();
  return load<u32>(tempered + 4 * position++);
}

/** A new state, of which nothing is drawn yet. */
function renew(): void {
  twist();
  temper();
  position = 0;
}

/** The next 64 bits: the first word drawn is the high one. */
export function random64(): u64 {
  const high = u64(random32());
  return high << 32 | u64(random32());
}

/** `torch.randint(0, bound, …)`: below 2²⁸ one word, from there two. */
export function randomBelow(bound: u32): u32 {
  return bound < 1 << 28 ? random32() % bound : u32(random64() % u64(bound));
}

/**
 * The address of the next `count` words: in `tempered` if they are all there,
 * otherwise `scratch`, into which they are copied.
 */
export function randomWords(count: u32, scratch: usize): usize {
  if (position + count <= WORDS) {
    const address = tempered + 4 * position;
    position += count;
    return address;
  }
  let done: u32 = 0;
  while (done < count) {
    if (position >= WORDS) renew();
    const some = min(count - done, WORDS - position);
    memory.copy(scratch + 4 * done, tempered + 4 * position, 4 * some);
    done += some;
    position += some;
  }
  return scratch;
}

/** A float64 in [0, 1) with 53 random bits, from two words: the high one first. */
export function uniform53(high: u32, low: u32): f64 {
  return (f64(high & 0x1fffff) * 4294967296.0 + f64(low)) *
    (1.0 / 9007199254740992.0); // 2³², 2⁻⁵³
}

/**
 * A new state, in place, of which word i is made of the words i, i + 1 and
 * i + 397, all modulo 624:
 *
 *     y = state[i] & 0x80000000 | state[i + 1] & 0x7fffffff
 *     state[i] = state[i + 397] ^ (y >> 1) ^ (y & 1 ? 0x9908b0df : 0)
 *
 * Four words at a time, but for those where one of the indices passes the end.
 * The words from 227 on use new ones, which are made by then.
 */
function twist(): void {
  let i: u32 = 0;
  for (; i + 4 <= WORDS - AHEAD; i += 4) twistFour(i, i + AHEAD);
  for (; i <= WORDS - AHEAD; i++) twistOne(i);
  for (; i + 4 < WORDS; i += 4) twistFour(i, i + AHEAD - WORDS);
  for (; i < WORDS; i++) twistOne(i);
}

/** The words from i on, with the words from `ahead` on. */
function twistFour(i: u32, ahead: u32): void {
  const at = words + 4 * i;
  const next = v128.load(at, 4);
  const y = v128.bitselect(v128.load(at), next, i32x4.splat(0x80000000));
  const odd = i32x4.neg(v128.and(next, i32x4.splat(1))); // all ones if odd
  const matrix = v128.and(odd, i32x4.splat(0x9908b0df));
  const word = v128.xor(v128.load(words + 4 * ahead), i32x4.shr_u(y, 1));
  v128.store(at, v128.xor(word, matrix));
}

/** Word i, with indices modulo 624. */
function twistOne(i: u32): void {
  const next = load<u32>(words + 4 * ((i + 1) % WORDS));
  const ahead = load<u32>(words + 4 * ((i + AHEAD) % WORDS));
  const y = (load<u32>(words + 4 * i) & 0x80000000) | (next & 0x7fffffff);
  const matrix = next & 1 ? 0x9908b0df : 0;
  store<u32>(words + 4 * i, ahead ^ (y >> 1) ^ matrix);
}

/**
 * Tempers all words, which are then the numbers drawn, four at a time:
 *
 *     y ^= y >> 11;  y ^= y << 7 & 0x9d2c5680;  y ^= y << 15 & 0xefc60000;
 *     y ^= y >> 18
 */
function temper(): void {
  for (let i: u32 = 0; i < WORDS; i += 4) {
    let y = v128.load(words + 4 * i);
    y = v128.xor(y, i32x4.shr_u(y, 11));
    y = v128.xor(y, v128.and(i32x4.shl(y, 7), i32x4.splat(0x9d2c5680)));
    y = v128.xor(y, v128.and(i32x4.shl(y, 15), i32x4.splat(0xefc60000)));
    y = v128.xor(y, i32x4.shr_u(y, 18));
    v128.store(tempered + 4 * i, y);
  }
}
