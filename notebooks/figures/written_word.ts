import * as Plot from "@observablehq/plot";
import { drawChart } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { blue, vermillion } from "../../lib/plots/palette.ts";

/** One letter of a word that a model writes, and what it was drawn from. */
export interface WrittenLetter {
  /** What the model saw, such as `"..c"`. */
  context: string;
  /** What was drawn: `"a"`. */
  drawn: string;
  /** How probable each token was: [V]. */
  probabilities: ArrayLike<number>;
}

/** In pixels, for each letter. */
const rowHeight = 62;

/**
 * A word as a model writes it: a row for each letter, with the bars that it was
 * drawn from, the one that was drawn in another colour. Each row is as high as
 * its highest bar.
 *
 * @param letters From the first to the last.
 * @param tokens The V tokens in the order of the probabilities.
 */
export function writtenWord(
  letters: readonly WrittenLetter[],
  tokens: readonly string[],
): Figure {
  const word = letters.map(({ drawn }) => drawn).join("");
  const bars = letters.flatMap(({ drawn, probabilities }, row) => {
    const highest = Math.max(...Array.from(probabilities));
    return tokens.map((token, id) => {
      const isDrawn = token === drawn;
      const percent = 100 * probabilities[id];
      const share = percent < 1 ? "<1" : percent.toFixed(0);
      return {
        token,
        row,
        height: probabilities[id] / highest,
        colour: isDrawn ? vermillion : blue,
        text: isDrawn || percent >= 5 ? share : "",
      };
    });
  });
  const described = letters.map(({ context, drawn, probabilities }) => {
    const percent = 100 * probabilities[tokens.indexOf(drawn)];
    return `after ${context} ${drawn}, which had ${percent.toPrecision(2)} %`;
  });
  const at = { x: "token", y: "height", fy: "row" };
  return drawChart({
    title: `Written so far: ${word}`,
    description: `Bars of the probabilities from which each letter was drawn: ${
      described.join("; ")
    }.`,
    xLabel: "next character",
    yLabel: "what it sees → what it draws; the numbers are percentages",
    width: 760,
    height: 148 + rowHeight * letters.length,
    legend: [
      { label: "how probable", colour: blue, sample: "square" },
      { label: "the one that was drawn", colour: vermillion, sample: "square" },
    ],
    plot: {
      marginLeft: 84,
      x: { type: "band", domain: tokens, tickSize: 0, padding: 0.15 },
      y: { domain: [0, 1.4], axis: null },
      fy: {
        domain: letters.map((_, row) => row),
        label: null,
        axis: "left",
        padding: 0.12,
        tickFormat: (row: number) =>
          `${letters[row].context} → ${letters[row].drawn}`,
      },
      marks: [
        Plot.barY(bars, { ...at, fill: "colour" }),
        Plot.text(bars, {
          ...at,
          text: "text",
          lineAnchor: "bottom",
          dy: -3,
          fontSize: 11,
        }),
        Plot.ruleY([0]),
      ],
    },
  });
}
