import { assertEquals, assertThrows } from "@std/assert";
import { isShortOfMemory, judging } from "../../cli/judging.ts";
import { Kernel, OutOfMemoryError, UsageError } from "../../core.ts";

Deno.test("judging() makes a RangeError of an argument a matter of usage", () => {
  assertEquals(judging(() => 3), 3);
  const refused = () => {
    throw new RangeError("Cannot use top-k 0");
  };
  assertThrows(() => judging(refused), UsageError, "Cannot use top-k 0");
});

Deno.test("judging() leaves what there is no memory for as it is", () => {
  const sizes = { vocabularySize: 65_535, contextLength: 3 };
  const large = { ...sizes, embeddingSize: 10_000, hiddenSize: 100_000 };
  assertThrows(() => judging(() => new Kernel(large)), OutOfMemoryError);
  const error = assertThrows(() => judging(() => new Uint8Array(2 ** 53)));
  assertEquals(isShortOfMemory(error), true);
  assertEquals(isShortOfMemory(new RangeError("Cannot use top-k 0")), false);
});
