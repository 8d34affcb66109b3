import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { projectToPlane } from "../../core.ts";

Deno.test("projectToPlane() leaves points of the plane as they are", () => {
  assertEquals(projectToPlane([1, 2, 3, 4], 2), [[1, 2], [3, 4]]);
  assertEquals(projectToPlane([1, 2], 1), [[1, 0], [2, 0]]);
});

Deno.test("projectToPlane() gives numpy's principal components", () => {
  // numpy: X -= X.mean(0); U, S, Vt = svd(X); (X @ Vt[:2].T), columns turned so
  // that the first row is positive
  const points = [2, 0, 1, 1, 1, 3, -1, 4, 0, 0, -2, 1, 3, 3, -2];
  const expected = [
    [1.1086514540905563, 1.067639106855425],
    [1.4172368074830517, -1.077797138987048],
    [-2.4518655842364754, -2.3926827032532203],
    [3.031484545864881, 0.31601101760076766],
    [-3.1055072232020136, 2.0868297177840756],
  ];
  projectToPlane(points, 3).forEach(([x, y], i) => {
    assertAlmostEquals(x, expected[i][0], 1e-9);
    assertAlmostEquals(y, expected[i][1], 1e-9);
  });
});

/** The sum of the squares of each component. */
function spreads(plane: readonly [number, number][]): number[] {
  return [0, 1].map((i) =>
    plane.reduce((sum, point) => sum + point[i] ** 2, 0)
  );
}

Deno.test("projectToPlane() finds the main axis where the longest points lie across it", () => {
  const points = [0, 0, 4, 0, 0, -4, 0, 3, 0, 0, -3, 0];
  for (let i = 0; i < 10; i++) points.push(2, 0, 0, -2, 0, 0);
  assertEquals(spreads(projectToPlane(points, 3)), [80, 32]);
  // the same across the first axis and the second
  for (const order of [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    const turned = points.map((_, i) => points[i - i % 3 + order[i % 3]]);
    assertEquals(spreads(projectToPlane(turned, 3)), [80, 32]);
  }
});

Deno.test("projectToPlane() takes any number of points", () => {
  const points = Array.from(
    { length: 3 * 200_000 },
    (_, i) => i % 6 < 3 ? 1 : 0,
  );
  const [first, second] = spreads(projectToPlane(points, 3));
  assertAlmostEquals(first, 200_000 * 3 / 4, 1e-6);
  assertAlmostEquals(second, 0, 1e-6);
});

Deno.test("projectToPlane() puts points that are all the same in the middle", () => {
  assertEquals(projectToPlane([1, 2, 3, 1, 2, 3], 3), [[0, 0], [0, 0]]);
});

Deno.test("projectToPlane() refuses numbers that do not make points", () => {
  assertThrows(() => projectToPlane([1, 2, 3], 2), RangeError, "3 numbers");
  for (const dimensions of [0, 1.5, NaN]) {
    assertThrows(
      () => projectToPlane([1, 2, 3, 4, 5, 6], dimensions),
      RangeError,
      `number of dimensions ${dimensions}`,
    );
  }
});

Deno.test("projectToPlane() makes no points of no numbers", () => {
  assertEquals([2, 3].map((dimensions) => projectToPlane([], dimensions)), [
    [],
    [],
  ]);
});
