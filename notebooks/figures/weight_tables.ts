import * as Plot from "@observablehq/plot";
import { drawCells, drawRamp } from "../../lib/plots/cells.ts";
import { customMark, drawChart } from "../../lib/plots/chart.ts";
import type { Figure, FigureOptions } from "../../lib/plots/figure.ts";
import { createElement } from "../../lib/plots/svg.ts";

/** A square table of numbers, with its name. */
export interface WeightTable {
  /** What is written above it, such as `"W"`. */
  name: string;
  /** One row for each token, one column for the next: [V, V]. */
  values: readonly (readonly number[])[];
}

/** Options of `weightTables()`. */
export interface WeightTablesOptions extends FigureOptions {
  /** What the numbers are, beside the legend of the colours. */
  valueLabel: string;
  /** The value of the fullest colour; what lies beyond looks the same. */
  limit: number;
}

const cellSize = 14;
/** Columns that stay empty between two tables. */
const gap = 3;

/**
 * Square tables side by side in the same colours, to see whether they say the
 * same: blue is below zero, almost white zero, vermillion above.
 *
 * @param tables From left to right; all of one size.
 * @param tokens The V tokens in the order of the rows.
 * @param options What the numbers are, and the largest; heading and labels.
 */
export function weightTables(
  tables: readonly WeightTable[],
  tokens: readonly string[],
  options: WeightTablesOptions,
): Figure {
  const { limit, valueLabel } = options;
  const V = tokens.length;
  const columns = tables.length * (V + gap) - gap;
  const [top, left, right] = [118, 40, 24];
  const format = (value: number) => String(Number(value.toPrecision(2)));
  const axis = { tickSize: 0, fontSize: 11, label: null };
  return drawChart({
    title: "Do these tables say the same?",
    description: `Tables of ${V} × ${V} numbers, blue below zero, vermillion ` +
      `above: ${
        tables.map(({ name, values }) => {
          const all = values.flat();
          const [low, high] = [Math.min(...all), Math.max(...all)];
          return `${name} from ${format(low)} to ${format(high)}`;
        }).join("; ")
      }.`,
    xLabel: "next character",
    yLabel: "character",
    width: Math.max(480, left + right + cellSize * columns),
    height: top + 58 + cellSize * V,
    plot: {
      marginTop: top,
      marginLeft: left,
      marginRight: right,
      x: { type: "linear", domain: [0, columns], axis: null },
      y: { type: "linear", domain: [0, V], reverse: true, axis: null },
      marks: [
        Plot.axisX({
          ...axis,
          ticks: tables.flatMap((_, table) =>
            tokens.map((_, id) => table * (V + gap) + id + 0.5)
          ),
          tickFormat: (at: number) => tokens[(at - 0.5) % (V + gap)],
        }),
        Plot.axisY({
          ...axis,
          ticks: tokens.map((_, id) => id + 0.5),
          tickFormat: (at: number) => tokens[at - 0.5],
        }),
        ...tables.map(({ name, values }, table) =>
          customMark(({ x, y }) => {
            const group = drawCells(
              {
                rows: V,
                columns: V,
                cell: (row, column) => values[row][column] / limit,
              },
              { x: (column) => x(table * (V + gap) + column), y },
              name,
            );
            const heading = createElement("text", {
              x: x(table * (V + gap)),
              y: y(0) - 12,
              "text-anchor": "start",
              "font-size": 13,
              "font-weight": "bold",
            }, name);
            group.append(heading);
            return group;
          })
        ),
        customMark(({ width }) =>
          drawRamp(width - right, valueLabel, (value) => format(value * limit))
        ),
      ],
    },
  }, options);
}
