import * as Plot from "@observablehq/plot";
import { drawChart, halo, type LegendItem } from "../../lib/plots/chart.ts";
import type { Figure, FigureOptions } from "../../lib/plots/figure.ts";
import { formatLoss } from "../../lib/plots/format.ts";
import { seriesColours, seriesDashes } from "../../lib/plots/palette.ts";

/** The losses of one kind of n-gram model. */
export interface OrderLosses {
  /** What the legend calls it, such as `"Kneser–Ney"`. */
  name: string;
  /** The losses of the orders 1, 2, 3, …, in nats per character. */
  losses: readonly number[];
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
 * @param series One to four kinds of model with equally many orders.
 * @param options A loss to compare with; heading, labels and size.
 */
export function lossByOrder(
  series: readonly OrderLosses[],
  options: LossByOrderOptions = {},
): Figure {
  const { reference } = options;
  const at = { x: "order", y: "loss" };
  const lines = series.map(({ name, losses }, i) => {
    const points = losses.map((loss, i) => ({ order: i + 1, loss }));
    const best = points.reduce((a, b) => b.loss < a.loss ? b : a);
    const [colour, dashes] = [seriesColours[i], seriesDashes[i]];
    return { name, points, best, colour, dashes };
  });
  const across = reference &&
    `${reference.name}, ${formatLoss(reference.loss)}`;
  const dotted = "2 5";
  const values = series.flatMap(({ losses }) => losses)
    .concat(reference ? [reference.loss] : []);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.1 * (high - low || 1); // for the label below the lowest
  const orders = series[0].losses.map((_, i) => i + 1);
  return drawChart({
    title: "Loss by the order of the n-grams",
    description: `Line chart over the orders 1 to ${orders.length}, lowest: ${
      lines.map(({ name, best }) =>
        `${name} ${formatLoss(best.loss)} at order ${best.order}`
      ).join("; ")
    }.${across ? ` A line across is ${across}.` : ""}`,
    xLabel: "order n: n − 1 characters of context",
    yLabel: "loss (nats per character)",
    height: 400,
    legend: [
      ...lines.map(({ name, colour, dashes }): LegendItem => ({
        label: name,
        colour,
        sample: "line",
        dashes,
      })),
      ...(across
        ? [{
          label: across,
          colour: "currentColor",
          sample: "line" as const,
          dashes: dotted,
        }]
        : []),
    ],
    plot: {
      x: { type: "point", domain: orders, padding: 0.4 },
      y: { domain: [low - room, high], grid: true, nice: true },
      r: { type: "identity" },
      marks: [
        lines.map(({ points, colour, dashes }) =>
          Plot.lineY(points, {
            ...at,
            stroke: colour,
            strokeWidth: 2,
            strokeDasharray: dashes,
          })
        ),
        Plot.ruleY(reference ? [reference.loss] : [], {
          stroke: "currentColor",
          strokeWidth: 2.5,
          strokeDasharray: dotted,
        }),
        lines.map(({ best }) => {
          const below = series.some(({ losses }) =>
            losses[best.order - 1] < best.loss
          );
          return Plot.text([best], {
            ...at,
            text: ({ loss }: { loss: number }) => loss.toFixed(3),
            dy: below ? -17 : 18, // away from the lines below
            ...halo(8), // so that a line across leaves a gap
          });
        }),
        lines.map(({ points, best, colour }) =>
          Plot.dot(points, {
            ...at,
            fill: colour,
            r: (point) => point === best ? 6 : 3,
          })
        ),
      ],
    },
  }, options);
}
