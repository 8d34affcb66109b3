import * as Plot from "@observablehq/plot";
import { cellScale, drawCells, drawRamp } from "../../lib/plots/cells.ts";
import { customMark, drawChart } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { formatCount } from "../../lib/plots/format.ts";
import { createElement } from "../../lib/plots/svg.ts";

/** A table of values from −1 to 1, with its name and the sign before it. */
export interface Term {
  /** What is written above it, such as `"probs"`. */
  name: string;
  /** What is written before it, such as `"−"` or `"="`; the first has none. */
  sign?: string;
  /** One row for each context, one column for each token. */
  values: ArrayLike<ArrayLike<number>>;
}

const cell = { width: 8, height: 14 };
const gap = 5; // columns between two tables

/**
 * An equation whose terms are tables, side by side: blue is −1, almost white 0,
 * vermillion 1.
 *
 * @param terms From left to right; all of one size.
 * @param rowLabels A name for each row, such as its context.
 * @param tokens The tokens in the order of the columns.
 * @param title The heading.
 */
export function equationOfTables(
  terms: readonly Term[],
  rowLabels: readonly string[],
  tokens: readonly string[],
  title: string,
): Figure {
  const [rows, V] = [rowLabels.length, tokens.length];
  const step = V + gap;
  const columns = terms.length * step - gap;
  const [top, left, right] = [118, 56, 24];
  const starts = terms.map((_, i) => i * step);
  const axis = { tickSize: 0, fontSize: 10, label: null };
  const equation = terms.map(({ name, sign = "" }) => `${sign} ${name}`.trim());
  return drawChart({
    title,
    description: `Tables of ${rows} rows × ${V} columns, from −1 (blue) ` +
      `over 0 (white) to 1 (vermillion): ${equation.join(" ")}. ` +
      `${formatCount(rows * V)} cells each.`,
    xLabel: "character that may come next",
    yLabel: "context",
    width: left + right + cell.width * columns,
    height: top + 58 + cell.height * rows,
    plot: {
      marginTop: top,
      marginLeft: left,
      marginRight: right,
      x: { ...cellScale(columns), axis: null },
      y: { ...cellScale(rows), reverse: true, axis: null },
      marks: [
        Plot.axisX({
          ...axis,
          ticks: starts.flatMap((start) => tokens.map((_, id) => start + id)),
          tickFormat: (at: number) => tokens[at % step],
        }),
        Plot.axisY({
          ...axis,
          ticks: rowLabels.map((_, row) => row),
          tickFormat: (row: number) => rowLabels[row],
        }),
        ...terms.map(({ name, sign, values }, i) =>
          customMark(({ x, y }) => {
            const scales = { x: (at: number) => x(starts[i] + at), y };
            const group = drawCells(values, scales, name);
            const bold = { "font-size": 13, "font-weight": "bold" };
            group.append(createElement("text", {
              ...bold,
              x: scales.x(-0.5),
              y: y(-0.5) - 12,
              "text-anchor": "start",
            }, name));
            if (sign) {
              group.append(createElement("text", {
                ...bold,
                "font-size": 20,
                x: scales.x(-0.5 - gap / 2),
                y: y(rows / 2),
                "text-anchor": "middle",
              }, sign));
            }
            return group;
          })
        ),
        customMark(({ width }) => drawRamp(width - right, "")),
      ],
    },
  });
}
