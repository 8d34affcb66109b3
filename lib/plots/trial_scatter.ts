import * as Plot from "@observablehq/plot";
import { drawChart } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { formatCount, formatLoss } from "./format.ts";
import { blue, paper, vermillion } from "./palette.ts";
import { logTicks } from "./ticks.ts";

/** What one trial of a sweep was, and how it ended. */
export interface TrialPoint {
  /** Its settings, by name. */
  settings: Readonly<Record<string, string | number | boolean>>;
  /** Its loss on dev, in nats. */
  loss: number;
}

/** Panels in a row, and the space between them, in widths of a panel. */
const mostColumns = 3;
const gap = 0.2;
/** Up to this many different values are drawn at equal distances. */
const mostSteps = 6;
/** The width of a digit below a panel. */
const digit = 6.5;

/**
 * The loss of each trial of a sweep, against each setting in which the trials
 * differ: a panel for each, in all of which a trial has the same height. The
 * best is a triangle. A trial that is far worse than most is drawn at the top.
 *
 * @param trials The settings and the loss of each.
 * @param options Heading, labels and size.
 * @throws {RangeError} If no setting differs, or a loss is not finite.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { trialScatter } from "@makemore/mlp/plots";
 *
 * const figure = trialScatter([
 *   { settings: { "hidden size": 100, "learning rate": 0.1 }, loss: 2.2 },
 *   { settings: { "hidden size": 200, "learning rate": 0.1 }, loss: 2.1 },
 *   { settings: { "hidden size": 200, "learning rate": 0.2 }, loss: 2.3 },
 * ]);
 * assertStringIncludes(figure.description, "hidden size 200, learning rate 0.1");
 * ```
 */
export function trialScatter(
  trials: readonly TrialPoint[],
  options: FigureOptions = {},
): Figure {
  const wrong = trials.find(({ loss }) => !Number.isFinite(loss));
  if (wrong) {
    throw new RangeError(`Cannot draw a trial whose loss is ${wrong.loss}`);
  }
  const names = [
    ...new Set(trials.flatMap(({ settings }) => Object.keys(settings))),
  ].filter((name) =>
    new Set(trials.map(({ settings }) => settings[name])).size > 1
  );
  if (names.length === 0) {
    throw new RangeError(
      `Cannot draw ${trials.length} trials: they differ in no setting`,
    );
  }
  const columns = names.length === 4 ? 2 : Math.min(mostColumns, names.length);
  const rows = Math.ceil(names.length / columns);
  const { width = 640, height = 150 + 170 * rows } = options;
  const panelWidth = (width - 88) / (columns * (1 + gap) - gap);

  const sorted = trials.toSorted((a, b) => a.loss - b.loss);
  const [best] = sorted;
  // what is far above most would press these together
  const middle = sorted[Math.floor(sorted.length / 2)].loss;
  const limit = Math.max(best.loss + 3 * (middle - best.loss), middle * 1.01);
  const isFar = ({ loss }: TrialPoint) => loss > limit;
  const panels = names.map((name, i) => {
    const at = (share: number) =>
      (i % columns) * (1 + gap) + 0.06 + 0.88 * share;
    const values = trials.map(({ settings }) => settings[name]);
    const { shareOf, ticks, step = 0 } = scaleOf(values, panelWidth);
    // side by side where many would lie on one another
    const spread = trials.length > 30 ? 0.5 * step : 0;
    return {
      row: Math.floor(i / columns),
      name,
      start: at(-0.06),
      end: at(1.06),
      ticks: ticks.map(([value, text]) => ({ x: at(shareOf(value)), text })),
      points: sorted.map((trial, i) => ({
        trial,
        x: at(
          shareOf(trial.settings[name]) +
            spread * ((0.618 * i + 0.5) % 1 - 0.5),
        ),
        loss: Math.min(limit, trial.loss),
      })),
    };
  });
  const kinds = [
    { label: "trial", is: (t: TrialPoint) => t !== best && !isFar(t) },
    { label: "far worse", is: (t: TrialPoint) => t !== best && isFar(t) },
    {
      label: `the best, ${formatLoss(best.loss)}`,
      is: (t: TrialPoint) => t === best,
    },
  ];
  const looks = [
    { colour: blue, sample: "circle", opacity: 0.6 },
    { colour: blue, sample: "square", opacity: 0.6 },
    { colour: vermillion, sample: "triangle", opacity: 1 },
  ] as const;
  const shown = kinds.map((kind, i) => ({ ...kind, ...looks[i] }))
    .filter(({ is }) => trials.some(is));
  const losses = panels[0].points.map(({ loss }) => loss);
  const room = 0.06 * (Math.max(...losses) - best.loss || 1);
  const [low, high] = [best.loss - room, Math.max(...losses) + 1.5 * room];
  const marks = panels.flatMap(({ row, name, start, end, ticks, points }) => {
    const of = (data: { x: number }[]) => ({
      fy: data.map(() => row),
      x: data.map(({ x }) => x),
    });
    const below = { ...of(ticks), frameAnchor: "bottom", dy: 16 } as const;
    const above = { fy: [row], x: [start], frameAnchor: "top-left" } as const;
    const lines = [low, ...linearTicks(low, high, 5)];
    return [
      Plot.link(lines, {
        fy: lines.map(() => row),
        ...{ x1: lines.map(() => start), x2: lines.map(() => end) },
        ...{ y1: lines, y2: lines, stroke: "currentColor" },
        strokeOpacity: lines.map((line) => line === low ? 1 : 0.12),
      }),
      Plot.text(ticks, { ...below, text: "text", fontSize: 11 }),
      Plot.text([name], {
        ...above,
        dy: -9,
        text: [name],
        textAnchor: "start",
        fontWeight: "bold",
      }),
      ...shown.map(({ is, sample, colour, opacity }) => {
        const some = points.filter(({ trial }) => is(trial));
        return Plot.dot(some, {
          ...of(some),
          y: "loss",
          symbol: sample,
          r: sample === "triangle" ? 6.5 : trials.length > 50 ? 3.5 : 4.5,
          fill: colour,
          fillOpacity: opacity,
          stroke: paper.light,
          strokeWidth: 0.75,
        });
      }),
    ];
  });
  const described = names.map((name) => `${name} ${best.settings[name]}`);
  const far = trials.filter(isFar).length;
  return drawChart({
    title: "What each setting does to the loss on dev",
    description:
      `Scatter plots of the losses of ${formatCount(trials.length)} ` +
      `trials against ${names.join(", ")}. The best has ` +
      `${formatLoss(best.loss)} with ${described.join(", ")}.` +
      (far > 0 ? ` ${far} far worse are drawn at the top.` : ""),
    xLabel: "value of the setting",
    yLabel: "loss on dev (nats)",
    width,
    height,
    legend: shown,
    plot: {
      x: { domain: [0, columns * (1 + gap) - gap], axis: null },
      y: { domain: [low, high], ticks: linearTicks(low, high, 5) },
      fy: {
        domain: Array.from({ length: rows }, (_, row) => row),
        axis: null,
        paddingInner: 0.32,
        paddingOuter: 0.05,
      },
      marks,
    },
  }, options);
}

/** Where values are in a panel, from 0 to 1, and which of them are written. */
function scaleOf(
  values: readonly (string | number | boolean)[],
  panelWidth: number,
): {
  shareOf: (value: unknown) => number;
  /** The distance of two values, if it is always the same. */
  step?: number;
  ticks: [value: unknown, text: string][];
} {
  const different = [...new Set(values)];
  const numbers = different.filter((value) => typeof value === "number")
    .sort((a, b) => a - b);
  const isNumeric = numbers.length === different.length;
  if (!isNumeric || different.length <= mostSteps) {
    const rest = different.filter((value) => typeof value !== "number");
    const order: unknown[] = [...numbers, ...rest.map(String).sort()];
    const shareOf = (value: unknown) => {
      const at = order.indexOf(
        typeof value === "number" ? value : String(value),
      );
      return (at + 0.5) / order.length;
    };
    const texts = order.map((value) => String(value));
    const longest = Math.max(...texts.map(({ length }) => length));
    const every = Math.ceil((longest + 1) * digit * order.length / panelWidth);
    return {
      shareOf,
      step: 1 / order.length,
      ticks: order.map((value, i) => [value, texts[i]] as [unknown, string])
        .filter((_, i) => i % every === 0),
    };
  }
  const [low, high] = [numbers[0], numbers.at(-1)!];
  const isLog = low > 0 && high / low >= 8;
  const scale = isLog ? Math.log : Number;
  const shareOf = (value: unknown) =>
    (scale(value as number) - scale(low)) / (scale(high) - scale(low));
  const most = Math.max(2, Math.floor(panelWidth / 40));
  const ticks = isLog
    ? logTicks(low, high, most)
    : linearTicks(low, high, most);
  return { shareOf, ticks: ticks.map((tick) => [tick, short(tick)]) };
}

/** A number in few characters. */
function short(value: number): string {
  return value > 0 && value < 0.001 ? value.toExponential() : String(value);
}

/** Round numbers from `low` to `high`, at most `most` of them. */
function linearTicks(low: number, high: number, most: number): number[] {
  const power = Math.floor(Math.log10((high - low) / most));
  const step = [1, 2, 5, 10, 20].map((digits) => Number(`${digits}e${power}`))
    .find((step) => Math.floor(high / step) - Math.ceil(low / step) < most)!;
  const first = Math.ceil(low / step);
  return Array.from(
    { length: Math.floor(high / step) - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(6)),
  );
}
