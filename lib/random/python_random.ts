/**
 * Python's `random.Random`, as far as the lecture uses it: seeding by a whole
 * number, `random()` and `shuffle`, with the numbers that CPython 3 gives.
 */

import { Mt19937 } from "./mersenne_twister.ts";

/**
 * Python's generator: `random.Random(seed)`.
 *
 * @example The lecture's shuffle, `random.seed(42); random.shuffle(words)`
 * ```ts
 * import { PythonRandom } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const numbers = [0, 1, 2, 3, 4];
 * new PythonRandom(42).shuffle(numbers);
 * assertEquals(numbers, [3, 1, 2, 4, 0]);
 * ```
 */
export class PythonRandom {
  #engine = new Mt19937(0);

  /**
   * Starts the stream of a seed: `random.seed(seed)`.
   *
   * @param seed a whole number of any size; its sign does not matter
   * @throws {RangeError} if the seed is not a whole number
   */
  constructor(seed: number | bigint) {
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new RangeError(
        `A seed is a whole number, from 2^53 on written as a bigint, not ${seed}`,
      );
    }
    let rest = BigInt(seed);
    if (rest < 0n) rest = -rest;
    const key: number[] = [];
    do {
      key.push(Number(rest & 0xffffffffn));
      rest >>= 32n;
    } while (rest > 0n);
    this.#engine.seedByArray(key);
  }

  /** A float64 in [0, 1) of 53 random bits: `random.random()`. */
  random(): number {
    const high = this.#engine.next() >>> 5;
    const low = this.#engine.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A whole number from 0 to `count - 1`, `count` at most 2³²: `_randbelow`. */
  #below(count: number): number {
    const bits = 32 - Math.clz32(count);
    while (true) {
      const draw = this.#engine.next() >>> (32 - bits);
      if (draw < count) return draw;
    }
  }

  /** Puts an array into random order, in place: `random.shuffle`. */
  shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }
}
