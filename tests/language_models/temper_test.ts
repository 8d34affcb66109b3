import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  byLikelihood,
  checkTempering,
  tempered,
} from "../../lib/language_models/temper.ts";

const logits = [0.5, 2, -1, 2];
const softmax = (logits: readonly number[]) => {
  const counts = logits.map(Math.exp);
  const sum = counts.reduce((a, b) => a + b);
  return Float64Array.from(counts, (count) => count / sum);
};

Deno.test("tempered() is the softmax of logits divided by the temperature", () => {
  for (const temperature of [0.1, 1, 3]) {
    const expected = softmax(logits.map((logit) => logit / temperature));
    tempered(softmax(logits), { temperature }).forEach((p, id) =>
      assertAlmostEquals(p, expected[id], 1e-15)
    );
  }
});

Deno.test("tempered() with top-k has a sum of 1 over the likeliest", () => {
  const probs = tempered(softmax(logits), { topK: 2 });
  assertEquals([...probs], [0, 0.5, 0, 0.5]);
  assertEquals([...tempered(softmax(logits), { topK: 1 })], [0, 1, 0, 0]);
  assertEquals(tempered(softmax(logits), { topK: 9 }), softmax(logits));
});

Deno.test("tempered() shares the probability of a token that is excluded", () => {
  const probs = Float64Array.of(0.1, 0.5, 0.3, 0.1);
  assertEquals([...tempered(probs, { excluded: 1 })].map((p) => p.toFixed(9)), [
    "0.200000000",
    "0.000000000",
    "0.600000000",
    "0.200000000",
  ]);
  assertEquals([...tempered(probs, { excluded: 1, topK: 1 })], [0, 0, 1, 0]);
});

Deno.test("tempered() makes all tokens equally likely if only the excluded one was", () => {
  const probs = Float64Array.of(0, 1, 0);
  assertEquals([...tempered(probs, { excluded: 1 })], [0.5, 0, 0.5]);
});

Deno.test("tempered() takes temperatures next to 0 and infinity", () => {
  assertEquals([...tempered(softmax([1, 0]), { temperature: 1e-320 })], [1, 0]);
  const flat = tempered(softmax([1, 0]), { temperature: 1e308 });
  assertEquals([...flat], [0.5, 0.5]);
});

Deno.test("byLikelihood() begins with the likeliest, of equals the smaller id", () => {
  assertEquals(byLikelihood(softmax(logits)), [1, 3, 0, 2]);
});

Deno.test("checkTempering() refuses what is out of range", () => {
  for (const temperature of [0, -1, NaN, Infinity]) {
    assertThrows(
      () => checkTempering({ temperature }),
      RangeError,
      `a temperature of ${temperature}`,
    );
  }
  for (const topK of [0, 1.5, NaN]) {
    assertThrows(() => checkTempering({ topK }), RangeError, `top-k ${topK}`);
  }
});
