/**
 * Principal component analysis, to draw embeddings on a map that have more than
 * two numbers.
 */

import { checkWhole } from "../errors/checks.ts";

/**
 * Projects points onto the plane in which they differ most: subtracts their
 * mean, and returns their first two principal components. Points of two
 * dimensions stay as they are; points of one get a second coordinate of 0.
 *
 * The sign of a component is arbitrary. Here the first point that is not in the
 * middle is on the positive side, so that equal points have equal maps.
 *
 * @param points the points row by row `[count, dimensions]`, such as the
 * embedding table `C`
 * @param dimensions the number of dimensions, from 1
 * @returns two numbers for each point
 * @throws {RangeError} if the dimensions are not a whole number from 1, or do
 * not divide the number of numbers
 *
 * @example
 * ```ts
 * import { projectToPlane } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * // three points in space that differ only along the last axis
 * const plane = projectToPlane([0, 0, 2, 0, 0, -1, 0, 0, -1], 3);
 * assertEquals(plane.map(([x]) => Math.round(x)), [2, -1, -1]);
 * ```
 */
export function projectToPlane(
  points: ArrayLike<number>,
  dimensions: number,
): [number, number][] {
  checkWhole("number of dimensions", dimensions, 1);
  const count = points.length / dimensions;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `Cannot make points of ${dimensions} numbers from ${points.length} numbers`,
    );
  }
  const numbers = Array.from(points);
  const rows = Array.from(
    { length: count },
    (_, i) => numbers.slice(i * dimensions, (i + 1) * dimensions),
  ); // [count, dimensions]
  if (dimensions <= 2 || count === 0) return rows.map(([x, y = 0]) => [x, y]);

  for (let j = 0; j < dimensions; j++) {
    const mean = rows.reduce((sum, row) => sum + row[j], 0) / count;
    for (const row of rows) row[j] -= mean;
  }
  const plane = rows.map((): [number, number] => [0, 0]);
  for (const component of [0, 1]) {
    const axis = mainAxis(rows);
    const along = rows.map((row) => dot(row, axis));
    const largest = along.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const leading = along.find((x) => Math.abs(x) > 1e-6 * largest) ?? 1;
    for (let i = 0; i < count; i++) {
      plane[i][component] = Math.sign(leading) * along[i];
      // what is left lies across this axis
      rows[i] = rows[i].map((x, j) => x - along[i] * axis[j]);
    }
  }
  return plane;
}

/** The unit vector along which centred points spread most. */
function mainAxis(rows: readonly number[][]): number[] {
  // The longest row may lie across the axis; cosines of 1, 2, … hardly can.
  const longest = rows.reduce((a, b) => dot(b, b) > dot(a, a) ? b : a);
  const cosines = longest.map((_, j) => Math.cos(j + 1));
  const [axis, other] = [longest, cosines].map((start) => iterate(rows, start));
  const spread = (axis: number[]) =>
    rows.reduce((sum, row) => sum + dot(row, axis) ** 2, 0);
  return spread(other) > (1 + 1e-9) * spread(axis) ? other : axis;
}

/** Power iteration: turns a vector towards the axis until it stays the same. */
function iterate(rows: readonly number[][], start: number[]): number[] {
  let axis = unit(start);
  for (let round = 0; round < 500; round++) {
    const next = axis.map(() => 0);
    for (const row of rows) {
      const along = dot(row, axis);
      for (let j = 0; j < row.length; j++) next[j] += along * row[j];
    }
    const turned = unit(next);
    if (turned.every((x, j) => x === axis[j])) break;
    axis = turned;
  }
  return axis;
}

/** A vector scaled to length 1, unless its length is 0. */
function unit(vector: readonly number[]): number[] {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((x) => x / length);
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
