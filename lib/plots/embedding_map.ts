import * as Plot from "@observablehq/plot";
import { customMark, drawChart, halo } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, green, paper, vermillion } from "./palette.ts";
import { createElement } from "./svg.ts";

/** Options of `embeddingMap()`. */
export interface EmbeddingMapOptions extends FigureOptions {
  /** The tokens drawn as vowels. Default `["a", "e", "i", "o", "u"]`. */
  vowels?: readonly string[];
}

/**
 * The embeddings of the tokens as points in the plane, each with its token on
 * it: tokens that the model treats alike lie close together. Vowels are squares,
 * the boundary token, "<s>" or "<w>" if there is one and else ".", is a
 * triangle, all others are circles, each kind in its own colour. Where tokens
 * would cover each other they are moved apart, and a line leads from each to its
 * place; of more than 500 there is no room for all, and each stays in its place.
 *
 * Source: the lecture's scatter plot of `C`; Bengio et al. 2003, section 5,
 * where it is proposed.
 *
 * @param embeddings `C`, one row of two numbers a token: [V, 2].
 * @param tokens The V tokens in the order of the rows.
 * @param options Which tokens are vowels; heading, labels and size.
 * @throws {RangeError} If a row does not have two finite numbers, or there are
 * not as many rows as tokens.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { embeddingMap } from "@makemore/mlp/plots";
 *
 * const figure = embeddingMap([[0, 0], [1, 0.5], [-1, 0.2]], [".", "a", "b"]);
 * assertStringIncludes(figure.description, "3 tokens");
 * ```
 */
export function embeddingMap(
  embeddings: ArrayLike<ArrayLike<number>>,
  tokens: ArrayLike<string>,
  options: EmbeddingMapOptions = {},
): Figure {
  if (embeddings.length !== tokens.length || tokens.length === 0) {
    throw new RangeError(
      `Cannot draw ${embeddings.length} embeddings with ${tokens.length} tokens`,
    );
  }
  const { vowels = ["a", "e", "i", "o", "u"] } = options;
  const boundary =
    ["<s>", "<w>"].find((name) => Array.from(tokens).includes(name)) ?? ".";
  const points = Array.from(tokens, (token, id) => {
    const { length, 0: x, 1: y } = embeddings[id];
    if (length !== 2) {
      throw new RangeError(
        `Cannot draw the embedding of "${token}" on a map: it has ${length} numbers, not 2`,
      );
    }
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw new RangeError(
        `Cannot draw the embedding of "${token}" on a map: its numbers, ${x} and ${y}, must be finite`,
      );
    }
    const kind = token === boundary ? 2 : vowels.includes(token) ? 0 : 1;
    return { id, token, x, y, kind };
  });
  const groups = ([
    ["vowels", "squares", vermillion, "square"],
    ["other letters", "circles", blue, "circle"],
    [`boundary "${boundary}"`, "a triangle", green, "triangle"],
  ] as const).map(([label, shape, colour, sample], kind) => {
    const members = points.filter((point) => point.kind === kind);
    const listed = members.map(({ token }) => token + " ").join("");
    const described = `${label} ${kind === 2 ? "" : listed}as ${shape}`;
    return { label, colour, sample, points: members, described };
  }).filter(({ points }) => points.length > 0);
  const described = groups.map(({ described }) => described);
  const { width = 640 } = options;
  const placesOf = (scales: Scales) =>
    points.map(({ x, y }) => ({ x: scales.x(x), y: scales.y(y) }));
  let places: Point[] | undefined; // of all marks the same
  const apart = (scales: Scales) => places ??= moveApart(placesOf(scales));
  const at = Plot.initializer(
    { x: "x", y: "y" },
    (data, facets, _channels, scales) => {
      const places = apart(scales as unknown as Scales);
      const own = (data as typeof points).map(({ id }) => places[id]);
      const [x, y] = [own.map(({ x }) => x), own.map(({ y }) => y)];
      return { data, facets, channels: { x: { value: x }, y: { value: y } } };
    },
  );
  const letter = { text: "token", fontWeight: "bold", fontSize: 13 };
  const [short, long] = [true, false].map((isShort) =>
    points.filter(({ token }) => [...token].length < 2 === isShort)
  );
  return drawChart({
    title: "The embedding of each letter",
    description: `Scatter plot of ${tokens.length} tokens by the two numbers ` +
      `of their embeddings: ${described.join(", ")}.`,
    xLabel: "first number of the embedding",
    yLabel: "second number of the embedding",
    width,
    height: width,
    legend: groups,
    plot: {
      grid: true,
      inset: 16,
      x: { nice: true },
      y: { nice: true },
      marks: [
        customMark((scales) => drawLeads(placesOf(scales), apart(scales))),
        groups.map(({ colour, sample, points }) =>
          Plot.dot(points, {
            ...at,
            symbol: sample,
            r: sample === "circle" ? 10 : 11,
            fill: colour,
            stroke: paper.light,
            strokeWidth: 1,
          })
        ),
        Plot.text(short, { ...at, ...letter, fill: "white" }),
        Plot.text(long, { ...at, ...letter, ...halo(3), dy: 18 }),
      ],
    },
  }, options);
}

type Scales = Record<"x" | "y", (value: number) => number>;

/** A place in the plot, in pixels. */
interface Point {
  x: number;
  y: number;
}

/** In pixels: how far the middles of two tokens are apart at least. */
const nearest = 20;

/** More tokens find no room beside each other. */
const mostMoved = 500;

/** Pushes points that are too close away from each other, in many small steps. */
function moveApart(points: readonly Point[]): Point[] {
  const moved = points.map((point) => ({ ...point }));
  if (points.length > mostMoved) return moved;
  let hasMoved = true;
  for (let round = 0; hasMoved && round < 200; round++) {
    hasMoved = false;
    for (const [i, a] of moved.entries()) {
      for (let j = i + 1; j < moved.length; j++) {
        const b = moved[j];
        // most are far away, which is seen faster without a root
        if (Math.abs(b.x - a.x) >= nearest) continue;
        const distance = Math.hypot(b.x - a.x, b.y - a.y);
        if (distance >= nearest) continue;
        hasMoved = true;
        const push = (nearest + 0.1 - distance) / 2;
        const along = distance > 0
          ? { x: (b.x - a.x) / distance, y: (b.y - a.y) / distance }
          : { x: 1, y: 0 };
        a.x -= push * along.x;
        a.y -= push * along.y;
        b.x += push * along.x;
        b.y += push * along.y;
      }
    }
  }
  return moved;
}

/** A dot where each moved token belongs, and a line to where it is drawn. */
function drawLeads(points: readonly Point[], moved: readonly Point[]) {
  const look = { stroke: "currentColor", "stroke-width": 1.5 };
  const leads = points.flatMap(({ x, y }, i) => {
    const to = moved[i];
    if (Math.hypot(to.x - x, to.y - y) < 3) return [];
    return [
      createElement("path", { d: `M${x},${y}L${to.x},${to.y}` }),
      createElement("circle", { cx: x, cy: y, r: 2, fill: "currentColor" }),
    ];
  });
  return createElement("g", { "aria-label": "lead", ...look }, ...leads);
}
