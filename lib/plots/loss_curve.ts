import * as Plot from "@observablehq/plot";
import { checkWhole } from "../errors/checks.ts";
import { drawChart, type LegendItem } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatCount, formatLoss } from "./format.ts";
import { faint, seriesColours, seriesDashes } from "./palette.ts";
import { buckets, extent, movingMean, smoothedLegend } from "./smoothing.ts";
import { logScale } from "./ticks.ts";

/** One line of a loss curve. */
export interface LossSeries {
  /** What the legend calls it, such as `"train"` or `"dev"`. */
  name: string;
  /** The losses, in nats per character. */
  losses: ArrayLike<number>;
  /** The step of each loss. Default: 0, 1, 2, … */
  steps?: ArrayLike<number>;
}

/** Options of `lossCurve()`. */
export interface LossCurveOptions extends FigureOptions {
  /** Whether the loss is on a logarithmic scale. Default `false`. */
  logScale?: boolean;
  /**
   * How many neighbouring losses the bold line averages, with the raw losses
   * drawn faintly behind it: a whole number. Default 1: the raw losses are the
   * line.
   */
  smoothing?: number;
  /** Lowest and highest loss on the axis. Default: as the losses need. */
  yDomain?: [number, number];
}

const mostPoints = 500;

/**
 * The loss against the step. A series of more than 500 losses is drawn in
 * buckets of neighbouring steps: a band from the lowest to the highest loss of
 * each, and a line through their means. Losses that are not finite (and, with
 * `logScale`, not positive) are left out.
 *
 * @param losses The losses in nats per character, one a step, or several named
 * series of them.
 * @param options The scale, the smoothing and the range of the losses; heading,
 * labels and size.
 * @throws {RangeError} If there is no series, a series has no finite loss, its
 * `steps` and `losses` differ in length, or `smoothing` is not a whole number
 * from 1.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { lossCurve } from "@makemore/mlp/plots";
 *
 * const figure = lossCurve([
 *   { name: "train", losses: [3.3, 2.6, 2.3, 2.1] },
 *   { name: "dev", losses: [3.3, 2.3], steps: [0, 3] },
 * ]);
 * assertStringIncludes(figure.description, "train falls from 3.3 to 2.1");
 * ```
 */
export function lossCurve(
  losses: ArrayLike<number> | readonly LossSeries[],
  options: LossCurveOptions = {},
): Figure {
  const { logScale: isLog = false, smoothing = 1, yDomain } = options;
  const { width = 640 } = options;
  checkWhole("smoothing", smoothing, 1);
  const named = typeof losses[0] === "object"
    ? losses as readonly LossSeries[]
    : [{ name: "the loss", losses: losses as ArrayLike<number> }];
  const series = named.map((one) => clean(one, isLog));
  const marks: Plot.Markish[] = [];
  const legend: LegendItem[] = [];
  for (const [index, { name, losses, steps }] of series.entries()) {
    const colour = seriesColours[index % seriesColours.length];
    const dashes = seriesDashes[index % seriesDashes.length];
    const size = Math.ceil(losses.length / mostPoints);
    const smooth = smoothing > 1 ? movingMean(losses, smoothing) : losses;
    const raw = buckets(steps, losses, size);
    const line = { x: "step", y: "mean", stroke: colour, clip: true };
    if (size > 1) {
      const area = { x: "step", y1: "low", y2: "high", clip: true };
      marks.push(Plot.areaY(raw, { ...area, fill: colour, fillOpacity: 0.35 }));
    } else if (smoothing > 1) {
      marks.push(Plot.lineY(raw, { ...line, ...faint }));
    }
    const bold = { ...line, strokeWidth: 2, strokeDasharray: dashes };
    marks.push(Plot.lineY(buckets(steps, smooth, size), bold));
    if (losses.length === 1) {
      marks.push(Plot.dot(raw, { x: "step", y: "mean", fill: colour, r: 3 }));
    }
    if (series.length > 1) legend.push({ label: name, colour, dashes });
    else legend.push(...smoothedLegend(colour, smoothing, size));
  }
  const described = series.map(({ name, losses }) => {
    const [first, last] = [losses[0], losses[losses.length - 1]];
    return `${name} ${last < first ? "falls" : "goes"} from ` +
      `${formatLoss(first)} to ${formatLoss(last)} ` +
      `over ${formatCount(losses.length)} losses`;
  });
  const steps = extent(series.flatMap(({ steps }) => steps));
  const [low, high] = extent(series.flatMap(({ losses }) => losses));
  const shown = yDomain ?? [low / 1.05, high * 1.05];
  const axis = isLog ? " with a logarithmic loss axis" : "";
  const band = series.some(({ losses }) => losses.length > mostPoints)
    ? " A band shows the spread of neighbouring steps."
    : "";
  return drawChart({
    title: "Loss while training",
    description: `Line chart${axis}: ${described.join("; ")}.${band}`,
    xLabel: "step",
    yLabel: "loss (nats per character)",
    legend,
    plot: {
      grid: true,
      // digits need room
      x: {
        domain: steps,
        nice: true,
        ticks: (steps[1] < 100_000 ? 8 : 5) * Math.min(1, width / 640),
      },
      y: isLog
        ? { domain: shown, ...logScale(shown[0], shown[1], 8) }
        : { domain: yDomain, nice: yDomain === undefined },
      marks,
    },
  }, options);
}

/** The losses that can be drawn, with their steps. */
function clean({ name, losses, steps }: LossSeries, positive: boolean) {
  if (steps !== undefined && steps.length !== losses.length) {
    throw new RangeError(
      `Cannot draw the series "${name}": it has ${losses.length} losses but ${steps.length} steps`,
    );
  }
  const kept = Array.from(
    losses,
    (loss, i) => ({ loss, step: steps?.[i] ?? i }),
  )
    .filter(({ loss }) => Number.isFinite(loss) && (loss > 0 || !positive));
  if (kept.length === 0) {
    const wanted = positive ? "positive finite" : "finite";
    throw new RangeError(
      `Cannot draw the series "${name}": it has no ${wanted} loss among ${losses.length}`,
    );
  }
  return {
    name,
    losses: kept.map(({ loss }) => loss),
    steps: kept.map(({ step }) => step),
  };
}
