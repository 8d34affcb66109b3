import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { paper, seriesColours } from "./palette.ts";

/** What one model expects. */
export interface WordExpectation {
  /** What the legend calls the model, such as `"trigram"`. */
  name: string;
  /** One probability for each word, adding up to 1: [V]. */
  probabilities: ArrayLike<number>;
}

/** Options of `wordProbabilities()`. */
export interface WordProbabilitiesOptions extends FigureOptions {
  /** The words before, such as `"A dog was running in a"`, for the heading. */
  context?: string;
  /** The word that is asked for; it is always shown, and marked. */
  target?: string;
  /** How many words are shown: the most probable ones of the first model. */
  count?: number;
}

/**
 * What several models expect to come next, side by side: the words that the
 * first holds most probable, with a bar for each model.
 *
 * @param models One to four models.
 * @param words The V words in the order of the probabilities.
 * @throws {RangeError} If there are no models or more than four, the lengths
 * differ, a probability is not between 0 and 1, the target is not among the
 * words, or the count is not a whole number from 1.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { wordProbabilities } from "@makemore/mlp/plots";
 *
 * const figure = wordProbabilities([
 *   { name: "network", probabilities: [0.1, 0.7, 0.2] },
 *   { name: "trigram", probabilities: [0.6, 0.1, 0.3] },
 * ], ["a", "room", "hall"], { context: "in the", target: "room" });
 * assertStringIncludes(figure.description, "room: network 70 %, trigram 10 %");
 * ```
 */
export function wordProbabilities(
  models: readonly WordExpectation[],
  words: ArrayLike<string>,
  options: WordProbabilitiesOptions = {},
): Figure {
  const { context, target, count = 10 } = options;
  check(models, words, target, count);
  const ranked = Array.from(words, (word, id) => ({ word, id }))
    .sort((a, b) =>
      models[0].probabilities[b.id] - models[0].probabilities[a.id]
    );
  const best = ranked.slice(0, count);
  const shown = best.some(({ word }) => word === target)
    ? best
    : [...best, ...ranked.filter(({ word }) => word === target)];
  const label = (word: string) => word === target ? `▸ ${word}` : word;
  const bars = shown.flatMap(({ word, id }) =>
    models.map(({ name, probabilities }) => ({
      word: label(word),
      name,
      percent: 100 * probabilities[id],
    }))
  );
  const most = Math.max(...bars.map(({ percent }) => percent));
  return drawChart({
    title: options.title ??
      (context === undefined ? "What comes next" : `"${context} …"`),
    description: `Bar chart of the probabilities of ${shown.length} words${
      context === undefined ? "" : ` after "${context}"`
    }: ${
      shown.map(({ word, id }) =>
        `${word}: ${
          models.map(({ name, probabilities }) =>
            `${name} ${formatPercent(100 * probabilities[id])} %`
          ).join(", ")
        }`
      ).join("; ")
    }.${target === undefined ? "" : ` Asked for is ${target}.`}`,
    width: options.width ?? 640,
    height: options.height ??
      140 + shown.length * (12 + 16 * models.length),
    legend: models.map(({ name }, i) => ({
      label: name,
      colour: seriesColours[i],
      sample: "square",
    })),
    plot: {
      marginLeft: 110,
      x: {
        label: options.xLabel ?? "probability (%)",
        domain: [0, 1.1 * most],
        nice: true,
        grid: true,
      },
      y: {
        type: "band",
        domain: models.map(({ name }) => name).reverse(),
        reverse: true,
        label: options.yLabel ?? "next word",
        axis: null,
        padding: 0.1,
      },
      fy: {
        domain: shown.map(({ word }) => label(word)),
        label: null,
        axis: "left",
        padding: 0.2,
      },
      marks: [
        Plot.barX(bars, {
          x: "percent",
          y: "name",
          fy: "word",
          fill: ({ name }) =>
            seriesColours[models.findIndex((model) => model.name === name)],
        }),
        Plot.text(bars, {
          x: "percent",
          y: "name",
          fy: "word",
          text: ({ percent }) => formatPercent(percent),
          textAnchor: "start",
          dx: 5,
          fontSize: 11,
          stroke: paper.light,
          strokeWidth: 3,
          fill: "currentColor",
        }),
        Plot.ruleX([0]),
      ],
    },
  });
}

/** Two digits, however small: `12`, `0.41`, `0.0032`. */
function formatPercent(percent: number): string {
  return String(Number(percent.toPrecision(2)));
}

function check(
  models: readonly WordExpectation[],
  words: ArrayLike<string>,
  target: string | undefined,
  count: number,
): void {
  if (models.length === 0 || models.length > seriesColours.length) {
    throw new RangeError(
      `Cannot draw ${models.length} models: pass one to ${seriesColours.length}`,
    );
  }
  for (const { name, probabilities } of models) {
    if (probabilities.length !== words.length) {
      throw new RangeError(
        `Cannot draw the ${probabilities.length} probabilities of "${name}" ` +
          `with ${words.length} words`,
      );
    }
    const wrong = Array.from(probabilities).find((p) => !(p >= 0 && p <= 1));
    if (wrong !== undefined) {
      throw new RangeError(
        `Cannot draw a probability of "${name}": it is ${wrong}, not between 0 and 1`,
      );
    }
  }
  if (target !== undefined && !Array.from(words).includes(target)) {
    throw new RangeError(
      `Cannot mark the target "${target}": it is not among the words`,
    );
  }
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(
      `Cannot show ${count} words: pass a whole number from 1`,
    );
  }
}
