import { assertEquals } from "@std/assert";
import { counted } from "../../lib/errors/counted.ts";

Deno.test("counted() has the singular for 1 alone", () => {
  const shown = [0, 1, 2].map((count) => counted(count, "new words"));
  assertEquals(shown, ["0 new words", "1 new word", "2 new words"]);
});
