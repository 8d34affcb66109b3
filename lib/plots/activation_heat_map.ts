import type * as Plot from "@observablehq/plot";
import { checkTable, drawCells, drawRamp } from "./cells.ts";
import { customMark, drawChart } from "./chart.ts";
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
 * of one colour is a unit that says the same whatever it sees.
 *
 * @param activations h, one row an example: [B, H], values from -1 to 1.
 * @param options A name for each row; heading, labels and size.
 * @throws {RangeError} If there are none, more than 50,000, a row has another
 * length than the first, a value is outside -1 … 1, or there are not as many
 * row labels as rows.
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
  const ofTanh = (value: number) => Math.abs(value) <= 1;
  checkTable(activations, rows, columns, ofTanh, "one of the -1 … 1 of tanh");
  const { height = Math.min(640, Math.max(240, 166 + 14 * rows)) } = options;
  let saturated = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (Math.abs(activations[row][column]) > 0.99) saturated++;
    }
  }
  const mostLabels = rowLabels ? Math.floor((height - 146) / 13) : 10;
  return drawChart({
    title: "What the hidden layer answers to each context",
    description: `Heat map of ${rows} rows of ${columns} hidden units, from ` +
      `-1 (blue) over 0 (white) to 1 (vermillion): ${
        formatShare(saturated / (rows * columns))
      } have a magnitude above 0.99.`,
    xLabel: "hidden unit",
    yLabel: rowLabels ? "context" : "row",
    width: 720,
    height,
    plot: {
      marginTop: 88,
      marginLeft: 56,
      x: {
        type: "linear",
        domain: [0, columns],
        tickSize: 4,
        ...everyFew(columns, 12),
      },
      y: {
        type: "linear",
        domain: [0, rows],
        reverse: true,
        tickSize: rowLabels ? 0 : 4,
        ...everyFew(rows, mostLabels, rowLabels),
      },
      marks: [
        customMark((place) => {
          const cell = (row: number, column: number) =>
            activations[row][column];
          return drawCells({ rows, columns, cell }, place, "cells");
        }),
        customMark(({ width }) => drawRamp(width - 24, "activation h")),
      ],
    },
  }, options);
}

/** Ticks in the middle of every few cells, so that at most `most` are shown. */
function everyFew(
  cells: number,
  most: number,
  labels?: readonly string[],
): Plot.ScaleOptions {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500];
  const step = steps.find((step) => cells / step <= most) ??
    Math.ceil(cells / most);
  const ticks = [];
  for (let cell = 0; cell < cells; cell += step) ticks.push(cell + 0.5);
  return {
    ticks: ticks as never,
    tickFormat: (at: number) => labels?.[at - 0.5] ?? String(at - 0.5),
  };
}
