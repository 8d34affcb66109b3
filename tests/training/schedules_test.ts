import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  constantRate,
  cosineDecay,
  inverseDecay,
  stepDecay,
} from "../../core.ts";

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

Deno.test("cosineDecay() has the rates of CosineAnnealingLR", () => {
  // torch: eta_min + (base - eta_min) * (1 + cos(pi * t / T)) / 2
  // base 0.1, eta_min 0.001, T 10: at t = 3
  const schedule = cosineDecay([0.1, 0.001], 10);
  assertAlmostEquals(schedule(3), 0.07959536998847742, 1e-15);
  assertEquals(schedule(0), 0.1);
  assertEquals(schedule(10), 0.001);
  assertEquals(schedule(11), 0.001);
});

Deno.test("inverseDecay() is the paper's ε₀ / (1 + r·t)", () => {
  // the paper's, after an epoch of 800,000 words and at the halving
  const schedule = inverseDecay(1e-3, 1e-8);
  assertEquals(schedule(0), 1e-3);
  assertAlmostEquals(schedule(800_000), 1e-3 / 1.008, 1e-18);
  assertEquals(schedule(100_000_000), 0.5e-3);
  assertEquals(inverseDecay(0.1, 0)(1e9), 0.1);
  assertThrows(() => inverseDecay(-1, 0), RangeError, "-1");
  assertThrows(() => inverseDecay(0.1, -1e-8), RangeError, "-1e-8");
  assertThrows(() => inverseDecay(0.1, NaN), RangeError, "NaN");
});

Deno.test("stepDecay() and the other schedules refuse what is out of range", () => {
  assertThrows(() => constantRate(-1), RangeError, "-1");
  assertThrows(() => constantRate(NaN), RangeError, "NaN");
  assertThrows(() => stepDecay([0.1, Infinity], 5), RangeError, "Infinity");
  assertThrows(() => stepDecay([0.1, 0.1], 0.5), RangeError, "0.5");
  assertThrows(() => cosineDecay([0.1, 0.1], -5), RangeError, "-5");
});
