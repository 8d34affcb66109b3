import * as Plot from "@observablehq/plot";
import { drawChart, type LegendItem } from "./chart.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { blue, green, paper, vermillion } from "./palette.ts";

/** Options of `embeddingMap()`. */
export interface EmbeddingMapOptions extends FigureOptions {
  /** The tokens drawn as vowels. Default `["a", "e", "i", "o", "u"]`. */
  vowels?: readonly string[];
  /** The token that bounds words. Default `"."`. */
  boundary?: string;
}

/**
 * The embeddings of the tokens as points in the plane, each with its token on
 * it: what the model came to treat alike lies together. Vowels are squares,
 * the boundary is a triangle, all else circles, and each has its colour.
 *
 * Source: the lecture's scatter plot of `C`; Bengio et al. 2003, section 5,
 * where it is proposed.
 *
 * @param embeddings `C`, one row of two numbers a token: [V, 2].
 * @param tokens The V tokens in the order of the rows.
 * @throws {RangeError} If a row has not two numbers, or there are not as many
 * rows as tokens.
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
  const { vowels = ["a", "e", "i", "o", "u"], boundary = "." } = options;
  const points = Array.from(tokens, (token, id) => {
    const embedding = embeddings[id];
    if (embedding.length !== 2) {
      throw new RangeError(
        `Cannot draw the embedding of "${token}" on a map: it has ${embedding.length} numbers, not 2`,
      );
    }
    const kind = token === boundary
      ? "boundary"
      : vowels.includes(token)
      ? "vowel"
      : "other";
    return { token, x: embedding[0], y: embedding[1], kind };
  });
  const looks = [
    { kind: "vowel", label: "vowels", colour: vermillion, sample: "square" },
    { kind: "other", label: "other letters", colour: blue, sample: "circle" },
    {
      kind: "boundary",
      label: `boundary "${boundary}"`,
      colour: green,
      sample: "triangle",
    },
  ] as const;
  const present = looks.filter(({ kind }) =>
    points.some((point) => point.kind === kind)
  );
  const size = options.width ?? 640;
  return drawChart({
    title: options.title ?? "The embedding of each letter",
    description: `Scatter plot of ${tokens.length} tokens by the two numbers ` +
      `of their embeddings: ${
        present.map(({ kind, label }) =>
          `${label} ${
            kind === "boundary"
              ? ""
              : points.filter((point) => point.kind === kind).map(({ token }) =>
                token
              ).join(" ") + " "
          }as ${plural[kind]}`
        ).join(", ")
      }.`,
    width: size,
    height: options.height ?? size,
    legend: present.map(({ label, colour, sample }): LegendItem => ({
      label,
      colour,
      sample,
    })),
    plot: {
      grid: true,
      inset: 16,
      x: {
        label: options.xLabel ?? "first number of the embedding",
        nice: true,
      },
      y: {
        label: options.yLabel ?? "second number of the embedding",
        nice: true,
      },
      marks: [
        present.map(({ kind, colour, sample }) =>
          Plot.dot(points.filter((point) => point.kind === kind), {
            x: "x",
            y: "y",
            symbol: sample,
            r: sample === "circle" ? 10 : 11,
            fill: colour,
            stroke: paper.light,
            strokeWidth: 1,
          })
        ),
        Plot.text(points, {
          x: "x",
          y: "y",
          text: "token",
          fill: "white",
          fontWeight: "bold",
          fontSize: 13,
        }),
      ],
    },
  });
}

const plural = {
  vowel: "squares",
  other: "circles",
  boundary: "a triangle",
} as const;
