/**
 * What all commands work on: a word list or a text, its parts and its
 * vocabulary.
 */

import { tidyNotes, tidyText } from "../lib/data/text.ts";
import { UsageError, WordListError } from "../lib/errors/errors.ts";
import {
  buildVocabulary,
  buildWordVocabulary,
  splitByPosition,
  type Splits,
  splitWords,
  tokenize,
  type Vocabulary,
} from "../core.ts";
import {
  defaultWords,
  embeddedWords,
  parseWords,
  type WordList,
} from "../lib/data/words.ts";
import { judging } from "./judging.ts";
import { LIST_ADVICE, looksLikeList } from "./list_hints.ts";
import { type InputCopy, inputCopyOf } from "./run_folder.ts";
import type { CorpusSettings, InputValues } from "./settings.ts";
import { readLists, readTexts } from "./sources.ts";
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
  /** What a run keeps of it. */
  readonly copy: InputCopy;
  /** The vocabulary of models that learn from it; often not needed. */
  vocabulary(): Vocabulary;
}

/**
 * Reads a corpus, and tells the user what was dropped or looks odd.
 *
 * @param from where it is: files, or the folder of a run that keeps a copy;
 * without them it is the default word list
 * @param settings what kind of corpus it is
 * @param known the vocabulary of a model that is to see the corpus, if there is
 * one; a text is split by the same rules
 * @throws {UsageError} if there is no file and no default, or the settings
 * leave too little to learn from
 * @throws {WordListError} if a file is missing, or is no such corpus
 */
export async function readCorpus(
  from: InputValues,
  settings: CorpusSettings,
  known?: Vocabulary,
): Promise<Corpus> {
  const { level, lowercase, sentences, minimumCount } = settings;
  const { splitSeed: seed, keepEqualTogether } = settings;
  if (level === "words") {
    const { text, source } = readText(from, settings);
    const sequences = tokenize(text, {
      lowercase,
      sentences,
      whole: known?.whole,
    });
    tellIfList(text, source, sequences.length);
    const splits = judging(() => splitByPosition(sequences));
    const { train } = splits;
    const how = { minimumCount, lowercase, sentences, text };
    const vocabulary = once(() => buildWordVocabulary(train, how));
    const copy = { file: "text", content: text } as const;
    const unit = sentences === "lines" ? "lines" : "sentences";
    return { source, unit, sequences, splits, copy, vocabulary };
  }
  const { words, source, notes } = await readWords(from, settings);
  notes?.forEach(tell);
  const splits = judging(() => splitWords(words, { seed, keepEqualTogether }));
  // the lecture's has the characters of all parts
  const vocabulary = once(() => buildVocabulary(words, { lowercase }));
  const copy = { file: "words", content: words.join("\n") + "\n" } as const;
  return { source, unit: "words", sequences: words, splits, copy, vocabulary };
}

/** The encoding of the copy in a run's folder. */
const COPIED = { encoding: "utf-8" };

async function readWords(
  from: InputValues,
  settings: CorpusSettings,
): Promise<WordList> {
  if (from.input) return await readLists(from, settings);
  const copy = from.run && inputCopyOf(from.run, "words");
  if (!copy) return from.embedded ? embeddedWords() : defaultWords();
  // as it was read: nothing in it is a comment or a table
  const { texts: [{ text, source }] } = readTexts([copy], COPIED);
  return parseWords(text, source, { lowercase: settings.lowercase });
}

function readText(
  { input, run }: InputValues,
  settings: CorpusSettings,
): { text: string; source: string } {
  const copy = input ? undefined : run && inputCopyOf(run, "text");
  const paths = input ?? (copy && [copy]);
  if (!paths) {
    throw new UsageError(
      "Cannot use --level words without a text: give one with --input",
    );
  }
  const how = copy ? COPIED : settings;
  const { texts, source } = judging(() => readTexts(paths, how));
  const text = texts.map(({ text }) => text).join("\n\n");
  tidyNotes(text).forEach(tell);
  return { text: tidyText(text), source };
}

/** Refuses a list in the place of a text if it cannot be split, or tells. */
function tellIfList(text: string, source: string, sentences: number): void {
  const isList = looksLikeList(text);
  if (sentences === 0 || (isList && sentences < 10)) {
    throw new WordListError(
      `Cannot learn from ${source} as a text: ` +
        (isList ? LIST_ADVICE : "it has no words"),
    );
  }
  if (isList) tell(`${source} looks like a list: ${LIST_ADVICE}`);
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
  // imported at the top it would slow the start of every command
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
