/**
 * The part of Python's `random.Random` that the lecture uses: whole numbers as
 * seeds, `random()` and `shuffle`, with the numbers of CPython 3.
 */

import { quote } from "../errors/quote.ts";
import { Mt19937 } from "./mersenne_twister.ts";

/**
 * Python's generator of random numbers: `random.Random(seed)`.
 *
 * @example The lecture's shuffle, `random.seed(42); random.shuffle(words)`
 * ```ts
 * import { PythonRandom } from "@makemore/mlp/core";
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
   * Makes a generator with a seed: `random.seed(seed)`.
   *
   * @param seed a whole number of any size, of which the sign is ignored
   * @throws {RangeError} if the seed is not a whole number
   * @throws {TypeError} if it is not a number
   */
  constructor(seed: number | bigint) {
    if (typeof seed !== "number" && typeof seed !== "bigint") {
      throw new TypeError(
        `Cannot seed with ${
          typeof seed === "string" ? quote(seed) : seed
        }: a seed is a whole number`,
      );
    }
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new RangeError(
        `Cannot seed with ${seed}: a seed is a whole number, and a bigint from ` +
          "2^53 on",
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

  /** A float64 in [0, 1) with 53 random bits: `random.random()`. */
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

  /** Shuffles an array in place: `random.shuffle`. */
  shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }
}
