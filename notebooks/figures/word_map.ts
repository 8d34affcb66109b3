import * as Plot from "@observablehq/plot";
import { drawChart, halo, type LegendItem } from "../../lib/plots/chart.ts";
import type { Figure, FigureOptions } from "../../lib/plots/figure.ts";
import { paper, seriesColours } from "../../lib/plots/palette.ts";

/** A word, where it is, and what kind of word it is. */
export interface MappedWord {
  word: string;
  /** Such as `"animal"`. */
  kind: string;
  /** The two numbers of its embedding. */
  place: readonly number[];
}

/** The shapes of kinds: with four colours each they make twelve looks. */
const shapes = ["circle", "square", "triangle"] as const;

/** In pixels: the size of a sign, the width of a letter, the height of a word. */
const [signSize, letterWidth, wordHeight] = [9, 7.4, 13];

const size = 760;
/** What the margins leave for the plot, in pixels, about. */
const [plotWidth, plotHeight] = [size - 88, size - 172];

/**
 * Words as points in the plane, such as their embeddings: each kind of words
 * has its own colour and shape. Words are written beside their points, or a
 * little away from them, as far as there is room; the description lists all.
 *
 * Source: Bengio et al. 2003, section 5, where such a map is proposed.
 *
 * @param words The words, of at most twelve kinds.
 * @param options Heading and labels.
 */
export function wordMap(
  words: readonly MappedWord[],
  options: FigureOptions = {},
): Figure {
  const kinds = Object.entries(Object.groupBy(words, ({ kind }) => kind))
    .map(([label, words = []], i) => ({
      label,
      words,
      colour: seriesColours[i % seriesColours.length],
      sample: shapes[(i + Math.floor(i / seriesColours.length)) % 3],
    }));
  const xDomain = widened(words.map(({ place }) => place[0]));
  const yDomain = widened(words.map(({ place }) => place[1]));
  const xPixels = plotWidth / (xDomain[1] - xDomain[0]);
  const yPixels = plotHeight / (yDomain[1] - yDomain[0]);
  const labels = placeLabels(words.map(({ word, place: [x, y] }) => ({
    word,
    x: (x - xDomain[0]) * xPixels,
    y: (yDomain[1] - y) * yPixels,
  })));
  const at = { x: "0", y: "1" };
  return drawChart({
    title: "Words, each kind with a sign of its own",
    description: `Scatter plot of ${words.length} words by two numbers: ${
      kinds.map(({ label, words }) =>
        `${label}: ${words.map(({ word }) => word).join(", ")}`
      ).join("; ")
    }.`,
    xLabel: "first number of the embedding",
    yLabel: "second number of the embedding",
    width: size,
    height: size,
    legend: kinds satisfies LegendItem[],
    plot: {
      grid: true,
      x: { domain: xDomain },
      y: { domain: yDomain },
      marks: [
        Plot.link(labels.filter(({ line }) => line), {
          x1: ({ id }) => words[id].place[0],
          y1: ({ id }) => words[id].place[1],
          x2: ({ id, dx }) => words[id].place[0] + 0.95 * dx / xPixels,
          y2: ({ id, dy }) => words[id].place[1] - 0.95 * dy / yPixels,
          stroke: "currentColor",
          strokeOpacity: 0.35,
        }),
        kinds.map(({ words, colour, sample }) =>
          Plot.dot(words.map(({ place }) => place), {
            ...at,
            symbol: sample,
            r: 4.5,
            fill: colour,
            stroke: paper.light,
            strokeWidth: 0.7,
          })
        ),
        labels.map(({ id, dx, dy, anchor }) =>
          Plot.text([words[id].place], {
            ...at,
            text: [words[id].word],
            dx,
            dy,
            textAnchor: anchor,
            fontSize: 12,
            ...halo(3),
          })
        ),
      ],
    },
  }, options);
}

/** Where a word is written, in pixels from its point. */
interface Offset {
  dx: number;
  dy: number;
  anchor: "start" | "middle" | "end";
  /** Whether a line leads there. */
  line?: boolean;
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
const apart = [30, 45, 60].flatMap((distance) =>
  Array.from({ length: 24 }, (_, i): Offset => {
    const angle = 2 * Math.PI * i / 24;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)]
      .map((part) => distance * part);
    return { dx, dy, anchor: dx < 0 ? "end" : "start", line: true };
  })
);

/** A label for every point that there is room for. */
function placeLabels(
  points: readonly { word: string; x: number; y: number }[],
): (Offset & { id: number })[] {
  const half = signSize / 2;
  const taken = points.map(({ x, y }): Box => //
  [x - half, y - half, x + half, y + half]);
  const labels: (Offset & { id: number })[] = [];
  const write = (id: number, offsets: readonly Offset[]) => {
    const { word, x, y } = points[id];
    const long = word.length * letterWidth;
    const starts = { start: 0, middle: -long / 2, end: -long };
    for (const offset of offsets) {
      const left = x + offset.dx + starts[offset.anchor];
      const top = y + offset.dy - wordHeight / 2;
      const box: Box = [left, top, left + long, top + wordHeight];
      const outside = left < 0 || box[2] > plotWidth + 24 ||
        y + offset.dy < 0 || y + offset.dy > plotHeight;
      if (outside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      labels.push({ ...offset, id });
      return;
    }
  };
  for (const id of points.keys()) write(id, beside);
  const written = new Set(labels.map(({ id }) => id));
  for (const id of points.keys()) if (!written.has(id)) write(id, apart);
  return labels;
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
