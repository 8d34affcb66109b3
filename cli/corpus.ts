/**
 * What all commands work on: a word list or a text, its parts and its
 * vocabulary.
 */

import {
  splitByPosition,
  type Splits,
  splitWords,
} from "../lib/data/splits.ts";
import { readText } from "../lib/data/text.ts";
import { tokenize } from "../lib/data/tokens.ts";
import {
  buildVocabulary,
  buildWordVocabulary,
  type Vocabulary,
} from "../lib/data/vocabulary.ts";
import { contextWindows } from "../lib/data/windows.ts";
import { defaultWords, readWords } from "../lib/data/words.ts";
import { UsageError, WordListError } from "../lib/errors/errors.ts";
import type { Windows } from "../lib/kernel/rows.ts";
import type { CorpusSettings } from "./settings.ts";

/** A word, or the words of a sentence. */
export type Sequence = string | readonly string[];

/** The parts of a corpus, in the order in which they are shown. */
export const PARTS = ["train", "dev", "test"] as const;

/** A list of words, or the sentences of a text, in three parts. */
export interface Corpus {
  /** What it is called. */
  readonly source: string;
  /** What its sequences are. */
  readonly unit: "words" | "sentences";
  readonly sequences: readonly Sequence[];
  readonly splits: Splits<Sequence>;
  /** The vocabulary of models that learn from it. */
  vocabulary(): Vocabulary;
}

/**
 * Reads a corpus.
 *
 * @param path a word list or a text; without one the default word list
 * @param settings what kind of corpus it is
 * @throws {UsageError} if there is no path and no default, or the settings
 * leave too little to learn from
 * @throws {WordListError} if the file is missing, or is no such corpus
 */
export async function readCorpus(
  path: string | undefined,
  settings: CorpusSettings,
): Promise<Corpus> {
  const { level, lowercase, minimumCount, splitSeed: seed } = settings;
  const { keepEqualTogether } = settings;
  if (level === "words") {
    const sentences = sentencesOf(path, lowercase);
    const splits = judging(() => splitByPosition(sentences));
    return {
      source: path!,
      unit: "sentences",
      sequences: sentences,
      splits,
      vocabulary: once(() =>
        buildWordVocabulary(splits.train, { minimumCount })
      ),
    };
  }
  const { words, source } = path === undefined
    ? await defaultWords()
    : await readWords(path);
  return {
    source,
    unit: "words",
    sequences: words,
    splits: judging(() => splitWords(words, { seed, keepEqualTogether })),
    // the lecture's has the characters of all parts
    vocabulary: once(() => buildVocabulary(words)),
  };
}

function sentencesOf(
  path: string | undefined,
  lowercase: boolean,
): readonly (readonly string[])[] {
  if (path === undefined) {
    throw new UsageError(
      "Cannot use --level words without a text: give one with --input",
    );
  }
  const sentences = tokenize(readText(path), { lowercase });
  if (sentences.length > 0) return sentences;
  throw new WordListError(`Cannot read ${path}: it has no words`);
}

function once(make: () => Vocabulary): () => Vocabulary {
  let vocabulary: Vocabulary | undefined;
  return () => vocabulary ??= judging(make);
}

/**
 * Does what judges arguments of the user: what the library finds out of range
 * is a wrong usage.
 *
 * @throws {UsageError} in place of a RangeError
 */
export function judging<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * SHA-256 of the words, one per line, or of the sentences with a blank after
 * each word, in hexadecimal.
 */
export async function hashOf({ sequences }: Corpus): Promise<string> {
  const lines = sequences.map((sequence) =>
    typeof sequence === "string" ? sequence : sequence.join(" ")
  );
  const bytes = new TextEncoder().encode(lines.join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/**
 * The context windows of a part: within words, but across the sentences of a
 * text.
 */
export function windowsOf(
  part: readonly Sequence[],
  vocabulary: Vocabulary,
  contextLength: number,
): Windows {
  return contextWindows(part, vocabulary, contextLength, {
    acrossBoundaries: vocabulary.level === "words",
  });
}
