import * as Plot from "@observablehq/plot";
import { drawChart, halo } from "../../lib/plots/chart.ts";
import type { Figure } from "../../lib/plots/figure.ts";
import { blue, vermillion } from "../../lib/plots/palette.ts";

/** A row of the paper's Table 1, and the same model here. */
export interface PaperRow {
  /** What it is called, such as `"MLP1"`, and what it consists of. */
  name: string;
  /** The perplexity on test in the paper. */
  paper: number;
  /** The perplexity on test here. */
  ours: number;
}

/**
 * Two perplexities for each row, joined by a line: the paper's is a ring, ours a
 * full point.
 *
 * Source: Bengio et al. 2003, Table 1.
 *
 * @param rows From top to bottom.
 */
export function paperTable(rows: readonly PaperRow[]): Figure {
  const numbers = rows.flatMap(({ paper, ours }) => [paper, ours]);
  const at = (x: "paper" | "ours") => ({ y: "name", x });
  /** A number on the outer side of its point. */
  const label = (x: "paper" | "ours", isLeft: boolean) =>
    Plot.text(
      rows.filter(({ paper, ours }) =>
        isLeft === (x === "ours" ? ours < paper : paper <= ours)
      ),
      {
        ...at(x),
        text: (row: PaperRow) => row[x].toFixed(0),
        dx: isLeft ? -10 : 10,
        textAnchor: isLeft ? "end" : "start",
        fontSize: 12,
        ...halo(3),
      },
    );
  return drawChart({
    title: "Table 1 of the paper, and ours",
    description: "Perplexities on the test part of the Brown corpus: " +
      rows.map(({ name, paper, ours }) =>
        `${name} ${ours.toFixed(0)}, in the paper ${paper.toFixed(0)}`
      ).join("; ") + ".",
    xLabel: "perplexity on test: ● ours, ○ the paper's",
    yLabel: "model",
    width: 760,
    height: 110 + 30 * rows.length,
    plot: {
      marginLeft: 230,
      x: {
        domain: [Math.min(...numbers) - 12, Math.max(...numbers) + 12],
        grid: true,
      },
      y: { type: "band", domain: rows.map(({ name }) => name), tickSize: 0 },
      marks: [
        Plot.ruleY(rows, {
          y: "name",
          x1: "paper",
          x2: "ours",
          stroke: blue,
          strokeWidth: 3,
          strokeOpacity: 0.45,
        }),
        Plot.dot(rows, {
          ...at("paper"),
          stroke: vermillion,
          strokeWidth: 2,
          r: 5,
        }),
        Plot.dot(rows, { ...at("ours"), fill: blue, r: 5 }),
        label("ours", true),
        label("ours", false),
        label("paper", true),
        label("paper", false),
      ],
    },
  });
}
