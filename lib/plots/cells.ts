/** Tables of coloured cells, and the colours of values from −1 to 1. */

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

/** A table that is drawn: how large it is, and what each cell holds. */
export interface Table<Cell> {
  rows: number;
  columns: number;
  cell: (row: number, column: number) => Cell;
}

/**
 * The outlines of the cells as path data, one path for all that are alike: so
 * thousands of them make a small file.
 */
export function cellPaths<Cell>(
  { rows, columns, cell }: Table<Cell>,
  { x, y }: Pick<Place, "x" | "y">,
): Map<Cell, string> {
  const paths = new Map<Cell, string>();
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [tenth(y(row)), tenth(y(row + 1))];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [tenth(x(column)), tenth(x(column + 1))];
      const look = cell(row, column);
      paths.set(
        look,
        (paths.get(look) ?? "") + `M${left},${top}H${right}V${bottom}H${left}Z`,
      );
    }
  }
  return paths;
}

/** Cells whose values from −1 to 1 are shown as colours. */
export function drawCells(
  { cell, ...size }: Table<number>,
  place: Pick<Place, "x" | "y">,
  label: string,
): SvgElement {
  const colour = (row: number, column: number) =>
    divergingColour(cell(row, column));
  const paths = [...cellPaths({ ...size, cell: colour }, place)].sort();
  return createElement(
    "g",
    { "aria-label": label },
    ...paths.map(([fill, d]) =>
      createElement("path", { d, fill, "shape-rendering": "crispEdges" })
    ),
  );
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
  const colours = Array.from(
    { length: levels },
    (_, level) =>
      createElement("rect", {
        x: left + level * width,
        y: 40,
        width,
        height: 10,
        fill: divergingColour(2 * level / (levels - 1) - 1),
        "shape-rendering": "crispEdges",
      }),
  );
  const values = [-1, 0, 1].map((value) => {
    const x = left + levels * width * (value + 1) / 2;
    return createElement("text", { x, y: 65 }, format(value).replace("-", "−"));
  });
  return createElement(
    "g",
    { "aria-label": "legend", class: "ramp" },
    ...colours,
    ...values,
    createElement(
      "text",
      { x: left - 14, y: 49, "text-anchor": "end" },
      label,
    ),
  );
}

/** A tenth of a pixel is as fine as cells with sharp edges need. */
export function tenth(position: number): number {
  return Math.round(10 * position) / 10;
}

/** Throws unless the table is as large as it should be and has these values. */
export function checkTable(
  table: ArrayLike<ArrayLike<number>>,
  rows: number,
  columns: number,
  allowed: (value: number) => boolean,
  range: string,
): void {
  if (table.length !== rows) {
    throw new RangeError(
      `Cannot draw a table of ${table.length} rows: there must be ${rows}`,
    );
  }
  for (let row = 0; row < rows; row++) {
    if (table[row].length !== columns) {
      throw new RangeError(
        `Cannot draw row ${row}: it has ${
          table[row].length
        } values, and there must be ${columns}`,
      );
    }
    const column = Array.prototype.findIndex.call(
      table[row],
      (value) => !allowed(value),
    );
    if (column >= 0) {
      throw new RangeError(
        `Cannot draw row ${row}, column ${column}: it is ${
          table[row][column]
        }, not ${range}`,
      );
    }
  }
}
