import * as Plot from "@observablehq/plot";
import { drawChart } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { blue, seriesDashes, vermillion } from "../../lib/plots/palette.ts";

/** The curve of tanh from −4 to 4, and its slope, which is 1 − tanh². */
export function tanhCurve(): Figure {
  const xs = Array.from({ length: 161 }, (_, i) => (i - 80) / 20);
  const slope = (x: number) => 1 - Math.tanh(x) ** 2;
  const lines = [
    { label: "tanh", colour: blue, y: Math.tanh },
    { label: "its slope", colour: vermillion, y: slope },
  ].map((line, i) => ({ ...line, dashes: seriesDashes[i] }));
  return drawChart({
    title: "tanh bends every sum into −1 to 1",
    description:
      "Line chart from -4 to 4: tanh rises from -1 to 1 through 0, " +
      "steep in the middle and flat at both ends; its slope is 1 at 0, 0.42 " +
      "at -1 and 1, 0.01 at -3 and 3.",
    xLabel: "the sum",
    yLabel: "tanh, and its slope",
    height: 340,
    legend: lines,
    plot: {
      x: { domain: [-4, 4], ticks: 8, grid: true },
      y: { domain: [-1.1, 1.1], ticks: 5, grid: true },
      marks: [
        Plot.ruleY([0]),
        Plot.ruleX([0]),
        lines.map(({ colour, dashes, y }) =>
          Plot.lineY(xs, {
            x: (x: number) => x,
            y,
            stroke: colour,
            strokeDasharray: dashes,
            strokeWidth: 2.5,
          })
        ),
      ],
    },
  });
}
