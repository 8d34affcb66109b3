/** Divides a text into the rows and cells of a table, whatever its layout. */

import { counted } from "../errors/counted.ts";
import { WordListError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import {
  isJsonLines,
  layoutOf,
  type TableLayout,
  withoutComments,
} from "./table_layout.ts";
import { LINE_BREAK } from "./text.ts";

/** Cells of a table, and the line where they begin. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/** The rows of a text. */
export interface Table {
  /** The rows that hold something. */
  readonly rows: readonly TableRow[];
  /** The names of the columns, if they are not in the first row. */
  readonly names?: readonly string[];
  /** What to tell people, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The table of a text.
 *
 * @param text the text
 * @param source where it comes from, for errors; a name that ends in `.json`,
 * `.jsonl` or `.ndjson` says that it is JSON
 * @param layout how it is laid out, if that is known
 * @throws {WordListError} if it is not JSON that holds words, it is HTML, or a
 * quotation mark is not closed in a table with commas
 */
export async function parseRows(
  text: string,
  source: string,
  layout: TableLayout | undefined = layoutOf(text, 0.5),
): Promise<Table> {
  const kind = isJsonName(source) ? "json" : layout?.kind;
  if (kind === "json") return jsonTable(text, source);
  if (kind === "html") {
    throw new WordListError(
      `Cannot read ${source}: it is HTML or XML; save its words as plain ` +
        "text, one on each line",
    );
  }
  const { text: rest, comments } = withoutComments(text);
  const notes = comments === 0 ? [] : [commentsNote(comments, source)];
  const rows = kind === "dictionary"
    ? dictionaryRows(rest)
    : kind === "series"
    ? seriesRows(rest, layout!.delimiter!)
    : layout?.parts
    ? lineRows(rest, (line) => layout.parts!.exec(line)?.slice(1) ?? [line])
    : await delimitedRows(rest, source, layout ?? {});
  const isFull = ({ cells }: TableRow) => cells.some((cell) => cell.trim());
  return { rows: rows.filter(isFull), notes };
}

/** Whether a file says by its name that it is JSON. */
export function isJsonName(source: string): boolean {
  return /\.(jsonl?|ndjson)$/i.test(source);
}

/** What to tell about comments that were left out. */
export function commentsNote(comments: number, source: string): string {
  return `Left out ${counted(comments, "comments")} of ${source}: lines that ` +
    'begin with "#" and a blank';
}

/** One row for each line. */
export function lineRows(
  text: string,
  cellsOf: (line: string) => string[] = (line) => [line],
): TableRow[] {
  return text.split(LINE_BREAK)
    .map((line, i) => ({ cells: cellsOf(line), line: i + 1 }));
}

/** The words of a Hunspell dictionary, without their count and their flags. */
function dictionaryRows(text: string): TableRow[] {
  // "\/" is a slash; what follows a tab is about the word
  const rows = lineRows(text, (line) => {
    const [word] = /^(\\\/|[^/\t])*/.exec(line)!;
    return [word.replaceAll("\\/", "/")];
  });
  const [{ cells: [first] }] = rows;
  return rows.slice(/^\d+\s*$/.test(first) ? 1 : 0);
}

/** One row for each word of a line. */
function seriesRows(text: string, delimiter: string): TableRow[] {
  return lineRows(text).flatMap(({ cells: [line], line: number }) =>
    // Azgaar's lists have something about the list before the last bar
    (delimiter === "|" ? line : line.replace(/^.*\|/, "")).split(delimiter)
      .map((cell) => cell.trim().replace(/^(["'])(.*)\1$/, "$2"))
      .map((cell) => ({ cells: [cell], line: number }))
  );
}

/** As npm:papaparse declares it, as far as it is used here. */
interface Papa {
  parse(text: string, config: object): {
    data: string[][];
    errors: { row?: number }[];
  };
}

async function delimitedRows(
  text: string,
  source: string,
  layout: Pick<TableLayout, "delimiter" | "quote">,
): Promise<TableRow[]> {
  const { delimiter = "\u001f", quote: mark = '"' } = layout;
  // 20 kB that most programs never need
  const { default: papa }: { default: Papa } = await import("papaparse");
  const lines = text.split(LINE_BREAK).join("\n");
  const parse = (quoteChar: string) =>
    papa.parse(lines, { delimiter, newline: "\n", quoteChar });
  let { data, errors } = parse(mark);
  // where cells need no quotation marks, one may be a word
  if (errors.length > 0 && delimiter !== ",") {
    ({ data, errors } = parse("\0"));
  }
  let line = 1;
  const rows = data.map((cells) => {
    const row = { cells, line };
    line += cells.join("").split("\n").length;
    return row;
  });
  if (errors.length === 0) return rows;
  throw new WordListError(
    `Cannot read ${source}: the row in line ${rows[errors[0].row ?? 0].line} ` +
      "has a quotation mark that is not closed, or something behind one that " +
      "is; write a quotation mark within a cell twice",
  );
}

function jsonTable(text: string, source: string): Table {
  const fail = (reason: string): never => {
    throw new WordListError(`Cannot read ${source}: ${reason}`);
  };
  const wanted = "it must be an array of words, of objects or of arrays, or " +
    "an object from words to counts";
  const parse = (text: string, what: string): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      return fail(`${what} is not JSON (${(error as Error).message})`);
    }
  };
  const isByLines = /\.(jsonl|ndjson)$/i.test(source) || isJsonLines(text);
  const value = isByLines
    ? text.split(/\r?\n/).flatMap((line, i) =>
      line.trim() === "" ? [] : [parse(line, `line ${i + 1}`)]
    )
    : parse(text, "it");
  if (typeof value !== "object" || value === null) return fail(wanted);
  if (!Array.isArray(value)) {
    const pairs = Object.entries(value);
    const other = pairs.find(([, count]) => typeof count !== "number");
    if (other) fail(`${wanted}, and ${quote(other[0])} has no count`);
    return { rows: itemRows(pairs), names: ["word", "count"], notes: [] };
  }
  const isOne = (item: unknown) => typeof item !== "object" || item === null;
  if (value.every(isOne) || value.every(Array.isArray)) {
    return { rows: itemRows(value.map((item) => [item].flat())), notes: [] };
  }
  if (value.some((item) => isOne(item) || Array.isArray(item))) {
    fail(`${wanted}, and its items are of several kinds`);
  }
  const names = [...new Set<string>(value.flatMap(Object.keys))];
  const rows = itemRows(value.map((item) => names.map((name) => item[name])));
  return { rows, names, notes: [] };
}

/** Rows of an array; their "lines" are its items, from 1 on. */
function itemRows(items: readonly (readonly unknown[])[]): TableRow[] {
  return items.map((cells, i) => ({
    cells: cells.map((cell) =>
      typeof cell === "object" ? "" : String(cell ?? "")
    ),
    line: i + 1,
  }));
}
