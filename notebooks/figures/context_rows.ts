import * as Plot from "@observablehq/plot";
import { drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { formatCount, formatLargeCount } from "../../lib/plots/format.ts";
import { blue, green, vermillion } from "../../lib/plots/palette.ts";

/** The rows of a table of counts: one for each context. */
export interface ContextRows {
  /** How many tokens a context has. */
  contextLength: number;
  /** How many different contexts there could be. */
  possible: number;
  /** How many different ones the text holds. */
  seen: number;
  /** How many of these it holds only once. Nothing is drawn for 0. */
  once: number;
}

/**
 * How many rows a table of counts has as its contexts grow, how many of them
 * the text fills, and how many rest on a single example. On a logarithmic
 * scale.
 *
 * @param rows From the shortest context to the longest.
 */
export function contextRows(rows: readonly ContextRows[]): Figure {
  const kinds = [
    ["possible", "possible rows", vermillion, "circle"],
    ["seen", "rows that occur", blue, "square"],
    ["once", "that occur once", green, "triangle"],
  ] as const;
  const drawn = (key: typeof kinds[number][0]) => ({
    data: rows.filter((row) => row[key] > 0),
    at: { x: "contextLength", y: key },
  });
  const text = (
    key: typeof kinds[number][0],
    place: Plot.TextOptions,
    shown = drawn(key).data,
  ) =>
    Plot.text(shown, {
      ...drawn(key).at,
      text: (row: ContextRows) => formatLargeCount(row[key]),
      ...place,
      ...halo(4),
    });
  // where nearly all that is possible is seen, one label above serves both
  const apart = rows.filter(({ possible, seen }) => possible > 2 * seen);
  return drawChart({
    title: "Rows of the table, and rows with something in them",
    description:
      `Line chart on a logarithmic scale, contexts seen of those possible, by their length: ${
        rows.map(({ contextLength, possible, seen, once }) =>
          `${contextLength}: ${formatCount(seen)} of ${
            formatCount(possible)
          }, ${formatCount(once)} only once`
        ).join("; ")
      }.`,
    xLabel: "context length (characters)",
    yLabel: "rows (each line is ten times the one below)",
    height: 520,
    legend: kinds.map(([, label, colour, sample]) => ({
      label,
      colour,
      sample,
    })),
    plot: {
      marginLeft: 100,
      x: {
        type: "point",
        domain: rows.map(({ contextLength }) => contextLength),
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
        kinds.map(([key, , stroke]) => {
          const { data, at } = drawn(key);
          return Plot.lineY(data, { ...at, stroke, strokeWidth: 2 });
        }),
        kinds.map(([key, , fill, symbol]) => {
          const { data, at } = drawn(key);
          return Plot.dot(data, { ...at, fill, symbol, r: 6 });
        }),
        text("possible", { dy: -16 }),
        text("seen", { dx: 10, dy: -13 }, apart),
        text("once", { dy: 20 }),
      ],
    },
  }, {});
}
