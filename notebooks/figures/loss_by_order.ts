import * as Plot from "@observablehq/plot";
import { drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure, FigureOptions } from "../../lib/plots/figure.ts";
import { formatLoss } from "../../lib/plots/format.ts";
import { seriesColours, seriesDashes } from "../../lib/plots/palette.ts";

import { extent } from "../../lib/plots/smoothing.ts";

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
  const across = options.reference ? [options.reference] : [];
  const dashes = "2 5";
  const ruled = { stroke: "currentColor", strokeWidth: 2.5 };
  const at = { x: "order", y: "loss" };
  const lines = series.map(({ name, losses }, i) => {
    const points = losses.map((loss, i) => ({ order: i + 1, loss }));
    const best = points.reduce((a, b) => b.loss < a.loss ? b : a);
    const [colour, dashes] = [seriesColours[i], seriesDashes[i]];
    const look = { stroke: colour, strokeDasharray: dashes, strokeWidth: 2 };
    return { label: name, points, best, colour, dashes, look };
  });
  const lowest = lines.map(({ label, best }) =>
    `${label} ${formatLoss(best.loss)} at order ${best.order}`
  );
  const named = across.map(({ name, loss }) => `${name}, ${formatLoss(loss)}`);
  const values = series.flatMap(({ losses }) => losses)
    .concat(across.map(({ loss }) => loss));
  const [low, high] = extent(values);
  const room = 0.1 * (high - low || 1); // for the label below the lowest
  const orders = series[0].losses.map((_, i) => i + 1);
  return drawChart({
    title: "Loss by the order of the n-grams",
    description: `Line chart over the orders 1 to ${orders.length}, lowest: ` +
      `${lowest.join("; ")}.` +
      named.map((name) => ` A line across is ${name}.`).join(""),
    xLabel: "order n: n − 1 characters of context",
    yLabel: "loss (nats per character)",
    height: 400,
    legend: [
      ...lines,
      ...named.map((label) => ({ label, colour: "currentColor", dashes })),
    ],
    plot: {
      x: { type: "point", domain: orders, padding: 0.4 },
      y: { domain: [low - room, high], grid: true, nice: true },
      r: { type: "identity" },
      marks: [
        lines.map(({ points, look }) => Plot.lineY(points, { ...at, ...look })),
        Plot.ruleY(across, { y: "loss", ...ruled, strokeDasharray: dashes }),
        lines.map(({ best }) => {
          const below = series.some(({ losses }) =>
            losses[best.order - 1] < best.loss
          );
          return Plot.text([best], {
            ...at,
            text: ({ loss }: { loss: number }) => loss.toFixed(3),
            dy: below ? -15 : 18, // away from the lines below
            ...halo(4), // so that a line across leaves a gap
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
