/** New words for a command: which it keeps, and what it says of the others. */

import {
  type LabelledWord,
  sample,
  type SampleOptions,
  TorchGenerator,
} from "../core.ts";
import { counted } from "../lib/errors/counted.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { originsIn } from "../lib/language_models/labels.ts";
import { type Corpus, heldSplits } from "./corpus.ts";
import { PARTS } from "../lib/data/splits.ts";
import type { NamedModel } from "./models.ts";
import { print, tell } from "./terminal.ts";

/** How many words to make, and which; the rest has the library's defaults. */
export type SampleValues =
  & { seed: number; num: number; maxLength: number; minLength?: number }
  & { newOnly?: boolean; unique?: boolean; noUnknown?: boolean }
  & Pick<SampleOptions, "prompt" | "temperature" | "topK">;

/** A new word, and the part of the corpus that it is in, if there is a corpus. */
export interface Sample {
  readonly word: string;
  readonly origin?: LabelledWord["origin"];
}

/** Words that a model made. */
export interface Samples {
  readonly samples: readonly Sample[];
  /** Why they are fewer than asked for, and what to do. */
  readonly shortage?: string;
}

/** A word of a kind that makes up 1 % of all is missed once in 23,000 times. */
const ATTEMPTS = 1000;

/**
 * Makes new words or sentences and cuts none of them: what is too long, too
 * short, not new or not unique is drawn again, and a message says so.
 *
 * @param net the model
 * @param values how many words, and which
 * @param corpus where to look for them
 * @throws {UsageError} if no word can have such a length
 */
export function makeSamples(
  { model, vocabulary }: NamedModel,
  values: SampleValues,
  corpus?: Corpus,
): Samples {
  const { seed, num: count, prompt = "", temperature, topK } = values;
  const { maxLength, newOnly, unique } = values;
  // lines in a row are a poem, which groups would tear apart
  const isPoem = vocabulary.sentences === "lines";
  const isBlankLine = (word: string) => isPoem && word === "";
  const { minLength = isPoem ? 0 : 1 } = values; // an empty word is none
  checkLengths(values, vocabulary.encode(prompt).length);
  const splits = corpus && heldSplits(corpus);
  if (newOnly && corpus && !splits) {
    throw new UsageError(
      `Cannot use --new-only with ${corpus.source}: it is too large to be held ` +
        "in memory, where what is new would be found",
    );
  }
  const originOf = splits && originsIn(splits, { vocabulary });
  const seen = new Set<string>();
  const reasons = [
    {
      is: `longer than --max-length ${maxLength}`,
      remedy: "raise --max-length",
      holds: (_: string, length: number) => length > maxLength,
      words: 0,
    },
    {
      ...values.minLength === undefined
        ? { is: "empty", remedy: "lower --temperature" }
        : {
          is: `shorter than --min-length ${minLength}`,
          remedy: "lower --min-length",
        },
      holds: (_: string, length: number) => length < minLength,
      words: 0,
    },
    {
      is: `in ${corpus?.source}`,
      remedy: "raise --temperature, or ask for fewer with --num",
      holds: (word: string) =>
        newOnly && !isBlankLine(word) && originOf!(word) !== "new",
      words: 0,
    },
    {
      is: "repeats",
      remedy: "raise --temperature, or ask for fewer with --num",
      holds: (word: string) => unique && !isBlankLine(word) && seen.has(word),
      words: 0,
    },
  ];
  let drawn = 0;
  const words = sample(model, vocabulary, {
    ...{ prompt, temperature, topK, count, attempts: ATTEMPTS },
    unknown: !values.noUnknown,
    generator: new TorchGenerator(seed),
    continuous: vocabulary.level === "words",
    maxLength: maxLength + 1, // one of that length is too long, or cut
    accept(word, { length }) {
      drawn++;
      const reason = reasons.find(({ holds }) => holds(word, length));
      seen.add(word);
      if (reason) reason.words++;
      return !reason;
    },
  });
  const samples = words.map((word) => ({
    word,
    origin: isPoem ? undefined : originOf?.(word),
  }));
  if (drawn === words.length) return { samples };

  const unit = vocabulary.level === "words" ? "sentences" : "words";
  const met = reasons.filter(({ words }) => words > 0)
    .sort((a, b) => b.words - a.words);
  const why = met.map(({ is, words }) => `${words} ${is}`).join(", ");
  if (words.length === count) {
    tell(`Drew ${drawn} ${unit} for ${count}; left out: ${why}`);
    return { samples };
  }
  return {
    samples,
    shortage:
      `Cannot make ${counted(count, unit)}: ${words.length} were found in ` +
      `${drawn} draws, none in the last ${ATTEMPTS}; left out: ` +
      `${why}; ${met[0].remedy}`,
  };
}

/**
 * Refuses lengths that no word has.
 *
 * @throws {UsageError} if there is none
 */
export function checkLengths(
  { minLength = 0, maxLength }: Pick<SampleValues, "minLength" | "maxLength">,
  promptLength: number = 0,
): void {
  const [what, length] = minLength > maxLength
    ? ["--min-length", minLength]
    : ["a --prompt of length", promptLength];
  if (length <= maxLength) return;
  throw new UsageError(
    `Cannot use ${what} ${length} with --max-length ${maxLength}: no word ` +
      "would be left",
  );
}

/** Prints words: in groups by their parts of the corpus, if there is one. */
export function printSamples(samples: readonly Sample[]): void {
  for (const origin of [...PARTS, "new"] as const) {
    const group = samples.filter((sample) => sample.origin === origin);
    if (group.length > 0) print(origin === "new" ? "New:" : `In ${origin}:`);
    for (const { word } of group) print(`  ${word}`);
  }
  for (const { word, origin } of samples) if (!origin) print(word);
}
