/**
 * What all commands work on: a word list or a text, its parts and its
 * vocabulary.
 */

import { MAX_TEXT_BYTES, tidyNotes, tidyText } from "../lib/data/text.ts";
import { UsageError } from "../lib/errors/errors.ts";
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
import { readLargeCorpus } from "./large_corpus.ts";
import { tellIfList } from "./list_hints.ts";
import type { PARTS } from "../lib/data/splits.ts";
import { EncodedPart } from "../lib/data/token_ids.ts";
import { type InputCopy, inputCopyOf } from "./run_folder.ts";
import { SequenceHash } from "./sequence_hash.ts";
import { type CorpusSettings, type InputValues, unitOf } from "./settings.ts";
import {
  bytesOf,
  isStdin,
  isTableName,
  readLists,
  readTexts,
} from "./sources.ts";
import { tell } from "./terminal.ts";

/** A word, or the words of a sentence. */
type Sequence = string | readonly string[];

/** Words or sentences, or those of a large corpus. */
export type Part = readonly Sequence[] | EncodedPart;

/** A list of words, or the sentences of a text, in three parts. */
export interface Corpus {
  /** What it is called. */
  readonly source: string;
  /** What its sequences are. */
  readonly unit: "words" | "sentences" | "lines";
  /** How many sequences it has. */
  readonly size: number;
  readonly splits:
    & { readonly [name in typeof PARTS[number]]: Part }
    & Pick<Splits, "alsoInTrain">;
  /** What a run keeps of it. */
  readonly copy?: InputCopy;
  /** A hash of its sequences, see {@linkcode SequenceHash}. */
  sha256(): string;
  /** The vocabulary of models that learn from it; often not needed. */
  vocabulary(): Vocabulary;
}

/** The parts of a corpus, unless it is too large to be held as strings. */
export function heldSplits({ splits }: Corpus): Splits<Sequence> | undefined {
  return splits.train instanceof EncodedPart
    ? undefined
    : splits as Splits<Sequence>;
}

/**
 * Reads a corpus, and tells the user what was dropped or looks odd.
 *
 * @param from where it is: files, or the folder of a run that keeps a copy;
 * without them it is the default word list
 * @param settings what kind of corpus it is
 * @param known the vocabulary of a model that is to see the corpus, if there is
 * one; a text is split by the same rules
 * @throws {UsageError} if there is no file and no default, standard input is
 * given twice, or the settings leave too little to learn from
 * @throws {WordListError} if a file is missing, or is no such corpus
 */
export async function readCorpus(
  from: InputValues,
  settings: CorpusSettings,
  known?: Vocabulary,
): Promise<Corpus> {
  const { level, lowercase, sentences, minimumCount } = settings;
  const { splitSeed: seed, keepEqualTogether } = settings;
  const file = level === "words" ? "text" : "words";
  const copy = !from.input && from.run
    ? inputCopyOf(from.run, file)
    : undefined;
  const paths = from.input ?? (copy ? [copy] : []);
  if (paths.filter(isStdin).length > 1) {
    throw new UsageError(
      "Cannot use --input - twice: standard input can be read only once",
    );
  }
  const isTable = from.column !== undefined || from.counts !== undefined ||
    file === "words" && paths.some(isTableName);
  const isLarge = settings.streamed || bytesOf(paths) > MAX_TEXT_BYTES;
  if (paths.length > 0 && isLarge && !isTable) {
    const how = copy ? { ...settings, ...COPIED } : settings;
    return readLargeCorpus(paths, how, { ...from, known, isCopy: !!copy });
  }
  if (level === "words") {
    const blanks = settings.tokens === "blanks";
    const { text, source } = readText(paths, copy ? COPIED : settings);
    const sequences = tokenize(text, {
      ...{ lowercase, sentences, blanks },
      whole: known?.whole,
    });
    tellIfList(text, source, sequences.length);
    const splits = judging(() => splitByPosition(sequences));
    const { train } = splits;
    const how = { minimumCount, lowercase, sentences, blanks, text };
    const vocabulary = once(() => buildWordVocabulary(train, how));
    return {
      ...{ source, size: sequences.length, splits, vocabulary },
      unit: unitOf(settings),
      copy: { file, content: text },
      sha256: () => hashOf(sequences),
    };
  }
  const { words, source, notes } = await readWords(from, settings);
  notes?.forEach(tell);
  const splits = judging(() => splitWords(words, { seed, keepEqualTogether }));
  return {
    ...{ source, unit: unitOf(settings), size: words.length, splits },
    copy: { file, content: words.join("\n") + "\n" },
    sha256: () => hashOf(words),
    // the lecture's has the characters of all parts
    vocabulary: once(() => buildVocabulary(words, { lowercase })),
  };
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
  paths: readonly string[],
  how: Pick<CorpusSettings, "encoding">,
): { text: string; source: string } {
  if (paths.length === 0) {
    throw new UsageError(
      "Cannot use --level words without a text: give one with --input",
    );
  }
  const { texts, source } = judging(() => readTexts(paths, how));
  const text = texts.map(({ text }) => text).join("\n\n");
  tidyNotes(text).forEach(tell);
  return { text: tidyText(text), source };
}

function once(make: () => Vocabulary): () => Vocabulary {
  let vocabulary: Vocabulary | undefined;
  return () => vocabulary ??= judging(make);
}

function hashOf(sequences: readonly Sequence[]): string {
  const hash = new SequenceHash();
  for (const sequence of sequences) hash.add(sequence);
  return hash.digest();
}
