/**
 * PyTorch's random numbers: `torch.Generator` on the CPU and the functions
 * that draw from it. The same seed gives the same numbers as PyTorch, to the
 * bit where the docstrings say so.
 */

import { Mt19937, STATE_WORDS } from "./mersenne_twister.ts";
import { BLOCK, boxMuller } from "./normals.ts";

/** The size of a saved state, as `torch.Generator.get_state()` has it. */
export const STATE_BYTES = 5056;

/** From this many values on, `randint` draws 64 bits instead of 32. */
const WIDE_RANGE = 2 ** 28;

/** Choices of {@linkcode TorchGenerator.multinomial}. */
export interface MultinomialOptions {
  /** Whether a category may be drawn again. Default: `false`, as in PyTorch. */
  replacement?: boolean;
  /**
   * How one draw is made:
   *
   * - `"exponential"`: the category with the largest `p / q`, where each
   *   category has a `q` of its own from the exponential distribution. This is
   *   what `torch.multinomial` does without replacement, and from torch 2.7 on
   *   also for a single draw with replacement.
   * - `"cumulative"`: a uniform number looked up in the cumulative
   *   probabilities. This is what `torch.multinomial` does for several draws
   *   with replacement, and up to torch 1.13 also for a single one: the
   *   lecture's first part was recorded with it.
   *
   * Default: what torch 2.7 does for this count and replacement.
   */
  method?: "exponential" | "cumulative";
}

/**
 * A stream of random numbers, the same as PyTorch's: `torch.Generator`.
 *
 * Every function of this package that needs chance takes a generator, and
 * nothing else is random: same seed, same run.
 *
 * @example The first numbers that PyTorch prints for this seed
 * ```ts
 * import { TorchGenerator } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const g = new TorchGenerator(2147483647);
 * assertEquals([...g.rand(2)], [0.7081288695335388, 0.3542391061782837]);
 * ```
 */
export class TorchGenerator {
  #engine: Mt19937;
  #seed: number;
  /** The second normal number of a pair, kept for the next small `randn`. */
  #spareNormal: number | undefined;
  /**
   * PyTorch tells a generator that has drawn nothing from one that has drawn
   * exactly 624 numbers, in its saved state only.
   */
  #fresh = true;

  /**
   * Starts the stream of a seed: `torch.Generator().manual_seed(seed)`.
   *
   * @param seed a whole number from 0 to 2⁵³ − 1; its low 32 bits decide
   * @throws {RangeError} if the seed is not such a number
   */
  constructor(seed: number) {
    this.#seed = checkSeed(seed);
    this.#engine = new Mt19937(seed % 2 ** 32);
  }

  /** The seed that this generator was made or last started over with. */
  get seed(): number {
    return this.#seed;
  }

  /** Starts over with a seed: `manual_seed`. */
  manualSeed(seed: number): this {
    this.#seed = checkSeed(seed);
    this.#engine.seed(seed % 2 ** 32);
    this.#spareNormal = undefined;
    this.#fresh = true;
    return this;
  }

  /** The next integer, uint32: what all else is made of. */
  random(): number {
    this.#fresh = false;
    return this.#engine.next();
  }

  /** A uniform float64 in [0, 1) of 53 random bits; draws two integers. */
  #uniform53(): number {
    const high = this.random() & 0x1fffff;
    return (high * 2 ** 32 + this.random()) / 2 ** 53;
  }

  /**
   * Uniform numbers in [0, 1): `torch.rand(count)`, to the bit.
   *
   * @param count how many
   * @returns float32 `[count]`, each of 24 random bits
   */
  rand(count: number): Float32Array {
    const out = new Float32Array(checkCount(count));
    for (let i = 0; i < count; i++) {
      out[i] = (this.random() & 0xffffff) / 2 ** 24;
    }
    return out;
  }

  /**
   * Standard normal numbers: `torch.randn(count)`. From 16 numbers on to the
   * bit, by PyTorch's vectorised transform; below that by its scalar one, in
   * float64 and rounded.
   *
   * A tensor of several dimensions is drawn as one row: `randn(27 * 2)` holds
   * the numbers of `torch.randn((27, 2))`, row by row.
   *
   * @param count how many
   * @returns float32 `[count]`
   *
   * @example
   * ```ts
   * import { TorchGenerator } from "@makemore/mlp";
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
      // what is left over is drawn anew, as the last whole block
      out.set(this.rand(BLOCK), count - BLOCK);
      boxMuller(out, count - BLOCK);
    }
    return out;
  }

  /** One normal number by Box–Muller in float64; every second one is kept. */
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
   * Whole numbers from `low` up to, not including, `high`:
   * `torch.randint(low, high, (count,))` of torch 2.7 and later, to the bit.
   * (Before 2.7 it differs where `high - low` is 2²⁸ or more.)
   *
   * @returns int32 `[count]`
   * @throws {RangeError} if `low` and `high` are not int32 with `low < high`
   *
   * @example
   * ```ts
   * import { TorchGenerator } from "@makemore/mlp";
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
   * The numbers from 0 to `count - 1` in random order:
   * `torch.randperm(count)`, to the bit.
   *
   * @returns int32 `[count]`
   * @throws {RangeError} if `count` is 2³² / 20 or more, where PyTorch shuffles
   * in another way
   */
  randperm(count: number): Int32Array {
    if (checkCount(count) >= 2 ** 32 / 20) {
      throw new RangeError(
        `Cannot permute ${count} numbers: fewer than ${
          Math.ceil(2 ** 32 / 20)
        } are supported`,
      );
    }
    const out = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const j = i + this.random() % (count - i);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  /**
   * Numbers of the exponential distribution of rate 1:
   * `torch.empty(count).exponential_()`; each draws two integers.
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
   * @param probabilities the weight of each category, not negative; they need
   * not sum to 1
   * @param count how many to draw
   * @param options replacement, and which of PyTorch's two methods
   * @returns int32 `[count]`, the index of each category drawn
   * @throws {RangeError} if a probability is negative or not finite, if they
   * are all zero, or if more categories are to be drawn without replacement
   * than have a probability above zero
   *
   * @example
   * ```ts
   * import { TorchGenerator } from "@makemore/mlp";
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
    const p = Float32Array.from(probabilities);
    const possible = checkProbabilities(p);
    checkCount(count);
    if (method === "cumulative") {
      if (!replacement) {
        throw new RangeError(
          'The method "cumulative" draws with replacement only: ' +
            "pass { replacement: true }",
        );
      }
      return this.#drawCumulative(p, count);
    }
    if (replacement) {
      return Int32Array.from(
        { length: count },
        () => this.#drawExponential(p, 1)[0],
      );
    }
    if (count > possible) {
      throw new RangeError(
        `Cannot draw ${count} categories without replacement: only ${possible} ` +
          "have a probability above 0",
      );
    }
    return this.#drawExponential(p, count);
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
    const cumulative = new Float32Array(p.length);
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      cumulative[i] = sum = Math.fround(sum + p[i]);
    }
    for (let i = 0; i < p.length; i++) cumulative[i] /= sum;
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
   * The state in the bytes of `torch.Generator.get_state()`: what PyTorch
   * saves can be loaded here, and the other way round.
   *
   * @returns 5,056 bytes, little-endian
   */
  getState(): Uint8Array {
    const view = new DataView(new ArrayBuffer(STATE_BYTES));
    const { words, position } = this.#engine;
    view.setBigUint64(SEED_AT, BigInt(this.#seed), true);
    view.setInt32(LEFT_AT, STATE_WORDS + 1 - position, true);
    view.setInt32(SEEDED_AT, 1, true);
    view.setBigUint64(NEXT_AT, BigInt(this.#fresh ? 0 : position), true);
    for (let i = 0; i < STATE_WORDS; i++) {
      view.setBigUint64(WORDS_AT + 8 * i, BigInt(words[i]), true);
    }
    if (this.#spareNormal !== undefined) {
      view.setFloat64(SPARE_AT, this.#spareNormal, true);
      view.setInt32(SPARE_VALID_AT, 1, true);
    }
    return new Uint8Array(view.buffer);
  }

  /**
   * Goes on from a saved state: `torch.Generator.set_state`.
   *
   * @param state what {@linkcode TorchGenerator.getState} or PyTorch gave
   * @throws {RangeError} if these are not the bytes of a state
   */
  setState(state: Uint8Array): this {
    if (state.length !== STATE_BYTES) {
      throw new RangeError(
        `A generator's state has ${STATE_BYTES} bytes, not ${state.length}`,
      );
    }
    const view = new DataView(state.buffer, state.byteOffset, state.length);
    const seed = Number(view.getBigUint64(SEED_AT, true));
    const left = view.getInt32(LEFT_AT, true);
    const next = Number(view.getBigUint64(NEXT_AT, true));
    const fresh = left === 1 && next === 0;
    if (
      !Number.isSafeInteger(seed) || view.getInt32(SEEDED_AT, true) !== 1 ||
      !(fresh || (next >= 1 && next === STATE_WORDS + 1 - left && left >= 1))
    ) {
      throw new RangeError(
        "These bytes are not the state of a generator: " +
          `seed ${seed}, left ${left} and next ${next} do not go together`,
      );
    }
    const words = new Uint32Array(STATE_WORDS);
    for (let i = 0; i < STATE_WORDS; i++) {
      words[i] = view.getUint32(WORDS_AT + 8 * i, true);
    }
    const spare = view.getFloat64(SPARE_AT, true);
    const hasSpare = view.getInt32(SPARE_VALID_AT, true) === 1;
    if (hasSpare && !Number.isFinite(spare)) {
      throw new RangeError(
        `These bytes are not the state of a generator: its spare is ${spare}`,
      );
    }
    this.#seed = seed;
    this.#engine.words.set(words);
    this.#engine.position = fresh ? STATE_WORDS : next;
    this.#fresh = fresh;
    this.#spareNormal = hasSpare ? spare : undefined;
    return this;
  }

  /** Another generator that goes on from the same state. */
  clone(): TorchGenerator {
    return new TorchGenerator(0).setState(this.getState());
  }

  /**
   * Lends the engine to code that draws from it in bulk, as the WebAssembly
   * kernel does: it may renew the words and move the position on.
   */
  lendEngine<Result>(
    draw: (engine: { readonly words: Uint32Array; position: number }) => Result,
  ): Result {
    const engine = this.#engine;
    const { position, words: [first] } = engine;
    try {
      return draw(engine);
    } finally {
      // a twist changes the words, a draw without one the position
      if (engine.position !== position || engine.words[0] !== first) {
        this.#fresh = false;
      }
    }
  }
}

// Where PyTorch's saved state holds what; the bytes between are zero here.
const SEED_AT = 0;
const LEFT_AT = 8;
const SEEDED_AT = 12;
const NEXT_AT = 16;
const WORDS_AT = 24;
const SPARE_AT = 5024;
const SPARE_VALID_AT = 5040;

function checkSeed(seed: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `A seed is a whole number from 0 to 2^53 - 1, not ${seed}`,
    );
  }
  return seed;
}

function checkCount(count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot draw ${count} numbers: pass a whole number`);
  }
  return count;
}

/** Returns how many categories are possible at all. */
function checkProbabilities(p: Float32Array): number {
  let possible = 0;
  for (let i = 0; i < p.length; i++) {
    if (!(p[i] >= 0 && p[i] < Infinity)) {
      throw new RangeError(
        `The probability of category ${i} is ${p[i]}: ` +
          "probabilities are finite and not negative",
      );
    }
    if (p[i] > 0) possible++;
  }
  if (possible === 0) {
    throw new RangeError("No category has a probability above 0");
  }
  return possible;
}
