import * as Plot from "@observablehq/plot";
import { drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { formatCount, formatShare } from "../../lib/plots/format.ts";
import { blue, vermillion } from "../../lib/plots/palette.ts";

/** How much of the arithmetic the output layer takes. */
export interface OutputShare {
  /** How many tokens there are, V. */
  vocabularySize: number;
  /** The part of all multiplications, from 0 to 1. */
  share: number;
}

/**
 * How much of the arithmetic the output layer takes as the vocabulary grows.
 *
 * Source: Bengio et al. 2003, section 3: with 17,964 words it is 99.7 %.
 *
 * @param shares The shares, in the order of their vocabulary sizes.
 * @param marked The vocabulary sizes whose share is written beside them.
 */
export function outputShare(
  shares: readonly OutputShare[],
  marked: readonly number[],
): Figure {
  const points = shares.filter(({ vocabularySize }) =>
    marked.includes(vocabularySize)
  );
  const y = ({ share }: OutputShare) => 100 * share;
  const at = { x: "vocabularySize", y };
  const label = ({ vocabularySize, share }: OutputShare, between: string) =>
    `${formatCount(vocabularySize)}${between} ${formatShare(share)}`;
  const listed = points.map((point) => label(point, " tokens")).join(", ");
  return drawChart({
    title: "What the output layer takes",
    description:
      "Line chart of the output layer's part of the arithmetic by the size of " +
      `the vocabulary: ${listed}.`,
    xLabel: "size of the vocabulary (tokens)",
    yLabel: "part of all multiplications (%)",
    height: 340,
    plot: {
      x: {
        type: "log",
        grid: true,
        tickFormat: (tick: number) =>
          Number.isInteger(Math.log10(tick)) ? formatCount(tick) : "",
      },
      y: { domain: [0, 110], ticks: [0, 20, 40, 60, 80, 100], grid: true },
      marks: [
        Plot.lineY(shares, { ...at, stroke: blue, strokeWidth: 2 }),
        Plot.dot(points, { ...at, fill: vermillion, r: 6 }),
        // the line rises to the right: at its foot there is room below it
        [true, false].map((foot) =>
          Plot.text(points.filter(({ share }) => share < 0.5 === foot), {
            ...at,
            text: (point: OutputShare) => label(point, ":"),
            ...(foot ? { dx: 12, dy: 10, textAnchor: "start" } : { dy: -16 }),
            fontSize: 12,
            ...halo(3),
          })
        ),
        Plot.ruleY([0]),
      ],
    },
  });
}
