import * as Plot from "@observablehq/plot";
import { checkWhole } from "../errors/checks.ts";
import { drawChart, halo } from "./chart.ts";
import { checkValues } from "./checks.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatLoss } from "./format.ts";
import { blue, faint, vermillion } from "./palette.ts";
import { extent, movingMean, smoothedLegend } from "./smoothing.ts";
import { logScale } from "./ticks.ts";

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
  /**
   * How many neighbouring losses the bold line averages: a whole number.
   * Default: a twentieth.
   */
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
 * The loss against the learning rate, which rises from step to step: the loss
 * falls, reaches its lowest where the learning rate is good, then becomes
 * unstable and blows up.
 *
 * Source: the lecture's `lre = linspace(-3, 0, 1000)`, after Smith 2015,
 * "Cyclical Learning Rates for Training Neural Networks".
 *
 * @param measured The learning rates and the losses, as `findLearningRate()`
 * returns them.
 * @param options The axes, the smoothing and a mark; heading, labels and size.
 * @throws {RangeError} If the two arrays are empty or differ in length, a
 * learning rate is not positive, no loss is finite, or `smoothing` is not a
 * whole number from 1.
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
  measured: LearningRateLosses,
  options: LearningRateFinderOptions = {},
): Figure {
  const learningRates = Array.from(measured.learningRates);
  const losses = Array.from(measured.losses);
  if (losses.length === 0 || learningRates.length !== losses.length) {
    throw new RangeError(
      `Cannot draw ${losses.length} losses against ${learningRates.length} learning rates`,
    );
  }
  const positive = { allows: (rate: number) => rate > 0, words: "above 0" };
  checkValues("the learning rates", learningRates, losses.length, positive);
  const {
    xAxis = "rate",
    smoothing = Math.max(1, Math.round(losses.length / 20)),
    marked,
    yDomain,
  } = options;
  checkWhole("smoothing", smoothing, 1);
  if (!losses.some(Number.isFinite)) {
    throw new RangeError(
      `Cannot draw ${losses.length} losses: none of them is finite`,
    );
  }
  const isLog = xAxis === "rate";
  const smooth = movingMean(losses, smoothing);
  const [lowest] = extent(smooth);
  const best = Math.max(0, smooth.indexOf(lowest));
  const [, highest] = extent(smooth.slice(0, best + 1));
  const room = 0.35 * Math.max(highest - lowest, 0.1 * Math.abs(lowest), 0.1);
  // Rounded, so that float32's 0.001 has its tick at -3.
  const position = (rate: number) =>
    isLog ? rate : Number(Math.log10(rate).toFixed(6));
  const line = (losses: ArrayLike<number>, look: Plot.LineOptions) =>
    Plot.lineY(losses, {
      x: learningRates.map(position),
      y: (loss: number) => Number.isFinite(loss) ? loss : NaN,
      stroke: blue,
      clip: true,
      ...look,
    });
  const [slowest, fastest] = [learningRates[0], learningRates.at(-1)!];
  const rateName = (rate: number) => String(Number(rate.toPrecision(2)));
  return drawChart({
    title: "Which learning rate?",
    description: "Line chart of the loss while the learning rate rises from " +
      `${rateName(slowest)} to ${rateName(fastest)}: it is lowest, ` +
      `${formatLoss(lowest)}, near ${rateName(learningRates[best])}.` +
      (marked === undefined ? "" : ` A vertical line marks ${marked}.`),
    xLabel: isLog ? "learning rate" : "exponent of the learning rate (10ˣ)",
    yLabel: "loss (nats per character)",
    legend: smoothedLegend(blue, smoothing),
    plot: {
      grid: true,
      x: isLog ? logScale(slowest, fastest, 8) : {},
      y: {
        domain: yDomain ?? [Math.max(0, lowest - room), highest + room],
        nice: yDomain === undefined,
      },
      marks: [
        smoothing > 1 ? line(losses, faint) : null,
        line(smooth, { strokeWidth: 2 }),
        marked === undefined ? null : markRate(marked, position(marked)),
      ],
    },
  }, options);
}

/** A vertical line, and the learning rate beside it. */
function markRate(rate: number, x: number): Plot.Markish[] {
  const dashed = { strokeWidth: 2, strokeDasharray: "5 4" };
  const beside = { textAnchor: "start", dx: 6, dy: 4, ...halo(4) } as const;
  const text = { frameAnchor: "top", fontWeight: "bold", ...beside } as const;
  return [
    Plot.ruleX([x], { stroke: vermillion, ...dashed }),
    Plot.text([String(rate)], { x: [x], ...text }),
  ];
}
