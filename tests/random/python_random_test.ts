import { assertEquals, assertThrows } from "@std/assert";
import { PythonRandom } from "../../lib/random/python_random.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { pythonRandom } from "../oracles.ts";

for (const [seed, draws] of Object.entries(pythonRandom)) {
  Deno.test(`PythonRandom gives CPython's numbers for seed ${seed}`, () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    new PythonRandom(Number(seed)).shuffle(numbers);
    assertEquals(numbers, draws["shuffle(range(20))"]);
    const random = new PythonRandom(Number(seed));
    assertEquals(
      Array.from({ length: 5 }, () => random.random()),
      draws["5 times random()"],
    );
  });
}

Deno.test("PythonRandom takes seeds of any size, without regard to sign", () => {
  // CPython 3.11: random.seed(-(2**70)); random.random(), and for seed 0
  assertEquals(new PythonRandom(-(2n ** 70n)).random(), 0.2327882718301838);
  assertEquals(new PythonRandom(0).random(), 0.8444218515250481);
  assertEquals(
    new PythonRandom(42).random(),
    new PythonRandom(-42).random(),
  );
  assertThrows(() => new PythonRandom(1.5), RangeError, "1.5");
});

canonicalTest(
  "PythonRandom.shuffle() puts the lecture's names in its order",
  async () => {
    const words = [...canonicalWords()];
    new PythonRandom(42).shuffle(words);
    assertEquals(
      words.slice(0, 5),
      pythonRandom["42"]["shuffle(names.txt), first 5"],
    );
    const bytes = new TextEncoder().encode(words.join("\n"));
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    // CPython 3.11: sha256("\n".join(words))
    assertEquals(
      hash.toHex(),
      "aa6ef27b585ff29ec7ac0ff6bcd7ee9859fe76a4561ac4a32f8ac030dddd3ec3",
    );
  },
);
