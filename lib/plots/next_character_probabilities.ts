import * as Plot from "@observablehq/plot";
import { drawChart, type LegendItem } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, vermillion } from "./palette.ts";
import { formatShare } from "./words.ts";

/** Options of `nextCharacterProbabilities()`. */
export interface NextCharacterOptions extends FigureOptions {
  /** The characters before, such as `"..e"`, for the heading. */
  context?: string;
  /** The token that does come next, to mark its bar. */
  target?: string;
  /** Whether the bars stand from most to least probable. Default `false`. */
  sorted?: boolean;
}

/**
 * How probable the model finds each character to come next, as bars. Bars of
 * 5 % and more have their percentage on them.
 *
 * @param probabilities One for each token, adding up to 1: [V].
 * @param tokens The V tokens in the same order.
 * @throws {RangeError} If the two differ in length, a probability is not
 * between 0 and 1, or the target is not among the tokens.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { nextCharacterProbabilities } from "@makemore/mlp/plots";
 *
 * const figure = nextCharacterProbabilities([0.1, 0.7, 0.2], [".", "a", "b"], {
 *   context: "..e",
 *   target: "b",
 * });
 * assertStringIncludes(figure.description, "most probable: a 70 %");
 * ```
 */
export function nextCharacterProbabilities(
  probabilities: ArrayLike<number>,
  tokens: ArrayLike<string>,
  options: NextCharacterOptions = {},
): Figure {
  if (probabilities.length !== tokens.length || tokens.length === 0) {
    throw new RangeError(
      `Cannot draw ${probabilities.length} probabilities with ${tokens.length} tokens`,
    );
  }
  const { context, target, sorted = false } = options;
  const bars = Array.from(tokens, (token, id) => {
    const probability = probabilities[id];
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(
        `Cannot draw the probability of "${token}": it is ${probability}, not between 0 and 1`,
      );
    }
    return { token, percent: 100 * probability };
  });
  if (target !== undefined && !bars.some(({ token }) => token === target)) {
    throw new RangeError(
      `Cannot mark the target "${target}": it is not among the tokens`,
    );
  }
  const ranked = bars.toSorted((a, b) => b.percent - a.percent);
  const isTarget = (bar: { token: string }) => bar.token === target;
  const legend: LegendItem[] = target === undefined ? [] : [
    { label: "model", colour: blue, sample: "square" },
    { label: `▾ what does come next`, colour: vermillion, sample: "square" },
  ];
  const targetShare = bars.find(isTarget)?.percent;
  return drawChart({
    title: options.title ??
      (context === undefined
        ? "What comes next"
        : `What comes next after "${context}"`),
    description: `Bar chart of the probabilities of ${tokens.length} tokens${
      context === undefined ? "" : ` after "${context}"`
    }, most probable: ${
      ranked.slice(0, 5).map(({ token, percent }) =>
        `${token} ${formatShare(percent / 100)}`
      ).join(", ")
    }.${
      targetShare === undefined
        ? ""
        : ` What does come next, ${target}, has ${
          formatShare(targetShare / 100)
        }.`
    }`,
    width: options.width ?? 640,
    height: options.height ?? 340,
    legend,
    plot: {
      x: {
        type: "band",
        domain: (sorted ? ranked : bars).map(({ token }) => token),
        label: options.xLabel ?? "next character",
        tickSize: 0,
        padding: 0.15,
      },
      y: {
        label: options.yLabel ?? "probability (%)",
        domain: [0, Math.min(100, 1.15 * ranked[0].percent)],
        grid: true,
        nice: true,
      },
      marks: [
        Plot.barY(bars, {
          x: "token",
          y: "percent",
          fill: (bar) => isTarget(bar) ? vermillion : blue,
        }),
        Plot.text(bars.filter(({ percent }) => percent >= 5), {
          x: "token",
          y: "percent",
          text: ({ percent }: { percent: number }) =>
            String(Math.round(percent)),
          dy: -8,
          fontSize: 12,
        }),
        Plot.text(bars.filter(isTarget), {
          x: "token",
          y: "percent",
          text: () => "▾",
          dy: targetShare !== undefined && targetShare >= 5 ? -22 : -8,
          fontSize: 16,
        }),
        Plot.ruleY([0]),
      ],
    },
  });
}
