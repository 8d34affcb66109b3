/** Tables of coloured cells, and the colours of values from −1 to 1. */

import type * as Plot from "@observablehq/plot";
import type { Place } from "./chart.ts";
import { blue, vermillion } from "./palette.ts";
import { createElement, type SvgElement } from "./svg.ts";

/** How many colours can be told apart. */
const levels = 41;

/**
 * A colour for a value from −1 to 1: blue, almost white, vermillion. Values
 * outside have the colour of the nearest end.
 */
export function divergingColour(value: number): string {
  const clamped = Math.max(-1, Math.min(1, value));
  const level = Math.round((clamped + 1) / 2 * (levels - 1));
  const share = 2 * level / (levels - 1) - 1;
  const end = share < 0 ? blue : vermillion;
  return "#" + [1, 3, 5].map((at) => {
    const channel = parseInt(end.slice(at, at + 2), 16);
    const mixed = 0xf7 + Math.abs(share) * (channel - 0xf7);
    return Math.round(mixed).toString(16).padStart(2, "0");
  }).join("");
}

/** Where the scales put columns and rows. */
type Scales = Pick<Place, "x" | "y">;

/**
 * The outlines of a table's cells as path data: one path for all that look the
 * same, so that thousands of cells make a small file. The centre of a cell is
 * the number of its column and of its row.
 */
export function cellPaths<Look>(
  rows: number,
  columns: number,
  look: (row: number, column: number) => Look,
  { x, y }: Scales,
): Map<Look, string> {
  const paths = new Map<Look, string>();
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [tenth(y(row - 0.5)), tenth(y(row + 0.5))];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [tenth(x(column - 0.5)), tenth(x(column + 0.5))];
      const key = look(row, column);
      const cell = `M${left},${top}H${right}V${bottom}H${left}Z`;
      paths.set(key, (paths.get(key) ?? "") + cell);
    }
  }
  return paths;
}

/** A linear scale for so many cells, each centred on its number. */
export function cellScale(cells: number): Plot.ScaleOptions {
  return { type: "linear", domain: [-0.5, cells - 0.5] };
}

/** The cells of a table [rows, columns] of values from −1 to 1, as colours. */
export function drawCells(
  values: ArrayLike<ArrayLike<number>>,
  scales: Scales,
  label: string,
): SvgElement {
  const colour = (row: number, column: number) =>
    divergingColour(values[row][column]);
  const paths = cellPaths(values.length, values[0].length, colour, scales);
  const cells = [...paths].sort().map(([fill, d]) =>
    createElement("path", { d, fill, "shape-rendering": "crispEdges" })
  );
  return createElement("g", { "aria-label": label }, ...cells);
}

/**
 * The legend of the colours, from rectangles: Plot's own needs a canvas.
 * `format` says how −1, 0 and 1 are written.
 */
export function drawRamp(
  right: number,
  label: string,
  format: (value: number) => string = String,
): SvgElement {
  const width = 4;
  const left = right - levels * width;
  const colours = Array.from({ length: levels }, (_, level) => {
    const fill = divergingColour(2 * level / (levels - 1) - 1);
    const place = { x: left + level * width, y: 40, width, height: 10, fill };
    const look = { ...place, "shape-rendering": "crispEdges" };
    return createElement("rect", look);
  });
  const values = [-1, 0, 1].map((value) => {
    const x = left + levels * width * (value + 1) / 2;
    return createElement("text", { x, y: 65 }, format(value).replace("-", "−"));
  });
  const at = { x: left - 14, y: 49, "text-anchor": "end" };
  const name = createElement("text", at, label);
  const look = { "aria-label": "legend", class: "ramp" };
  return createElement("g", look, ...colours, ...values, name);
}

/** A tenth of a pixel is as fine as cells with sharp edges need. */
export function tenth(position: number): number {
  return Math.round(10 * position) / 10;
}
