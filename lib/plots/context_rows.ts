import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, green, paper, vermillion } from "./palette.ts";
import { formatCount } from "./words.ts";

/** The rows of a table of counts: one for each context. */
export interface ContextRows {
  /** How many tokens a context has. */
  contextLength: number;
  /** How many different contexts there could be. */
  possible: number;
  /** How many different ones the text holds. */
  seen: number;
  /** How many of these it holds only once. */
  once: number;
}

/**
 * How many rows a table of counts has as its contexts grow, how many of them
 * the text fills, and how many rest on a single example. On a logarithmic
 * scale.
 *
 * @param rows From the shortest context to the longest.
 * @throws {RangeError} If there are none, or a number does not fit: `possible`
 * and `seen` are at least 1, `once` at least 0, and none is larger than the
 * one before. Where `once` is 0 nothing is drawn for it.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { contextRows } from "@makemore/mlp/plots";
 *
 * const figure = contextRows([
 *   { contextLength: 1, possible: 27, seen: 27, once: 0 },
 *   { contextLength: 2, possible: 729, seen: 602, once: 43 },
 * ]);
 * assertStringIncludes(figure.description, "2: 602 of 729, 43 only once");
 * ```
 */
export function contextRows(
  rows: readonly ContextRows[],
  options: FigureOptions = {},
): Figure {
  if (rows.length === 0) throw new RangeError("Cannot draw no rows");
  for (const { contextLength, possible, seen, once } of rows) {
    if (!(possible >= seen && seen >= 1 && seen >= once && once >= 0)) {
      throw new RangeError(
        `Cannot draw contexts of ${contextLength}: of ${possible} possible rows ${seen} are seen, ${once} only once`,
      );
    }
  }
  const line = (key: "possible" | "seen" | "once", colour: string) =>
    Plot.lineY(rows.filter((row) => row[key] > 0), {
      x: "contextLength",
      y: key,
      stroke: colour,
      strokeWidth: 2,
    });
  const dot = (
    key: "possible" | "seen" | "once",
    colour: string,
    symbol: "circle" | "square" | "triangle",
  ) =>
    Plot.dot(rows.filter((row) => row[key] > 0), {
      x: "contextLength",
      y: key,
      fill: colour,
      symbol,
      r: 6,
    });
  const text = (
    key: "possible" | "seen" | "once",
    shown: readonly ContextRows[],
    place: Plot.TextOptions,
  ) =>
    Plot.text(shown, {
      x: "contextLength",
      y: key,
      text: (row: ContextRows) => formatNumber(row[key]),
      ...place,
      stroke: paper.light,
      strokeWidth: 4,
      fill: "currentColor",
    });
  // where nearly all that is possible is seen, one label above serves both
  const apart = rows.filter(({ possible, seen }) => possible > 2 * seen);
  return drawChart({
    title: options.title ??
      "Rows of the table, and rows with something in them",
    description:
      `Line chart on a logarithmic scale, contexts seen of those possible, by their length: ${
        rows.map(({ contextLength, possible, seen, once }) =>
          `${contextLength}: ${formatCount(seen)} of ${
            formatCount(possible)
          }, ${formatCount(once)} only once`
        ).join("; ")
      }.`,
    width: options.width ?? 640,
    height: options.height ?? 520,
    legend: [
      { label: "possible rows", colour: vermillion, sample: "circle" },
      { label: "rows that occur", colour: blue, sample: "square" },
      { label: "that occur once", colour: green, sample: "triangle" },
    ],
    plot: {
      marginLeft: 100,
      x: {
        type: "point",
        domain: rows.map(({ contextLength }) => contextLength),
        label: options.xLabel ?? "context length (characters)",
        padding: 0.5,
      },
      y: {
        type: "log",
        label: options.yLabel ?? "rows (each line is ten times the one below)",
        grid: true,
        nice: true,
        ticks: 6,
        tickFormat: formatNumber,
      },
      marks: [
        line("possible", vermillion),
        line("seen", blue),
        line("once", green),
        dot("possible", vermillion, "circle"),
        dot("seen", blue, "square"),
        dot("once", green, "triangle"),
        text("possible", rows, { dy: -16 }),
        text("seen", apart, { dx: 10, dy: -13 }),
        text("once", rows.filter(({ once }) => once > 0), { dy: 20 }),
      ],
    },
  });
}

function formatNumber(count: number): string {
  return count < 1e6
    ? formatCount(count)
    : `${
      (count / 1e6).toLocaleString("en-US", { maximumSignificantDigits: 3 })
    } million`;
}
