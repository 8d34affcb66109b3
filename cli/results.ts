/** How results are shown: losses, and words that a model has made. */

import {
  labelWords,
  perplexity,
  sample,
  type SampleOptions,
  TorchGenerator,
  UNKNOWN,
  type Vocabulary,
} from "../core.ts";
import { type Corpus, PARTS, windowsOf } from "./corpus.ts";
import type { NamedModel } from "./models.ts";
import { print, tell } from "./terminal.ts";

/** Describes a corpus, as a model with a vocabulary sees it. */
export function tellCorpus(corpus: Corpus, vocabulary: Vocabulary): void {
  const { sequences, splits, source, unit } = corpus;
  const { train, dev, test, alsoInTrain } = splits;
  tell(
    `${sequences.length} ${unit} from ${source}: train ${train.length}, ` +
      `dev ${dev.length} (${alsoInTrain.dev} also in train), ` +
      `test ${test.length} (${alsoInTrain.test} also in train)`,
  );
  if (!vocabulary.has(UNKNOWN)) return;
  const id = vocabulary.id(UNKNOWN);
  const shares = PARTS.map((part) => {
    const { Y } = windowsOf(splits[part], vocabulary, 1);
    const share = Y.filter((token) => token === id).length / Y.length;
    return `${(100 * share).toFixed(1)} % of ${part}`;
  });
  tell(`Read as ${UNKNOWN}: ${shares.join(", ")}`);
}

/** Losses, each with its perplexity, in columns of 20 characters. */
export function formatLosses(losses: readonly number[]): string {
  return losses.map((loss) =>
    loss.toFixed(4).padStart(9) + perplexity(loss).toFixed(2).padStart(11)
  ).join("");
}

/** How many words to sample, and how; the defaults are the library's. */
type SampleValues =
  & { seed: number; num: number; noUnknown?: boolean }
  & Pick<SampleOptions, "prompt" | "temperature" | "topK" | "maxLength">;

/**
 * Prints new words of a model: in groups, by the part of the corpus that they
 * are in, if there is one; but lines stay in a row.
 */
export function printSamples(
  { model, vocabulary }: NamedModel,
  { seed, num, noUnknown = false, ...choices }: SampleValues,
  corpus?: Corpus,
): void {
  const words = sample(model, vocabulary, {
    ...choices,
    generator: new TorchGenerator(seed),
    count: num,
    unknown: !noUnknown,
    continuous: vocabulary.level === "words",
  });
  const inARow = corpus === undefined || vocabulary.sentences === "lines";
  if (inARow) return words.forEach((word) => print(word));
  const labelled = labelWords(words, corpus.splits, { vocabulary });
  for (const origin of [...PARTS, "new"] as const) {
    const group = labelled.filter((word) => word.origin === origin);
    if (group.length === 0) continue;
    print(origin === "new" ? "New:" : `In ${origin}:`);
    for (const { word } of group) print(`  ${word}`);
  }
}
