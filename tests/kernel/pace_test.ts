import { assert, assertEquals } from "@std/assert";
import { Pace, paceOf } from "../../lib/kernel/pace.ts";

/** How many of so many times work is for two, which takes them so long. */
function timesForTwo(pace: Pace, times: number, ofTwo: number): number {
  let count = 0;
  for (let i = 0; i < times; i++) {
    if (pace.isForTwo()) {
      count++;
      pace.ofTwo(ofTwo);
    } else pace.ofOne(10);
  }
  return count;
}

Deno.test("Pace is for one at first, and then for two as long as they are faster", () => {
  assertEquals(timesForTwo(new Pace(), 1, 9), 0);
  assertEquals(timesForTwo(new Pace(), 100, 9), 99);
});

Deno.test("Pace is seldom for two where they are slower", () => {
  // Once alone, three times together, ten times alone; then together once, and
  // alone twice as often each time, up to 640 times.
  assertEquals(timesForTwo(new Pace(), 1 + 3 + 10, 11), 3);
  assertEquals(timesForTwo(new Pace(), 1 + 3 + 10 + 1 + 20 + 1 + 40, 11), 5);
  // Those with rests of 10 to 320 are over after 639 times.
  const further = Math.ceil((100_000 - 639) / 641);
  assertEquals(timesForTwo(new Pace(), 100_000, 11), 3 + 5 + further);
});

Deno.test("Pace forgives two of being slower now and then", () => {
  const pace = new Pace();
  pace.ofOne(10);
  for (let i = 0; i < 100; i++) {
    assertEquals(pace.isForTwo(), true);
    pace.ofTwo(i % 3 === 0 ? 9 : 11);
  }
});

Deno.test("Pace goes by how fast one was last", () => {
  const pace = new Pace();
  pace.ofOne(10);
  for (let i = 0; i < 3; i++) pace.ofTwo(11);
  for (let i = 0; i < 10; i++) {
    assertEquals(pace.isForTwo(), false);
    pace.ofOne(20); // the machine is busy now
  }
  for (let i = 0; i < 10; i++) {
    assertEquals(pace.isForTwo(), true);
    pace.ofTwo(15);
  }
});

Deno.test("paceOf() remembers kinds of work, but not for ever", () => {
  const pace = paceOf("one");
  assert(paceOf("one") === pace);
  for (let i = 0; i < 100; i++) paceOf(`other ${i}`);
  assert(paceOf("one") !== pace);
});
