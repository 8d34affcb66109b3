import { cellScale, drawCells, drawRamp } from "./cells.ts";
import { customMark, drawChart } from "./chart.ts";
import { checkTable, ofTanh } from "./checks.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatShare } from "./format.ts";

/** Options of `activationHeatMap()`. */
export interface ActivationHeatMapOptions extends FigureOptions {
  /** A name for each row, such as its context. Default: the row's number. */
  rowLabels?: readonly string[];
}

const mostCells = 50_000;

/**
 * The activations of a tanh layer as a table of colours, one row an example,
 * one column a hidden unit: blue is -1, almost white 0, vermillion 1. A column
 * of one colour is a unit that answers the same to every example.
 *
 * @param activations h, one row an example: [B, H], values from -1 to 1.
 * @param options A name for each row; heading, labels and size.
 * @throws {RangeError} If there are no activations or more than 50,000, a row
 * is not as long as the first, a value is outside -1 … 1, or there are not as
 * many row labels as rows.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { activationHeatMap } from "@makemore/mlp/plots";
 *
 * const figure = activationHeatMap([[-1, 0, 1], [-1, 0.5, 0.2]]);
 * assertStringIncludes(figure.description, "2 rows of 3 hidden units");
 * ```
 */
export function activationHeatMap(
  activations: ArrayLike<ArrayLike<number>>,
  options: ActivationHeatMapOptions = {},
): Figure {
  const { rowLabels } = options;
  const rows = activations.length;
  const columns = activations[0]?.length ?? 0;
  if (rows * columns === 0 || rows * columns > mostCells) {
    throw new RangeError(
      `Cannot draw a heat map of ${rows} rows × ${columns} units: it takes 1 to 50,000 cells, pass fewer rows`,
    );
  }
  if (rowLabels && rowLabels.length !== rows) {
    throw new RangeError(
      `Cannot label ${rows} rows with ${rowLabels.length} labels`,
    );
  }
  checkTable(activations, [rows, columns], ofTanh);
  const { height = Math.min(640, Math.max(240, 166 + 14 * rows)) } = options;
  const all = Array.from(activations, (row) => Array.from(row)).flat();
  const saturated = all.filter((value) => Math.abs(value) > 0.99);
  const share = formatShare(saturated.length / all.length);
  return drawChart({
    title: "What the hidden layer answers to each context",
    description: `Heat map of ${rows} rows of ${columns} hidden units, from ` +
      `-1 (blue) over 0 (white) to 1 (vermillion): ${share} have a ` +
      "magnitude above 0.99.",
    xLabel: "hidden unit",
    yLabel: rowLabels ? "context" : "row",
    width: 720,
    height,
    plot: {
      marginTop: 88,
      marginLeft: 56,
      x: { ...cellScale(columns), ticks: Math.min(columns, 12), tickSize: 4 },
      y: {
        ...cellScale(rows),
        reverse: true,
        ticks: Math.min(rows, rowLabels ? (height - 146) / 18 : 10),
        tickFormat: (row: number) => rowLabels?.[row] ?? String(row),
        tickSize: rowLabels ? 0 : 4,
      },
      marks: [
        customMark((place) => drawCells(activations, place, "cells")),
        customMark(({ width }) => drawRamp(width - 24, "activation h")),
      ],
    },
  }, options);
}
