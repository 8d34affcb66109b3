import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  activationHeatMap,
  activationHistogram,
  display,
  embeddingMap,
  jupyterDisplay,
  learningRateFinder,
  liveFigure,
  lossCurve,
} from "../../lib/plots/mod.ts";
import { divergingColour } from "../../lib/plots/cells.ts";
import {
  blue,
  green,
  ink,
  paper,
  purple,
  vermillion,
} from "../../lib/plots/palette.ts";
import { buckets, movingMean } from "../../lib/plots/smoothing.ts";
import { logTicks } from "../../lib/plots/ticks.ts";
import { find, texts } from "../svg.ts";

const alphabet = [...".abcdefghijklmnopqrstuvwxyz"];

Deno.test("Figure shows itself as an SVG, as an image with its words, and in words", () => {
  const figure = lossCurve([3, 2], { title: 'Loss & "more" <é>' });
  assertEquals(Symbol.for("Jupyter.display"), jupyterDisplay);
  const { "text/markdown": image, ...others } = figure[jupyterDisplay]();
  assertEquals(others, {
    "image/svg+xml": figure.svg,
    "text/plain": `[${figure.title}] ${figure.description}`,
  });
  assertStringIncludes(
    image,
    'alt="[Loss &amp; &quot;more&quot; &lt;é&gt;] Line chart',
  );
  const [, base64] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(image)!;
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  assertEquals(new TextDecoder().decode(bytes), figure.svg);
  assertEquals(texts(figure, "svg > title"), [figure.title]);
});

Deno.test("Figure takes headings, labels and sizes from the options", () => {
  const figure = lossCurve([3, 2], {
    title: "A heading",
    xLabel: "power",
    yLabel: "cells",
    width: 500,
    height: 300,
  });
  assertEquals(texts(figure, ".heading"), ["A heading"]);
  assertEquals(texts(figure, ".x-label"), ["power →"]);
  assertEquals(texts(figure, ".y-label"), ["↑ cells"]);
  assertStringIncludes(figure.svg, 'viewBox="0 0 500 300"');
  assertEquals([figure.width, figure.height], [500, 300]);
});

Deno.test("lossCurve() says where each series starts and ends", () => {
  const figure = lossCurve([
    { name: "train", losses: new Float32Array([3.5, 2.5]) },
    { name: "dev", losses: [3.5, 3.75], steps: [0, 10] },
  ]);
  assertStringIncludes(figure.description, "train falls from 3.5 to 2.5");
  assertStringIncludes(figure.description, "dev goes from 3.5 to 3.75");
  const dashes = find(figure, '[aria-label="line"] g').map((line) =>
    line.getAttribute("stroke-dasharray")
  );
  assertEquals(dashes, [null, "7 3"]);
  assertEquals(texts(figure, ".legend text"), ["train", "dev"]);
});

Deno.test("lossCurve() leaves out losses that are not finite", () => {
  const figure = lossCurve([3, NaN, 2, Infinity], { logScale: true });
  assertStringIncludes(figure.description, "from 3 to 2 over 2 losses");
  assertThrows(() => lossCurve([]), RangeError, "no finite loss among 0");
  assertThrows(() => lossCurve([NaN]), RangeError, "no finite loss among 1");
  assertThrows(
    () => lossCurve([0, -1], { logScale: true }),
    RangeError,
    "no positive finite loss",
  );
  assertThrows(
    () => lossCurve([{ name: "dev", losses: [1, 2], steps: [1] }]),
    RangeError,
    'series "dev": it has 2 losses but 1 steps',
  );
});

Deno.test("lossCurve() and learningRateFinder() average a whole number of losses", () => {
  const losses = [3, 2.5, 2, 4];
  const learningRates = [0.001, 0.01, 0.1, 1];
  for (const smoothing of [0.2, 1.5, 0, -1, NaN, Infinity]) {
    for (
      const draw of [
        () => lossCurve(losses, { smoothing }),
        () => learningRateFinder({ learningRates, losses }, { smoothing }),
      ]
    ) {
      assertThrows(
        draw,
        RangeError,
        `Cannot use smoothing ${smoothing}: it must be a whole number from 1`,
      );
    }
  }
});

Deno.test("lossCurve() keeps the file small however many losses there are", () => {
  const losses = Float64Array.from({ length: 200_000 }, (_, i) => 2 + i % 7);
  const figure = lossCurve(losses, { smoothing: 1000 });
  assert(figure.svg.length < 60_000);
  assertEquals(texts(figure, ".legend text"), [
    "lowest to highest of each 400 steps",
    "mean of 1000 steps",
  ]);
});

Deno.test("movingMean() averages a window cut off at the ends", () => {
  assertEquals([...movingMean([1, 2, 6, 3], 1)], [1, 2, 6, 3]);
  assertEquals([...movingMean([1, 2, 6, 3], 3)], [1.5, 3, 11 / 3, 4.5]);
  assertEquals([...movingMean([1, NaN, 5], 3)], [1, 3, 5]);
});

Deno.test("buckets() hold the lowest, the highest and the mean", () => {
  assertEquals(buckets([0, 1, 2, 3, 4], [5, 1, 3, NaN, Infinity], 3), [
    { step: 1, low: 1, high: 5, mean: 3 },
  ]);
});

Deno.test("logTicks() are round, and few enough", () => {
  assertEquals(logTicks(0.001, 1, 8), [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]);
  assertEquals(logTicks(1.9, 4.2, 8), [2, 2.5, 3, 4]);
  assertEquals(logTicks(Math.fround(0.1), Math.fround(0.7), 3), [
    0.1,
    0.2,
    0.5,
  ]);
});

Deno.test("learningRateFinder() finds the valley and marks a rate", () => {
  const measured = {
    learningRates: new Float32Array([0.001, 0.01, 0.1, 1]),
    losses: new Float32Array([3.5, 3, 2.5, 40]),
  };
  const figure = learningRateFinder(measured, { smoothing: 1, marked: 0.1 });
  assertStringIncludes(figure.description, "it is lowest, 2.5, near 0.1.");
  assertStringIncludes(figure.description, "A vertical line marks 0.1.");
  assertEquals(find(figure, '[aria-label="rule"] line').length, 1);
  const exponents = learningRateFinder(measured, { xAxis: "exponent" });
  assertEquals(
    texts(exponents, '[aria-label="x-axis tick label"] text')[0],
    "−3.0",
  );
  assertEquals(find(exponents, '[aria-label="rule"] line').length, 0);
  assertThrows(
    () => learningRateFinder({ learningRates: [0.1, 0], losses: [1, 2] }),
    RangeError,
    "value 1 is 0, not above 0",
  );
  assertThrows(
    () => learningRateFinder({ learningRates: [0.1], losses: [1, 2] }),
    RangeError,
    "2 losses against 1 learning rates",
  );
  assertThrows(
    () =>
      learningRateFinder({ learningRates: [1, 2], losses: [NaN, Infinity] }),
    RangeError,
    "Cannot draw 2 losses: none of them is finite",
  );
});

Deno.test("embeddingMap() marks vowels by shape and by colour", () => {
  const figure = embeddingMap(
    alphabet.map((_, id) => [id % 5, id / 9]),
    alphabet,
  );
  const groups = find(figure, '[aria-label="dot"]');
  const marks = groups.map((group) => [
    group.getAttribute("fill"),
    [...group.querySelectorAll("path, circle")].length,
  ]);
  assertEquals(marks, [[vermillion, 5], [blue, 21], [green, 1]]);
  const outlines = groups.map((group) =>
    group.querySelector("path")?.getAttribute("d")?.replaceAll(/[-.\d,]/g, "")
  );
  assertEquals(outlines, ["MhvhZ", undefined, "MLLZ"]);
  assertStringIncludes(figure.description, "vowels a e i o u as squares");
  assertEquals(texts(figure, '[aria-label="text"] text'), alphabet);
  assertThrows(
    () => embeddingMap([[1, 2, 3]], ["a"]),
    RangeError,
    '"a" on a map: it has 3 numbers',
  );
  assertThrows(() => embeddingMap([[1, 2]], []), RangeError, "1 embeddings");
  for (const [x, y] of [[NaN, 1], [0, -Infinity]]) {
    assertThrows(
      () => embeddingMap([[1, 2], [x, y]], ["a", "b"]),
      RangeError,
      `Cannot draw the embedding of "b" on a map: its numbers, ` +
        `${x} and ${y}, must be finite`,
    );
  }
});

Deno.test("embeddingMap() moves letters apart that would cover each other", () => {
  const figure = embeddingMap(
    [[0, 0], [1, 1], [1, 1], [1.001, 1]],
    [...".abc"],
  );
  const at = find(figure, '[aria-label="text"] text').map((text) =>
    text.getAttribute("transform")!.match(/[\d.]+/g)!.map(Number)
  );
  assertEquals(at.length, 4);
  for (const [i, [x, y]] of at.entries()) {
    for (const [x2, y2] of at.slice(i + 1)) {
      assert(Math.hypot(x - x2, y - y2) >= 19.9, `${at}`);
    }
  }
  // Of three in a row, the one in the middle is drawn where it belongs.
  assertEquals(find(figure, '[aria-label="lead"] circle').length, 2);
});

Deno.test("embeddingMap() leaves more tokens than there is room for in their places", () => {
  const tokens = Array.from({ length: 1000 }, (_, id) => `w${id}`);
  const figure = embeddingMap(tokens.map((_, id) => [id % 7, id % 3]), tokens);
  assertEquals(find(figure, '[aria-label="dot"] circle').length, 1000);
  assertEquals(find(figure, '[aria-label="lead"] path').length, 0);
});

Deno.test("embeddingMap() marks the boundary by its name, and writes long tokens below", () => {
  for (const boundary of ["<w>", "<s>", "."]) {
    const tokens = [...new Set([boundary, ".", "the"])];
    const figure = embeddingMap(tokens.map((_, id) => [id, id]), tokens);
    const triangle = `boundary "${boundary}" as a triangle`;
    assertStringIncludes(figure.description, triangle);
    const colours = find(figure, '[aria-label="dot"]').map((group) =>
      group.getAttribute("fill")
    );
    assertEquals(colours, [blue, green]);
    const [inside, below] = find(figure, '[aria-label="text"]').map((group) =>
      [...group.querySelectorAll("text")].map(({ textContent }) => textContent)
    );
    assertEquals([inside, below], [["."], tokens.filter((it) => it !== ".")]);
  }
});

Deno.test("activationHistogram() counts what is saturated", () => {
  const figure = activationHistogram(
    new Float32Array([-1, -0.995, -0.5, 0, 0.5, 0.98, 1, 1]),
    { bins: 4 },
  );
  assertStringIncludes(figure.description, "50 % are saturated");
  assertEquals(texts(figure, ".legend text"), [
    "activations",
    "saturated, |h| > 0.99: 50 %",
  ]);
  const bars = find(figure, '[aria-label="rect"]').map((group) =>
    [...group.querySelectorAll("rect")].length
  );
  assertEquals(
    bars,
    [3, 2],
    "free in the last three bins, saturated at the ends",
  );
  assertThrows(() => activationHistogram([]), RangeError);
  assertThrows(() => activationHistogram([1.5]), RangeError, "value 0 is 1.5");
  assertThrows(() => activationHistogram([NaN]), RangeError, "value 0 is NaN");
  assertThrows(() => activationHistogram([0], { bins: 1 }), RangeError);
});

Deno.test("activationHeatMap() draws one cell a number, with a legend", () => {
  const figure = activationHeatMap(
    [new Float32Array([-1, 0, 1]), [-1, 0.5, 0.2]],
    { rowLabels: ["..e", ".em"] },
  );
  const paths = find(figure, '[aria-label="cells"] path').map((path) =>
    path.getAttribute("d") ?? ""
  );
  assertEquals(paths.length, 5, "the two of -1 are one path");
  assertEquals(paths.join("").split("M").length - 1, 6);
  assertEquals(find(figure, ".ramp rect").length, 41);
  assertEquals(texts(figure, ".ramp text"), ["−1", "0", "1", "activation h"]);
  assertEquals(
    texts(figure, '[aria-label="y-axis tick label"] text'),
    [".em", "..e"],
  );
  assertThrows(() => activationHeatMap([]), RangeError, "0 rows × 0 units");
  assertThrows(() => activationHeatMap([[1], [1, 2]]), RangeError, "row 1");
  assertThrows(() => activationHeatMap([[2]]), RangeError, "value 0 is 2");
  assertThrows(
    () => activationHeatMap([[1]], { rowLabels: [] }),
    RangeError,
    "1 rows with 0 labels",
  );
});

Deno.test("palette colours keep a contrast of 3 : 1 to both backgrounds", () => {
  for (const background of Object.values(paper)) {
    for (const colour of [blue, vermillion, green, purple]) {
      const ratio = contrast(colour, background);
      // Purple on white has 2.96, and is only ever the fourth series.
      assert(ratio >= 2.9, `${colour} on ${background}: ${ratio}`);
    }
  }
  assert(contrast(ink.light, paper.light) > 7);
  assert(contrast(ink.dark, paper.dark) > 7);
});

Deno.test("divergingColour() goes from blue over near white to vermillion", () => {
  assertEquals(divergingColour(-1), blue.toLowerCase());
  assertEquals(divergingColour(0), "#f7f7f7");
  assertEquals(divergingColour(1), vermillion.toLowerCase());
  assertEquals(divergingColour(7), divergingColour(1));
});

Deno.test("display() and liveFigure() say it in words outside of a notebook", async () => {
  const figure = lossCurve([3, 2]);
  const printed: unknown[] = [];
  const original = console.log;
  console.log = (...values: unknown[]) => printed.push(...values);
  try {
    await display(figure);
    const live = liveFigure();
    assertEquals(live.last, undefined);
    live.show(figure);
    await live.shown();
    assertEquals(live.last, figure);
  } finally {
    console.log = original;
  }
  assertEquals(printed, [figure.toString()]);
});

/** The contrast ratio of WCAG 2, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) =>
    a - b
  );
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045
      ? channel / 12.92
      : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

Deno.test("contrast() here agrees with the standard's own example", () => {
  assertAlmostEquals(contrast("#000000", "#FFFFFF"), 21, 1e-9);
});
