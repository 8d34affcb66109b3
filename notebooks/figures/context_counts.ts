import * as Plot from "@observablehq/plot";
import { drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { formatCount, formatLargeCount } from "../../lib/plots/format.ts";
import { blue, green, vermillion } from "../../lib/plots/palette.ts";

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
 * rows, which stays the same. On a logarithmic scale.
 *
 * @param counts From the shortest context to the longest.
 * @param rows How many rows (context and next character) the word list makes.
 */
export function contextCounts(
  counts: readonly ContextCount[],
  rows: number,
): Figure {
  const at = (y: "possible" | "seen") => ({ x: "label", y });
  const line = (key: "possible" | "seen", stroke: string) =>
    Plot.lineY(counts, { ...at(key), stroke, strokeWidth: 2 });
  const label = (key: "possible" | "seen", dy: number) => {
    const text = (count: ContextCount) => formatLargeCount(count[key]);
    return Plot.text(counts, { ...at(key), ...halo(4), text, dy });
  };
  const dashes = "7 3";
  const total = `${formatCount(rows)} rows`;
  return drawChart({
    title: "Why counting stops working",
    description: `Line chart on a logarithmic scale, sequences seen of those ` +
      `possible: ${
        counts.map(({ label, possible, seen }) =>
          `${label}: ${formatCount(seen)} of ${formatCount(possible)}`
        ).join("; ")
      }; against ${total}.`,
    xLabel: "size of the alphabet, to the power of context length + 1",
    yLabel: "count (each line is ten times the one below)",
    height: 400,
    legend: [
      { label: "cells of the table", colour: vermillion, sample: "circle" },
      { label: "cells the words fill", colour: blue, sample: "square" },
      { label: total, colour: green, sample: "line", dashes },
    ],
    plot: {
      marginLeft: 100,
      x: {
        type: "point",
        domain: counts.map(({ label }) => label),
        padding: 0.5,
      },
      y: {
        type: "log",
        grid: true,
        nice: true,
        ticks: 6,
        tickFormat: formatLargeCount,
      },
      marks: [
        Plot.ruleY([rows], {
          stroke: green,
          strokeWidth: 2,
          strokeDasharray: dashes,
        }),
        line("possible", vermillion),
        line("seen", blue),
        Plot.dot(counts, { ...at("possible"), fill: vermillion, r: 6 }),
        Plot.dot(counts, {
          ...at("seen"),
          fill: blue,
          symbol: "square",
          r: 6,
        }),
        label("possible", -16),
        label("seen", 18),
      ],
    },
  }, {});
}
