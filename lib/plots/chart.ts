/** From the options of Observable Plot to a `Figure`. */

import * as Plot from "@observablehq/plot";
import { Figure, type FigureOptions } from "./figure.ts";
import { ink, paper } from "./palette.ts";
import {
  createElement,
  svgDocument,
  type SvgElement,
  svgNamespace,
} from "./svg.ts";

/** What a chart is made of, where the caller's options say nothing else. */
export interface Chart {
  title: string;
  /** What the chart shows, in words. */
  description: string;
  xLabel: string;
  yLabel: string;
  /** In CSS pixels. Default 640. */
  width?: number;
  /** In CSS pixels. Default 360. */
  height?: number;
  /** What is listed above the chart. Default: nothing. */
  legend?: LegendItem[];
  plot: Plot.PlotOptions;
}

/** One entry above the chart: a little sample of what is drawn, and its name. */
export interface LegendItem {
  label: string;
  colour: string;
  sample: "line" | "band" | "circle" | "square" | "triangle";
  dashes?: string;
  opacity?: number;
}

/** Where the scales put a column, a row, and the right edge of the chart. */
export interface Place {
  x: (column: number) => number;
  y: (row: number) => number;
  width: number;
}

const textSize = 13;
const left = 16;
const right = 32;
const headingHeight = 34;
const legendHeight = 24;

/** Light by itself, for programs that know no `prefers-color-scheme`. */
const style = `
.figure { color-scheme: light dark; color: ${ink.light}; }
@media (prefers-color-scheme: dark) {
  .figure { color: ${ink.dark}; }
  .figure .background { fill: ${paper.dark}; }
  .figure [stroke="${paper.light}"] { stroke: ${paper.dark}; }
}
.figure text { white-space: pre; }
`;

/** Draws the chart, its heading and its legend into one standalone SVG. */
export function drawChart(chart: Chart, options: FigureOptions): Figure {
  const { description, legend = [], plot } = chart;
  const {
    title = chart.title,
    xLabel = chart.xLabel,
    yLabel = chart.yLabel,
    width = chart.width ?? 640,
    height = chart.height ?? 360,
  } = options;
  const rows = legendRows(legend, width - left - right);
  const top = headingHeight + rows.length * legendHeight + 32;
  const svg = Plot.plot({
    marginTop: top,
    marginBottom: 58,
    marginLeft: 56,
    marginRight: right,
    ...plot,
    width,
    height,
    x: { ...plot.x, label: null },
    y: { ...plot.y, label: null },
    className: "figure",
    document: svgDocument as never,
  }) as unknown as SvgElement;

  svg.querySelector("style")?.remove();
  svg.setAttribute("xmlns", svgNamespace);
  svg.setAttribute("role", "img");
  svg.setAttribute("color", ink.light);
  svg.setAttribute("font-size", String(textSize));
  svg.prepend(
    createElement("title", {}, title),
    createElement("desc", {}, description),
    createElement("style", {}, style),
    createElement("rect", {
      class: "background",
      width,
      height,
      fill: paper.light,
    }),
    createElement("text", {
      class: "heading",
      x: left,
      y: 25,
      "font-size": textSize + 3,
      "font-weight": "bold",
      "text-anchor": "start",
    }, title),
    // Plot's own axis labels would lie under the heading and at the very edge.
    createElement("text", {
      class: "y-label",
      x: left,
      y: top - 14,
      "text-anchor": "start",
    }, `${plot.y?.reverse ? "↓" : "↑"} ${yLabel}`),
    createElement("text", {
      class: "x-label",
      x: width - right,
      y: height - 14,
      "text-anchor": "end",
    }, `${xLabel} →`),
  );
  svg.append(...rows.map(drawLegend));
  return new Figure(tidy(svg.outerHTML) + "\n", {
    title,
    description,
    width,
    height,
  });
}

/** A mark that is drawn by hand, where the scales put it. */
export function customMark(
  draw: (place: Place) => SvgElement,
): Plot.RenderFunction {
  return (_index, { x, y }, _channels, { width }) =>
    draw({ x, y, width } as Place) as never;
}

/** The look of text that can be read on top of lines. */
export function halo(strokeWidth: number): Plot.TextOptions {
  return { stroke: paper.light, strokeWidth, fill: "currentColor" };
}

/** How wide an entry of the legend is: its sample, its name, a gap. */
function legendItemWidth({ label }: LegendItem): number {
  return 27 + label.length * 6.8 + 22;
}

/** The legend in as many rows as it takes. */
function legendRows(legend: LegendItem[], width: number): LegendItem[][] {
  const rows: LegendItem[][] = [];
  let x = Infinity;
  for (const item of legend) {
    if (x + legendItemWidth(item) - 22 > width) {
      rows.push([]);
      x = 0;
    }
    rows[rows.length - 1].push(item);
    x += legendItemWidth(item);
  }
  return rows;
}

function drawLegend(legend: LegendItem[], row: number): SvgElement {
  const group = createElement("g", {
    class: "legend",
    "text-anchor": "start",
    transform: `translate(${left},${headingHeight + 12 + row * legendHeight})`,
  });
  let x = 0;
  for (const item of legend) {
    const { label, colour, sample, dashes = "none", opacity = 1 } = item;
    const middle = x + 10;
    const shapes = {
      line: `M${x},0H${x + 20}`,
      band: `M${x},-6H${x + 20}V6H${x}Z`,
      square: `M${middle - 6},-6h12v12h-12Z`,
      triangle: `M${middle},-7L${middle + 7},6H${middle - 7}Z`,
      circle: `M${middle - 6},0a6,6,0,1,1,12,0a6,6,0,1,1,-12,0Z`,
    };
    const line = {
      stroke: colour,
      "stroke-width": 2.5,
      "stroke-dasharray": dashes,
      fill: "none",
    };
    group.append(
      createElement("path", {
        d: shapes[sample],
        opacity,
        ...(sample === "line" ? line : { fill: colour }),
      }),
      createElement("text", { x: x + 27, y: "0.32em" }, label),
    );
    x += legendItemWidth(item);
  }
  return group;
}

/**
 * The same picture in fewer bytes, which are the same wherever it is drawn.
 * Plot counts its clip paths through the whole process, which becomes by
 * figure. Numbers are rounded to a hundredth of a pixel: finer than any screen,
 * and the last bit of a logarithm does not show in a file that is compared.
 */
function tidy(svg: string): string {
  const clips = [...new Set(svg.match(/plot-clip-\d+/g))];
  return svg
    .replaceAll(/plot-clip-\d+/g, (name) => `clip-${clips.indexOf(name) + 1}`)
    .replaceAll(/<[^<>]+>/g, (tag) =>
      tag.replaceAll(
        /-?\d*\.\d{3,}(e-?\d+)?/g,
        (digits) => String(Math.round(100 * Number(digits)) / 100),
      ));
}
