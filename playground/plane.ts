/** Where the letters are on the map, without flips from one frame to the next. */

import { projectToPlane } from "../core.ts";

/** Points of the plane: x and y of each in turn. */
export type Plane = Float32Array<ArrayBuffer>;

/**
 * The plane of an embedding table. Two numbers a letter stay as they are; more
 * are projected on their principal components, then turned and mirrored so that
 * they are as close as possible to the points before.
 *
 * @param C the embeddings, `[V, E]`
 * @param dimensions E
 * @param before the plane of the frame before, if there is one
 */
export function planeOf(
  C: Float32Array,
  dimensions: number,
  before?: Plane,
): Plane {
  const plane = Float32Array.from(projectToPlane(C, dimensions).flat());
  if (dimensions <= 2 || before?.length !== plane.length) return plane;
  return turnedTo(plane, before);
}

/** The rotation or reflection of points that is closest to others. */
function turnedTo(points: Plane, others: Plane): Plane {
  let xx = 0, xy = 0, yx = 0, yy = 0;
  for (let i = 0; i < points.length; i += 2) {
    xx += points[i] * others[i];
    xy += points[i] * others[i + 1];
    yx += points[i + 1] * others[i];
    yy += points[i + 1] * others[i + 1];
  }
  // of all rotations the best has a trace of hypot(xx + yy, xy − yx), of all
  // reflections hypot(xx − yy, xy + yx)
  const isMirrored =
    Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const sign = isMirrored ? -1 : 1;
  const angle = Math.atan2(xy - sign * yx, xx + sign * yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map((_, i) => {
    const [x, y] = [points[i - i % 2], sign * points[i - i % 2 + 1]];
    return i % 2 === 0 ? cos * x - sin * y : sin * x + cos * y;
  });
}
