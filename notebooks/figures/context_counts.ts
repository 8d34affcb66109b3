/** Why counting stops working as contexts grow: counts on a logarithmic scale. */

import * as Plot from "@observablehq/plot";
import { type Chart, drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { formatCount, formatLargeCount } from "../../lib/plots/format.ts";
import { blue, green, vermillion } from "../../lib/plots/palette.ts";

/** How many sequences of one length there are. */
export interface ContextCount {
  /** How many different ones there could be. */
  possible: number;
  /** How many different ones the text holds. */
  seen: number;
}

/** What the figures have in common: a row is a point on each line. */
type Row = ContextCount & { x: string | number; once?: number };

/**
 * How many cells a table of counts needs as the context grows, how many of them
 * the word list fills, and the number of its pieces, which stays the same.
 *
 * @param counts From the shortest context to the longest.
 * @param pieces How many pieces (context and next character) the list has.
 */
export function contextCounts(
  counts: readonly (ContextCount & { label: string })[],
  pieces: number,
): Figure {
  const seen = counts.map(({ label, possible, seen }) =>
    `${label}: ${formatCount(seen)} of ${formatCount(possible)}`
  );
  return drawCounts(counts.map((count) => ({ ...count, x: count.label })), {
    title: "Why counting stops working",
    description: "Line chart on a logarithmic scale, sequences seen of those " +
      `possible: ${seen.join("; ")}; against ${formatCount(pieces)} pieces.`,
    xLabel: "characters of context (and the cells of the table)",
    yLabel: "count (each line is ten times the one below)",
    height: 400,
  }, [
    { key: "possible", label: "cells of the table", place: { dy: -16 } },
    { key: "seen", label: "cells the words fill", place: { dy: 18 } },
  ], [pieces]);
}

/**
 * How many rows a table of counts has as its contexts grow, how many of them
 * the text fills, and how many rest on a single example.
 *
 * @param rows From the shortest context to the longest.
 */
export function contextRows(
  rows: readonly (ContextCount & { contextLength: number; once: number })[],
): Figure {
  const seen = rows.map(({ contextLength, possible, seen, once }) =>
    `${contextLength}: ${formatCount(seen)} of ${formatCount(possible)}, ` +
    `${formatCount(once)} only once`
  );
  // where nearly all that is possible is seen, one number serves both
  const apart = ({ possible, seen }: Row) => possible > 2 * seen;
  const beside = { dx: 10, dy: -13, filter: apart };
  return drawCounts(rows.map((row) => ({ ...row, x: row.contextLength })), {
    title: "Rows of the table, and rows with something in them",
    description: "Line chart on a logarithmic scale, contexts seen of those " +
      `possible, by their length: ${seen.join("; ")}.`,
    xLabel: "context length (characters)",
    yLabel: "rows (each line is ten times the one below)",
    height: 520,
  }, [
    { key: "possible", label: "possible rows", place: { dy: -16 } },
    { key: "seen", label: "rows that occur", place: beside },
    { key: "once", label: "that occur once", place: { dy: 20 } },
  ]);
}

const colours = [vermillion, blue, green];
const shapes = ["circle", "square", "triangle"] as const;

/** One of the counts as a line, and where its numbers are beside its points. */
interface Line {
  key: "possible" | "seen" | "once";
  label: string;
  place: Plot.TextOptions;
}

/** A line for each count, its numbers in their place, and lines across. */
function drawCounts(
  rows: readonly Row[],
  chart: Omit<Chart, "plot">,
  lines: readonly Line[],
  across: readonly number[] = [],
): Figure {
  const dashed = { colour: green, dashes: "7 3" };
  const ruled = { stroke: green, strokeWidth: 2 };
  const drawn = lines.map(({ key, label, place }, i) => ({
    label,
    place,
    colour: colours[i],
    sample: shapes[i],
    at: { x: "x", y: key },
    shown: rows.filter((row) => row[key]), // a logarithmic scale has no 0
    text: (row: Row) => formatLargeCount(row[key]!),
  }));
  const names = across.map((count) =>
    `all ${formatCount(count)} pieces of names`
  );
  return drawChart({
    ...chart,
    legend: [...drawn, ...names.map((label) => ({ label, ...dashed }))],
    plot: {
      marginLeft: 100,
      x: { type: "point", domain: rows.map(({ x }) => x), padding: 0.5 },
      y: {
        type: "log",
        grid: true,
        nice: true,
        ticks: 6,
        tickFormat: formatLargeCount,
      },
      marks: [
        Plot.ruleY(across, { ...ruled, strokeDasharray: dashed.dashes }),
        drawn.map(({ shown, at, colour }) =>
          Plot.lineY(shown, { ...at, stroke: colour, strokeWidth: 2 })
        ),
        drawn.map(({ shown, at, colour, sample }) =>
          Plot.dot(shown, { ...at, fill: colour, symbol: sample, r: 6 })
        ),
        drawn.map(({ shown, at, text, place }) =>
          Plot.text(shown, { ...at, text, ...place, ...halo(4) })
        ),
      ],
    },
  });
}
