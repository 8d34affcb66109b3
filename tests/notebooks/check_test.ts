import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { verdict } from "../../notebooks/check.ts";

const right = tf.tensor2d([[1, -2, 3], [0.5, 4, -6]]);

Deno.test("verdict() says exact, or close where only rounding differs", () => {
  assertEquals(
    verdict(right.clone(), right),
    "exact. All 6 elements are equal.",
  );
  assertMatch(
    verdict(right.mul(1 + 1e-6), right),
    /^close\. Only rounding differs, by at most 1e-6 of the largest element\.$/,
  );
  assertMatch(verdict(right.mul(1.001), right), /^not yet/);
});

Deno.test("verdict() names the element that is furthest off", () => {
  const mine = tf.tensor2d([[1, -2, 3], [0.75, 9, -6]]);
  assertEquals(
    verdict(mine, right),
    "not yet. 2 of 6 elements are wrong, most of all [1, 1]: yours is 9, it must be 4.",
  );
});

Deno.test("verdict() recognises the usual slips", () => {
  for (
    const [mine, hint] of [
      [tf.zerosLike(right), "not yet. Still nothing but zeros."],
      [right.neg(), "Hint: its sign is wrong."],
      [
        right.mul(32),
        "Hint: it is 32 times too large, so a division is missing.",
      ],
      [right.div(-32), "its sign is wrong, and it is 32 times too small"],
      [right.transpose(), "[3,2], but it must be [2,3]. Hint: the right size"],
      [right.flatten(), "reshape()"],
      [right.expandDims(0).tile([4, 1, 1]), "must be added up, sum()"],
      [tf.tensor2d([[1, -2, 3], [0.5, 4, NaN]]), "[1, 2]: yours is NaN"],
      [tf.tensor2d([[1, -2, 3], [0.5, 4, NaN]]), "dividing by 0"],
    ] as const
  ) {
    assertStringIncludes(verdict(mine, right), hint);
  }
  assertStringIncludes(
    verdict(right.sum(1), right.sum(0)),
    "summed over the wrong axis?",
  );
});

Deno.test("verdict() sees a mistake beside an element that is a million times larger", () => {
  const large = Array.from({ length: 20 }, (_, i) => i === 3 ? -2e6 : 0.5 + i);
  const forgotten = large.map((value) => value - 0.25);
  assertMatch(
    verdict(tf.tensor1d(forgotten), tf.tensor1d(large)),
    /^not yet\. 19 of 20 elements are wrong, .*yours is [\d.]+, it must be [\d.]+\.$/,
  );
});
