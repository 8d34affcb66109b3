import type * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { documentOf, drawCells, drawRamp } from "./diverging_scale.ts";
import { formatShare } from "./words.ts";

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
  const columns = rows > 0 ? activations[0].length : 0;
  check(activations, rows, columns, rowLabels);
  const width = options.width ?? 720;
  const height = options.height ??
    Math.min(640, Math.max(240, 166 + 14 * rows));
  let saturated = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (Math.abs(activations[row][column]) > 0.99) saturated++;
    }
  }
  return drawChart({
    title: options.title ?? "What the hidden layer answers to each context",
    description: `Heat map of ${rows} rows of ${columns} hidden units, from ` +
      `-1 (blue) over 0 (white) to 1 (vermillion): ${
        formatShare(saturated / (rows * columns))
      } have a magnitude above 0.99.`,
    width,
    height,
    plot: {
      marginTop: 88,
      marginLeft: 56,
      x: {
        type: "linear",
        domain: [0, columns],
        label: options.xLabel ?? "hidden unit",
        tickSize: 4,
        ...everyFew(columns, 12),
      },
      y: {
        type: "linear",
        domain: [0, rows],
        reverse: true,
        label: options.yLabel ?? (rowLabels ? "context" : "row"),
        tickSize: rowLabels ? 0 : 4,
        ...everyFew(
          rows,
          rowLabels ? Math.floor((height - 146) / 13) : 10,
          rowLabels,
        ),
      },
      marks: [
        (_index, { x, y }, _channels, _dimensions, context) =>
          drawCells({
            rows,
            columns,
            value: (row, column) => activations[row][column],
            x: x as (value: number) => number,
            y: y as (value: number) => number,
            edge: (position) => position.toFixed(1),
            label: "cells",
          }, documentOf(context)) as never,
        (_index, _scales, _channels, { width }, context) =>
          drawRamp(
            { right: width - 24, label: "activation h" },
            documentOf(context),
          ) as never,
      ],
    },
  });
}

/** Ticks in the middle of every few cells, so that no more than `most` are shown. */
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

function check(
  activations: ArrayLike<ArrayLike<number>>,
  rows: number,
  columns: number,
  rowLabels?: readonly string[],
): void {
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
  for (let row = 0; row < rows; row++) {
    if (activations[row].length !== columns) {
      throw new RangeError(
        `Cannot draw row ${row}: it has ${
          activations[row].length
        } values, and the first row ${columns}`,
      );
    }
    for (let column = 0; column < columns; column++) {
      if (!(Math.abs(activations[row][column]) <= 1)) {
        throw new RangeError(
          `Cannot draw row ${row}, unit ${column}: it is ${
            activations[row][column]
          }, outside the -1 … 1 of tanh`,
        );
      }
    }
  }
}
