/** Making a noisy series readable: a moving mean, and buckets of steps. */

import type { LegendItem } from "./chart.ts";

/**
 * The mean over a window centred on each value, cut off at both ends. Values
 * that are not finite are left out of the means.
 */
export function movingMean(
  values: readonly number[],
  window: number,
): number[] {
  const before = Math.floor((window - 1) / 2);
  const sums = [0];
  const counts = [0];
  for (const value of values) {
    const finite = Number.isFinite(value);
    sums.push(sums.at(-1)! + (finite ? value : 0));
    counts.push(counts.at(-1)! + (finite ? 1 : 0));
  }
  return values.map((_, i) => {
    const start = Math.max(0, i - before);
    const end = Math.min(values.length, i - before + window);
    return (sums[end] - sums[start]) / (counts[end] - counts[start]);
  });
}

/**
 * Puts every `size` neighbours into one bucket, which is drawn from its lowest
 * to its highest value, at the middle of its steps; the last may hold fewer.
 */
export function buckets(
  steps: readonly number[],
  values: readonly number[],
  size: number,
) {
  const made = [];
  for (let start = 0; start < values.length; start += size) {
    const end = Math.min(values.length, start + size);
    const finite = values.slice(start, end).filter(Number.isFinite);
    if (finite.length === 0) continue;
    made.push({
      step: (steps[start] + steps[end - 1]) / 2,
      low: Math.min(...finite),
      high: Math.max(...finite),
      mean: finite.reduce((sum, value) => sum + value, 0) / finite.length,
    });
  }
  return made;
}

/** What the bold line is, and what is behind it, if both are drawn. */
export function smoothedLegend(
  colour: string,
  smoothing: number,
  bucketSize = 1,
): LegendItem[] {
  const bold = smoothing > 1 ? `mean of ${smoothing} steps` : "their mean";
  const band = `lowest to highest of each ${bucketSize} steps`;
  const behind: LegendItem = bucketSize > 1
    ? { label: band, colour, sample: "band", opacity: 0.35 }
    : { label: "each step", colour, opacity: 0.55 };
  const both = bucketSize > 1 || smoothing > 1;
  return both ? [behind, { label: bold, colour }] : [];
}

/** The lowest and the highest value; those that are not numbers are left out. */
export function extent(values: Iterable<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
