/**
 * Principal component analysis, to draw embeddings of more than two numbers on
 * a map.
 */

/**
 * Projects points onto the plane in which they differ most: their first two
 * principal components, after subtracting the mean. Points of two dimensions
 * stay as they are; points of one get a second coordinate of 0.
 *
 * The sign of a component is arbitrary. Here the first point that is not in the
 * middle is on the positive side, so that equal points give equal maps.
 *
 * @param points the points row by row `[count, dimensions]`, such as the
 * embedding table `C`
 * @param dimensions how many numbers a point has
 * @returns two numbers for each point
 * @throws {RangeError} if the points do not divide into rows of this length
 *
 * @example
 * ```ts
 * import { projectToPlane } from "@makemore/mlp";
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
  const count = points.length / dimensions;
  if (!Number.isSafeInteger(count) || dimensions < 1) {
    throw new RangeError(
      `Cannot make points of ${dimensions} numbers from ${points.length} numbers`,
    );
  }
  const rows = Array.from(
    { length: count },
    (_, i) =>
      Array.from(
        { length: dimensions },
        (_, j) => points[i * dimensions + j],
      ),
  ); // [count, dimensions]
  if (dimensions <= 2) return rows.map(([x, y = 0]) => [x, y]);

  for (let j = 0; j < dimensions; j++) {
    const mean = rows.reduce((sum, row) => sum + row[j], 0) / count;
    for (const row of rows) row[j] -= mean;
  }
  const plane = rows.map((): [number, number] => [0, 0]);
  for (const component of [0, 1]) {
    const axis = mainAxis(rows);
    const along = rows.map((row) => dot(row, axis));
    const largest = Math.max(...along.map(Math.abs));
    const leading = along.find((x) => Math.abs(x) > 1e-6 * largest) ?? 1;
    for (let i = 0; i < count; i++) {
      plane[i][component] = Math.sign(leading) * along[i];
      // what is left lies across this axis
      rows[i] = rows[i].map((x, j) => x - along[i] * axis[j]);
    }
  }
  return plane;
}

/** The unit vector along which centred points spread most: power iteration. */
function mainAxis(rows: readonly number[][]): number[] {
  // Begin with the longest row: it is not across the axis.
  let axis = rows.reduce((a, b) => dot(b, b) > dot(a, a) ? b : a);
  for (let round = 0; round < 500; round++) {
    const length = Math.sqrt(dot(axis, axis));
    if (length === 0) return axis;
    const unit = axis.map((x) => x / length);
    const next = unit.map(() => 0);
    for (const row of rows) {
      const along = dot(row, unit);
      for (let j = 0; j < row.length; j++) next[j] += along * row[j];
    }
    axis = next;
  }
  const length = Math.sqrt(dot(axis, axis));
  return length === 0 ? axis : axis.map((x) => x / length);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}
