/** The worker of the playground, without a page. */

import { assertEquals, assertRejects } from "@std/assert";
import { decodeCheckpoint, setArithmetic } from "../../core.ts";
import { makeEngine } from "../../playground/engine.ts";
import { FIRST } from "../../playground/settings.ts";

Deno.test("makeEngine().read() keeps the list when it refuses the next one", async () => {
  const engine = makeEngine(() => {});
  const towns = Array.from({ length: 40 }, (_, i) => `tor${i}`);
  await engine.read(towns.join("\n"), "towns.txt");
  await assertRejects(
    () => engine.read("a\nb\nc", "short.txt"),
    RangeError,
    "Cannot split 3 words",
  );
  const { parts } = await engine.start({ ...FIRST, hiddenSize: 4 });
  assertEquals(parts, { train: 32, dev: 4, test: 4 });
  assertEquals(decodeCheckpoint(engine.save()).config.words, "towns.txt");
  setArithmetic("fused");
});
