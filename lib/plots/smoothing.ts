/** Making a noisy series readable: a moving mean, and buckets of steps. */

/**
 * The mean over a window centred on each value, cut off at both ends. Values
 * that are not finite are left out of the means.
 */
export function movingMean(
  values: ArrayLike<number>,
  window: number,
): Float64Array {
  const before = Math.floor((window - 1) / 2);
  const after = window - 1 - before;
  const sums = new Float64Array(values.length + 1);
  const counts = new Uint32Array(values.length + 1);
  for (let i = 0; i < values.length; i++) {
    const finite = Number.isFinite(values[i]);
    sums[i + 1] = sums[i] + (finite ? values[i] : 0);
    counts[i + 1] = counts[i] + (finite ? 1 : 0);
  }
  return Float64Array.from(values, (_, i) => {
    const start = Math.max(0, i - before);
    const end = Math.min(values.length, i + after + 1);
    return (sums[end] - sums[start]) / (counts[end] - counts[start]);
  });
}

/** Neighbouring steps drawn as one: from the lowest to the highest, and their mean. */
export interface Bucket {
  /** The middle of its steps. */
  step: number;
  low: number;
  high: number;
  mean: number;
}

/** Puts every `size` neighbours into one bucket; the last may hold fewer. */
export function buckets(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  size: number,
): Bucket[] {
  const made: Bucket[] = [];
  for (let start = 0; start < values.length; start += size) {
    const end = Math.min(values.length, start + size);
    let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
    for (let i = start; i < end; i++) {
      if (!Number.isFinite(values[i])) continue;
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
      sum += values[i];
      count++;
    }
    if (count === 0) continue;
    const step = (steps[start] + steps[end - 1]) / 2;
    made.push({ step, low, high, mean: sum / count });
  }
  return made;
}
