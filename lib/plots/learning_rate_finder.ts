import * as Plot from "@observablehq/plot";
import { drawChart, type LegendItem } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, paper, vermillion } from "./palette.ts";
import { movingMean } from "./smoothing.ts";
import { logTicks } from "./ticks.ts";
import { formatLoss } from "./words.ts";

/** What a learning-rate finder measured: one loss for each learning rate tried. */
export interface LearningRateLosses {
  /** The learning rates in the order tried, rising, all positive. */
  learningRates: ArrayLike<number>;
  /** The loss of the step that used each, in nats per character. */
  losses: ArrayLike<number>;
}

/** Options of `learningRateFinder()`. */
export interface LearningRateFinderOptions extends FigureOptions {
  /**
   * What the horizontal axis shows: the learning rate on a logarithmic scale,
   * or its decimal exponent as the lecture does. Default `"rate"`.
   */
  xAxis?: "rate" | "exponent";
  /** How many neighbouring losses the bold line averages. Default: a twentieth. */
  smoothing?: number;
  /** A learning rate to mark with a vertical line. Default: none. */
  marked?: number;
  /**
   * Lowest and highest loss on the axis. Default: as the smoothed losses need
   * until they blow up; what lies above is cut off.
   */
  yDomain?: [number, number];
}

/**
 * The loss against the learning rate that was in use, which rises from step to
 * step: it falls, has its valley where the learning rate is good, then grows
 * restless and blows up.
 *
 * Source: the lecture's `lre = linspace(-3, 0, 1000)`, after Smith 2015,
 * "Cyclical Learning Rates for Training Neural Networks".
 *
 * @throws {RangeError} If the two arrays are empty or differ in length, or a
 * learning rate is not positive.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { learningRateFinder } from "@makemore/mlp/plots";
 *
 * const figure = learningRateFinder(
 *   { learningRates: [0.001, 0.01, 0.1, 1], losses: [3.3, 2.9, 2.4, 6.1] },
 *   { smoothing: 1, marked: 0.1 },
 * );
 * assertStringIncludes(figure.description, "lowest, 2.4, near 0.1");
 * ```
 */
export function learningRateFinder(
  { learningRates, losses }: LearningRateLosses,
  options: LearningRateFinderOptions = {},
): Figure {
  check(learningRates, losses);
  const {
    xAxis = "rate",
    smoothing = Math.max(1, Math.round(losses.length / 20)),
    marked,
  } = options;
  // Rounded, so that float32's 0.001 has its tick at -3.
  const position = (rate: number) =>
    xAxis === "rate" ? rate : Number(Math.log10(rate).toFixed(6));
  const smooth = movingMean(losses, smoothing);
  const points = Array.from(smooth, (mean, index) => ({
    x: position(learningRates[index]),
    loss: Number.isFinite(losses[index]) ? losses[index] : NaN,
    mean,
  }));
  const best = smooth.reduce(
    (best, mean, index) => mean < smooth[best] ? index : best,
    0,
  );
  const lowest = smooth[best];
  const highest = smooth.subarray(0, best + 1).reduce(
    (high, mean) => mean > high ? mean : high,
    lowest,
  );
  const room = Math.max(highest - lowest, 0.1 * Math.abs(lowest), 0.1);
  const legend: LegendItem[] = smoothing > 1
    ? [
      { label: "each step", colour: blue, sample: "line", opacity: 0.55 },
      { label: `mean of ${smoothing} steps`, colour: blue, sample: "line" },
    ]
    : [];
  const line = { x: "x", stroke: blue, clip: true } as const;
  const rateName = (rate: number) => String(Number(rate.toPrecision(2)));
  return drawChart({
    title: options.title ?? "Which learning rate?",
    description:
      `Line chart of the loss while the learning rate rises from ${
        rateName(learningRates[0])
      } to ${rateName(learningRates[learningRates.length - 1])}: ` +
      `it is lowest, ${formatLoss(lowest)}, near ${
        rateName(learningRates[best])
      }.${marked === undefined ? "" : ` A vertical line marks ${marked}.`}`,
    width: options.width ?? 640,
    height: options.height ?? 360,
    legend,
    plot: {
      grid: true,
      x: xAxis === "rate"
        ? {
          label: options.xLabel ?? "learning rate",
          type: "log",
          ticks: logTicks(
            learningRates[0],
            learningRates[learningRates.length - 1],
            8,
          ) as never,
          tickFormat: (tick: number) => String(tick),
        }
        : { label: options.xLabel ?? "exponent of the learning rate (10ˣ)" },
      y: {
        label: options.yLabel ?? "loss (nats per character)",
        domain: options.yDomain ??
          [Math.max(0, lowest - 0.35 * room), highest + 0.35 * room],
        nice: options.yDomain === undefined,
      },
      marks: [
        smoothing > 1
          ? Plot.lineY(points, {
            ...line,
            y: "loss",
            strokeOpacity: 0.55,
            strokeWidth: 1,
          })
          : null,
        Plot.lineY(points, { ...line, y: "mean", strokeWidth: 2 }),
        marked === undefined ? null : [
          Plot.ruleX([position(marked)], {
            stroke: vermillion,
            strokeWidth: 2,
            strokeDasharray: "5 4",
          }),
          Plot.text([position(marked)], {
            x: (x: number) => x,
            text: () => String(marked),
            frameAnchor: "top",
            textAnchor: "start",
            dx: 6,
            dy: 4,
            fontWeight: "bold",
            stroke: paper.light,
            strokeWidth: 4,
            fill: "currentColor",
          }),
        ],
      ],
    },
  });
}

function check(
  learningRates: ArrayLike<number>,
  losses: ArrayLike<number>,
): void {
  if (losses.length === 0 || learningRates.length !== losses.length) {
    throw new RangeError(
      `Cannot draw ${losses.length} losses against ${learningRates.length} learning rates`,
    );
  }
  for (let i = 0; i < learningRates.length; i++) {
    if (!(learningRates[i] > 0)) {
      throw new RangeError(
        `Cannot draw learning rate ${i}: it is ${
          learningRates[i]
        }, and must be above 0`,
      );
    }
  }
}
