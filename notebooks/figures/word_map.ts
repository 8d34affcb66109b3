import * as Plot from "@observablehq/plot";
import { customMark, drawChart, type Place } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { grey, paper, seriesColours } from "../../lib/plots/palette.ts";
import { extent } from "../../lib/plots/smoothing.ts";
import { createElement } from "../../lib/plots/svg.ts";

/** A word, where it is, and what kind of word it is. */
export interface MappedWord {
  word: string;
  /** Such as `"animal"`. */
  kind: string;
  /** The two numbers of its embedding. */
  place: readonly number[];
}

/** The colours and shapes of kinds: together they make fifteen looks. */
const colours = [...seriesColours, grey];
const shapes = ["circle", "square", "triangle"] as const;

/** In pixels: the size of a sign, the width of a letter, the height of a word. */
const [signSize, letterWidth, wordHeight] = [9, 7.4, 13];

/** In pixels: how far the points stay away from the edges of the plot. */
const inset = 30;

/**
 * Words as points in the plane, such as their embeddings: each kind of words
 * has its own colour and shape. Words are written beside their points, or a
 * little away from them, as far as there is room; the description lists all.
 *
 * Source: Bengio et al. 2003, section 5, where such a map is proposed.
 *
 * @param words The words, of at most fifteen kinds.
 */
export function wordMap(words: readonly MappedWord[]): Figure {
  const kinds = Object.entries(Object.groupBy(words, ({ kind }) => kind))
    .map(([label, words = []], i) => ({
      label,
      words,
      colour: colours[i % colours.length],
      sample: shapes[i % shapes.length],
    }));
  const edge = { r: 4.5, stroke: paper.light, strokeWidth: 0.7 };
  const listed = kinds.map(({ label, words }) =>
    `${label}: ${words.map(({ word }) => word).join(", ")}`
  );
  return drawChart({
    title: "Where the network has put the words",
    description: `Scatter plot of ${words.length} words by two numbers: ` +
      `${listed.join("; ")}.`,
    xLabel: "first number of the embedding",
    yLabel: "second number of the embedding",
    width: 760,
    height: 760,
    legend: kinds,
    plot: {
      grid: true,
      inset,
      y: { ticks: 10 },
      marks: [
        customMark((place) => writeWords(words, place)),
        kinds.map(({ words, colour, sample }) =>
          Plot.dot(words.map(({ place }) => place), {
            symbol: sample,
            fill: colour,
            ...edge,
          })
        ),
      ],
    },
  });
}

/** In pixels from the point: right, left, above, below, where words read best. */
const beside = [[8, 0], [-8, 0], [0, -12], [0, 12]]
  .concat([[5, -11], [5, 11], [-5, -11], [-5, 11]]);

/** Farther off, at the end of a line: 24 directions, three distances. */
const apart = [30, 45, 60].flatMap((distance) =>
  Array.from({ length: 24 }, (_, i) => {
    const angle = 2 * Math.PI * i / 24;
    return [distance * Math.cos(angle), distance * Math.sin(angle)];
  })
);

/**
 * The words for which there is room, and lines to those farther off. A line that
 * runs through another word is the last resort.
 */
function writeWords(words: readonly MappedWord[], { x, y, width }: Place) {
  const points = words
    .map(({ word, place }) => ({ word, x: x(place[0]), y: y(place[1]) }));
  const [top, bottom] = extent(points.map(({ y }) => y));
  const half = signSize / 2;
  const taken = points.map(({ x, y }) =>
    boxAt(x - half, y, signSize, signSize)
  );
  const stroke = { stroke: "currentColor", "stroke-opacity": 0.35 };
  const lines = createElement("g", { "aria-label": "link", ...stroke });
  const halo = { stroke: paper.light, "stroke-width": 3 };
  const look = { "font-size": 12, ...halo, "paint-order": "stroke" };
  const texts = createElement("g", { "aria-label": "text", ...look });
  const written: Box[] = [];
  const dotsOfLines: Box[] = [];
  const write = (
    { word, x, y }: typeof points[0],
    offsets: number[][],
    crossing = false,
  ) =>
    offsets.some(([dx, dy]) => {
      const long = word.length * letterWidth;
      const left = x + dx - long * (1 - Math.sign(dx)) / 2;
      const box = boxAt(left, y + dy, long, wordHeight);
      const outside = left < 56 || left + long > width - 8 ||
        y + dy < top - inset || y + dy > bottom + inset;
      if (outside || taken.some((other) => overlap(box, other))) return false;
      const dots = offsets === apart ? dotsOn(x, y, 0.95 * dx, 0.95 * dy) : [];
      const crosses = dotsOfLines.some((dot) => overlap(box, dot)) ||
        dots.some((dot) => written.some((other) => overlap(dot, other)));
      if (crosses && !crossing) return false;
      taken.push(box);
      written.push(box);
      dotsOfLines.push(...dots);
      if (offsets === apart) {
        const d = `M${x},${y}L${x + 0.95 * dx},${y + 0.95 * dy}`;
        lines.append(createElement("path", { d }));
      }
      const anchor = dx > 0 ? "start" : dx < 0 ? "end" : "middle";
      const at = { x: x + dx, y: y + dy, dy: "0.32em", "text-anchor": anchor };
      texts.append(createElement("text", at, word));
      return true;
    });
  const crowded = points.filter((point) => !write(point, beside));
  crowded.forEach((point) => write(point, apart) || write(point, apart, true));
  return createElement("g", {}, lines, texts);
}

/** The line from (x, y) as small boxes, five pixels apart at most. */
function dotsOn(x: number, y: number, dx: number, dy: number): Box[] {
  const count = Math.ceil(Math.hypot(dx, dy) / 5);
  return Array.from({ length: count + 1 }, (_, i) => {
    const share = i / count;
    return boxAt(x + share * dx, y + share * dy, 1, 1);
  });
}

/** A box whose left edge has its middle at (x, y). */
function boxAt(x: number, y: number, width: number, height: number) {
  return {
    left: x,
    right: x + width,
    top: y - height / 2,
    low: y + height / 2,
  };
}

type Box = ReturnType<typeof boxAt>;

/** Whether two boxes have a point in common. */
function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.low && b.top < a.low;
}
