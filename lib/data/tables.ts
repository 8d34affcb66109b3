/**
 * Words in tables: a column of a CSV or TSV file, of JSON, a list with counts,
 * a spelling dictionary. A plain list, one word on each line, is for words.ts.
 */

import { counted } from "../errors/counted.ts";
import { WordListError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import {
  columnAt,
  type ColumnName,
  headerOf,
  listNames,
  parseCount,
} from "./table_columns.ts";
import { lineRows, parseRows } from "./table_rows.ts";
import { decodeText, LINE_BREAK, readText } from "./text.ts";
import { type WordList, type WordListOptions, wordsFrom } from "./words.ts";

/** Options of {@linkcode readTable} and {@linkcode parseTable}. */
export interface TableOptions extends WordListOptions {
  /**
   * The column with the words: its name in the first row, or its number from 1
   * on. 0 means whole lines, whatever they look like. Default: 1, or 2 if
   * the counts are in 1.
   */
  column?: string | number;
  /**
   * The column that says how often each word occurs. Each is repeated that
   * often; where that would make more than {@linkcode MAX_COUNTED_WORDS} words,
   * all counts are divided by the same number. Default: none, each row is one
   * word.
   */
  counts?: string | number;
}

/** How many words a list with counts becomes at most, about. */
export const MAX_COUNTED_WORDS = 250_000;

/**
 * Reads the words in a table from a file in Deno, Node or Bun. Needs the
 * permission to read it. In a page, fetch the text and pass it to
 * {@linkcode parseTable}.
 *
 * @param path the file, up to 64 MiB
 * @param options which columns, the encoding, and whether to read the words in
 * lowercase
 * @throws {WordListError} if the file does not exist or cannot be read, and as
 * {@linkcode parseTable} does
 *
 * @example
 * ```ts
 * import { readTable, WordListError } from "@makemore/mlp";
 * import { assertRejects } from "@std/assert";
 *
 * // const { words } = await readTable("names.csv", { column: "name" });
 * await assertRejects(() => readTable("no.csv"), WordListError, "Cannot read");
 * ```
 */
export async function readTable(
  path: string | URL,
  options: TableOptions = {},
): Promise<WordList> {
  return await parseTable(
    readText(path, String(path), options),
    String(path),
    options,
  );
}

/**
 * The words in a table.
 *
 * - Columns may be divided by commas, semicolons, tabs or bars, with quotation
 *   marks around cells as spreadsheets write them. Unless commas divide them, a
 *   quotation mark that is not closed is part of a word. A first row of names
 *   is recognised, and told in `notes`.
 * - `1. Emma`, `17 emma` and `emma 17` are rows of two cells.
 * - JSON is an array of words, of objects or of arrays, or an object from words
 *   to counts, whose columns are `"word"` and `"count"`. JSON Lines has a word,
 *   an object or an array on each line.
 * - A Hunspell dictionary has one column, the words without their flags.
 * - Lines that begin with `#` and a blank are left out, which `notes` tells.
 *
 * @param text the text, or its bytes in UTF-8
 * @param source where it comes from, for errors and to show to people
 * @param options which columns, the encoding, and whether to read the words in
 * lowercase
 * @returns the words in the order of the rows
 * @throws {WordListError} if there is no such column, a count is not a number
 * from 0 up, a quotation mark is not closed in a table with commas, it is HTML,
 * and as {@linkcode parseWords} does
 *
 * @example
 * ```ts
 * import { parseTable } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const csv = 'name,count\nEmma,2\n"O\'Neil, Ava",1\n';
 * const options = { column: "name", counts: "count" };
 * const { words } = await parseTable(csv, "names.csv", options);
 * assertEquals(words, ["Emma", "Emma", "O'Neil, Ava"]);
 * ```
 */
export async function parseTable(
  text: string | Uint8Array,
  source: string,
  options: TableOptions = {},
): Promise<WordList> {
  const { counts } = options;
  const { column = String(counts) === "1" ? 2 : 1 } = options;
  const decoded = decodeText(text, source, options);
  const isWhole = String(column) === "0" && counts === undefined;
  const table = isWhole
    ? { rows: lineRows(decoded), names: [], notes: [] }
    : await parseRows(decoded, source);
  if (table.rows.length === 0) return wordsFrom([], source);
  const names = headerOf(table, [column, counts]);
  const at = (name: ColumnName) => columnAt(name, table, names, source);
  const word = isWhole ? 0 : at(column);
  const count = counts === undefined ? undefined : at(counts);
  const notes = [...table.notes];
  const isFirstRow = names !== undefined && !table.names;
  if (isFirstRow) {
    notes.push(
      `The first row of ${source} names its columns: ` + listNames(names),
    );
  }
  const found = table.rows.slice(isFirstRow ? 1 : 0)
    .map(({ cells, line }) => ({ word: cells[word] ?? "", cells, line }))
    .filter(({ word }) => word.trim() !== "");
  const { times, told } = repetitions(found.map(({ word, cells, line }) => {
    const cell = count === undefined ? "1" : cells[count] ?? "";
    const value = parseCount(cell);
    if (value >= 0 && value < Infinity) return value;
    throw new WordListError(
      `Cannot read ${source}: line ${line}, ${quote(word)}, has the count ` +
        `${quote(cell)}, which is not a number from 0 up`,
    );
  }));
  const words = found.flatMap(({ word }, i) =>
    Array<string>(times[i]).fill(word.split(LINE_BREAK).join(" "))
  );
  const list = wordsFrom(words, source, options);
  return { ...list, notes: [...notes, ...told, ...list.notes ?? []] };
}

/** How often each word is repeated, and what to tell about it. */
function repetitions(
  counts: readonly number[],
): { times: number[]; told: string[] } {
  const sum = counts.reduce((sum, count) => sum + count, 0);
  const least = counts.filter((count) => count > 0)
    .reduce((a, b) => Math.min(a, b), Infinity);
  // shares become whole numbers
  const wanted = counts.every(Number.isInteger) ? 1 : Math.max(1, 1 / least);
  const factor = Math.min(wanted, MAX_COUNTED_WORDS / sum);
  const times = counts.map((count) =>
    count > 0 ? Math.max(1, Math.round(count * factor)) : 0
  );
  const told: string[] = [];
  if (factor < wanted) {
    const total = times.reduce((sum, count) => sum + count, 0);
    told.push(
      `The counts add up to ${sum.toLocaleString("en")}: they are divided so ` +
        `that the list has ${total.toLocaleString("en")} words, each of them ` +
        "at least once",
    );
  }
  const zeros = counts.filter((count) => count === 0).length;
  if (zeros > 0) {
    told.push(`Left out ${counted(zeros, "words")} with the count 0`);
  }
  return { times, told };
}
