import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, paper, vermillion } from "./palette.ts";
import { logTicks } from "./ticks.ts";

/** What one model gave to what was right. */
export interface RightProbabilities {
  /** What its row is called, such as `"trigram"`. */
  name: string;
  /** The probability that it gave to each right answer. */
  probabilities: ArrayLike<number>;
}

/** Options of `probabilityRanges()`. */
export interface ProbabilityRangesOptions extends FigureOptions {
  /** The row that is pointed at. Default: the first. */
  marked?: string;
}

/**
 * What models gave to what was right, on a logarithmic scale: a line from the
 * tenth to the ninetieth of a hundred answers, and a point at their geometric
 * mean, which is exp(−loss).
 *
 * @param models A row for each.
 * @throws {RangeError} If there are no models, one has no answers, or a
 * probability is not above 0 and at most 1.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { probabilityRanges } from "@makemore/mlp/plots";
 *
 * const figure = probabilityRanges([
 *   { name: "network", probabilities: [0.1, 0.1, 0.1] },
 *   { name: "trigram", probabilities: [0.1, 0.01, 0.001] },
 * ]);
 * assertStringIncludes(figure.description, "network 10 %, trigram 1 %");
 * ```
 */
export function probabilityRanges(
  models: readonly RightProbabilities[],
  options: ProbabilityRangesOptions = {},
): Figure {
  if (models.length === 0) throw new RangeError("There are no models to draw");
  const rows = models.map(({ name, probabilities }) => {
    const percents = Array.from(probabilities, (p) => {
      if (!(p > 0 && p <= 1)) {
        throw new RangeError(
          `Cannot draw a probability of "${name}": it is ${p}, not above 0 and ` +
            "at most 1",
        );
      }
      return 100 * p;
    }).sort((a, b) => a - b);
    if (percents.length === 0) {
      throw new RangeError(`Cannot draw "${name}": it has no answers`);
    }
    const mean = Math.exp(
      percents.reduce((sum, p) => sum + Math.log(p), 0) / percents.length,
    );
    const at = (share: number) =>
      percents[Math.round(share * (percents.length - 1))];
    return { name, low: at(0.1), mean, high: at(0.9) };
  });
  const { marked = models[0].name } = options;
  const colour = ({ name }: { name: string }) =>
    name === marked ? vermillion : blue;
  const low = 0.8 * Math.min(...rows.map(({ low }) => low));
  const high = Math.min(100, 2 * Math.max(...rows.map(({ high }) => high)));
  return drawChart({
    title: options.title ?? "The probability of what is right",
    description:
      `Ranges of probabilities on a logarithmic scale, geometric means: ${
        rows.map(({ name, mean }) => `${name} ${formatPercent(mean)} %`)
          .join(", ")
      }.`,
    width: options.width ?? 760,
    height: options.height ?? 130 + 40 * rows.length,
    plot: {
      marginLeft: 180,
      x: {
        type: "log",
        label: options.xLabel ??
          "probability (%), on a logarithmic scale",
        domain: [low, high],
        grid: true,
        ticks: logTicks(low, high, 4),
        tickFormat: (tick: number) => String(tick),
      },
      y: {
        type: "band",
        domain: rows.map(({ name }) => name).reverse(),
        reverse: true,
        label: options.yLabel ?? "model",
        tickSize: 0,
      },
      marks: [
        Plot.ruleY(rows, {
          y: "name",
          x1: "low",
          x2: "high",
          stroke: colour,
          strokeWidth: 5,
          strokeOpacity: 0.45,
        }),
        Plot.dot(rows, { y: "name", x: "mean", fill: colour, r: 6 }),
        Plot.text(rows, {
          y: "name",
          x: "mean",
          text: ({ mean }: { mean: number }) => formatPercent(mean) + " %",
          dy: -14,
          fontSize: 12,
          stroke: paper.light,
          strokeWidth: 3,
          fill: "currentColor",
        }),
      ],
    },
  });
}

/** Two digits, however small: `12`, `0.41`, `0.0032`. */
function formatPercent(percent: number): string {
  return String(Number(percent.toPrecision(2)));
}
