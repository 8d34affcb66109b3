import { cellPaths, checkTable, tenth } from "./cells.ts";
import { customMark, drawChart, type Place } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatCount } from "./format.ts";
import { blue } from "./palette.ts";
import { createElement, type SvgElement } from "./svg.ts";

const mostTokens = 40;
const shades = 30;
const cellSize = 33;
/** So blue that white is easier to read on it than black. */
const darkShade = 0.85 * shades;

/**
 * The table of pairs: one row for the first token, one column for the next, in
 * each cell the pair and how often it occurs. The bluer, the more often, on a
 * logarithmic scale; cells without colour are pairs that never occur.
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
  const whole = (count: number) => Number.isSafeInteger(count) && count >= 0;
  checkTable(counts, V, V, whole, "a whole number from 0");
  const pairs = Array.from(
    tokens,
    (first, row) =>
      Array.from(tokens, (next, column): Pair => {
        const count = counts[row][column];
        return { text: first + next, row, column, count };
      }),
  ).flat();
  const ranked = pairs.toSorted((a, b) => b.count - a.count);
  const never = pairs.filter(({ count }) => count === 0).length;
  const most = ranked[0].count;
  const ticks = {
    ticks: Array.from(tokens, (_, id) => id + 0.5) as never,
    tickFormat: (at: number) => tokens[at - 0.5],
    tickSize: 0,
  };
  return drawChart({
    title: "How often each pair occurs",
    description: `Table of ${V} × ${V} pairs, most frequent: ${
      ranked.slice(0, 5).map(({ text, count }) =>
        `${text} ${formatCount(count)}`
      ).join(", ")
    }; ${formatCount(never)} pairs never occur.`,
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
      x: { type: "linear", domain: [0, V], axis: "both", ...ticks },
      y: { type: "linear", domain: [0, V], reverse: true, ...ticks },
      marks: [
        customMark((place) => {
          const cell = (row: number, column: number) =>
            shade(counts[row][column], most);
          const paths = cellPaths({ rows: V, columns: V, cell }, place);
          paths.delete(0);
          return createElement(
            "g",
            { class: "cells" },
            createElement(
              "g",
              {
                "aria-label": "cells",
                fill: blue,
                "shape-rendering": "crispEdges",
              },
              ...[...paths].sort(([a], [b]) => a - b).map(([shade, d]) => {
                const opacity = (shade / shades).toFixed(2);
                return createElement("path", { d, "fill-opacity": opacity });
              }),
            ),
            ...["currentColor", "white"].map((fill) => {
              const dark = fill === "white";
              const shown = pairs.filter(({ count }) =>
                shade(count, most) > darkShade === dark
              );
              return createElement("g", { fill }, ...writePairs(shown, place));
            }),
          );
        }),
      ],
    },
  }, options);
}

interface Pair {
  text: string;
  row: number;
  column: number;
  count: number;
}

/** From 0, never, to `shades`; once has a shade too, unlike never. */
function shade(count: number, most: number): number {
  if (count === 0) return 0;
  if (most === 1) return shades;
  return Math.max(2, Math.round(shades * Math.log(count) / Math.log(most)));
}

/** The pairs, and below them how often they occur. */
function writePairs(pairs: readonly Pair[], { x, y }: Place): SvgElement[] {
  const write = (
    label: string,
    size: number,
    down: number,
    text: (pair: Pair) => string,
  ) =>
    createElement(
      "g",
      { "aria-label": label, "font-size": size },
      ...pairs.map((pair) =>
        createElement("text", {
          x: tenth(x(pair.column + 0.5)),
          y: tenth(y(pair.row + down)),
        }, text(pair))
      ),
    );
  return [
    write("pairs", 10, 0.42, ({ text }) => text),
    write("counts", 11, 0.82, ({ count }) => String(count)),
  ];
}
