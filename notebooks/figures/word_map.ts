import * as Plot from "@observablehq/plot";
import { drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
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
 */
export function wordMap(words: readonly MappedWord[]): Figure {
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
  return drawChart({
    title: "Where the network has put the words",
    description: `Scatter plot of ${words.length} words by two numbers: ${
      kinds.map(({ label, words }) =>
        `${label}: ${words.map(({ word }) => word).join(", ")}`
      ).join("; ")
    }.`,
    xLabel: "first number of the embedding",
    yLabel: "second number of the embedding",
    width: size,
    height: size,
    legend: kinds,
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
            symbol: sample,
            r: 4.5,
            fill: colour,
            stroke: paper.light,
            strokeWidth: 0.7,
          })
        ),
        labels.map(({ id, dx, dy }) =>
          Plot.text([words[id].place], {
            text: [words[id].word],
            dx,
            dy,
            textAnchor: dx > 0 ? "start" : dx < 0 ? "end" : "middle",
            fontSize: 12,
            ...halo(3),
          })
        ),
      ],
    },
  });
}

/** Where a word is written: in pixels from its point, which a line may join. */
interface Label {
  id: number;
  dx: number;
  dy: number;
  line: boolean;
}

/** Beside the point, where a word reads best first: right, left, above, below. */
const beside = [[8, 0], [-8, 0], [0, -12], [0, 12]]
  .concat([[5, -11], [5, 11], [-5, -11], [-5, 11]]);

/** Farther off, at the end of a line: 24 directions, three distances. */
const apart = [30, 45, 60].flatMap((distance) =>
  Array.from({ length: 24 }, (_, i) => {
    const angle = 2 * Math.PI * i / 24;
    return [distance * Math.cos(angle), distance * Math.sin(angle)];
  })
);

/** A label for every point that there is room for, in pixels. */
function placeLabels(
  points: readonly { word: string; x: number; y: number }[],
): Label[] {
  const half = signSize / 2;
  const taken = points.map((
    { x, y },
  ) => [x - half, y - half, x + half, y + half]);
  const labels: Label[] = [];
  const write = (id: number, offsets: number[][], line: boolean) => {
    const { word, x, y } = points[id];
    const long = word.length * letterWidth;
    for (const [dx, dy] of offsets) {
      const left = x + dx - long * (1 - Math.sign(dx)) / 2;
      const [middle, right] = [y + dy, left + long];
      const [top, bottom] = [middle - wordHeight / 2, middle + wordHeight / 2];
      const outside = left < 0 || right > plotWidth + 24 || middle < 0 ||
        middle > plotHeight;
      if (
        outside ||
        taken.some((box) =>
          left < box[2] && box[0] < right && top < box[3] && box[1] < bottom
        )
      ) continue;
      taken.push([left, top, right, bottom]);
      labels.push({ id, dx, dy, line });
      return true;
    }
    return false;
  };
  const crowded = [...points.keys()].filter((id) => !write(id, beside, false));
  for (const id of crowded) write(id, apart, true);
  return labels;
}

/** From a little below the least to a little above the greatest. */
function widened(numbers: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const margin = 0.05 * (high - low) || 1;
  return [low - margin, high + margin];
}
