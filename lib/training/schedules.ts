/**
 * Schedules: the learning rate of each step.
 */

import { checkNotNegative, checkWhole } from "../errors/checks.ts";

/**
 * The learning rate of a step, counted from 0. Any function is a schedule.
 */
export type Schedule = (step: number) => number;

/**
 * The same learning rate at every step.
 *
 * @param rate the learning rate
 * @returns the schedule
 * @throws {RangeError} if the rate is not a finite number from 0
 *
 * @example
 * ```ts
 * import { constantRate } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constantRate(0.1)(99_999), 0.1);
 * ```
 */
export function constantRate(rate: number): Schedule {
  checkNotNegative("learning rate", rate);
  return () => rate;
}

/**
 * One learning rate before a step, and another from that step on. The lecture
 * trains with 0.1, and with 0.01 from step 100,000.
 *
 * @param rates the rate before and the rate after
 * @param at the first step with the second rate
 * @returns the schedule
 * @throws {RangeError} if a rate is not a finite number from 0, or the step is
 * not a whole number from 0
 *
 * @example The lecture's
 * ```ts
 * import { stepDecay } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = stepDecay([0.1, 0.01], 100_000);
 * assertEquals(schedule(99_999), 0.1);
 * assertEquals(schedule(100_000), 0.01);
 * ```
 */
export function stepDecay(
  rates: readonly [before: number, after: number],
  at: number,
): Schedule {
  const [before, after] = rates;
  checkNotNegative("learning rate", before);
  checkNotNegative("learning rate", after);
  checkSteps(at);
  return (step) => step < at ? before : after;
}

/**
 * A learning rate that falls along half a cosine, and then stays the same.
 *
 * Loshchilov and Hutter, "SGDR", 2017, without restarts:
 * `torch.optim.lr_scheduler.CosineAnnealingLR`.
 *
 * @param rates the rate at step 0, and the rate from step `steps` on
 * @param steps the number of steps of the fall
 * @returns the schedule
 * @throws {RangeError} if a rate is not a finite number from 0, or the number
 * of steps is not a whole number from 0
 *
 * @example
 * ```ts
 * import { cosineDecay } from "@makemore/mlp/core";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const schedule = cosineDecay([0.1, 0], 1000);
 * assertEquals(schedule(0), 0.1);
 * assertAlmostEquals(schedule(500), 0.05, 1e-12);
 * assertEquals(schedule(1000), 0);
 * ```
 */
export function cosineDecay(
  rates: readonly [first: number, last: number],
  steps: number,
): Schedule {
  const [first, last] = rates;
  checkNotNegative("learning rate", first);
  checkNotNegative("learning rate", last);
  checkSteps(steps);
  return (step) => {
    if (step >= steps) return last;
    const share = (1 + Math.cos((Math.PI * step) / steps)) / 2;
    return last + (first - last) * share;
  };
}

/**
 * A learning rate that falls as in the paper: `rate / (1 + decay · step)`. It
 * reaches half of its first value at step `1 / decay`. The paper uses 10⁻³ and
 * 10⁻⁸.
 *
 * Bengio et al. 2003, section 3.1.
 *
 * @param rate the rate at step 0, the paper's ε₀
 * @param decay how fast the rate falls, the paper's r
 * @returns the schedule
 * @throws {RangeError} if either is not a finite number from 0
 *
 * @example
 * ```ts
 * import { inverseDecay } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = inverseDecay(0.1, 1e-4);
 * assertEquals(schedule(0), 0.1);
 * assertEquals(schedule(10_000), 0.05);
 * ```
 */
export function inverseDecay(rate: number, decay: number): Schedule {
  checkNotNegative("learning rate", rate);
  checkNotNegative("decay of the learning rate", decay);
  return (step) => rate / (1 + decay * step);
}

/** Refuses a value that is not a number of steps. */
export function checkSteps(steps: number): void {
  checkWhole("number of steps", steps, 0);
}
