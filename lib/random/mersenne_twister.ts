/**
 * The Mersenne Twister MT19937, which generates unsigned 32-bit integers. It is
 * the engine of `torch.Generator` on the CPU and of Python's `random.Random`.
 *
 * Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator", 1998.
 */

/** The number of 32-bit words in the state. */
export const STATE_WORDS = 624;

/** The distance between the words that a twist mixes. */
const SHIFT = 397;

/** A Mersenne Twister: 624 words, and how many of them are used. */
export class Mt19937 {
  /** The state, uint32 `[624]`. */
  readonly words: Uint32Array = new Uint32Array(STATE_WORDS);
  /**
   * How many words are used, 0 to 624. At 624 the next draw replaces them all.
   */
  position: number = STATE_WORDS;

  /** Makes an engine with a seed, of which the low 32 bits count. */
  constructor(seed: number) {
    this.seed(seed);
  }

  /** Starts again with a seed, of which the low 32 bits count. */
  seed(seed: number): void {
    const { words } = this;
    words[0] = seed;
    for (let i = 1; i < STATE_WORDS; i++) {
      const previous = words[i - 1] ^ (words[i - 1] >>> 30);
      words[i] = Math.imul(1812433253, previous) + i;
    }
    this.position = STATE_WORDS;
  }

  /** Starts again with a seed of any length, in 32-bit words (`init_by_array`). */
  seedByArray(key: ArrayLike<number>): void {
    this.seed(19650218);
    const { words } = this;
    let i = 1;
    const advance = () => {
      if (++i === STATE_WORDS) {
        words[0] = words[STATE_WORDS - 1];
        i = 1;
      }
    };
    const rounds = Math.max(STATE_WORDS, key.length);
    for (let round = 0, j = 0; round < rounds; round++) {
      const previous = words[i - 1] ^ (words[i - 1] >>> 30);
      words[i] = (words[i] ^ Math.imul(previous, 1664525)) + key[j] + j;
      advance();
      if (++j === key.length) j = 0;
    }
    for (let round = 1; round < STATE_WORDS; round++) {
      const previous = words[i - 1] ^ (words[i - 1] >>> 30);
      words[i] = (words[i] ^ Math.imul(previous, 1566083941)) - i;
      advance();
    }
    words[0] = 0x80000000;
  }

  /** The next integer, 0 to 2³² − 1. */
  next(): number {
    if (this.position === STATE_WORDS) this.#twist();
    let y = this.words[this.position++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  #twist(): void {
    const { words } = this;
    for (let i = 0; i < STATE_WORDS; i++) {
      const following = words[(i + 1) % STATE_WORDS];
      const mixed = (words[i] & 0x80000000) | (following & 0x7fffffff);
      words[i] = words[(i + SHIFT) % STATE_WORDS] ^ (mixed >>> 1) ^
        (following & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}
