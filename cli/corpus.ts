/**
 * What all commands work on: a word list or a text, its parts and its
 * vocabulary.
 */

import { createHash } from "node:crypto";
import { readText, tidyNotes, tidyText } from "../lib/data/text.ts";
import { UsageError, WordListError } from "../lib/errors/errors.ts";
import {
  buildVocabulary,
  buildWordVocabulary,
  contextWindows,
  type Rows,
  splitByPosition,
  type Splits,
  splitWords,
  tokenize,
  type Vocabulary,
  windowStream,
} from "../core.ts";
import { defaultWords, readWords } from "../lib/data/words.ts";
import { judging } from "./judging.ts";
import type { CorpusSettings } from "./settings.ts";
import { tell } from "./terminal.ts";

/** A word, or the words of a sentence. */
export type Sequence = string | readonly string[];

/** The parts of a corpus, in the order in which they are shown. */
export const PARTS = ["train", "dev", "test"] as const;

/** A list of words, or the sentences of a text, in three parts. */
export interface Corpus {
  /** What it is called. */
  readonly source: string;
  /** What its sequences are. */
  readonly unit: "words" | "sentences" | "lines";
  readonly sequences: readonly Sequence[];
  readonly splits: Splits<Sequence>;
  /** The vocabulary of models that learn from it; often not needed. */
  vocabulary(): Vocabulary;
}

/**
 * Reads a corpus.
 *
 * @param path a word list or a text; without one the default word list
 * @param settings what kind of corpus it is
 * @param known the vocabulary of a model that is to see the corpus, if there is
 * one; a text is split by the same rules
 * @throws {UsageError} if there is no path and no default, or the settings
 * leave too little to learn from
 * @throws {WordListError} if the file is missing, or is no such corpus
 */
export function readCorpus(
  path: string | undefined,
  settings: CorpusSettings,
  known?: Vocabulary,
): Corpus {
  const { level, lowercase, sentences, minimumCount } = settings;
  const { splitSeed: seed, keepEqualTogether } = settings;
  if (level === "words") {
    const text = readTextOf(path, settings);
    const sequences = tokenize(text, {
      lowercase,
      sentences,
      whole: known?.whole,
    });
    if (sequences.length === 0) {
      throw new WordListError(`Cannot learn from ${path}: it has no words`);
    }
    const splits = judging(() => splitByPosition(sequences));
    const { train } = splits;
    const how = { minimumCount, lowercase, sentences, text };
    const vocabulary = once(() => buildWordVocabulary(train, how));
    const unit = sentences === "lines" ? "lines" : "sentences";
    return { source: path!, unit, sequences, splits, vocabulary };
  }
  const { words, source, notes } = path === undefined
    ? defaultWords()
    : judging(() => readWords(path, settings));
  notes?.forEach(tell);
  const splits = judging(() => splitWords(words, { seed, keepEqualTogether }));
  // the lecture's has the characters of all parts
  const vocabulary = once(() => buildVocabulary(words, { lowercase }));
  return { source, unit: "words", sequences: words, splits, vocabulary };
}

function readTextOf(
  path: string | undefined,
  settings: CorpusSettings,
): string {
  if (path === undefined) {
    throw new UsageError(
      "Cannot use --level words without a text: give one with --input",
    );
  }
  const text = judging(() => readText(path, path, settings));
  tidyNotes(text).forEach(tell);
  return tidyText(text);
}

function once(make: () => Vocabulary): () => Vocabulary {
  let vocabulary: Vocabulary | undefined;
  return () => vocabulary ??= judging(make);
}

/**
 * SHA-256 of the words, one per line, or of the sentences with a blank after
 * each word, in hexadecimal.
 */
export function hashOf({ sequences }: Corpus): string {
  const lines = sequences.map((sequence) =>
    typeof sequence === "string" ? sequence : sequence.join(" ")
  );
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/**
 * The context windows of a part: within words, but across the sentences of a
 * text.
 */
export function windowsOf(
  part: readonly Sequence[],
  vocabulary: Vocabulary,
  contextLength: number,
): Rows {
  const rows = vocabulary.level === "words" ? windowStream : contextWindows;
  return rows(part, vocabulary, contextLength);
}
