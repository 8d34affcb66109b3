/** From the options of Observable Plot to a `Figure`. */

import * as Plot from "@observablehq/plot";
import { Figure } from "./figure.ts";
import { ink, paper } from "./palette.ts";
import {
  createDocument,
  createElement,
  type SvgDocument,
  type SvgElement,
  svgNamespace,
} from "./svg.ts";

/** What a chart is made of. */
export interface Chart {
  title: string;
  description: string;
  width: number;
  height: number;
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
export function drawChart(chart: Chart): Figure {
  const { title, description, width, height, legend = [] } = chart;
  const document = createDocument();
  const rows = legendRows(legend, width - left - right);
  const top = headingHeight + rows.length * legendHeight + 32;
  const svg = Plot.plot({
    marginTop: top,
    marginBottom: 58,
    marginLeft: 56,
    marginRight: right,
    ...chart.plot,
    width,
    height,
    x: { ...chart.plot.x, label: null },
    y: { ...chart.plot.y, label: null },
    className: "figure",
    document: document as never,
  }) as unknown as SvgElement;

  svg.querySelector("style")?.remove();
  for (
    const [key, value] of Object.entries({
      xmlns: svgNamespace,
      role: "img",
      color: ink.light,
      "font-size": textSize,
    })
  ) svg.setAttribute(key, String(value));
  svg.prepend(
    createElement(document, "title", {}, title),
    createElement(document, "desc", {}, description),
    createElement(document, "style", {}, style),
    createElement(document, "rect", {
      class: "background",
      width,
      height,
      fill: paper.light,
    }),
    createElement(document, "text", {
      class: "heading",
      x: left,
      y: 25,
      "font-size": textSize + 3,
      "font-weight": "bold",
      "text-anchor": "start",
    }, title),
    // Plot's own axis labels would lie under the heading and at the very edge.
    createElement(document, "text", {
      class: "y-label",
      x: left,
      y: top - 14,
      "text-anchor": "start",
    }, `${chart.plot.y?.reverse ? "↓" : "↑"} ${chart.plot.y?.label}`),
    createElement(document, "text", {
      class: "x-label",
      x: width - right,
      y: height - 14,
      "text-anchor": "end",
    }, `${chart.plot.x?.label} →`),
  );
  rows.forEach((row, i) => svg.append(drawLegend(row, i, document)));
  nameClipPaths(svg);
  roundNumbers(svg);
  return new Figure(svg.outerHTML + "\n", {
    title,
    description,
    width,
    height,
  });
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

function drawLegend(
  legend: LegendItem[],
  row: number,
  document: SvgDocument,
): SvgElement {
  const group = createElement(document, "g", {
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
    group.append(
      createElement(document, "path", {
        d: shapes[sample],
        opacity,
        ...(sample === "line"
          ? {
            stroke: colour,
            "stroke-width": 2.5,
            "stroke-dasharray": dashes,
            fill: "none",
          }
          : { fill: colour }),
      }),
      createElement(document, "text", { x: x + 27, y: "0.32em" }, label),
    );
    x += legendItemWidth(item);
  }
  return group;
}

/** Plot counts its clip paths through the whole process: count them by figure. */
function nameClipPaths(svg: SvgElement): void {
  const names = new Map<string, string>();
  for (const path of svg.querySelectorAll("clipPath")) {
    const name = `clip-${names.size + 1}`;
    names.set(`url(#${path.id})`, `url(#${name})`);
    path.setAttribute("id", name);
  }
  for (const clipped of svg.querySelectorAll("[clip-path]")) {
    const name = names.get(clipped.getAttribute("clip-path") ?? "");
    if (name) clipped.setAttribute("clip-path", name);
  }
}

/**
 * A hundredth of a pixel is finer than any screen, and with no more digits the
 * last bit of a logarithm can't show in a file that is compared.
 */
function roundNumbers(svg: SvgElement): void {
  const numeric = ["transform", "d", "x", "y", "cx", "cy", "r", "dy"].concat(
    ["x1", "x2", "y1", "y2", "width", "height"],
  );
  for (const node of svg.querySelectorAll("*")) {
    for (const name of numeric) {
      const value = node.getAttribute(name);
      if (value?.includes(".")) {
        node.setAttribute(
          name,
          value.replaceAll(
            /-?\d*\.\d{3,}(e-?\d+)?/g,
            (digits: string) => String(Math.round(Number(digits) * 100) / 100),
          ),
        );
      }
    }
  }
}
