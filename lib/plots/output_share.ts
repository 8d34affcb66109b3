import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, paper, vermillion } from "./palette.ts";
import { formatCount } from "./words.ts";

/** How much of the arithmetic the output layer takes. */
export interface OutputShare {
  /** How many tokens there are, V. */
  vocabularySize: number;
  /** The part of all multiplications, from 0 to 1. */
  share: number;
}

/** Options of `outputShare()`. */
export interface OutputShareOptions extends FigureOptions {
  /** The vocabulary sizes that have their share written beside them. */
  marked?: readonly number[];
}

/**
 * How much of the arithmetic the output layer takes as the vocabulary grows.
 *
 * Source: Bengio et al. 2003, section 3: with 17,964 words it is 99.7 %.
 *
 * @param shares The shares, in the order of their vocabulary sizes.
 * @throws {RangeError} If there are fewer than two, they do not ascend, a share
 * is not between 0 and 1, or a marked size is not among them.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { outputShare } from "@makemore/mlp/plots";
 *
 * const figure = outputShare([
 *   { vocabularySize: 27, share: 0.4 },
 *   { vocabularySize: 17_964, share: 0.997 },
 * ], { marked: [17_964] });
 * assertStringIncludes(figure.description, "17,964 tokens 99.7 %");
 * ```
 */
export function outputShare(
  shares: readonly OutputShare[],
  options: OutputShareOptions = {},
): Figure {
  const { marked = [] } = options;
  if (shares.length < 2) {
    throw new RangeError(`Cannot draw a line through ${shares.length} points`);
  }
  for (const [i, { vocabularySize, share }] of shares.entries()) {
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(
        `Cannot draw the share of ${vocabularySize} tokens: it is ${share}, ` +
          "not between 0 and 1",
      );
    }
    if (!(vocabularySize > (shares[i - 1]?.vocabularySize ?? 0))) {
      throw new RangeError(
        `Cannot draw ${vocabularySize} tokens at place ${i}: vocabulary sizes ` +
          "must ascend from 1",
      );
    }
  }
  const points = marked.map((size) => {
    const found = shares.find(({ vocabularySize }) => vocabularySize === size);
    if (!found) {
      throw new RangeError(`Cannot mark ${size} tokens: they have no share`);
    }
    return found;
  });
  const percent = ({ share }: OutputShare) => 100 * share;
  const format = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
  return drawChart({
    title: options.title ?? "What the output layer takes",
    description:
      "Line chart of the output layer's part of the arithmetic by the size of " +
      `the vocabulary: ${
        (points.length > 0 ? points : [shares[0], shares[shares.length - 1]])
          .map(({ vocabularySize, share }) =>
            `${formatCount(vocabularySize)} tokens ${format(share)}`
          ).join(", ")
      }.`,
    width: options.width ?? 640,
    height: options.height ?? 340,
    plot: {
      x: {
        type: "log",
        label: options.xLabel ?? "size of the vocabulary (tokens)",
        grid: true,
        tickFormat: (tick: number) =>
          Number.isInteger(Math.log10(tick)) ? formatCount(tick) : "",
      },
      y: {
        label: options.yLabel ?? "part of all multiplications (%)",
        domain: [0, 110],
        ticks: [0, 20, 40, 60, 80, 100],
        grid: true,
      },
      marks: [
        Plot.lineY(shares, {
          x: "vocabularySize",
          y: percent,
          stroke: blue,
          strokeWidth: 2,
        }),
        Plot.dot(points, {
          x: "vocabularySize",
          y: percent,
          fill: vermillion,
          r: 6,
        }),
        // the line rises to the right: at its foot there is room below it
        [true, false].map((foot) =>
          Plot.text(points.filter(({ share }) => share < 0.5 === foot), {
            x: "vocabularySize",
            y: percent,
            text: ({ vocabularySize, share }: OutputShare) =>
              `${formatCount(vocabularySize)}: ${format(share)}`,
            ...(foot ? { dx: 12, dy: 10, textAnchor: "start" } : { dy: -16 }),
            fontSize: 12,
            stroke: paper.light,
            strokeWidth: 3,
            fill: "currentColor",
          })
        ),
        Plot.ruleY([0]),
      ],
    },
  });
}
