import * as Plot from "@observablehq/plot";
import { drawChart, type LegendItem } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { paper, seriesColours } from "./palette.ts";

/** The shapes of kinds: with four colours each they make twelve looks. */
const shapes = ["circle", "square", "triangle"] as const;

/** How much room a sign takes, in pixels, and a word per letter and in height. */
const signSize = 9;
const letterWidth = 7.4;
const wordHeight = 13;

/**
 * Words as points in the plane, such as their embeddings: each kind of words has
 * its own colour and shape. Words are written beside their points, or a little
 * away from them, as far as there is room; all of them stand in the description.
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
  // Pixels to a unit: the plot is what the margins leave, about so much.
  const plot = { width: width - 88, height: height - 172 };
  const xPixels = plot.width / (xDomain[1] - xDomain[0]);
  const yPixels = plot.height / (yDomain[1] - yDomain[0]);
  const labels = labelsOf(places, {
    x: (x) => (x - xDomain[0]) * xPixels,
    y: (y) => (yDomain[1] - y) * yPixels,
    ...plot,
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
        Plot.link(labels.filter(({ line }) => line), {
          x1: ({ place }: Label) => place.x,
          y1: ({ place }: Label) => place.y,
          x2: ({ place, dx }: Label) => place.x + 0.95 * dx / xPixels,
          y2: ({ place, dy }: Label) => place.y - 0.95 * dy / yPixels,
          stroke: "currentColor",
          strokeOpacity: 0.35,
        }),
        looks.map(({ label, colour, sample }) =>
          Plot.dot(places.filter(({ kind }) => kind === label), {
            x: "x",
            y: "y",
            symbol: sample as typeof shapes[number],
            r: 4.5,
            fill: colour,
            stroke: paper.light,
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
            stroke: paper.light,
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

/** Where a word is written, in pixels from its point. */
interface Offset {
  dx: number;
  dy: number;
  anchor: "start" | "middle" | "end";
  /** Whether a line leads there. */
  line?: boolean;
}

interface Label extends Offset {
  place: Place;
}

type Box = [left: number, top: number, right: number, bottom: number];

/** Beside the point, where a word reads best first. */
const beside: readonly Offset[] = [
  { dx: 8, dy: 0, anchor: "start" },
  { dx: -8, dy: 0, anchor: "end" },
  { dx: 0, dy: -12, anchor: "middle" },
  { dx: 0, dy: 12, anchor: "middle" },
  { dx: 5, dy: -11, anchor: "start" },
  { dx: 5, dy: 11, anchor: "start" },
  { dx: -5, dy: -11, anchor: "end" },
  { dx: -5, dy: 11, anchor: "end" },
];

/** Farther off, at the end of a line: 24 directions, three distances. */
const apart: readonly Offset[] = [30, 45, 60].flatMap((distance) =>
  Array.from({ length: 24 }, (_, i): Offset => {
    const angle = 2 * Math.PI * i / 24;
    const dx = distance * Math.cos(angle);
    return {
      dx,
      dy: distance * Math.sin(angle),
      anchor: dx < 0 ? "end" : "start",
      line: true,
    };
  })
);

/** A label for every word that there is room for. */
function labelsOf(
  places: readonly Place[],
  plane: {
    x: (x: number) => number;
    y: (y: number) => number;
    width: number;
    height: number;
  },
): Label[] {
  const taken = places.map(({ x, y }): Box => around(plane.x(x), plane.y(y)));
  const labels: Label[] = [];
  const write = (place: Place, offsets: readonly Offset[]) => {
    const long = place.word.length * letterWidth;
    const starts = { start: 0, middle: -long / 2, end: -long };
    for (const offset of offsets) {
      const x = plane.x(place.x) + offset.dx + starts[offset.anchor];
      const y = plane.y(place.y) + offset.dy;
      const box: Box = [x, y - wordHeight / 2, x + long, y + wordHeight / 2];
      const outside = x < 0 || x + long > plane.width + 24 || y < 0 ||
        y > plane.height;
      if (outside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      labels.push({ ...offset, place });
      return;
    }
  };
  for (const place of places) write(place, beside);
  const written = new Set(labels.map(({ place }) => place));
  for (const place of places) if (!written.has(place)) write(place, apart);
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
