/**
 * The settings to try where nobody knows which are best: all combinations, or
 * some at random.
 */

import { checkWhole } from "../errors/checks.ts";
import { quote } from "../errors/quote.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";

/** Numbers between two, both included. */
export interface SettingRange {
  /** The smallest. */
  readonly from: number;
  /** The largest. */
  readonly to: number;
  /** Whether equal ratios, not equal differences, are equally far apart. */
  readonly log?: boolean;
  /** Whether only whole numbers are meant. */
  readonly whole?: boolean;
  /** How many of its values a grid has, with both ends. Default: 5. */
  readonly points?: number;
}

/** What each setting may be: one of some values, or in a range. */
export type SettingChoices = Readonly<
  Record<string, readonly unknown[] | SettingRange>
>;

/** A value for each setting. */
export type SettingValues<Choices extends SettingChoices> = {
  -readonly [name in keyof Choices]: Choices[name] extends
    readonly (infer Value)[] ? Value : number;
};

/** A larger grid is a mistake. */
const LARGEST_GRID = 1e6;
/** How often in a row settings are drawn that were drawn before. */
const MOST_REPEATS = 1000;
/** The digits of most numbers in ranges; the last bits depend on the machine. */
const DIGITS = 4;

/**
 * All combinations of some settings, the last of which changes fastest.
 *
 * @param choices the values of each setting; of a range, some at equal distances
 * @returns the settings, one object for each combination
 * @throws {RangeError} if a setting has no values, a range is not one, or there
 * are more than a million combinations
 *
 * @example
 * ```ts
 * import { settingsGrid } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const grid = settingsGrid({
 *   hiddenSize: [100, 200],
 *   learningRate: { from: 0.01, to: 1, log: true, points: 3 },
 * });
 * assertEquals(grid.length, 6);
 * assertEquals(grid[1], { hiddenSize: 100, learningRate: 0.1 });
 * ```
 */
export function settingsGrid<const Choices extends SettingChoices>(
  choices: Choices,
): SettingValues<Choices>[] {
  let grid: Record<string, unknown>[] = [{}];
  for (const [name, of] of Object.entries(choices)) {
    check(name, of);
    const values = isRange(of) ? pointsOf(of) : of;
    if (grid.length * values.length > LARGEST_GRID) {
      throw new RangeError(
        `Cannot make a grid of more than ${LARGEST_GRID} settings: give ` +
          "fewer values, or draw some at random",
      );
    }
    grid = grid.flatMap((settings) =>
      values.map((value) => ({ ...settings, [name]: value }))
    );
  }
  return grid as SettingValues<Choices>[];
}

/** Options of {@linkcode randomSettings}. */
export interface RandomSettingsOptions {
  /** The random number generator. */
  generator: TorchGenerator;
  /** How many settings to draw. */
  count: number;
}

/**
 * Settings at random, each different from the others. Where few of the settings
 * matter, they find better ones than a grid of the same size does.
 *
 * Source: Bergstra and Bengio 2012, _Random Search for Hyper-Parameter
 * Optimization_.
 *
 * @param choices the values of each setting; those of a range are drawn evenly,
 * or with `log` evenly by their logarithm, and have four digits, or more where
 * the ends are close to each other
 * @param options the generator, and how many
 * @returns the settings; fewer than `count` if there are no more
 * @throws {RangeError} if a setting has no values, a range is not one, or
 * `count` is not a whole number from 1
 *
 * @example
 * ```ts
 * import { randomSettings, TorchGenerator } from "@makemore/mlp/core";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const settings = randomSettings({
 *   hiddenSize: [100, 200, 300],
 *   learningRate: { from: 0.05, to: 0.5, log: true },
 * }, { generator: new TorchGenerator(1), count: 20 });
 * assertEquals(settings.length, 20);
 * assert(settings.every(({ learningRate: rate }) => rate >= 0.05 && rate <= 0.5));
 * ```
 */
export function randomSettings<const Choices extends SettingChoices>(
  choices: Choices,
  options: RandomSettingsOptions,
): SettingValues<Choices>[] {
  const { generator, count } = options;
  checkWhole("count", count, 1);
  const entries = Object.entries(choices);
  for (const [name, of] of entries) check(name, of);
  const numbers = new Map<unknown, number>(); // one for each value
  const numberOf = (value: unknown) =>
    numbers.get(value) ?? numbers.set(value, numbers.size).size - 1;
  const drawn = new Map<string, Record<string, unknown>>();
  for (let repeats = 0; drawn.size < count && repeats < MOST_REPEATS;) {
    const settings = Object.fromEntries(entries.map(([name, of]) => {
      const share = generator.random() / 2 ** 32;
      const value = isRange(of)
        ? valueAt(of, share, of.whole ? 0.5 : 0)
        : of[Math.floor(share * of.length)];
      return [name, value];
    }));
    const key = Object.values(settings).map(numberOf).join();
    repeats = drawn.has(key) ? repeats + 1 : 0;
    drawn.set(key, settings);
  }
  return [...drawn.values()] as SettingValues<Choices>[];
}

function isRange(of: readonly unknown[] | SettingRange): of is SettingRange {
  return !Array.isArray(of);
}

function check(name: string, of: readonly unknown[] | SettingRange): void {
  const refuse = (reason: string) => {
    throw new RangeError(`Cannot choose ${quote(name)}: ${reason}`);
  };
  if (!isRange(of)) {
    return of.length > 0 ? undefined : refuse("it has no values");
  }
  const { from, to, log, whole, points = 5 } = of;
  checkWhole("points", points, 2);
  if (!(from < to && Number.isFinite(to - from))) {
    refuse(
      `a range goes from a number to a larger one, not from ${from} to ${to}`,
    );
  }
  if (log && !(from > 0)) {
    refuse(`a range with log begins above 0, not at ${from}`);
  }
  if (whole && !(Number.isSafeInteger(from) && Number.isSafeInteger(to))) {
    refuse(`a range of whole numbers does not go from ${from} to ${to}`);
  }
}

/** Different values of a range, at equal distances. */
function pointsOf(range: SettingRange): number[] {
  const { points = 5 } = range;
  const values = Array.from(
    { length: points },
    (_, i) => valueAt(range, i / (points - 1)),
  );
  return [...new Set(values)];
}

/**
 * The value at a share of a range, from 0 to 1. Whole numbers are as likely at
 * its ends as elsewhere if it is drawn from half of one beyond them.
 */
function valueAt(range: SettingRange, share: number, beyond = 0): number {
  const { from, to, log, whole } = range;
  if (share === 0) return from;
  if (share === 1) return to;
  const [low, high] = [from - beyond, to + beyond];
  const exact = log ? low * (high / low) ** share : low + (high - low) * share;
  const value = whole
    ? Math.round(exact)
    : Number(exact.toPrecision(digitsOf(range)));
  return Math.min(to, Math.max(from, value));
}

/** How many digits tell the numbers of a range apart: four, or more. */
function digitsOf({ from, to, points = 5 }: SettingRange): number {
  const largest = Math.max(Math.abs(from), Math.abs(to));
  let span = (to - from) * Math.min(1, 100 / points);
  let digits = DIGITS;
  for (; span <= largest / 10; span *= 10) digits++;
  return digits;
}
