/** Reads what a command is given with `--input`: lists, tables and texts. */

import { WordListError } from "../lib/errors/errors.ts";
import { readFileBounded, readFilePieces } from "../lib/data/bounded_file.ts";
import { layoutOf, withoutComments } from "../lib/data/table_layout.ts";
import { commentsNote, isJsonName, parseRows } from "../lib/data/table_rows.ts";
import { parseTable } from "../lib/data/tables.ts";
import { decodeText, MAX_TEXT_BYTES, TEXT_BOUNDS } from "../lib/data/text.ts";
import { parseWords, type WordList } from "../lib/data/words.ts";
import {
  refuseColumns,
  refuseOneLine,
  refuseTable,
  sentencesNote,
} from "./list_hints.ts";
import { judging } from "./judging.ts";
import type { CorpusSettings, InputValues } from "./settings.ts";

/** A table is held whole. */
const BOUNDS = {
  ...TEXT_BOUNDS,
  advice: "save its words as a list, one on each line, which may be larger",
};

/** Texts of several files, and what to call them together. */
interface Texts {
  readonly texts: readonly { readonly text: string; readonly source: string }[];
  readonly source: string;
}

/**
 * Reads texts.
 *
 * @param inputs files; "-" is standard input
 * @param options the encoding of all of them, and what to do if they are too
 * large
 * @throws {WordListError} if one cannot be read, or all together are too large
 */
export function readTexts(
  inputs: readonly string[],
  { encoding, advice = BOUNDS.advice }:
    & Pick<CorpusSettings, "encoding">
    & { advice?: string },
): Texts {
  const bounds = { ...BOUNDS, advice };
  const files = inputs.map((path) => ({
    source: sourceOf(path),
    bytes: isPipe(path) ? begin(path).head : readFileBounded(path, bounds),
  }));
  const source = nameOf(inputs);
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > bounds.limit) {
    throw new WordListError(
      `Cannot read ${source}: more than the ${bounds.limit} bytes that are ` +
        `read; ${advice}`,
    );
  }
  const texts = files.map(({ source, bytes }) => ({
    text: decodeText(bytes, source, { encoding }),
    source,
  }));
  return { texts, source };
}

/** How files are called together, in tables and messages. */
export function nameOf(inputs: readonly string[]): string {
  const sources = inputs.map(sourceOf);
  if (sources.length === 1) return sources[0];
  const more = sources.length > 4 ? ", …" : "";
  return `${sources.length} files: ${sources.slice(0, 4).join(", ")}${more}`;
}

/** Whether a file is a table by its name. */
export function isTableName(path: string): boolean {
  return isJsonName(path) || /\.(csv|tsv)$/i.test(path);
}

function sourceOf(path: string): string {
  return isStdin(path) ? "standard input" : path;
}

/** Whether an input is standard input. */
export function isStdin(path: string): boolean {
  return /^(-|\/dev\/stdin|\/dev\/fd\/0)$/.test(path);
}

/** Whether an input is standard input, or a pipe that a shell has opened. */
function isPipe(path: string): boolean {
  if (isStdin(path)) return true;
  try {
    return path.includes("/fd/") && !!Deno.statSync(path).isFifo;
  } catch {
    return false; // reading it says what is wrong
  }
}

/** Something that is read from where it is. */
type Reader = Pick<Deno.FsFile, "readSync">;

/** The beginning of a pipe, and if that is not all, where it goes on. */
interface Beginning {
  readonly head: Uint8Array;
  readonly rest?: Reader;
}

/** What cannot be read twice, though a command may ask twice. */
const begun = new Map<string, Beginning>();

/** Reads a pipe to its end, or until it has more bytes than are held. */
function begin(path: string): Beginning {
  const known = begun.get(path);
  if (known) return known;
  const file = isStdin(path) ? Deno.stdin : Deno.openSync(path);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const bytes of readPieces(file)) {
    chunks.push(bytes.slice());
    size += bytes.length;
    if (size > MAX_TEXT_BYTES) break;
  }
  const head = new Uint8Array(size);
  chunks.reduce((at, chunk) => (head.set(chunk, at), at + chunk.length), 0);
  const isWhole = size <= MAX_TEXT_BYTES;
  if (isWhole && file instanceof Deno.FsFile) file.close();
  const beginning = { head, rest: isWhole ? undefined : file };
  begun.set(path, beginning);
  return beginning;
}

function* readPieces(file: Reader): Generator<Uint8Array<ArrayBuffer>, void> {
  const buffer = new Uint8Array(2 ** 20);
  for (let count; (count = file.readSync(buffer));) {
    yield buffer.subarray(0, count);
  }
}

/**
 * How many bytes inputs have together: `Infinity` if a pipe has more than are
 * held. An input that cannot be read has none: reading it says what is wrong.
 */
export function bytesOf(inputs: readonly string[]): number {
  return inputs.reduce((sum, path) => {
    try {
      if (isPipe(path)) {
        const { head, rest } = begin(path);
        return sum + (rest ? Infinity : head.length);
      }
      const { isFile, size } = Deno.statSync(path);
      return sum + (isFile ? size : 0);
    } catch {
      return sum;
    }
  }, 0);
}

/**
 * The bytes of an input of any size, in pieces; a pipe can be read so only once.
 *
 * @throws {WordListError} if it cannot be read
 */
export function* bytesIn(path: string): Generator<Uint8Array, void> {
  if (!isPipe(path)) return yield* readFilePieces(path, TEXT_BOUNDS);
  const { head, rest } = begin(path);
  begun.set(path, { head: new Uint8Array() });
  for (let at = 0; at < head.length; at += 2 ** 20) {
    yield head.subarray(at, at + 2 ** 20);
  }
  if (rest) yield* readPieces(rest);
}

/**
 * Reads the words of lists and tables, one after another.
 *
 * @param values the files, and the columns of tables
 * @param settings how to read them
 * @throws {WordListError} if one cannot be read, or looks like a table and no
 * column was given
 */
export async function readLists(
  { input = [], column, counts }: InputValues,
  settings: CorpusSettings,
): Promise<WordList> {
  const { texts, source } = judging(() => readTexts(input, settings));
  const { lowercase } = settings;
  const words: string[] = [];
  const notes: string[] = [];
  for (const { text, source } of texts) {
    const list = column !== undefined || counts !== undefined
      ? await parseTable(text, source, { column, counts, lowercase })
      : isTableName(source)
      ? await readNamedTable(text, source, { lowercase })
      : await readPlain(text, source, { lowercase });
    for (const word of list.words) words.push(word);
    notes.push(...list.notes ?? []);
  }
  if (words.length === 1) refuseOneLine(source);
  const note = sentencesNote(words, source);
  return { words, source, notes: note ? [...notes, note] : notes };
}

/** A plain list, without its comments. */
async function readPlain(
  text: string,
  source: string,
  options: { lowercase: boolean },
): Promise<WordList> {
  await refuseTable(text, source);
  const { text: rest, comments } = withoutComments(text);
  const list = parseWords(rest, source, options);
  if (comments === 0) return list;
  return {
    ...list,
    notes: [commentsNote(comments, source), ...list.notes ?? []],
  };
}

/** A table by its file's name: where it has one column, that is read. */
async function readNamedTable(
  text: string,
  source: string,
  options: { lowercase: boolean },
): Promise<WordList> {
  const layout = isJsonName(source)
    ? { kind: "json" } as const
    : layoutOf(text, 0.5) ?? { kind: "columns" } as const;
  if (layout.kind === "series") await refuseTable(text, source, layout);
  const table = await parseRows(text, source, layout);
  const isWide = table.rows.some(({ cells }) =>
    cells.slice(1).some((cell) => cell.trim())
  );
  if (isWide) refuseColumns(table, source, layout);
  return await parseTable(text, source, { column: 1, ...options });
}
