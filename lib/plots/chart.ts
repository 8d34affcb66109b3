/** From the options of Observable Plot to a `Figure`. */

import * as Plot from "@observablehq/plot";
import { Figure, type FigureOptions } from "./figure.ts";
import { ink, paper } from "./palette.ts";
import * as dom from "./svg.ts";

/** What a chart is made of. The options of a figure take precedence. */
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
  legend?: readonly LegendItem[];
  plot: Plot.PlotOptions;
}

/** One entry above the chart: a small sample of what is drawn, and its name. */
export interface LegendItem {
  label: string;
  colour: string;
  /** Default: a line. */
  sample?: "line" | "band" | "circle" | "square" | "triangle";
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

/**
 * Colours are literal and light, for programs without CSS variables or
 * `prefers-color-scheme`; a browser with a dark theme replaces them.
 */
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
export function drawChart(chart: Chart, options: FigureOptions = {}): Figure {
  const { description, legend = [], plot } = chart;
  const {
    title = chart.title,
    xLabel = chart.xLabel,
    yLabel = chart.yLabel,
    width = chart.width ?? 640,
    height = chart.height ?? 360,
  } = options;
  const items = placeLegend(legend, width - left - right);
  const rows = [...Map.groupBy(items, ({ row }) => row).values()];
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
    document: dom.svgDocument as never,
  }) as unknown as dom.SvgElement;

  const background = { class: "background", width, height, fill: paper.light };
  const heading = { "font-size": textSize + 3, "font-weight": "bold" };
  const isDown = plot.y?.reverse || plot.y?.type === "band";
  const arrow = isDown ? "↓" : "↑";
  svg.querySelector("style")?.remove();
  svg.setAttribute("xmlns", dom.svgNamespace);
  svg.setAttribute("role", "img");
  svg.setAttribute("color", ink.light);
  svg.setAttribute("font-size", String(textSize));
  svg.prepend(
    dom.createElement("title", {}, title),
    dom.createElement("desc", {}, description),
    dom.createElement("style", {}, style),
    dom.createElement("rect", background),
    write("heading", left, 25, "start", title, heading),
    // Plot's own axis labels would lie under the heading and at the very edge.
    write("y-label", left, top - 14, "start", `${arrow} ${yLabel}`),
    write("x-label", width - right, height - 14, "end", `${xLabel} →`),
  );
  svg.append(...rows.map(drawLegend));
  const about = { title, description, width, height };
  return new Figure(tidy(svg.outerHTML) + "\n", about);
}

/** A text outside of the plot. */
function write(
  name: string,
  x: number,
  y: number,
  anchor: "start" | "end",
  text: string,
  look: Record<string, string | number> = {},
): dom.SvgElement {
  const attributes = { class: name, x, y, ...look, "text-anchor": anchor };
  return dom.createElement("text", attributes, text);
}

/** A mark that is drawn by hand, where the scales put it. */
export function customMark(
  draw: (place: Place) => dom.SvgElement,
): Plot.RenderFunction {
  return (_index, { x, y }, _channels, { width }) =>
    draw({ x, y, width } as Place) as never;
}

/** The look of text that can be read on top of lines. */
export function halo(strokeWidth: number): Plot.TextOptions {
  return { stroke: paper.light, strokeWidth, fill: "currentColor" };
}

/** Each entry of the legend in a row, and how far to the right in it. */
function placeLegend(legend: readonly LegendItem[], width: number) {
  let [x, row] = [0, 0];
  return legend.map((item) => {
    const long = 27 + item.label.length * 6.8; // the sample, the name
    if (x > 0 && x + long > width) [x, row] = [0, row + 1];
    const placed = { ...item, x, row };
    x += long + 22;
    return placed;
  });
}

/** One row of the legend. */
function drawLegend(items: ReturnType<typeof placeLegend>): dom.SvgElement {
  const y = headingHeight + 12 + items[0].row * legendHeight;
  const elements = items.flatMap(({ label, x, sample = "line", ...look }) => {
    const { colour, dashes = "none", opacity = 1 } = look;
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
    const paint = sample === "line" ? line : { fill: colour };
    return [
      dom.createElement("path", { d: shapes[sample], opacity, ...paint }),
      dom.createElement("text", { x: x + 27, y: "0.32em" }, label),
    ];
  });
  const place = {
    "text-anchor": "start",
    transform: `translate(${left},${y})`,
  };
  return dom.createElement("g", { class: "legend", ...place }, ...elements);
}

/**
 * The same picture, but with bytes that do not depend on the machine or on what
 * was drawn before. Plot numbers its clip paths through the whole process, and
 * the last bit of a logarithm differs from machine to machine: numbers are
 * rounded to a hundredth of a pixel, and clip paths named by their size, so that
 * one page can have several figures in one document.
 */
function tidy(svg: string): string {
  const rounded = svg.replaceAll(/<[^<>]+>/g, (tag) =>
    tag.replaceAll(
      /-?\d*\.\d{3,}(e-?\d+)?/g,
      (digits) => String(Math.round(100 * Number(digits)) / 100),
    ));
  const clips = /<clipPath id="(plot-clip-\d+)"><rect ([^>]*)>/gi;
  const names = new Map(
    Array.from(rounded.matchAll(clips), ([, name, size]) => [
      name,
      ["clip", ...size.match(/[\d.]+/g) ?? []].join("-"),
    ]),
  );
  return rounded
    .replaceAll(/plot-clip-\d+/g, (name) => names.get(name) ?? name);
}
