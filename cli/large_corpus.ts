/** Lists and texts that are too large to be held: they are read as a stream. */

import { ENOUGH_FOR_SPACING } from "../lib/data/spacing.ts";
import { sentencesOf } from "../lib/data/tokens.ts";
import { commentsNote } from "../lib/data/table_rows.ts";
import { withoutComments } from "../lib/data/table_layout.ts";
import {
  decodePieces,
  INVISIBLE,
  tidyNotes,
  tidyText,
} from "../lib/data/text.ts";
import { TokenIds } from "../lib/data/token_ids.ts";
import {
  buildVocabulary,
  type Vocabulary,
  vocabularyOfCounts,
} from "../lib/data/vocabulary.ts";
import { wordsFrom } from "../lib/data/words.ts";
import { UnfinishedFile, writing } from "./atomic_file.ts";
import type { Corpus } from "./corpus.ts";
import { judging } from "./judging.ts";
import { refuseTable, sentencesNote, tellIfList } from "./list_hints.ts";
import { RUN_FILES, RunFolder } from "./run_folder.ts";
import { SequenceHash } from "./sequence_hash.ts";
import { type CorpusSettings, unitOf } from "./settings.ts";
import { bytesIn, bytesOf, nameOf } from "./sources.ts";
import { tell } from "./terminal.ts";

/** How often reading says how far it is, in milliseconds. */
const INTERVAL = 5000;

/** What {@linkcode readLargeCorpus} may be told. */
interface LargeCorpusOptions {
  /** The vocabulary of a model that is to see the corpus. */
  readonly known?: Vocabulary;
  /** The folder of a new run, which is to keep a copy. */
  readonly keepIn?: string;
  /** Whether a run there may be deleted. */
  readonly overwrite?: boolean;
  /** Whether it is the copy of a run: nothing in it is a comment or a table. */
  readonly isCopy?: boolean;
}

/**
 * Reads a list or a text as a stream: what is kept of it are its ids.
 *
 * @param paths the files, or pipes
 * @param settings what its tokens are
 * @param options what is known, and where to keep a copy
 * @throws {WordListError} if a file is missing, or is no such corpus
 * @throws {UsageError} if the settings leave too little to learn from
 * @throws {RunFolderError} if the folder holds a run that is not to be deleted,
 * or the copy cannot be written
 */
export async function readLargeCorpus(
  paths: readonly string[],
  settings: CorpusSettings,
  options: LargeCorpusOptions = {},
): Promise<Corpus> {
  const { level, lowercase, sentences, minimumCount } = settings;
  const { known, keepIn, overwrite, isCopy = false } = options;
  // before minutes of reading
  if (keepIn !== undefined && !overwrite) RunFolder.refuseRun(keepIn);
  const isText = level === "words";
  const blanks = settings.tokens === "blanks";
  const source = nameOf(paths);
  const file = isText ? "text" : "words";
  let content: UnfinishedFile | undefined;
  try {
    const found: Found = { start: "", dropped: "", comments: 0 };
    const isRaw = !isText && !isCopy;
    const ids = new TokenIds();
    const hash = new SequenceHash();
    const how = { lowercase, sentences, blanks, whole: known?.whole };
    const rest = tidyPieces(paths, settings, found, isRaw);
    const first = judging(() => rest.next().value ?? "");
    if (isRaw) await refuseTable(first, source);
    if (keepIn !== undefined) content = unfinishedIn(keepIn, file);
    judging(() => {
      const pieces = keeping(content, first, rest);
      for (const next of isText ? sentencesOf(pieces, how) : wordsOf(pieces)) {
        ids.add(next);
        hash.add(next);
      }
    });
    const { start, dropped, comments } = found;
    if (comments > 0) tell(commentsNote(comments, source));
    tidyNotes(dropped).forEach(tell);
    const { splitSeed: seed, keepEqualTogether } = settings;
    if (isText) tellIfList(start, source, ids.sequences);
    else {
      // says what is wrong with a list of no characters, or of one
      wordsFrom([ids.tokens.join("")], source);
      const note = sentencesNote(start.split("\n"), source);
      if (note) tell(note);
    }
    const alsoInTrain = judging(() =>
      ids.split(isText ? undefined : { seed, keepEqualTogether })
    );
    const learned = { minimumCount, ...how, whole: undefined, text: start };
    const vocabulary = known ??
      judging(() =>
        isText
          ? vocabularyOfCounts(ids.counts(), ids.train(), learned)
          : buildVocabulary([ids.tokens.slice(1)], { lowercase })
      );
    const { train, dev, test } = judging(() => ids.encode(vocabulary));
    const sha256 = hash.digest();
    return {
      ...{ source, unit: unitOf(settings), size: ids.sequences },
      splits: { train, dev, test, alsoInTrain },
      copy: content && { file, content },
      sha256: () => sha256,
      vocabulary: () => vocabulary,
    };
  } catch (error) {
    content?.discard();
    throw error;
  }
}

function unfinishedIn(folder: string, file: "text" | "words"): UnfinishedFile {
  writing(folder, () => Deno.mkdirSync(folder, { recursive: true }));
  return new UnfinishedFile(`${folder}/${RUN_FILES[file]}`);
}

/** The words of a list that comes in pieces, each of which ends with a line. */
function* wordsOf(pieces: Iterable<string>): Generator<string, void> {
  for (const piece of pieces) {
    for (const line of piece.split("\n")) {
      const word = line.trim();
      if (word !== "") yield word;
    }
  }
}

/** The pieces of a text, which are written to its copy as they are read. */
function* keeping(
  copy: UnfinishedFile | undefined,
  first: string,
  rest: Iterable<string>,
): Generator<string, void> {
  for (const pieces of [[first], rest]) {
    for (const piece of pieces) {
      copy?.write(new TextEncoder().encode(piece));
      yield piece;
    }
  }
}

/** What was found in a text while it was read. */
interface Found {
  /** Its beginning. */
  start: string;
  /** The invisible characters that were dropped. */
  dropped: string;
  /** How many lines were comments. */
  comments: number;
}

/** The tidy text of inputs, one after another, in pieces, with progress. */
function* tidyPieces(
  paths: readonly string[],
  settings: CorpusSettings,
  found: Found,
  hasComments: boolean,
): Generator<string, void> {
  const lowercase = settings.level === "characters" && settings.lowercase;
  const tidy = (piece: string) => {
    const { text, comments } = hasComments
      ? withoutComments(piece)
      : { text: piece, comments: 0 };
    const tidied = tidyText(text, { lowercase });
    if (tidied !== text) found.dropped += text.match(INVISIBLE)?.join("") ?? "";
    if (found.start.length <= ENOUGH_FOR_SPACING) found.start += tidied;
    found.comments += comments;
    return tidied;
  };
  const total = bytesOf(paths);
  let [read, next] = [0, performance.now() + INTERVAL];
  const counting = function* (pieces: Iterable<Uint8Array>) {
    for (const bytes of pieces) {
      read += bytes.length;
      yield bytes;
    }
  };
  for (const [i, path] of paths.entries()) {
    if (i > 0) yield tidy("\n\n");
    const bytes = counting(bytesIn(path));
    for (const text of decodePieces(bytes, nameOf([path]), settings)) {
      yield tidy(text);
      if (performance.now() < next) continue;
      next = performance.now() + INTERVAL;
      const [done, all] = [read, total].map((size) => Math.round(size / 1e6));
      const ofAll = total === Infinity ? "" : ` of ${all}`;
      tell(`Read ${done}${ofAll} MB of ${nameOf(paths)}`);
    }
  }
}
