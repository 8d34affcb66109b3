import * as Plot from "@observablehq/plot";
import { type Chart, drawChart, halo } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatShare } from "./format.ts";
import { blue, seriesColours, vermillion } from "./palette.ts";

/** What one of several models expects. */
export interface ModelProbabilities {
  /** What the legend calls the model, such as `"trigram"`. */
  name: string;
  /** One probability for each token, adding up to 1: [V]. */
  probabilities: ArrayLike<number>;
}

/** Options of `nextTokenBars()`. */
export interface NextTokenBarsOptions extends FigureOptions {
  /** What comes before, such as `"..e"` or `"A dog was in the"`. */
  context?: string;
  /** The token that does come next, to mark it; it is always shown. */
  target?: string;
  /**
   * How many tokens are shown, the most probable ones of the first model, one
   * below the other. Default: of one model all tokens, side by side in their
   * order; of several models 10.
   */
  count?: number;
}

/**
 * How probable a model finds each token to come next, as bars: all characters
 * of a vocabulary side by side, or with `count` the most probable words one
 * below the other. Several models are compared word by word.
 *
 * @param probabilities One for each token, adding up to 1: [V]; or those of one
 * to four models with their names.
 * @param tokens The V tokens in the same order.
 * @param options The context, what does come next, and how many tokens are
 * shown; heading, labels and size.
 * @throws {RangeError} If there are no models or more than four, the lengths
 * differ, a probability is not between 0 and 1, the target is not among the
 * tokens, or the count is not a whole number from 1.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { nextTokenBars } from "@makemore/mlp/plots";
 *
 * const one = nextTokenBars([0.1, 0.7, 0.2], [".", "a", "b"], {
 *   context: "..e",
 *   target: "b",
 * });
 * assertStringIncludes(one.description, "most probable: a 70 %");
 *
 * const two = nextTokenBars([
 *   { name: "network", probabilities: [0.1, 0.7, 0.2] },
 *   { name: "trigram", probabilities: [0.6, 0.1, 0.3] },
 * ], ["a", "room", "hall"], { context: "in the" });
 * assertStringIncludes(two.description, "room: network 70 %, trigram 10 %");
 * ```
 */
export function nextTokenBars(
  probabilities: ArrayLike<number> | readonly ModelProbabilities[],
  tokens: ArrayLike<string>,
  options: NextTokenBarsOptions = {},
): Figure {
  const { context, target } = options;
  const named = typeof probabilities[0] !== "number";
  const models = named
    ? probabilities as readonly ModelProbabilities[]
    : [{ name: "model", probabilities: probabilities as ArrayLike<number> }];
  const { count = models.length > 1 ? 10 : undefined } = options;
  check(models, tokens, target, count);
  const answers = Array.from(tokens, (token, id): Answer => ({
    token,
    shares: models.map(({ probabilities }) => probabilities[id]),
  }));
  const ranked = answers.toSorted((a, b) => b.shares[0] - a.shares[0]);
  const shown = ranked.filter(({ token }, rank) =>
    rank < (count ?? 5) || (count !== undefined && token === target)
  );
  const describe = ({ token, shares }: Answer) => {
    if (!named) return `${token} ${formatShare(shares[0])}`;
    const each = models.map(({ name }, i) =>
      `${name} ${formatShare(shares[i])}`
    );
    return `${token}: ${each.join(", ")}`;
  };
  const after = context === undefined ? "" : ` after "${context}"`;
  const answer = answers.find(({ token }) => token === target);
  return drawChart({
    title: `What comes next${after}`,
    description: `Bar chart of the probabilities of ${tokens.length} tokens` +
      `${after}, most probable: ${
        shown.map(describe).join(named ? "; " : ", ")
      }.${answer ? ` What does come next is ${describe(answer)}.` : ""}`,
    ...(count === undefined
      ? columns(answers, answer)
      : rows(models, shown, target)),
  }, options);
}

/** A token, and the probability that each model gives to it. */
interface Answer {
  token: string;
  shares: number[];
}

type Layout = Omit<Chart, "title" | "description">;

/** All tokens side by side; bars of 5 % and more have their percentage. */
function columns(
  answers: readonly Answer[],
  target: Answer | undefined,
): Layout {
  const percent = ({ shares }: Answer) => 100 * shares[0];
  const label = (
    shown: readonly Answer[],
    text: (of: Answer) => string,
    look: Plot.TextOptions,
  ) => Plot.text(shown, { x: "token", y: percent, text, ...look });
  const numbered = answers.filter((answer) => percent(answer) >= 5);
  return {
    xLabel: "next character",
    yLabel: "probability (%)",
    height: 340,
    legend: !target ? [] : [
      { label: "model", colour: blue, sample: "square" },
      { label: "▾ what does come next", colour: vermillion, sample: "square" },
    ],
    plot: {
      x: {
        type: "band",
        domain: answers.map(({ token }) => token),
        tickSize: 0,
        padding: 0.15,
      },
      y: {
        domain: [0, Math.min(100, 1.15 * Math.max(...answers.map(percent)))],
        grid: true,
        nice: true,
      },
      marks: [
        Plot.barY(answers, {
          x: "token",
          y: percent,
          fill: (bar) => bar === target ? vermillion : blue,
        }),
        label(numbered, (bar) => percent(bar).toFixed(0), {
          dy: -8,
          fontSize: 12,
        }),
        label(target ? [target] : [], () => "▾", {
          dy: target && percent(target) >= 5 ? -22 : -8,
          fontSize: 16,
        }),
        Plot.ruleY([0]),
      ],
    },
  };
}

/** Tokens one below the other, with a bar for each model. */
function rows(
  models: readonly ModelProbabilities[],
  shown: readonly Answer[],
  target: string | undefined,
): Layout {
  const names = models.map(({ name }) => name);
  const row = (token: string) => token === target ? `▸ ${token}` : token;
  const bars = shown.flatMap(({ token, shares }) =>
    shares.map((share, i) => ({ share, name: names[i], row: row(token) }))
  );
  const at = {
    x: ({ share }: { share: number }) => 100 * share,
    y: "name",
    fy: "row",
  };
  const most = Math.max(...bars.map(({ share }) => share));
  return {
    xLabel: "probability (%)",
    yLabel: "next word",
    height: 140 + shown.length * (12 + 16 * models.length),
    legend: models.length === 1 ? [] : names.map((label, i) => ({
      label,
      colour: seriesColours[i],
      sample: "square",
    })),
    plot: {
      marginLeft: 110,
      x: { domain: [0, 110 * most], nice: true, grid: true },
      y: {
        type: "band",
        domain: names.toReversed(),
        reverse: true,
        axis: null,
        padding: 0.1,
      },
      fy: {
        domain: shown.map(({ token }) => row(token)),
        label: null,
        axis: "left",
        padding: 0.2,
      },
      marks: [
        Plot.barX(bars, {
          ...at,
          fill: ({ name }) => seriesColours[names.indexOf(name)],
        }),
        Plot.text(bars, {
          ...at,
          text: ({ share }) => formatShare(share, 2).replace(" %", ""),
          textAnchor: "start",
          dx: 5,
          fontSize: 11,
          ...halo(3),
        }),
        Plot.ruleX([0]),
      ],
    },
  };
}

function check(
  models: readonly ModelProbabilities[],
  tokens: ArrayLike<string>,
  target: string | undefined,
  count: number | undefined,
): void {
  if (models.length === 0 || models.length > seriesColours.length) {
    throw new RangeError(
      `Cannot draw ${models.length} models: pass one to ${seriesColours.length}`,
    );
  }
  for (const { name, probabilities } of models) {
    if (probabilities.length !== tokens.length || tokens.length === 0) {
      throw new RangeError(
        `Cannot draw the ${probabilities.length} probabilities of "${name}" with ${tokens.length} tokens`,
      );
    }
    const wrong = Array.from(probabilities).find((p) => !(p >= 0 && p <= 1));
    if (wrong !== undefined) {
      throw new RangeError(
        `Cannot draw a probability of "${name}": it is ${wrong}, not between 0 and 1`,
      );
    }
  }
  if (target !== undefined && !Array.from(tokens).includes(target)) {
    throw new RangeError(
      `Cannot mark the target "${target}": it is not among the tokens`,
    );
  }
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(
      `Cannot show ${count} tokens: pass a whole number from 1`,
    );
  }
}
