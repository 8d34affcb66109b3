import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue } from "./palette.ts";
import { createElement, type SvgDocument, type SvgElement } from "./svg.ts";
import { formatCount } from "./words.ts";

const mostTokens = 40;
const levels = 30;
const cellSize = 33;
/** So blue that white is easier to read on it than black. */
const darkLevel = 0.85 * levels;

/**
 * The table of pairs: one row for the first token, one column for the next, in
 * each cell the pair and how often it occurs. The bluer, the more often, on a
 * logarithmic scale; cells without colour are pairs that never occur.
 *
 * @param counts How often each token follows each, whole numbers: [V, V].
 * @param tokens The V tokens in the order of the rows, at most 40.
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
  const pairs = check(counts, tokens);
  const ranked = pairs.toSorted((a, b) => b.count - a.count);
  const never = pairs.filter(({ count }) => count === 0).length;
  const ticks = {
    ticks: Array.from(tokens, (_, id) => id + 0.5) as never,
    tickFormat: (at: number) => tokens[at - 0.5],
    tickSize: 0,
  };
  return drawChart({
    title: options.title ?? "How often each pair occurs",
    description: `Table of ${V} × ${V} pairs, most frequent: ${
      ranked.slice(0, 5).map(({ pair, count }) =>
        `${pair} ${formatCount(count)}`
      ).join(", ")
    }; ${formatCount(never)} pairs never occur.`,
    width: options.width ?? Math.max(480, 48 + 16 + cellSize * V),
    height: options.height ?? 112 + 58 + cellSize * V,
    legend: [{
      label: "the bluer, the more often (logarithmic scale); no blue: never",
      colour: blue,
      sample: "square",
    }],
    plot: {
      marginTop: 112,
      marginLeft: 48,
      marginRight: 16,
      x: {
        type: "linear",
        domain: [0, V],
        label: options.xLabel ?? "next character",
        axis: "both",
        ...ticks,
      },
      y: {
        type: "linear",
        domain: [0, V],
        reverse: true,
        label: options.yLabel ?? "character",
        ...ticks,
      },
      marks: [
        (_index, { x, y }, _channels, _dimensions, context) =>
          drawCells(
            pairs,
            x as (value: number) => number,
            y as (value: number) => number,
            (context as unknown as { document: SvgDocument }).document,
          ) as never,
      ],
    },
  });
}

interface Pair {
  pair: string;
  row: number;
  column: number;
  count: number;
  /** From 0, never, to `levels`, most often. */
  level: number;
}

/** One path a shade of blue, and the texts on them. */
function drawCells(
  pairs: readonly Pair[],
  x: (column: number) => number,
  y: (row: number) => number,
  document: SvgDocument,
): SvgElement {
  const cells = createElement(document, "g", {
    "aria-label": "cells",
    fill: blue,
    "shape-rendering": "crispEdges",
  });
  const shades = Map.groupBy(pairs, ({ level }) => level);
  for (let level = 1; level <= levels; level++) {
    const squares = shades.get(level)?.map(({ row, column }) =>
      `M${edge(x(column))},${edge(y(row))}H${edge(x(column + 1))}` +
      `V${edge(y(row + 1))}H${edge(x(column))}Z`
    );
    if (!squares) continue;
    cells.append(createElement(document, "path", {
      d: squares.join(""),
      "fill-opacity": (level / levels).toFixed(2),
    }));
  }
  const group = createElement(document, "g", { class: "cells" });
  group.append(
    cells,
    drawTexts(
      pairs.filter(({ level }) => level <= darkLevel),
      { fill: "currentColor" },
      x,
      y,
      document,
    ),
    drawTexts(
      pairs.filter(({ level }) => level > darkLevel),
      { fill: "white" },
      x,
      y,
      document,
    ),
  );
  return group;
}

function drawTexts(
  pairs: readonly Pair[],
  attributes: Record<string, string>,
  x: (column: number) => number,
  y: (row: number) => number,
  document: SvgDocument,
): SvgElement {
  const group = createElement(document, "g", attributes);
  const lines = [
    { label: "pairs", text: ({ pair }: Pair) => pair, size: 10, down: 0.42 },
    {
      label: "counts",
      text: ({ count }: Pair) => String(count),
      size: 11,
      down: 0.82,
    },
  ];
  for (const { label, text, size, down } of lines) {
    const texts = createElement(document, "g", {
      "aria-label": label,
      "font-size": size,
    });
    for (const pair of pairs) {
      texts.append(createElement(document, "text", {
        x: edge(x(pair.column + 0.5)),
        y: edge(y(pair.row + down)),
      }, text(pair)));
    }
    group.append(texts);
  }
  return group;
}

function edge(position: number): string {
  return String(Math.round(10 * position) / 10);
}

function check(
  counts: ArrayLike<ArrayLike<number>>,
  tokens: ArrayLike<string>,
): Pair[] {
  const V = tokens.length;
  if (V === 0 || V > mostTokens) {
    throw new RangeError(
      `Cannot draw a table of pairs of ${V} tokens: it takes 1 to ${mostTokens}`,
    );
  }
  if (counts.length !== V) {
    throw new RangeError(
      `Cannot draw a table of ${counts.length} rows with ${V} tokens`,
    );
  }
  const pairs: Pair[] = [];
  for (let row = 0; row < V; row++) {
    if (counts[row].length !== V) {
      throw new RangeError(
        `Cannot draw row ${row}: it has ${
          counts[row].length
        } counts, and there are ${V} tokens`,
      );
    }
    for (let column = 0; column < V; column++) {
      const pair = tokens[row] + tokens[column];
      const count = counts[row][column];
      if (!Number.isSafeInteger(count) || count < 0) {
        throw new RangeError(
          `Cannot draw the count of "${pair}": it is ${count}, not a whole number from 0`,
        );
      }
      pairs.push({ pair, row, column, count, level: 0 });
    }
  }
  const most = Math.max(...pairs.map(({ count }) => count));
  for (const pair of pairs) {
    if (pair.count === 0) continue;
    // Once is a shade too: that is what tells it from never.
    pair.level = most === 1 ? levels : Math.max(
      2,
      Math.round(levels * Math.log(pair.count) / Math.log(most)),
    );
  }
  return pairs;
}
