/**
 * Values between −1 and 1 as colours: cells of a table, and the legend that
 * tells which colour is which value.
 */

import { divergingColour } from "./palette.ts";
import { createElement, type SvgDocument, type SvgElement } from "./svg.ts";

/** How many colours are told apart. */
const levels = 41;

/** The colour of a value; those beyond −1 and 1 have the last colours. */
function levelColour(value: number): string {
  const clamped = Math.max(-1, Math.min(1, value));
  const level = Math.round((clamped + 1) / 2 * (levels - 1));
  return divergingColour(2 * level / (levels - 1) - 1);
}

/** A table of values and where it stands. */
export interface CellsOptions {
  readonly rows: number;
  readonly columns: number;
  /** The value of a cell, −1 to 1. */
  readonly value: (row: number, column: number) => number;
  /** The left edge of a column, in pixels. */
  readonly x: (column: number) => number;
  /** The upper edge of a row, in pixels. */
  readonly y: (row: number) => number;
  /** A position as it is written. */
  readonly edge: (position: number) => string;
  /** What the cells are called. */
  readonly label: string;
}

/** Cells; one path a colour keeps thousands of them in a small file. */
export function drawCells(
  { rows, columns, value, x, y, edge, label }: CellsOptions,
  document: SvgDocument,
): SvgElement {
  const paths = new Map<string, string>();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const colour = levelColour(value(row, column));
      paths.set(
        colour,
        (paths.get(colour) ?? "") +
          `M${edge(x(column))},${edge(y(row))}H${edge(x(column + 1))}` +
          `V${edge(y(row + 1))}H${edge(x(column))}Z`,
      );
    }
  }
  const group = createElement(document, "g", { "aria-label": label });
  for (const [colour, d] of [...paths].sort()) {
    group.append(createElement(document, "path", {
      d,
      fill: colour,
      "shape-rendering": "crispEdges",
    }));
  }
  return group;
}

/** What the legend says. */
export interface RampOptions {
  /** Where it ends, in pixels. */
  readonly right: number;
  /** What the values are. */
  readonly label: string;
  /** How −1, 0 and 1 are written. Default: as they are. */
  readonly format?: (value: number) => string;
  /** Further attributes of the group. */
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** The legend, from rectangles: Plot's own needs a canvas. */
export function drawRamp(
  { right, label, format = String, attributes = {} }: RampOptions,
  document: SvgDocument,
): SvgElement {
  const cell = 4;
  const left = right - levels * cell;
  const group = createElement(document, "g", {
    "aria-label": "legend",
    class: "ramp",
    ...attributes,
  });
  for (let level = 0; level < levels; level++) {
    group.append(createElement(document, "rect", {
      x: left + level * cell,
      y: 40,
      width: cell,
      height: 10,
      fill: levelColour(2 * level / (levels - 1) - 1),
      "shape-rendering": "crispEdges",
    }));
  }
  for (const value of [-1, 0, 1]) {
    group.append(createElement(document, "text", {
      x: left + levels * cell * (value + 1) / 2,
      y: 65,
    }, format(value).replace("-", "−")));
  }
  group.append(createElement(document, "text", {
    x: left - 14,
    y: 49,
    "text-anchor": "end",
  }, label));
  return group;
}

/** Plot hands its document on to what draws itself. */
export function documentOf(context: unknown): SvgDocument {
  return (context as { document: SvgDocument }).document;
}
