/**
 * PyTorch's random numbers: `torch.Generator` on the CPU and the functions
 * that draw from it. The same seed gives the same numbers as in PyTorch, bit by
 * bit where the docstrings say so.
 */

import { checkChoice, checkWhole } from "../errors/checks.ts";
import { Mt19937 } from "./mersenne_twister.ts";
import { BLOCK, boxMuller } from "./normals.ts";
import { decodeState, encodeState } from "./torch_state.ts";

/** For ranges of this size or more, `randint` draws 64 bits instead of 32. */
const WIDE_RANGE = 2 ** 28;

/** Options of {@linkcode TorchGenerator.multinomial}. */
export interface MultinomialOptions {
  /**
   * Whether a category can be drawn more than once. Default: `false`, as in
   * PyTorch.
   */
  replacement?: boolean;
  /**
   * How to draw a category:
   *
   * - `"exponential"` takes the category with the largest `p / q`, where `q` is
   *   drawn from the exponential distribution for each category.
   *   `torch.multinomial` does this without replacement, and since torch 2.7
   *   also for a single draw with replacement.
   * - `"cumulative"` looks a uniform number up in the cumulative probabilities.
   *   `torch.multinomial` does this for several draws with replacement, and up
   *   to torch 1.13 also for a single one, as in the lecture's first part.
   *
   * Default: what torch 2.7 does for the count and the replacement.
   */
  method?: "exponential" | "cumulative";
}

/**
 * A generator of random numbers, the same as PyTorch's: `torch.Generator`.
 *
 * All functions of this package that are random take a generator, so that the
 * same seed gives the same run.
 *
 * @example The first numbers that PyTorch prints for this seed
 * ```ts
 * import { TorchGenerator } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const g = new TorchGenerator(2147483647);
 * assertEquals([...g.rand(2)], [0.7081288695335388, 0.3542391061782837]);
 * ```
 */
export class TorchGenerator {
  #engine = new Mt19937(0);
  #seed = 0;
  /** The second normal number of a pair, kept for the next small `randn`. */
  #spareNormal: number | undefined;

  /**
   * Makes a generator with a seed: `torch.Generator().manual_seed(seed)`.
   *
   * @param seed a whole number from 0 to 2⁵³ − 1, of which the low 32 bits count
   * @throws {RangeError} if the seed is not such a number
   */
  constructor(seed: number) {
    this.manualSeed(seed);
  }

  /** The seed that was set last. */
  get seed(): number {
    return this.#seed;
  }

  /** Starts again with a seed: `torch.Generator.manual_seed`. */
  manualSeed(seed: number): this {
    checkWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
    this.#seed = seed;
    this.#engine.seed(seed);
    this.#spareNormal = undefined;
    return this;
  }

  /** The next integer, uint32, from which all other numbers are made. */
  random(): number {
    return this.#engine.next();
  }

  /** A uniform float64 in [0, 1) of 53 random bits; draws two integers. */
  #uniform53(): number {
    const high = this.random() & 0x1fffff;
    return (high * 2 ** 32 + this.random()) / 2 ** 53;
  }

  /**
   * Draws uniform numbers in [0, 1): `torch.rand(count)`, bit by bit.
   *
   * @param count how many
   * @returns float32 `[count]`, each with 24 random bits
   */
  rand(count: number): Float32Array {
    const out = new Float32Array(checkCount(count));
    for (let i = 0; i < count; i++) {
      out[i] = (this.random() & 0xffffff) / 2 ** 24;
    }
    return out;
  }

  /**
   * Draws standard normal numbers: `torch.randn(count)`. 16 or more are equal
   * bit by bit, by PyTorch's vectorized transform. Fewer are drawn by its
   * scalar transform, in float64, and rounded.
   *
   * The numbers of a tensor are drawn in a row: `randn(27 * 2)` returns those
   * of `torch.randn((27, 2))`, row by row.
   *
   * @param count how many
   * @returns float32 `[count]`
   *
   * @example
   * ```ts
   * import { TorchGenerator } from "@makemore/mlp/core";
   * import { assertEquals } from "@std/assert";
   *
   * const C = new TorchGenerator(2147483647).randn(27 * 2);
   * assertEquals([...C.subarray(0, 2)], [1.5673619508743286, -0.2372923195362091]);
   * ```
   */
  randn(count: number): Float32Array {
    if (checkCount(count) < BLOCK) {
      return Float32Array.from({ length: count }, () => this.#normal());
    }
    const out = this.rand(count);
    for (let start = 0; start + BLOCK <= count; start += BLOCK) {
      boxMuller(out, start);
    }
    if (count % BLOCK !== 0) {
      // PyTorch draws the last 16 again
      out.set(this.rand(BLOCK), count - BLOCK);
      boxMuller(out, count - BLOCK);
    }
    return out;
  }

  /** A normal number by Box–Muller in float64, which makes two at a time. */
  #normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const u1 = this.#uniform53();
    const u2 = this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const angle = 2 * Math.PI * u1;
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /**
   * Draws whole numbers from `low` to `high - 1`:
   * `torch.randint(low, high, (count,))` of torch 2.7 and later, bit by bit.
   * Before 2.7, torch differs if `high - low` is 2²⁸ or more.
   *
   * @returns int32 `[count]`
   * @throws {RangeError} if `low` and `high` are not int32 with `low < high`
   *
   * @example
   * ```ts
   * import { TorchGenerator } from "@makemore/mlp/core";
   * import { assertEquals } from "@std/assert";
   *
   * const rows = new TorchGenerator(42).randint(0, 182625, 3);
   * assertEquals([...rows], [76542, 11942, 157126]);
   * ```
   */
  randint(low: number, high: number, count: number): Int32Array {
    if (
      !Number.isInteger(low) || !Number.isInteger(high) || low >= high ||
      low < -(2 ** 31) || high > 2 ** 31
    ) {
      throw new RangeError(
        `Cannot draw whole numbers from ${low} up to ${high}: ` +
          "both must be int32, and the first smaller than the second",
      );
    }
    const range = high - low;
    const draw = range < WIDE_RANGE
      ? () => this.random() % range
      : () => this.#random64Modulo(range);
    const out = new Int32Array(checkCount(count));
    for (let i = 0; i < count; i++) out[i] = low + draw();
    return out;
  }

  #random64Modulo(range: number): number {
    const high = BigInt(this.random());
    const low = BigInt(this.random());
    return Number(((high << 32n) | low) % BigInt(range));
  }

  /**
   * Draws a permutation of the numbers from 0 to `count - 1`:
   * `torch.randperm(count)`, bit by bit.
   *
   * @returns int32 `[count]`
   * @throws {RangeError} if `count` is 2³² / 20 or more, for which PyTorch
   * shuffles in another way
   */
  randperm(count: number): Int32Array {
    checkWhole("count", count, 0, Math.floor(2 ** 32 / 20));
    const out = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const j = i + this.random() % (count - i);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  /**
   * Draws numbers from the exponential distribution with rate 1:
   * `torch.empty(count).exponential_()`. Each takes two integers.
   *
   * @returns float32 `[count]`
   */
  exponential(count: number): Float32Array {
    const out = new Float32Array(checkCount(count));
    for (let i = 0; i < count; i++) out[i] = -Math.log1p(-this.#uniform53());
    return out;
  }

  /**
   * Draws categories by their probabilities: `torch.multinomial`.
   *
   * @param probabilities the probability of each category. They need not sum to
   * 1
   * @param count how many categories to draw
   * @param options replacement, and which of PyTorch's two methods to use
   * @returns int32 `[count]`, the index of each category drawn
   * @throws {TypeError} if there is no such method
   * @throws {RangeError} if a probability is negative or not finite, all are
   * zero, or fewer than `count` are above zero and the draw is without
   * replacement
   *
   * @example
   * ```ts
   * import { TorchGenerator } from "@makemore/mlp/core";
   * import { assertEquals } from "@std/assert";
   *
   * const g = new TorchGenerator(1);
   * assertEquals([...g.multinomial([0, 0, 1, 0], 1)], [2]);
   * ```
   */
  multinomial(
    probabilities: ArrayLike<number>,
    count: number,
    options: MultinomialOptions = {},
  ): Int32Array {
    const { replacement = false } = options;
    const { method = replacement && count > 1 ? "cumulative" : "exponential" } =
      options;
    checkChoice("method", method, ["exponential", "cumulative"]);
    const p = Float32Array.from(probabilities);
    const possible = checkProbabilities(p);
    checkCount(count);
    if (method === "cumulative" && !replacement) {
      throw new RangeError(
        'Cannot draw with the method "cumulative" without replacement: pass ' +
          "{ replacement: true }",
      );
    }
    if (count > possible && !replacement) {
      throw new RangeError(
        `Cannot draw ${count} categories without replacement: only ${possible} ` +
          "have a probability above 0",
      );
    }
    if (method === "cumulative") return this.#drawCumulative(p, count);
    if (!replacement) return this.#drawExponential(p, count);
    const drawOne = () => this.#drawExponential(p, 1)[0];
    return Int32Array.from({ length: count }, drawOne);
  }

  /** The `count` categories of the largest `p / q`, the largest first. */
  #drawExponential(p: Float32Array, count: number): Int32Array {
    const q = this.exponential(p.length);
    const score = p.map((value, i) => value === 0 ? -1 : value / q[i]);
    const drawn = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      let best = 0;
      for (let j = 1; j < score.length; j++) {
        if (score[j] > score[best]) best = j;
      }
      drawn[i] = best;
      score[best] = -1;
    }
    return drawn;
  }

  #drawCumulative(p: Float32Array, count: number): Int32Array {
    let sum = 0;
    const sums = p.map((value) => sum = Math.fround(sum + value));
    const cumulative = sums.map((value) => value / sum);
    cumulative[p.length - 1] = 1;
    return Int32Array.from({ length: count }, () => {
      const u = this.#uniform53();
      let low = 0, high = p.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (cumulative[middle] < u) low = middle + 1;
        else high = middle;
      }
      return low;
    });
  }

  /**
   * The state in the bytes of `torch.Generator.get_state()`. PyTorch can load
   * it, and {@linkcode TorchGenerator.setState} can load a state of PyTorch.
   *
   * @returns 5,056 bytes, little-endian
   */
  getState(): Uint8Array {
    const { words, position } = this.#engine;
    const [seed, spareNormal] = [this.#seed, this.#spareNormal];
    return encodeState({ seed, words, position, spareNormal });
  }

  /**
   * Continues from a saved state: `torch.Generator.set_state`.
   *
   * @param state the bytes of {@linkcode TorchGenerator.getState} or PyTorch
   * @throws {RangeError} if the bytes are not a state
   */
  setState(state: Uint8Array): this {
    const { seed, words, position, spareNormal } = decodeState(state);
    this.#seed = seed;
    this.#engine.words.set(words);
    this.#engine.position = position;
    this.#spareNormal = spareNormal;
    return this;
  }

  /** A copy of the generator, which draws the same numbers. */
  clone(): TorchGenerator {
    return new TorchGenerator(0).setState(this.getState());
  }

  /**
   * Lends the engine to code that draws many numbers, as the WebAssembly kernel
   * does. It may change the words and the position.
   */
  lendEngine<Result>(
    draw: (engine: { readonly words: Uint32Array; position: number }) => Result,
  ): Result {
    return draw(this.#engine);
  }
}

function checkCount(count: number): number {
  checkWhole("count", count, 0);
  return count;
}

/** Returns how many categories have a probability above 0. */
function checkProbabilities(p: Float32Array): number {
  let possible = 0;
  for (let i = 0; i < p.length; i++) {
    if (!(p[i] >= 0 && p[i] < Infinity)) {
      throw new RangeError(
        `Cannot draw category ${i} with probability ${p[i]}: ` +
          "probabilities are finite and not negative",
      );
    }
    if (p[i] > 0) possible++;
  }
  if (possible === 0) {
    throw new RangeError("Cannot draw a category: all probabilities are 0");
  }
  return possible;
}
