/** Reads what a command is given with `--input`: lists, tables and texts. */

import { WordListError } from "../lib/errors/errors.ts";
import { readFileBounded, readStream } from "../lib/data/bounded_file.ts";
import { layoutOf, withoutComments } from "../lib/data/table_layout.ts";
import { commentsNote, isJsonName, parseRows } from "../lib/data/table_rows.ts";
import { parseTable } from "../lib/data/tables.ts";
import { decodeText, TEXT_BOUNDS } from "../lib/data/text.ts";
import { parseWords, type WordList } from "../lib/data/words.ts";
import {
  refuseColumns,
  refuseOneLine,
  refuseTable,
  sentencesNote,
} from "./list_hints.ts";
import { judging } from "./judging.ts";
import type { CorpusSettings, InputValues } from "./settings.ts";

/** Texts of several files, and what to call them together. */
interface Texts {
  readonly texts: readonly { readonly text: string; readonly source: string }[];
  readonly source: string;
}

/**
 * Reads texts.
 *
 * @param inputs files; "-" is standard input
 * @param encoding the encoding of all of them
 * @throws {WordListError} if one cannot be read, or all together are too large
 */
export function readTexts(
  inputs: readonly string[],
  { encoding }: Pick<CorpusSettings, "encoding">,
): Texts {
  const files = inputs.map((path) => {
    const isStdin = /^(-|\/dev\/stdin|\/dev\/fd\/0)$/.test(path);
    return isStdin
      ? { source: "standard input", bytes: readStdin() }
      : { source: path, bytes: readOnce(path) };
  });
  const source = nameOf(files.map(({ source }) => source));
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > TEXT_BOUNDS.limit) {
    throw new WordListError(
      `Cannot read ${source}: they have ${size} bytes, more than the ` +
        `${TEXT_BOUNDS.limit} that are read; ${TEXT_BOUNDS.advice}`,
    );
  }
  const texts = files.map(({ source, bytes }) => ({
    text: decodeText(bytes, source, { encoding }),
    source,
  }));
  return { texts, source };
}

/** How files are called together, in tables and messages. */
function nameOf(sources: readonly string[]): string {
  if (sources.length === 1) return sources[0];
  const more = sources.length > 4 ? ", …" : "";
  return `${sources.length} files: ${sources.slice(0, 4).join(", ")}${more}`;
}

/** What cannot be read twice, though a command may ask twice. */
const piped = new Map<string, Uint8Array>();

function readStdin(): Uint8Array {
  let bytes = piped.get("-");
  if (!bytes) {
    const read = (bytes: Uint8Array) => Deno.stdin.readSync(bytes);
    bytes = readStream(read, "standard input", TEXT_BOUNDS);
    piped.set("-", bytes);
  }
  return bytes;
}

function readOnce(path: string): Uint8Array {
  const bytes = piped.get(path) ?? readFileBounded(path, TEXT_BOUNDS);
  if (path.includes("/fd/")) piped.set(path, bytes);
  return bytes;
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
      : /\.(json|csv|tsv)$/i.test(source)
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
