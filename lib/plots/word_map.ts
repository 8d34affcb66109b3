import * as Plot from "@observablehq/plot";
import { drawChart, type LegendItem } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { seriesColours } from "./palette.ts";

/** The shapes of kinds: with four colours each they make twelve looks. */
const shapes = ["circle", "square", "triangle"] as const;

/** How much room a sign takes, in pixels, and a word per letter and in height. */
const signSize = 11;
const letterWidth = 6.4;
const wordHeight = 13;

/**
 * Words as points in the plane, such as their embeddings: each kind of words has
 * its own colour and shape. Words are written beside their points as far as
 * there is room; all of them stand in the description.
 *
 * Source: Bengio et al. 2003, section 5, where such a map is proposed.
 *
 * @param points A row of two numbers for each word: [V, 2].
 * @param words The V words.
 * @param kinds The kind of each, such as `"animal"`: at most twelve different
 * ones, in the order of the legend.
 * @throws {RangeError} If the three differ in length or are empty, a row has not
 * two numbers, or there are more than twelve kinds.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { wordMap } from "@makemore/mlp/plots";
 *
 * const figure = wordMap(
 *   [[0, 0], [1, 0.5], [1, 0.6]],
 *   ["the", "dog", "cat"],
 *   ["determiner", "animal", "animal"],
 * );
 * assertStringIncludes(figure.description, "animal: dog, cat");
 * ```
 */
export function wordMap(
  points: ArrayLike<ArrayLike<number>>,
  words: ArrayLike<string>,
  kinds: ArrayLike<string>,
  options: FigureOptions = {},
): Figure {
  if (
    points.length !== words.length || kinds.length !== words.length ||
    words.length === 0
  ) {
    throw new RangeError(
      `Cannot draw a map of ${words.length} words with ${points.length} points ` +
        `and ${kinds.length} kinds`,
    );
  }
  const places = Array.from(words, (word, i): Place => {
    if (points[i].length !== 2) {
      throw new RangeError(
        `Cannot draw "${word}" on a map: it has ${
          points[i].length
        } numbers, not 2`,
      );
    }
    return { word, kind: kinds[i], x: points[i][0], y: points[i][1] };
  });
  const present = [...new Set(Array.from(kinds))];
  if (present.length > seriesColours.length * shapes.length) {
    throw new RangeError(
      `Cannot draw ${present.length} kinds of words: at most ` +
        `${seriesColours.length * shapes.length} can be told apart`,
    );
  }
  const looks = present.map((kind, i): LegendItem => ({
    label: kind,
    colour: seriesColours[i % seriesColours.length],
    sample: shapes[(i + Math.floor(i / seriesColours.length)) % shapes.length],
  }));
  const width = options.width ?? 760;
  const height = options.height ?? 760;
  const [xDomain, yDomain] = (["x", "y"] as const).map((axis) =>
    widened(places.map((place) => place[axis]))
  );
  // The plot is what the margins leave, about so much.
  const labels = labelsOf(places, {
    x: (x) => (x - xDomain[0]) / (xDomain[1] - xDomain[0]) * (width - 88),
    y: (y) => (yDomain[1] - y) / (yDomain[1] - yDomain[0]) * (height - 190),
    width: width - 88,
  });
  return drawChart({
    title: options.title ?? "Words, each kind with a sign of its own",
    description: `Scatter plot of ${places.length} words by two numbers: ${
      present.map((kind) =>
        `${kind}: ${
          places.filter((place) => place.kind === kind)
            .map(({ word }) =>
              word
            ).join(", ")
        }`
      ).join("; ")
    }.`,
    width,
    height,
    legend: looks,
    plot: {
      grid: true,
      x: {
        label: options.xLabel ?? "first number of the embedding",
        domain: xDomain,
      },
      y: {
        label: options.yLabel ?? "second number of the embedding",
        domain: yDomain,
      },
      marks: [
        looks.map(({ label, colour, sample }) =>
          Plot.dot(places.filter(({ kind }) => kind === label), {
            x: "x",
            y: "y",
            symbol: sample as typeof shapes[number],
            r: 5,
            fill: colour,
            stroke: "var(--plot-background)",
            strokeWidth: 0.7,
          })
        ),
        labels.map(({ place, dx, dy, anchor }) =>
          Plot.text([place], {
            x: "x",
            y: "y",
            text: "word",
            dx,
            dy,
            textAnchor: anchor,
            fontSize: 12,
            fill: "currentColor",
            stroke: "var(--plot-background)",
            strokeWidth: 3,
          })
        ),
      ],
    },
  });
}

/** A word and its point. */
interface Place {
  word: string;
  kind: string;
  x: number;
  y: number;
}

/** Where a word is written, beside its point. */
interface Label {
  place: Place;
  dx: number;
  dy: number;
  anchor: "start" | "middle" | "end";
}

type Box = [left: number, top: number, right: number, bottom: number];

/** A label for every word that has room on one of four sides of its point. */
function labelsOf(
  places: readonly Place[],
  plane: {
    x: (x: number) => number;
    y: (y: number) => number;
    width: number;
  },
): Label[] {
  const taken = places.map(({ x, y }): Box => around(plane.x(x), plane.y(y)));
  const labels: Label[] = [];
  for (const place of places) {
    const long = place.word.length * letterWidth;
    const sides = [
      { dx: 8, dy: 0, anchor: "start", from: 0 },
      { dx: -8, dy: 0, anchor: "end", from: -long },
      { dx: 0, dy: -12, anchor: "middle", from: -long / 2 },
      { dx: 0, dy: 12, anchor: "middle", from: -long / 2 },
    ] as const;
    for (const { dx, dy, anchor, from } of sides) {
      const x = plane.x(place.x) + dx + from;
      const y = plane.y(place.y) + dy;
      const box: Box = [x, y - wordHeight / 2, x + long, y + wordHeight / 2];
      if (x < 0 || x + long > plane.width + 24) continue;
      if (taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      labels.push({ place, dx, dy, anchor });
      break;
    }
  }
  return labels;
}

function around(x: number, y: number): Box {
  const half = signSize / 2;
  return [x - half, y - half, x + half, y + half];
}

function overlap(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** From a little below the least to a little above the greatest. */
function widened(numbers: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const margin = 0.05 * (high - low) || 1;
  return [low - margin, high + margin];
}
