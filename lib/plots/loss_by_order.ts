import * as Plot from "@observablehq/plot";
import { drawChart, type LegendItem } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { paper, seriesColours, seriesDashes } from "./palette.ts";
import { formatLoss } from "./words.ts";

/** The losses of one kind of n-gram model. */
export interface OrderLosses {
  /** What the legend calls it, such as `"Kneser–Ney"`. */
  name: string;
  /** The losses of the orders 1, 2, 3, …, in nats per character. */
  losses: ArrayLike<number>;
}

/** Options of `lossByOrder()`. */
export interface LossByOrderOptions extends FigureOptions {
  /** A loss to compare with, such as that of a network: a line across. */
  reference?: { name: string; loss: number };
}

/**
 * What longer n-grams gain and lose: the loss of counting models against their
 * order, with the lowest of each marked and labelled.
 *
 * @param series One to four kinds of model, each with a loss for every order
 * from 1.
 * @throws {RangeError} If there are no series or more than four, they differ in
 * length or have no losses, or a loss is not finite.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { lossByOrder } from "@makemore/mlp/plots";
 *
 * const figure = lossByOrder([
 *   { name: "train", losses: [2.8, 2.5, 2.2] },
 *   { name: "dev", losses: [2.8, 2.5, 2.6] },
 * ]);
 * assertStringIncludes(figure.description, "dev 2.5 at order 2");
 * ```
 */
export function lossByOrder(
  series: readonly OrderLosses[],
  options: LossByOrderOptions = {},
): Figure {
  check(series);
  const { reference } = options;
  const marks: Plot.Markish[] = [];
  const labels: Plot.Markish[] = [];
  const dots: Plot.Markish[] = [];
  const legend: LegendItem[] = [];
  const lowest: string[] = [];
  for (const [index, { name, losses }] of series.entries()) {
    const colour = seriesColours[index];
    const points = Array.from(losses, (loss, i) => ({ order: i + 1, loss }));
    const [best] = points.toSorted((a, b) => a.loss - b.loss);
    lowest.push(`${name} ${formatLoss(best.loss)} at order ${best.order}`);
    legend.push({
      label: name,
      colour,
      sample: "line",
      dashes: seriesDashes[index],
    });
    marks.push(
      Plot.lineY(points, {
        x: "order",
        y: "loss",
        stroke: colour,
        strokeWidth: 2,
        strokeDasharray: seriesDashes[index],
      }),
    );
    dots.push(
      Plot.dot(points, {
        x: "order",
        y: "loss",
        fill: colour,
        r: (point) => point === best ? 6 : 3,
      }),
    );
    labels.push(Plot.text([best], {
      x: "order",
      y: "loss",
      text: ({ loss }: { loss: number }) => loss.toFixed(3),
      dy: series.some((other) => other.losses[best.order - 1] < best.loss)
        ? -17
        : 18, // away from the lines below
      stroke: paper.light,
      strokeWidth: 8, // so that a line across leaves a gap
      fill: "currentColor",
    }));
  }
  if (reference) {
    legend.push({
      label: `${reference.name}, ${formatLoss(reference.loss)}`,
      colour: "currentColor",
      sample: "line",
      dashes: "2 5",
    });
    marks.push(Plot.ruleY([reference.loss], {
      stroke: "currentColor",
      strokeWidth: 2.5,
      strokeDasharray: "2 5",
    }));
  }
  const values = series.flatMap(({ losses }) => Array.from(losses))
    .concat(reference ? [reference.loss] : []);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.1 * (high - low || 1); // for the label below the lowest
  return drawChart({
    title: options.title ?? "Loss by the order of the n-grams",
    description: `Line chart over the orders 1 to ${
      series[0].losses.length
    }, lowest: ${lowest.join("; ")}.${
      reference
        ? ` A line across is ${reference.name}, ${formatLoss(reference.loss)}.`
        : ""
    }`,
    width: options.width ?? 640,
    height: options.height ?? 400,
    legend,
    plot: {
      x: {
        type: "point",
        domain: Array.from(series[0].losses, (_, i) => i + 1),
        label: options.xLabel ?? "order n: n − 1 characters of context",
        padding: 0.4,
      },
      y: {
        label: options.yLabel ?? "loss (nats per character)",
        domain: [low - room, high],
        grid: true,
        nice: true,
      },
      r: { type: "identity" },
      marks: [...marks, ...labels, ...dots],
    },
  });
}

function check(series: readonly OrderLosses[]): void {
  if (series.length === 0 || series.length > seriesColours.length) {
    throw new RangeError(
      `Cannot draw ${series.length} series: it takes 1 to ${seriesColours.length}`,
    );
  }
  for (const { name, losses } of series) {
    if (losses.length === 0 || losses.length !== series[0].losses.length) {
      throw new RangeError(
        `Cannot draw the series "${name}": it has ${losses.length} losses, the first ${
          series[0].losses.length
        }`,
      );
    }
    for (let i = 0; i < losses.length; i++) {
      if (!Number.isFinite(losses[i])) {
        throw new RangeError(
          `Cannot draw the series "${name}": its loss of order ${i + 1} is ${
            losses[i]
          }`,
        );
      }
    }
  }
}
