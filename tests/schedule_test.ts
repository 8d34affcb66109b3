import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { constantRate, cosineDecay, stepDecay } from "../lib/schedule.ts";

Deno.test("constantRate() is the same at every step", () => {
  assertEquals([0, 1, 1e6].map(constantRate(0.1)), [0.1, 0.1, 0.1]);
});

Deno.test("stepDecay() changes at the step, as the lecture does", () => {
  // lr = 0.1 if i < 100000 else 0.01
  const schedule = stepDecay([0.1, 0.01], 100_000);
  assertEquals([0, 99_999, 100_000, 199_999].map(schedule), [
    0.1,
    0.1,
    0.01,
    0.01,
  ]);
});

Deno.test("cosineDecay() gives the rates of CosineAnnealingLR", () => {
  // torch: eta_min + (base - eta_min) * (1 + cos(pi * t / T)) / 2
  // base 0.1, eta_min 0.001, T 10: at t = 3
  const schedule = cosineDecay([0.1, 0.001], 10);
  assertAlmostEquals(schedule(3), 0.07959536998847742, 1e-15);
  assertEquals(schedule(0), 0.1);
  assertEquals(schedule(10), 0.001);
  assertEquals(schedule(11), 0.001);
});

Deno.test("schedules refuse rates and steps that are none", () => {
  assertThrows(() => constantRate(-1), RangeError, "-1");
  assertThrows(() => constantRate(NaN), RangeError, "NaN");
  assertThrows(() => stepDecay([0.1, Infinity], 5), RangeError, "Infinity");
  assertThrows(() => stepDecay([0.1, 0.1], 0.5), RangeError, "0.5");
  assertThrows(() => cosineDecay([0.1, 0.1], -5), RangeError, "-5");
});
