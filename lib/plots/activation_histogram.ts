import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatCount, formatShare } from "./format.ts";
import { blue, vermillion } from "./palette.ts";

/** Options of `activationHistogram()`. */
export interface ActivationHistogramOptions extends FigureOptions {
  /** How many bars share the range from -1 to 1. Default 50. */
  bins?: number;
  /** The magnitude above which an activation is saturated. Default 0.99. */
  saturation?: number;
}

/**
 * How the activations of a tanh layer are spread between -1 and 1, with the
 * saturated ones marked: there tanh is flat, so almost no gradient passes.
 *
 * @param activations The outputs of tanh in any order, such as the values of
 * h [B, H].
 * @param options How many bars there are, and what is saturated; heading,
 * labels and size.
 * @throws {RangeError} If there are none, one is outside -1 … 1, there are
 * fewer than two bars, or `saturation` is not between 0 and 1.
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
  const { bins = 50, saturation = 0.99 } = options;
  if (!Number.isInteger(bins) || bins < 2) {
    throw new RangeError(`Cannot draw ${bins} bars: at least 2 are needed`);
  }
  if (!(saturation > 0 && saturation < 1)) {
    throw new RangeError(
      `Cannot mark magnitudes above ${saturation}: it must lie between 0 and 1`,
    );
  }
  if (activations.length === 0) {
    throw new RangeError("Cannot draw a histogram: there are no activations");
  }
  const free = new Uint32Array(bins);
  const saturated = new Uint32Array(bins);
  for (let i = 0; i < activations.length; i++) {
    const value = activations[i];
    if (!(Math.abs(value) <= 1)) {
      throw new RangeError(
        `Cannot draw activation ${i}: it is ${value}, outside the -1 … 1 of tanh`,
      );
    }
    const bin = Math.min(bins - 1, Math.floor((value + 1) / (2 / bins)));
    (Math.abs(value) > saturation ? saturated : free)[bin]++;
  }
  const share = formatShare(
    saturated.reduce((sum, count) => sum + count) / activations.length,
  );
  const bars = (counts: Uint32Array, base: Uint32Array, fill: string) =>
    Plot.rect([...counts.keys()].filter((bin) => counts[bin] > 0), {
      x1: (bin: number) => -1 + bin * (2 / bins),
      x2: (bin: number) => -1 + (bin + 1) * (2 / bins),
      y1: (bin: number) => base[bin],
      y2: (bin: number) => base[bin] + counts[bin],
      fill,
      insetLeft: Math.min(1, 160 / bins) / 2,
      insetRight: Math.min(1, 160 / bins) / 2,
    });
  const name = `saturated, |h| > ${saturation}: ${share}`;
  return drawChart({
    title: "How the hidden layer's activations are spread",
    description: `Histogram of ${
      formatCount(activations.length)
    } activations from -1 to 1: ${share} are saturated, with a magnitude above ${saturation}.`,
    xLabel: "activation h = tanh(…)",
    yLabel: "number of activations",
    legend: [
      { label: "activations", colour: blue, sample: "square" },
      { label: name, colour: vermillion, sample: "square" },
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
