/** The figures of a run folder, and where others are drawn. */

import {
  type ParameterArrays,
  projectToPlane,
  sizesOf,
  type Vocabulary,
} from "../core.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import { makeFolderOf, writeFileAtomically } from "./atomic_file.ts";
import type { RunFolder } from "./run_folder.ts";
import { tell } from "./terminal.ts";

/** More tokens would lie on top of each other on the map. */
const MOST_TOKENS_ON_MAP = 200;

/** Principal components of larger embeddings would take long to find. */
const LARGEST_EMBEDDING_ON_MAP = 2000;

/**
 * Makes the folder of a figure that a command is to draw in the end.
 *
 * @param path what `--output` says
 * @throws {UsageError} if it does not end in .svg
 */
export function prepareFigure(path: string): void {
  if (/\.svg$/i.test(path)) return makeFolderOf(path);
  throw new UsageError(
    `Cannot use --output ${quote(path)}: the figure is SVG; give a name that ` +
      "ends in .svg",
  );
}

/**
 * Loads a plot. On a new machine this fetches Observable Plot, and where that
 * fails the run has no figure.
 */
async function loading<Plot>(plot: Promise<Plot>): Promise<Plot | undefined> {
  try {
    return await plot;
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    tell(`There is no figure: ${reason}`);
  }
}

/**
 * Draws the loss curve. That of sampled steps says so, because their losses are
 * lower than those of all tokens.
 */
export async function writeLossFigure(
  folder: RunFolder,
  candidates: number | "all",
): Promise<void> {
  const plot = await loading(import("../lib/plots/loss_curve.ts"));
  if (!plot) return;
  const steps = folder.losses.map(({ step }) => step);
  const losses = folder.losses.map(({ loss }) => loss);
  const title = `Loss while training, among ${candidates} candidates`;
  const { svg } = plot.lossCurve([{ name: "minibatch", steps, losses }], {
    smoothing: Math.max(1, Math.ceil(steps.length / 20)),
    ...(candidates === "all" ? {} : { title }),
  });
  writeFileAtomically(folder.pathOf("lossFigure"), svg);
}

/** Maps the embeddings of all characters, or of the most frequent words. */
export async function writeEmbeddingFigure(
  folder: RunFolder,
  parameters: ParameterArrays,
  { tokens, level }: Vocabulary,
): Promise<void> {
  const { embeddingSize: size } = sizesOf(parameters);
  const shown = level === "words"
    ? tokens.slice(0, MOST_TOKENS_ON_MAP)
    : tokens;
  if (shown.length > MOST_TOKENS_ON_MAP || size > LARGEST_EMBEDDING_ON_MAP) {
    return;
  }
  const plot = await loading(import("../lib/plots/embedding_map.ts"));
  if (!plot) return;
  const C = parameters.C.slice(0, shown.length * size);
  const { svg } = plot.embeddingMap(
    projectToPlane(C, size),
    shown,
    size <= 2 ? {} : {
      title: `Embeddings of ${size} numbers, on their two main axes`,
      xLabel: "first principal component",
      yLabel: "second principal component",
    },
  );
  writeFileAtomically(folder.pathOf("embeddingFigure"), svg);
}
