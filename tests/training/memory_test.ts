/**
 * Memory on the way of a long run. `deno task long` trains for longer than this
 * test does by default:
 *
 *     deno test -A tests/training/memory_test.ts -- --steps 2000000
 */

import { assert, assertEquals } from "@std/assert";
import { sizeOption } from "../size_option.ts";

const steps = sizeOption("steps", 100_000);

/**
 * How much larger the process may be at the end than in the middle: memory that
 * the collector has freed goes back to the system only in part.
 */
const MOST_GROWTH = 1.1;

Deno.test(`trainSteps() needs no more memory after ${steps} steps than after half of them`, async () => {
  const program = new URL("long_run.ts", import.meta.url).href;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--v8-flags=--expose-gc", program, String(steps)],
  }).output();
  assertEquals(code, 0);
  const { middle, last } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(last.tensors, middle.tensors);
  const growth = last.bytes / middle.bytes;
  assert(growth < MOST_GROWTH, `the process has grown to ${growth} times`);
});
