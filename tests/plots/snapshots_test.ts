/**
 * Every figure beside its committed SVG; and outside of a browser: resvg knows
 * neither CSS variables nor `prefers-color-scheme`, like many programs that
 * turn an SVG into pixels.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Resvg } from "@resvg/resvg-js";
import { blue, ink, paper } from "../../lib/plots/palette.ts";
import { exampleFigures, figureFile } from "../figures.ts";
import { find, texts } from "../svg.ts";

for (const [name, figure] of Object.entries(exampleFigures())) {
  Deno.test(`${name}.svg is what its figure draws`, async () => {
    assertEquals(figure.svg, await Deno.readTextFile(figureFile(name)));
  });

  Deno.test(`${name}.svg stands alone, with a title and a description`, () => {
    const [svg] = find(figure, "svg");
    assertEquals(svg.getAttribute("xmlns"), "http://www.w3.org/2000/svg");
    assertEquals(svg.getAttribute("role"), "img");
    assertEquals(texts(figure, "svg > title"), [figure.title]);
    assertEquals(texts(figure, "svg > desc"), [figure.description]);
    assertEquals(texts(figure, ".heading"), [figure.title]);
    assertMatch(texts(figure, ".y-label")[0] ?? "", /^[↑↓] \w/);
    assertMatch(texts(figure, ".x-label")[0] ?? "", /^\w.* →$/);
    assertStringIncludes(figure.svg, "prefers-color-scheme: dark");
    assert(
      !/NaN|undefined|null/.test(figure.svg),
      "a missing value was drawn",
    );
  });

  Deno.test(`${name}.svg has dark ink on light paper in resvg`, () => {
    const colours = render(figure.svg);
    assertEquals(colours.get(paper.light), Math.max(...colours.values()));
    assert(colours.has(ink.light), "the ticks of the axes");
    const dark = [...colours].filter(([colour]) =>
      /^#[0-5].[0-5].[0-5].$/.test(colour)
    );
    const inked = dark.reduce((sum, [, count]) => sum + count, 0);
    assert(inked < 0.15 * figure.width * figure.height, `${inked} dark pixels`);
    assert(!figure.svg.includes("var("), "a CSS variable");
  });
}

Deno.test("exampleFigures() draws the same bytes every time", () => {
  const first = exampleFigures();
  for (const [name, again] of Object.entries(exampleFigures())) {
    assertEquals(again.svg, first[name].svg);
  }
});

Deno.test("lossCurve() has its colour in resvg", () => {
  const colours = render(exampleFigures().loss_curve.svg);
  assert((colours.get(blue) ?? 0) > 100, "the pixels of the line");
});

Deno.test("network.svg has dark ink on light paper in resvg", async () => {
  const file = new URL("../../notebooks/figures/network.svg", import.meta.url);
  const colours = render(await Deno.readTextFile(file));
  assertEquals(colours.get(paper.light), Math.max(...colours.values()));
  assert(colours.has(ink.light));
});

/** How many pixels each colour has, as `#RRGGBB`. */
function render(svg: string): Map<string, number> {
  const { pixels } = new Resvg(svg).render();
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = pixels[at] << 16 | pixels[at + 1] << 8 | pixels[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const hex = (colour: number) => colour.toString(16).padStart(6, "0");
  return new Map(
    Array.from(
      counts,
      ([colour, count]) => [`#${hex(colour).toUpperCase()}`, count],
    ),
  );
}
