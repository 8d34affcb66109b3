import * as Plot from "@observablehq/plot";
import { checkWhole } from "../errors/checks.ts";
import { drawChart } from "./chart.ts";
import { checkValues, ofTanh } from "./checks.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatCount, formatShare } from "./format.ts";
import { blue, vermillion } from "./palette.ts";

/** Options of `activationHistogram()`. */
export interface ActivationHistogramOptions extends FigureOptions {
  /** How many bars share the range from -1 to 1. Default 50. */
  bins?: number;
}

/**
 * How the activations of a tanh layer are spread between -1 and 1, with the
 * saturated ones, with a magnitude above 0.99, marked: there tanh is flat, so
 * almost no gradient passes.
 *
 * @param activations The outputs of tanh in any order, such as the values of
 * h [B, H].
 * @param options How many bars there are; heading, labels and size.
 * @throws {RangeError} If there are none, one is outside -1 … 1, or there are
 * fewer than two bars.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { activationHistogram } from "@makemore/mlp/plots";
 *
 * const figure = activationHistogram([-1, -0.2, 0.1, 0.999]);
 * assertStringIncludes(figure.description, "50 % are saturated");
 * ```
 */
export function activationHistogram(
  activations: ArrayLike<number>,
  options: ActivationHistogramOptions = {},
): Figure {
  const { bins = 50 } = options;
  checkWhole("bins", bins, 2);
  if (activations.length === 0) {
    throw new RangeError("Cannot draw a histogram: there are no activations");
  }
  const total = activations.length;
  checkValues("the activations", activations, total, ofTanh);
  const free = new Uint32Array(bins);
  const saturated = new Uint32Array(bins);
  for (const value of Array.from(activations)) {
    const bin = Math.min(bins - 1, Math.floor((value + 1) / (2 / bins)));
    (Math.abs(value) > 0.99 ? saturated : free)[bin]++;
  }
  const share = formatShare(saturated.reduce((a, b) => a + b) / total);
  const gap = Math.min(1, 160 / bins); // in pixels
  const bars = (counts: Uint32Array, base: Uint32Array, fill: string) =>
    Plot.rect([...counts.keys()].filter((bin) => counts[bin] > 0), {
      x1: (bin: number) => -1 + bin * (2 / bins),
      x2: (bin: number) => -1 + (bin + 1) * (2 / bins),
      y1: (bin: number) => base[bin],
      y2: (bin: number) => base[bin] + counts[bin],
      fill,
      insetLeft: gap / 2,
      insetRight: gap / 2,
    });
  const marked = `saturated, |h| > 0.99: ${share}`;
  return drawChart({
    title: "How the hidden layer's activations are spread",
    description: `Histogram of ${formatCount(total)} activations from -1 to ` +
      `1: ${share} are saturated, with a magnitude above 0.99.`,
    xLabel: "activation h = tanh(…)",
    yLabel: "number of activations",
    legend: [
      { label: "activations", colour: blue, sample: "square" },
      { label: marked, colour: vermillion, sample: "square" },
    ],
    plot: {
      x: { domain: [-1, 1], inset: 2 },
      y: { grid: true, nice: true },
      marks: [
        bars(free, saturated, blue),
        bars(saturated, new Uint32Array(bins), vermillion),
        Plot.ruleY([0]),
      ],
    },
  }, options);
}
