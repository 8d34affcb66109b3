import * as Plot from "@observablehq/plot";
import { checkWhole } from "../errors/checks.ts";
import { checkValues } from "./checks.ts";
import { drawChart, halo } from "./chart.ts";
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
 * below the other. Several models are compared token by token.
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
  if (count !== undefined) checkWhole("count", count, 1);
  check(models, tokens.length);
  const answers = Array.from(tokens, (token, id) => ({
    token,
    percents: models.map(({ probabilities }) => 100 * probabilities[id]),
  }));
  const ranked = answers.toSorted((a, b) => b.percents[0] - a.percents[0]);
  const shown = ranked.filter(({ token }, rank) =>
    rank < (count ?? 5) || (count !== undefined && token === target)
  );
  const names = models.map(({ name }) => name);
  const describe = ({ token, percents }: typeof answers[number]) => {
    const each = percents.map((percent) => formatShare(percent / 100));
    if (!named) return `${token} ${each}`;
    return `${token}: ${
      names.map((name, i) => `${name} ${each[i]}`).join(", ")
    }`;
  };
  const described = shown.map(describe);
  const after = context === undefined ? "" : ` after "${context}"`;
  const right = answers.find(({ token }) => token === target);
  if (target !== undefined && !right) {
    throw new RangeError(
      `Cannot mark the target "${target}": it is not among the tokens`,
    );
  }
  const truth = right ? ` What does come next is ${describe(right)}.` : "";
  const inRows = count !== undefined;
  const sign = inRows ? "▸" : "▾";
  const bars = (inRows ? shown : answers).flatMap((answer) =>
    answer.percents.map((percent, i) => ({
      token: inRows && answer === right ? `${sign} ${target}` : answer.token,
      name: names[i],
      percent,
      colour: !named && answer === right ? vermillion : seriesColours[i],
      text: inRows
        ? formatShare(percent / 100, 2).replace(" %", "")
        : (answer === right ? sign : "") +
          (percent >= 5 ? `\n${percent.toFixed(0)}` : ""),
    }))
  );
  const most = Math.max(...bars.map(({ percent }) => percent));
  const domain = [0, Math.min(100, 1.15 * most)];
  const percents = { domain, grid: true, nice: true };
  const written = bars.map(({ token }) => token);
  const legend = named
    ? names.map((label, i) => ({ label, colour: seriesColours[i] }))
    : right
    ? [
      { label: "model", colour: blue },
      { label: `${sign} what does come next`, colour: vermillion },
    ]
    : [];
  const top = { lineAnchor: "bottom", dy: -4, fontSize: 12 } as const;
  const columns: Plot.PlotOptions = {
    x: { type: "band", domain: written, tickSize: 0, padding: 0.15 },
    y: percents,
    marks: [
      Plot.barY(bars, { x: "token", y: "percent", fill: "colour" }),
      Plot.text(bars, { x: "token", y: "percent", text: "text", ...top }),
      Plot.ruleY([0]),
    ],
  };
  const at = { x: "percent", y: "name", fy: "token" };
  const look = { text: "text", fontSize: 11, ...halo(3) };
  const rows: Plot.PlotOptions = {
    marginLeft: 110,
    x: percents,
    y: { type: "band", domain: names, axis: null, padding: 0.1 },
    fy: { domain: written, label: null, axis: "left", padding: 0.2 },
    marks: [
      Plot.barX(bars, { ...at, fill: "colour" }),
      Plot.text(bars, { ...at, ...look, textAnchor: "start", dx: 5 }),
      Plot.ruleX([0]),
    ],
  };
  return drawChart({
    title: `What comes next${after}`,
    description: `Bar chart of the probabilities of ${tokens.length} tokens` +
      `${after}, most probable: ${
        described.join(named ? "; " : ", ")
      }.${truth}`,
    xLabel: inRows ? "probability (%)" : "next character",
    yLabel: inRows ? "next word" : "probability (%)",
    height: inRows ? 140 + shown.length * (12 + 16 * names.length) : 340,
    legend: legend.map((item) => ({ ...item, sample: "square" })),
    plot: inRows ? rows : columns,
  }, options);
}

function check(models: readonly ModelProbabilities[], V: number): void {
  if (models.length === 0 || models.length > seriesColours.length) {
    throw new RangeError(
      `Cannot draw ${models.length} models: pass one to ${seriesColours.length}`,
    );
  }
  const range = {
    allows: (probability: number) => probability >= 0 && probability <= 1,
    words: "between 0 and 1",
  };
  for (const { name, probabilities } of models) {
    const what = `the probabilities of "${name}"`;
    checkValues(what, probabilities, V, range);
  }
}
