import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { documentOf, drawCells, drawRamp } from "./diverging_scale.ts";
import { createElement, type SvgDocument, type SvgElement } from "./svg.ts";

/** A square table of numbers, with its name. */
export interface WeightTable {
  /** What stands above it, such as `"W"`. */
  name: string;
  /** One row for each token, one column for the next: [V, V]. */
  values: ArrayLike<ArrayLike<number>>;
}

/** Options of `weightTables()`. */
export interface WeightTablesOptions extends FigureOptions {
  /** What the numbers are, beside the ramp. Default: `"value"`. */
  valueLabel?: string;
  /**
   * The value of the fullest colour; what lies beyond looks the same. Default:
   * the largest magnitude in the tables.
   */
  limit?: number;
}

const mostTokens = 60;
const cellSize = 14;
/** Columns that stay empty between two tables. */
const gap = 3;

/**
 * Square tables side by side in the same colours, to see whether they say the
 * same: blue is below zero, almost white zero, vermillion above.
 *
 * @param tables From left to right; all of one size.
 * @param tokens The V tokens in the order of the rows, at most 60.
 * @throws {RangeError} If there are no tables or no tokens, more than 60
 * tokens, a table has not as many rows and columns as there are tokens, a
 * value is not finite, or the limit is not above 0.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { weightTables } from "@makemore/mlp/plots";
 *
 * const figure = weightTables([
 *   { name: "counted", values: [[0.7, -0.7], [0.1, -0.1]] },
 *   { name: "learnt", values: [[0.6, -0.6], [0.2, -0.2]] },
 * ], [".", "a"]);
 * assertStringIncludes(figure.description, "learnt from -0.6 to 0.6");
 * ```
 */
export function weightTables(
  tables: readonly WeightTable[],
  tokens: ArrayLike<string>,
  options: WeightTablesOptions = {},
): Figure {
  const V = tokens.length;
  const ranges = check(tables, tokens);
  const limit = options.limit ??
    Math.max(...ranges.map(([low, high]) => Math.max(-low, high)), 1e-9);
  if (!(limit > 0 && limit < Infinity)) {
    throw new RangeError(`The limit is ${limit}: it must be above 0`);
  }
  const columns = tables.length * (V + gap) - gap;
  const [top, left, right] = [118, 40, 24];
  const axis = { tickSize: 0, fontSize: 11 };
  return drawChart({
    title: options.title ?? "Do these tables say the same?",
    description: `Tables of ${V} × ${V} numbers, blue below zero, vermillion ` +
      `above: ${
        tables.map(({ name }, i) =>
          `${name} from ${formatValue(ranges[i][0])} to ${
            formatValue(ranges[i][1])
          }`
        ).join("; ")
      }.`,
    width: options.width ?? Math.max(480, left + right + cellSize * columns),
    height: options.height ?? top + 58 + cellSize * V,
    plot: {
      marginTop: top,
      marginLeft: left,
      marginRight: right,
      x: {
        type: "linear",
        domain: [0, columns],
        label: options.xLabel ?? "next character",
        axis: null,
      },
      y: {
        type: "linear",
        domain: [0, V],
        reverse: true,
        label: options.yLabel ?? "character",
        axis: null,
      },
      marks: [
        Plot.axisX({
          ...axis,
          label: null,
          ticks: tables.flatMap((_, table) =>
            Array.from(tokens, (_, id) => table * (V + gap) + id + 0.5)
          ),
          tickFormat: (at: number) => tokens[(at - 0.5) % (V + gap)],
        }),
        Plot.axisY({
          ...axis,
          label: null,
          ticks: Array.from(tokens, (_, id) => id + 0.5),
          tickFormat: (at: number) => tokens[at - 0.5],
        }),
        ...tables.map(
          (table, index): Plot.RenderFunction =>
          (_index, { x, y }, _channels, _dimensions, context) =>
            drawTable(
              table,
              limit,
              (column) =>
                (x as (value: number) => number)(index * (V + gap) + column),
              y as (value: number) => number,
              documentOf(context),
            ) as never,
        ),
        (_index, _scales, _channels, { width }, context) =>
          drawRamp({
            right: width - right,
            label: options.valueLabel ?? "value",
            format: (value) => formatValue(value * limit),
            attributes: { "font-size": 13 },
          }, documentOf(context)) as never,
      ],
    },
  });
}

/** The cells, and the name above. */
function drawTable(
  { name, values }: WeightTable,
  limit: number,
  x: (column: number) => number,
  y: (row: number) => number,
  document: SvgDocument,
): SvgElement {
  const group = drawCells({
    rows: values.length,
    columns: values.length,
    value: (row, column) => values[row][column] / limit,
    x,
    y,
    edge: (position) => String(Math.round(10 * position) / 10),
    label: name,
  }, document);
  group.append(createElement(document, "text", {
    x: x(0),
    y: y(0) - 12,
    "text-anchor": "start",
    "font-size": 13,
    "font-weight": "bold",
  }, name));
  return group;
}

function formatValue(value: number): string {
  return String(Number(value.toPrecision(2)));
}

/** Returns the lowest and highest value of each table. */
function check(
  tables: readonly WeightTable[],
  tokens: ArrayLike<string>,
): [number, number][] {
  const V = tokens.length;
  if (tables.length === 0 || V === 0 || V > mostTokens) {
    throw new RangeError(
      `Cannot draw ${tables.length} tables of ${V} tokens: there must be at least one, and 1 to ${mostTokens} tokens`,
    );
  }
  return tables.map(({ name, values }) => {
    if (values.length !== V) {
      throw new RangeError(
        `Cannot draw "${name}": it has ${values.length} rows, and there are ${V} tokens`,
      );
    }
    let [low, high] = [Infinity, -Infinity];
    for (let row = 0; row < V; row++) {
      if (values[row].length !== V) {
        throw new RangeError(
          `Cannot draw row ${row} of "${name}": it has ${
            values[row].length
          } values, and there are ${V} tokens`,
        );
      }
      for (let column = 0; column < V; column++) {
        const value = values[row][column];
        if (!Number.isFinite(value)) {
          throw new RangeError(
            `Cannot draw "${name}": in row ${row}, column ${column} stands ${value}`,
          );
        }
        [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
    }
    return [low, high];
  });
}
