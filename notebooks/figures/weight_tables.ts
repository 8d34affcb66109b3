import * as Plot from "@observablehq/plot";
import { cellScale, drawCells, drawRamp } from "../../lib/plots/cells.ts";
import { customMark, drawChart } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { extent } from "../../lib/plots/smoothing.ts";
import { createElement } from "../../lib/plots/svg.ts";

/** A square table of numbers, with its name. */
export interface WeightTable {
  /** What is written above it, such as `"W"`. */
  name: string;
  /** One row for each token, one column for the next: [V, V]. */
  values: readonly (readonly number[])[];
}

const cellSize = 14;
const heading = {
  "text-anchor": "start",
  "font-size": 13,
  "font-weight": "bold",
};
/** The value of the fullest colour; what lies beyond looks the same. */
const limit = 5;

/**
 * Square tables side by side in the same colours, to see whether they say the
 * same about what follows what: blue is below zero, almost white zero, vermillion above.
 *
 * @param tables From left to right; all of one size.
 * @param tokens The V tokens in the order of the rows.
 */
export function weightTables(
  tables: readonly WeightTable[],
  tokens: readonly string[],
): Figure {
  const V = tokens.length;
  const step = V + 3; // three columns between two tables stay empty
  const columns = tables.length * step - 3;
  const [top, left, right] = [118, 40, 24];
  const format = (value: number) => String(Number(value.toPrecision(2)));
  const ranges = tables.map(({ name, values }) => {
    const [low, high] = extent(values.flat());
    return `${name} from ${format(low)} to ${format(high)}`;
  });
  const axis = { tickSize: 0, fontSize: 11, label: null };
  return drawChart({
    title: "Counted, and learnt",
    description: `Tables of ${V} × ${V} numbers, blue below zero, vermillion ` +
      `above: ${ranges.join("; ")}.`,
    xLabel: "next character",
    yLabel: "character",
    width: Math.max(480, left + right + cellSize * columns),
    height: top + 58 + cellSize * V,
    plot: {
      marginTop: top,
      marginLeft: left,
      marginRight: right,
      x: { ...cellScale(columns), axis: null },
      y: { ...cellScale(V), reverse: true, axis: null },
      marks: [
        Plot.axisX({
          ...axis,
          ticks: tables.flatMap((_, i) => tokens.map((_, id) => i * step + id)),
          tickFormat: (at: number) => tokens[at % step],
        }),
        Plot.axisY({
          ...axis,
          ticks: tokens.map((_, id) => id),
          tickFormat: (id: number) => tokens[id],
        }),
        ...tables.map(({ name, values }, i) =>
          customMark(({ x, y }) => {
            const shares = values.map((row) => row.map((v) => v / limit));
            const scales = { x: (at: number) => x(i * step + at), y };
            const group = drawCells(shares, scales, name);
            const at = { x: scales.x(-0.5), y: y(-0.5) - 12, ...heading };
            group.append(createElement("text", at, name));
            return group;
          })
        ),
        customMark(({ width }) => {
          const label = "above or below the row's mean";
          return drawRamp(width - right, label, (value) => `${value * limit}`);
        }),
      ],
    },
  });
}
