/** How results are shown: the parts of a corpus, and losses. */

import { perplexity, UNKNOWN, type Vocabulary } from "../core.ts";
import { counted } from "../lib/errors/counted.ts";
import { type Corpus, heldSplits } from "./corpus.ts";
import { PARTS } from "../lib/data/splits.ts";
import { MOST_JUDGED } from "./models.ts";
import { windowsOf } from "../lib/data/windows.ts";
import { tell } from "./terminal.ts";

/** Describes a corpus, as a model with a vocabulary sees it. */
export function tellCorpus(corpus: Corpus, vocabulary: Vocabulary): void {
  const { size, splits, source, unit } = corpus;
  const { train, dev, test, alsoInTrain } = splits;
  tell(
    `${counted(size, unit)} from ${source}: train ${train.length}, ` +
      `dev ${dev.length} (${alsoInTrain.dev} also in train), ` +
      `test ${test.length} (${alsoInTrain.test} also in train)`,
  );
  if (!heldSplits(corpus)) {
    tell(`Losses are those of ${MOST_JUDGED} rows of each part, evenly spaced`);
  }
  if (!vocabulary.has(UNKNOWN)) return;
  const id = vocabulary.id(UNKNOWN);
  const shares = PARTS.map((part) => {
    const { Y } = windowsOf(splits[part], vocabulary, 1);
    let unknown = 0;
    for (const token of Y) if (token === id) unknown++;
    const share = unknown / Y.length;
    return `${(100 * share).toFixed(1)} % of ${part}`;
  });
  tell(`Read as ${UNKNOWN}: ${shares.join(", ")}`);
}

/** The losses of the parts, for JSON, in which `null` is not finite. */
export function lossesByPart(losses: readonly number[]): object {
  return Object.fromEntries(
    PARTS.map((part, i) => [
      part,
      { loss: losses[i], perplexity: perplexity(losses[i]) },
    ]),
  );
}

/** Losses, each with its perplexity, in columns of 20 characters. */
export function formatLosses(losses: readonly number[]): string {
  return losses.map((loss) =>
    formatLoss(loss).padStart(9) + formatPerplexity(loss).padStart(11)
  ).join("");
}

/** A loss in nats, in at most 7 characters. */
export function formatLoss(loss: number): string {
  return fit(loss, 4, 7);
}

/** The perplexity of a loss, in at most 9 characters. */
export function formatPerplexity(loss: number): string {
  return fit(perplexity(loss), 2, 9);
}

/** A number with some decimals, or as many of them as there is room for. */
export function fit(value: number, decimals: number, width: number): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  for (let digits = decimals; digits >= 0; digits--) {
    const text = value.toFixed(digits);
    if (text.length <= width) return text;
  }
  return value.toExponential(1);
}
