import * as Plot from "@observablehq/plot";
import { drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { formatShare } from "../../lib/plots/format.ts";
import { blue, vermillion } from "../../lib/plots/palette.ts";
import { logScale } from "../../lib/plots/ticks.ts";

/** What one model gave to what was right. */
export interface RightProbabilities {
  /** What its row is called, such as `"trigram"`. */
  name: string;
  /** The probability that it gave to each right answer, above 0. */
  probabilities: readonly number[];
}

/**
 * What models gave to what was right, on a logarithmic scale: a line from the
 * tenth to the ninetieth of a hundred answers, and a point at their geometric
 * mean, which is exp(−loss).
 *
 * @param models A row for each.
 * @param marked The name of the row that is pointed at.
 */
export function probabilityRanges(
  models: readonly RightProbabilities[],
  marked: string,
): Figure {
  const rows = models.map(({ name, probabilities }) => {
    const percents = probabilities.map((p) => 100 * p).sort((a, b) => a - b);
    const { length } = percents;
    const at = (share: number) => percents[Math.round(share * (length - 1))];
    const logarithms = percents.reduce((sum, p) => sum + Math.log(p), 0);
    const mean = Math.exp(logarithms / length);
    const text = formatShare(mean / 100, 2);
    const colour = name === marked ? vermillion : blue;
    return { name, x1: at(0.1), mean, x2: at(0.9), text, colour };
  });
  const low = 0.8 * Math.min(...rows.map(({ x1 }) => x1));
  const high = Math.min(100, 2 * Math.max(...rows.map(({ x2 }) => x2)));
  const range = { x1: "x1", x2: "x2", strokeWidth: 5, strokeOpacity: 0.45 };
  const at = { y: "name", x: "mean" };
  return drawChart({
    title: "The word in the gap",
    description:
      "Ranges of probabilities on a logarithmic scale, geometric means: " +
      `${rows.map(({ name, text }) => `${name} ${text}`).join(", ")}.`,
    xLabel: "probability (%), on a logarithmic scale",
    yLabel: "model",
    width: 760,
    height: 130 + 40 * rows.length,
    plot: {
      marginLeft: 180,
      x: { domain: [low, high], grid: true, ...logScale(low, high, 4) },
      y: { type: "band", domain: rows.map(({ name }) => name), tickSize: 0 },
      marks: [
        Plot.ruleY(rows, { y: "name", ...range, stroke: "colour" }),
        Plot.dot(rows, { ...at, fill: "colour", r: 6 }),
        Plot.text(rows, {
          ...at,
          text: "text",
          dy: -14,
          fontSize: 12,
          ...halo(3),
        }),
      ],
    },
  });
}
