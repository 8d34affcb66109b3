/** How results are shown: losses, and words that a model has made. */

import { perplexity } from "../lib/language_models/evaluate.ts";
import { labelWords } from "../lib/language_models/labels.ts";
import { UNKNOWN, type Vocabulary } from "../lib/data/vocabulary.ts";
import { type Corpus, windowsOf } from "./corpus.ts";
import { print, tell } from "./terminal.ts";

/** The parts of a corpus, in the order in which they are shown. */
export const PARTS = ["train", "dev", "test"] as const;

/** Tells what is in a corpus, as a model with a vocabulary sees it. */
export function tellCorpus(
  { sequences, splits, source, unit }: Corpus,
  vocabulary: Vocabulary,
): void {
  const { train, dev, test, alsoInTrain } = splits;
  tell(
    `${sequences.length} ${unit} from ${source}: train ${train.length}, ` +
      `dev ${dev.length} (${alsoInTrain.dev} also in train), ` +
      `test ${test.length} (${alsoInTrain.test} also in train)`,
  );
  if (!vocabulary.has(UNKNOWN)) return;
  const unknown = PARTS.map((part) => {
    const { Y } = windowsOf(splits[part], vocabulary, 1);
    const id = vocabulary.id(UNKNOWN);
    const count = Y.reduce((count, token) => count + Number(token === id), 0);
    return `${(100 * count / Y.length).toFixed(1)} % of ${part}`;
  });
  tell(`Read as ${UNKNOWN}: ${unknown.join(", ")}`);
}

/** Losses, each with its perplexity, in columns of 20. */
export function formatLosses(losses: readonly number[]): string {
  return losses.map((loss) =>
    loss.toFixed(4).padStart(9) + perplexity(loss).toFixed(2).padStart(11)
  ).join("");
}

/** Prints the losses of the parts, at the end of training. */
export function printLosses(
  lossOf: (part: typeof PARTS[number]) => number,
): void {
  for (const part of PARTS) {
    const loss = lossOf(part);
    print(
      `${part.padEnd(5)} loss ${loss.toFixed(4)}, ` +
        `perplexity ${perplexity(loss).toFixed(2)}`,
    );
  }
}

/** Prints words: in groups, by where in the corpus they stand, if one is known. */
export function printWords(
  words: readonly string[],
  vocabulary: Vocabulary,
  corpus?: Corpus,
): void {
  if (corpus === undefined) {
    for (const word of words) print(word);
    return;
  }
  const labelled = labelWords(words, corpus.splits, { vocabulary });
  for (const origin of [...PARTS, "new"] as const) {
    const group = labelled.filter((word) => word.origin === origin);
    if (group.length === 0) continue;
    print(origin === "new" ? "New:" : `In ${origin}:`);
    for (const { word } of group) print(`  ${word}`);
  }
}
