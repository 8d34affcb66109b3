/**
 * The figures outside of a browser: resvg knows neither CSS variables nor
 * `prefers-color-scheme`, like many programs that turn an SVG into pixels.
 */

import { assert, assertEquals } from "@std/assert";
import { Resvg } from "@resvg/resvg-js";
import { blue, ink, paper } from "../../lib/plots/palette.ts";
import { exampleFigures } from "../figures.ts";

for (const [name, figure] of Object.entries(exampleFigures())) {
  Deno.test(`${name}.svg has dark ink on light paper in resvg`, () => {
    const colours = render(figure.svg);
    const most = Math.max(...colours.values());
    assertEquals(colours.get(paper.light), most, "the background");
    assert(colours.has(ink.light), "the ticks of the axes");
    const dark = [...colours.keys()].filter((colour) =>
      channels(colour).every((channel) => channel < 0x60)
    );
    const inked = dark.reduce((sum, colour) => sum + colours.get(colour)!, 0);
    assert(inked < 0.15 * figure.width * figure.height, `${inked} dark pixels`);
    assert(!figure.svg.includes("var("), "a CSS variable");
  });
}

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
  const counts = new Map<string, number>();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = "#" + [...pixels.subarray(at, at + 3)]
      .map((channel) => channel.toString(16).padStart(2, "0"))
      .join("").toUpperCase();
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
