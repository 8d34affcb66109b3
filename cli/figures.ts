/** The pictures that a run folder gets at the end of a run. */

import { writeFileAtomically } from "./atomic_file.ts";
import type { ParameterArrays } from "../lib/kernel/parameters.ts";
import { sizesOf } from "../lib/model/parameters.ts";
import { embeddingMap } from "../lib/plots/embedding_map.ts";
import { lossCurve } from "../lib/plots/loss_curve.ts";
import { projectToPlane } from "../lib/model/principal_components.ts";
import { readLossLog, type RunFolder } from "./run_folder.ts";
import type { Vocabulary } from "../lib/data/vocabulary.ts";

/** More tokens than that would lie on top of each other on the map. */
const MOST_TOKENS_ON_MAP = 200;

/** Of larger embeddings the principal components would take long to find. */
const LARGEST_EMBEDDING_ON_MAP = 2000;

/**
 * Draws the loss curve and the embedding map into the run folder. The curve of
 * sampled steps tells so: their losses are lower than those of all tokens.
 */
export function writeFigures(
  folder: RunFolder,
  parameters: ParameterArrays,
  vocabulary: Vocabulary,
  candidates: number,
): void {
  const rows = readLossLog(folder.pathOf("losses"));
  const curve = lossCurve([{
    name: "minibatch",
    steps: rows.map(({ step }) => step),
    losses: rows.map(({ loss }) => loss),
  }], {
    smoothing: Math.max(1, Math.ceil(rows.length / 20)),
    ...(candidates > 0
      ? { title: `Loss while training, among ${candidates} candidates` }
      : {}),
  });
  writeFileAtomically(folder.pathOf("lossFigure"), curve.svg);

  const { embeddingSize } = sizesOf(parameters);
  // a vocabulary of words begins with the most frequent
  const shown = vocabulary.level === "words"
    ? vocabulary.tokens.slice(0, MOST_TOKENS_ON_MAP)
    : vocabulary.tokens;
  if (
    shown.length > MOST_TOKENS_ON_MAP ||
    embeddingSize > LARGEST_EMBEDDING_ON_MAP
  ) return;
  const C = parameters.C.slice(0, shown.length * embeddingSize);
  const plane = projectToPlane(C, embeddingSize);
  const principal = embeddingSize > 2
    ? {
      title: `Embeddings of ${embeddingSize} numbers, on their two main axes`,
      xLabel: "first principal component",
      yLabel: "second principal component",
    }
    : {};
  const map = embeddingMap(plane, shown, principal);
  writeFileAtomically(folder.pathOf("embeddingFigure"), map.svg);
}
