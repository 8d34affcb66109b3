import { assertEquals, assertThrows } from "@std/assert";
import { trialScatter } from "../../lib/plots/mod.ts";
import { find, texts } from "../svg.ts";

const trial = (loss: number, settings: Record<string, string | number>) => ({
  loss,
  settings,
});

Deno.test("trialScatter() has a panel for each setting that differs, and names the best", () => {
  const figure = trialScatter([
    trial(2.2, { size: 100, start: "randn", steps: 5 }),
    trial(2.1, { size: 200, start: "scaled", steps: 5 }),
    trial(2.3, { size: 300, start: "randn", steps: 5 }),
  ]);
  assertEquals(
    figure.description,
    "Scatter plots of the losses of 3 trials against size, start. The best " +
      "has 2.1 with size 200, start scaled.",
  );
  const written = texts(figure, "text");
  for (
    const text of ["size", "start", "100", "200", "300", "randn", "scaled"]
  ) {
    assertEquals(written.filter((one) => one === text).length, 1, text);
  }
  assertEquals(written.includes("steps"), false);
});

Deno.test("trialScatter() draws what is far worse at the top, so that the rest can be told apart", () => {
  const losses = [2, 2.01, 2.02, 2.03, 9, 1e6];
  const figure = trialScatter(
    losses.map((loss, size) => trial(loss, { size })),
  );
  assertEquals(
    figure.description.match(/\d+ far worse.*/)?.[0],
    "2 far worse are drawn at the top.",
  );
  assertEquals(texts(figure, ".legend text"), [
    "trial",
    "far worse",
    "the best, 2",
  ]);
});

Deno.test("trialScatter() draws a hundred values and values of several kinds", () => {
  const many = Array.from({ length: 100 }, (_, i) =>
    trial(2 + i / 100, {
      rate: 1e-6 * 1.1 ** i,
      batch: i % 3 ? 2 ** (i % 7) : "all",
    }));
  const figure = trialScatter(many);
  const written = texts(figure, "text");
  for (const text of ["all", "64", "1e-5"]) {
    assertEquals(written.includes(text), true, `${text} in ${written}`);
  }
  // the picture of one trial in each panel, and those of the legend
  assertEquals(find(figure, "g[aria-label=dot] path, circle").length > 0, true);
});

Deno.test("trialScatter() refuses trials that do not differ, and losses that are not finite", () => {
  assertThrows(
    () => trialScatter([trial(2, { size: 1 }), trial(3, { size: 1 })]),
    RangeError,
    "Cannot draw 2 trials: they differ in no setting",
  );
  assertThrows(
    () => trialScatter([trial(2, { size: 1 }), trial(NaN, { size: 2 })]),
    RangeError,
    "Cannot draw a trial whose loss is NaN",
  );
});
