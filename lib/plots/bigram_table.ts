import type * as Plot from "@observablehq/plot";
import { cellPaths, cellScale, tenth } from "./cells.ts";
import { customMark, drawChart, type Place } from "./chart.ts";
import { checkTable } from "./checks.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatCount } from "./format.ts";
import { blue } from "./palette.ts";
import { extent } from "./smoothing.ts";
import { createElement } from "./svg.ts";

const mostTokens = 40;
const shades = 30;
const cellSize = 33;
/** So blue that white is easier to read on it than black. */
const darkShade = 0.85 * shades;

/**
 * The table of pairs: one row for the first token, one column for the next, and
 * in each cell the pair and how often it occurs. The bluer a cell, the more
 * often its pair occurs, on a logarithmic scale; pairs that never occur have no
 * colour.
 *
 * @param counts How often each token follows each, whole numbers: [V, V].
 * @param tokens The V tokens in the order of the rows, at most 40.
 * @param options Heading, labels and size.
 * @throws {RangeError} If there are no tokens, more than 40, the table has not
 * as many rows and columns as there are tokens, or a count is not a whole
 * number from 0.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { bigramTable } from "@makemore/mlp/plots";
 *
 * const figure = bigramTable([[0, 2], [1, 3]], [".", "a"]);
 * assertStringIncludes(figure.description, "most frequent: aa 3, .a 2, a. 1");
 * ```
 */
export function bigramTable(
  counts: ArrayLike<ArrayLike<number>>,
  tokens: ArrayLike<string>,
  options: FigureOptions = {},
): Figure {
  const V = tokens.length;
  if (V === 0 || V > mostTokens) {
    throw new RangeError(
      `Cannot draw a table of pairs of ${V} tokens: it takes 1 to ${mostTokens}`,
    );
  }
  checkTable(counts, [V, V], {
    allows: (count) => Number.isSafeInteger(count) && count >= 0,
    words: "a whole number from 0",
  });
  const [, most] = extent(Array.from(counts, (row) => Array.from(row)).flat());
  const pairs = Array.from({ length: V * V }, (_, i): Pair => {
    const [row, column] = [Math.floor(i / V), i % V];
    const count = counts[row][column];
    const pair = tokens[row] + tokens[column];
    return { row, column, pair, count, shade: shadeOf(count, most) };
  });
  const ranked = pairs.toSorted((a, b) => b.count - a.count);
  const frequent = ranked.slice(0, 5).map(({ pair, count }) =>
    `${pair} ${formatCount(count)}`
  );
  const never = pairs.filter(({ count }) => count === 0).length;
  const scale: Plot.ScaleOptions = {
    ...cellScale(V),
    ticks: Array.from(tokens, (_, id) => id) as never,
    tickFormat: (id: number) => tokens[id],
    tickSize: 0,
  };
  return drawChart({
    title: "How often each pair occurs",
    description: `Table of ${V} × ${V} pairs, most frequent: ` +
      `${frequent.join(", ")}; ${formatCount(never)} pairs never occur.`,
    xLabel: "next character",
    yLabel: "character",
    width: Math.max(480, 48 + 16 + cellSize * V),
    height: 112 + 58 + cellSize * V,
    legend: [{
      label: "the bluer, the more often (logarithmic scale); no blue: never",
      colour: blue,
      sample: "square",
    }],
    plot: {
      marginTop: 112,
      marginLeft: 48,
      marginRight: 16,
      x: { ...scale, axis: "both" },
      y: { ...scale, reverse: true },
      marks: [
        customMark((place) => drawShades(pairs, V, place)),
        customMark((place) => writePairs(pairs, "currentColor", place)),
        customMark((place) => writePairs(pairs, "white", place)),
      ],
    },
  }, options);
}

interface Pair {
  row: number;
  column: number;
  pair: string;
  count: number;
  shade: number;
}

/** From 0, never, to `shades`; once has a shade too, unlike never. */
function shadeOf(count: number, most: number): number {
  if (count === 0) return 0;
  if (most === 1) return shades;
  return Math.max(2, Math.round(shades * Math.log(count) / Math.log(most)));
}

/** The cells of the pairs that occur. */
function drawShades(pairs: readonly Pair[], V: number, place: Place) {
  const shade = (row: number, column: number) => pairs[row * V + column].shade;
  const paths = cellPaths(V, V, shade, place);
  paths.delete(0);
  return createElement(
    "g",
    { "aria-label": "cells", fill: blue, "shape-rendering": "crispEdges" },
    ...[...paths].sort(([a], [b]) => a - b).map(([shade, d]) => {
      const opacity = (shade / shades).toFixed(2);
      return createElement("path", { d, "fill-opacity": opacity });
    }),
  );
}

/** The pairs, and below them how often they occur: white on dark cells. */
function writePairs(
  pairs: readonly Pair[],
  fill: "currentColor" | "white",
  { x, y }: Place,
) {
  const shown = pairs.filter(({ shade }) =>
    shade > darkShade === (fill === "white")
  );
  const write = (key: "pair" | "count", size: number, down: number) =>
    createElement(
      "g",
      { "aria-label": `${key}s`, "font-size": size },
      ...shown.map((pair) => {
        const [at, base] = [x(pair.column), y(pair.row + down)].map(tenth);
        return createElement("text", { x: at, y: base }, String(pair[key]));
      }),
    );
  const lines = [write("pair", 10, -0.08), write("count", 11, 0.32)];
  return createElement("g", { fill }, ...lines);
}
