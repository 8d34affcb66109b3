import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, vermillion } from "./palette.ts";
import { formatCount, formatShare } from "./words.ts";

/** Options of `activationHistogram()`. */
export interface ActivationHistogramOptions extends FigureOptions {
  /** How many bars share the range from -1 to 1. Default 50. */
  bins?: number;
  /** Above which magnitude an activation counts as saturated. Default 0.99. */
  saturation?: number;
}

/**
 * How the activations of a tanh layer are spread between -1 and 1, with the
 * saturated ones marked: there tanh is flat, so almost no gradient passes.
 *
 * @param activations The outputs of tanh in any order, such as the values of
 * h [B, H].
 * @throws {RangeError} If there are none, or one is outside -1 … 1, or an
 * option makes no sense.
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
    throw new RangeError("Cannot draw the histogram of no activations");
  }
  const width = 2 / bins;
  const counts = Array.from(
    { length: bins },
    () => ({ free: 0, saturated: 0 }),
  );
  let saturated = 0;
  for (let i = 0; i < activations.length; i++) {
    const value = activations[i];
    if (!(Math.abs(value) <= 1)) {
      throw new RangeError(
        `Cannot draw activation ${i}: it is ${value}, outside the -1 … 1 of tanh`,
      );
    }
    const bin = Math.min(bins - 1, Math.floor((value + 1) / width));
    if (Math.abs(value) > saturation) {
      counts[bin].saturated++;
      saturated++;
    } else counts[bin].free++;
  }
  const share = formatShare(saturated / activations.length);
  const inset = Math.min(1, 160 / bins);
  const bars = counts.flatMap(({ free, saturated }, bin) => {
    const sides = { x1: -1 + bin * width, x2: -1 + (bin + 1) * width };
    return [
      { ...sides, y1: 0, y2: saturated, kind: "saturated" },
      { ...sides, y1: saturated, y2: saturated + free, kind: "free" },
    ].filter(({ y1, y2 }) => y2 > y1);
  });
  const bar = (kind: string, fill: string) =>
    Plot.rect(bars.filter((bar) => bar.kind === kind), {
      x1: "x1",
      x2: "x2",
      y1: "y1",
      y2: "y2",
      fill,
      insetLeft: inset / 2,
      insetRight: inset / 2,
    });
  return drawChart({
    title: options.title ?? "How the hidden layer's activations are spread",
    description: `Histogram of ${
      formatCount(activations.length)
    } activations from -1 to 1: ${share} are saturated, with a magnitude above ${saturation}.`,
    width: options.width ?? 640,
    height: options.height ?? 360,
    legend: [
      { label: "activations", colour: blue, sample: "square" },
      {
        label: `saturated, |h| > ${saturation}: ${share}`,
        colour: vermillion,
        sample: "square",
      },
    ],
    plot: {
      x: {
        label: options.xLabel ?? "activation h = tanh(…)",
        domain: [-1, 1],
        inset: 2,
      },
      y: {
        label: options.yLabel ?? "number of activations",
        grid: true,
        nice: true,
      },
      marks: [
        bar("free", blue),
        bar("saturated", vermillion),
        Plot.ruleY([0]),
      ],
    },
  });
}
