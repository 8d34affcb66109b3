import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, green, paper, vermillion } from "./palette.ts";
import { formatCount } from "./words.ts";

/** How many cells a table of counts has, and how many a word list fills. */
export interface ContextCount {
  /** What the axis calls it, such as `"27³"`. */
  label: string;
  /** How many different sequences of characters there could be. */
  possible: number;
  /** How many different ones the word list holds. */
  seen: number;
}

/**
 * Why counting stops working: how many cells a table of counts needs as the
 * context grows, how many of them the word list fills, and the number of its
 * rows, which stays what it is. On a logarithmic scale.
 *
 * @param counts From the shortest context to the longest.
 * @param rows How many rows (context and next character) the word list makes.
 * @throws {RangeError} If there are no counts, or one is not at least 1.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { contextCounts } from "@makemore/mlp/plots";
 *
 * const figure = contextCounts([
 *   { label: "27²", possible: 27 ** 2, seen: 27 },
 *   { label: "27³", possible: 27 ** 3, seen: 31 },
 * ], 32);
 * assertStringIncludes(figure.description, "27³: 31 of 19,683");
 * ```
 */
export function contextCounts(
  counts: readonly ContextCount[],
  rows: number,
  options: FigureOptions = {},
): Figure {
  if (counts.length === 0) {
    throw new RangeError("Cannot compare no counts");
  }
  for (const { label, possible, seen } of counts) {
    if (!(possible >= 1 && seen >= 1 && rows >= 1)) {
      throw new RangeError(
        `Cannot draw "${label}" on a logarithmic scale: ${possible} possible, ${seen} seen and ${rows} rows must all be at least 1`,
      );
    }
  }
  const position = { x: "label" } as const;
  const number = (count: number) =>
    count < 1e6
      ? formatCount(count)
      : `${
        (count / 1e6).toLocaleString("en-US", { maximumSignificantDigits: 3 })
      } million`;
  const halo = {
    stroke: paper.light,
    strokeWidth: 4,
    fill: "currentColor",
  };
  return drawChart({
    title: options.title ?? "Why counting stops working",
    description: `Line chart on a logarithmic scale, sequences seen of those ` +
      `possible: ${
        counts.map(({ label, possible, seen }) =>
          `${label}: ${formatCount(seen)} of ${formatCount(possible)}`
        ).join("; ")
      }; against ${formatCount(rows)} rows.`,
    width: options.width ?? 640,
    height: options.height ?? 400,
    legend: [
      { label: "cells of the table", colour: vermillion, sample: "circle" },
      { label: "cells the words fill", colour: blue, sample: "square" },
      {
        label: `${formatCount(rows)} rows`,
        colour: green,
        sample: "line",
        dashes: "7 3",
      },
    ],
    plot: {
      marginLeft: 100,
      x: {
        type: "point",
        domain: counts.map(({ label }) => label),
        label: options.xLabel ??
          "size of the alphabet, to the power of context length + 1",
        padding: 0.5,
      },
      y: {
        type: "log",
        label: options.yLabel ?? "count (each line is ten times the one below)",
        grid: true,
        nice: true,
        ticks: 6,
        tickFormat: number,
      },
      marks: [
        Plot.ruleY([rows], {
          stroke: green,
          strokeWidth: 2,
          strokeDasharray: "7 3",
        }),
        Plot.lineY(counts, {
          ...position,
          y: "possible",
          stroke: vermillion,
          strokeWidth: 2,
        }),
        Plot.lineY(counts, {
          ...position,
          y: "seen",
          stroke: blue,
          strokeWidth: 2,
        }),
        Plot.dot(counts, {
          ...position,
          y: "possible",
          fill: vermillion,
          r: 6,
        }),
        Plot.dot(counts, {
          ...position,
          y: "seen",
          fill: blue,
          symbol: "square",
          r: 6,
        }),
        Plot.text(counts, {
          ...position,
          ...halo,
          y: "possible",
          text: ({ possible }: ContextCount) => number(possible),
          dy: -16,
        }),
        Plot.text(counts, {
          ...position,
          ...halo,
          y: "seen",
          text: ({ seen }: ContextCount) => number(seen),
          dy: 18,
        }),
      ],
    },
  });
}
