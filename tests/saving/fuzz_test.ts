import { assert } from "@std/assert";
import { fuzzCheckpoints, fuzzWordLists } from "../../tools/fuzz.ts";

// The seeds are fixed, so that a failure is not a matter of luck; `deno task
// fuzz` draws a new one each time and prints it.

Deno.test("decodeCheckpoint() reads or refuses 2,000 damaged checkpoints, seed 1", () => {
  const { valid, refusals } = fuzzCheckpoints({ seed: 1, runs: 2_000 });
  assert(valid > 50, `${valid} were read`);
  assert(refusals.size > 40, `refused in ${refusals.size} ways`);
});

Deno.test("parseWords() reads or refuses 2,000 word lists, seed 1", () => {
  const { valid, refusals } = fuzzWordLists({ seed: 1, runs: 2_000 });
  assert(valid > 50, `${valid} were read`);
  assert(refusals.size > 4, `refused in ${refusals.size} ways`);
});
