/** The numbers that the playground shows. */

import { createHash } from "node:crypto";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createParameters, embeddedWords, TorchGenerator } from "../../core.ts";
import { backward, forward, toFloat64 } from "../../lib/kernel/reference.ts";
import { writeOut } from "../../playground/arithmetic.ts";
import { History } from "../../playground/history.ts";
import { LESSON } from "../../playground/lessons.ts";
import { lookAt, type Part } from "../../playground/look.ts";
import { planeOf } from "../../playground/plane.ts";
import { Run } from "../../playground/run.ts";
import { FIRST, LECTURE } from "../../playground/settings.ts";
import { sha256 } from "../../playground/sha256.ts";
import { Trails } from "../../playground/trails.ts";

const sizes = {
  ...{ vocabularySize: 5, contextLength: 3, embeddingSize: 2, hiddenSize: 4 },
};
const parameters = createParameters(sizes, {
  generator: new TorchGenerator(1),
});

Deno.test("sha256() is that of node:crypto", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * i);
    const wanted = createHash("sha256").update(bytes).digest("hex");
    assertEquals(sha256(bytes), wanted);
  }
});

Deno.test("lookAt() has the gradient of the reference, and the loss after its step", () => {
  const look = lookAt(parameters, [0, 3, 3], 2, 0.1);
  const weights = toFloat64(parameters);
  const all = { V: 5, T: 3, E: 2, H: 4 };
  const rows = { X: [0, 3, 3], Y: [2] };
  const wanted = backward(all, weights, rows, forward(all, weights, rows));
  for (const name of ["C", "W1", "b1", "W2", "b2"] as const) {
    wanted[name].forEach((d, i) =>
      assertAlmostEquals(look.gradient[name][i], d, 1e-12)
    );
    weights[name].forEach((_, i) => weights[name][i] -= 0.1 * wanted[name][i]);
  }
  assertAlmostEquals(look.lossAfter, forward(all, weights, rows).loss, 1e-12);
});

Deno.test("LESSON has the numbers of saturated units of its networks", () => {
  const { words } = embeddedWords();
  const counted = [LECTURE, FIRST].map((settings) => {
    const { parameters, vocabulary } = new Run(words, settings);
    const context = vocabulary.encode("emm");
    const { values } = lookAt(parameters, context, vocabulary.id("a"), 0.1);
    return values.h.filter((h) => Math.abs(h) > 0.99).length;
  });
  const { says } = LESSON.find(({ title }) => title === "Saturated units")!;
  assertEquals(says[1].match(/\d+/g)!.map(Number), [
    counted[0],
    LECTURE.hiddenSize,
    counted[1],
  ]);
});

Deno.test("writeOut() has terms that add up to the number", () => {
  const look = lookAt(parameters, [0, 3, 3], 2, 0.1);
  const tokens = [".", "a", "b", "c", "d"];
  const sums: [mode: "values" | "gradient", part: Part, rest: Float64Array][] =
    [
      ["values", "z", look.values.b1],
      ["values", "logits", look.values.b2],
      ["gradient", "h", new Float64Array(4)],
      ["gradient", "inputs", new Float64Array(6)],
    ];
  for (const [mode, part, rest] of sums) {
    for (let at = 0; at < rest.length; at++) {
      const { terms = [], value } = writeOut(look, mode, { part, at }, tokens);
      const sum = terms.reduce((sum, { a, b }) => sum + a * b, rest[at]);
      assertAlmostEquals(sum, value, 1e-12);
    }
  }
});

Deno.test("History keeps means in bounded memory", () => {
  const history = new History();
  for (let step = 0; step < 100_000; step += 10) {
    const losses = Float64Array.from({ length: 10 }, (_, i) => step + i);
    history.add(step + 10, losses);
    history.judge({ step, train: 1, dev: 2 });
  }
  const { buckets, judgements, width } = history;
  assertEquals(buckets.length < 600 && judgements.length < 600, true);
  buckets.forEach(({ end, loss }) =>
    assertAlmostEquals(loss, end - (width + 1) / 2, 1e-6)
  );
  assertEquals(judgements[0].step, 0);
});

Deno.test("Trails leaves out letters that are at no place", () => {
  const trails = new Trails();
  trails.take(0, Float32Array.of(-3, 2, 1, 4));
  const { box } = trails;
  trails.take(1, Float32Array.of(NaN, 0, Infinity, 0));
  assertEquals(trails.box, box);
  trails.take(2, Float32Array.of(-3, 2, 5, 4));
  const path = trails.path(1, (x) => x, (y) => y);
  assertEquals([path, trails.box.right], ["M1.0 4.0L5.0 4.0", 5]);
});

Deno.test("planeOf() does not flip or turn from one frame to the next", () => {
  const generator = new TorchGenerator(3);
  const C = generator.randn(20 * 6);
  let before = planeOf(C, 6);
  for (let frame = 0; frame < 30; frame++) {
    const drift = generator.randn(C.length);
    C.forEach((x, i) => C[i] = 0.98 * x + 0.02 * drift[i]);
    const plane = planeOf(C, 6, before);
    const moved = Math.max(...plane.map((x, i) => Math.abs(x - before[i])));
    assertEquals(moved < 1, true, `${moved}`);
    before = plane;
  }
  assertEquals([...planeOf(C.slice(0, 10), 2)], [...C.slice(0, 10)]);
});
