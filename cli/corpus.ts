/**
 * What all commands work on: a corpus, its parts and its vocabulary. A word
 * list is one, and so is a text; which of the two it is, its level says, and
 * only here does that make a difference.
 */

import { UsageError, WordListError } from "../lib/errors/errors.ts";
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
  type Level,
  type Vocabulary,
} from "../lib/data/vocabulary.ts";
import { contextWindows } from "../lib/data/windows.ts";
import type { Windows } from "../lib/kernel/rows.ts";
import { defaultWords, readWords } from "../lib/data/words.ts";

/** A word, or the words of a sentence. */
export type Sequence = string | readonly string[];

/** The levels that a corpus can have. */
export const LEVELS = ["characters", "words"] as const;

/** What decides what a corpus is, beside the file. */
export interface CorpusSettings {
  /** Whether the model learns characters of words, or words of a text. */
  readonly level: Level;
  /** Of a text, whether "The" is read as "the". */
  readonly lowercase: boolean;
  /** Of a text, how often a word stands in train to have a token. */
  readonly minimumCount: number;
  /** Of a word list, the seed of the split. */
  readonly splitSeed: number;
  /** Of a word list, whether equal words stay in one part of the split. */
  readonly keepEqualTogether: boolean;
}

/** The settings of a corpus where none are given. */
export const CORPUS_DEFAULTS: CorpusSettings = {
  level: "characters",
  lowercase: false,
  minimumCount: 2,
  splitSeed: 42,
  keepEqualTogether: false,
};

/** A list of words, or the sentences of a text, in three parts. */
export interface Corpus {
  /** What it is called. */
  readonly source: string;
  /** What its sequences are. */
  readonly unit: "words" | "sentences";
  readonly sequences: readonly Sequence[];
  readonly splits: Splits<Sequence>;
  /** The vocabulary of models that learn from it. */
  readonly vocabulary: Vocabulary;
}

/** How a corpus of a level is read, split, and given a vocabulary. */
interface LevelRules {
  readonly unit: Corpus["unit"];
  read(
    path: string | undefined,
    settings: CorpusSettings,
  ): Promise<Pick<Corpus, "sequences" | "source">>;
  split(
    sequences: readonly Sequence[],
    settings: CorpusSettings,
  ): Splits<Sequence>;
  vocabularyOf(
    sequences: readonly Sequence[],
    train: readonly Sequence[],
    settings: CorpusSettings,
  ): Vocabulary;
}

const RULES: Readonly<Record<Level, LevelRules>> = {
  characters: {
    unit: "words",
    async read(path) {
      const { words, source } = path === undefined
        ? await defaultWords()
        : await readWords(path);
      return { sequences: words, source };
    },
    split: (words, { splitSeed, keepEqualTogether }) =>
      splitWords(words as readonly string[], {
        seed: splitSeed,
        keepEqualTogether,
      }),
    // the lecture's has the characters of all parts
    vocabularyOf: (words) => buildVocabulary(words),
  },
  words: {
    unit: "sentences",
    read(path, { lowercase }) {
      return Promise.try(() => {
        if (path === undefined) {
          throw new UsageError(
            "A model of words learns from a text, and none comes with the " +
              "package: give one with --input",
          );
        }
        const sequences = tokenize(readText(path), { lowercase });
        if (sequences.length === 0) {
          throw new WordListError(
            `Cannot read ${path}: it has no words; give a text`,
          );
        }
        return { sequences, source: path };
      });
    },
    split: (sentences) => splitByPosition(sentences),
    vocabularyOf: (_, train, { minimumCount, lowercase }) =>
      buildWordVocabulary(train, { minimumCount, lowercase }),
  },
};

/**
 * Reads a corpus.
 *
 * @param path a word list or a text; without one the default word list
 * @param settings what kind of corpus it is
 * @throws {UsageError} if there is no path, and no default
 * @throws {WordListError} if the file is missing or no such corpus
 * @throws {RangeError} if it is too small to be split
 */
export async function readCorpus(
  path: string | undefined,
  settings: Partial<CorpusSettings> = {},
): Promise<Corpus> {
  const all = { ...CORPUS_DEFAULTS, ...settings };
  const { unit, read, split, vocabularyOf } = RULES[all.level];
  const { sequences, source } = await read(path, all);
  const splits = split(sequences, all);
  let vocabulary: Vocabulary | undefined;
  return {
    source,
    unit,
    sequences,
    splits,
    // often that of a model is taken instead
    get vocabulary() {
      return vocabulary ??= vocabularyOf(sequences, splits.train, all);
    },
  };
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
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

/**
 * The context windows of a part: within words, but over the sentences of a
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
