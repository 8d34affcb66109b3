/** The columns of a table: their names, and which of them hold words. */

import { counted } from "../errors/counted.ts";
import { WordListError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import type { Table } from "./table_rows.ts";

/** A column, by its name in the first row or its number from 1 on. */
export type ColumnName = string | number;

/** How many rows are looked at. */
const MOST = 1000;

const WORDS = /name|word|lemma|term|token|title|city|text/i;
const COUNTS = /count|freq|number|total|births|occurrences|^n$/i;
/** What people call columns. */
const NAME =
  /^((first|last|full|given|sur|user|city)[ _-]?)?(names?|words?|lemmas?|terms?|tokens?|titles?|city|cities|texts?|counts?|freq|frequency|n|total|gender|sex|rank|year|country|language|id|index)$/i;

/**
 * The names of the columns, if the first row has them: a name that is asked
 * for, a name above numbers, or nothing but such as "name" and "gender".
 */
export function headerOf(
  { rows, names }: Table,
  asked: readonly (ColumnName | undefined)[] = [],
): readonly string[] | undefined {
  if (names || rows.length === 0) return names;
  const [first, ...rest] = rows.slice(0, MOST).map(({ cells }) => cells);
  const isAsked = asked.some((name) =>
    name !== undefined && !isColumnNumber(name) && indexOf(name, first) >= 0
  );
  const isAboveNumbers = rest.length > 0 &&
    first.some((cell, i) =>
      cell.trim() !== "" && Number.isNaN(parseCount(cell)) &&
      rest.every((cells) => !Number.isNaN(parseCount(cells[i] ?? "")))
    );
  return isAsked || isAboveNumbers ||
      first.every((cell) => NAME.test(cell.trim()))
    ? first.map((cell) => cell.trim())
    : undefined;
}

/**
 * The index of a column.
 *
 * @throws {WordListError} if there is no such column
 */
export function columnAt(
  wanted: ColumnName,
  table: Table,
  names: readonly string[] | undefined,
  source: string,
): number {
  const named = indexOf(wanted, names ?? []);
  if (named >= 0) return named;
  const width = widthOf(table);
  const number = isColumnNumber(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= width) return number - 1;
  const has = names
    ? `its columns are ${listNames(names)}`
    : `it has ${counted(width, "columns")}` +
      (isColumnNumber(wanted) ? "" : " and no names of columns");
  throw new WordListError(
    `Cannot read ${source}: there is no column ${
      quote(String(wanted))
    }; ${has}`,
  );
}

/** Which columns hold the words and, if any does, their counts. */
export function suggestColumns(
  table: Table,
  names: readonly string[] | undefined,
): { column: ColumnName; counts?: ColumnName } {
  const rows = table.rows.slice(names && !table.names ? 1 : 0, MOST);
  const columns = Array.from({ length: widthOf(table) }, (_, i) => {
    const cells = rows.map(({ cells }) => (cells[i] ?? "").trim());
    return {
      name: names?.[i] || i + 1,
      cells,
      isNumeric: cells.every((cell) => !Number.isNaN(parseCount(cell))),
      distinct: new Set(cells).size,
    };
  });
  const words = columns.filter(({ isNumeric, cells }) =>
    !isNumeric && cells.some((cell) => /\p{L}/u.test(cell))
  ).sort((a, b) => b.distinct - a.distinct); // the sort is stable
  const numbers = columns.filter(({ isNumeric, cells }) =>
    isNumeric && !isIndex(cells)
  );
  const [counts] = numbers.filter(({ name }) => COUNTS.test(String(name)))
    .concat(numbers.filter(({ name }) => typeof name === "number"));
  const column =
    words.find(({ name }) => typeof name === "string" && WORDS.test(name)) ??
      words[0];
  return { column: column?.name ?? 1, counts: counts?.name };
}

/** Names for a sentence, quoted. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(quote).join(", ");
  return names.length > 8 ? shown + ", …" : shown;
}

/** A number as people write counts: "1000", "1,000", "1 000", "0.5", or NaN. */
export function parseCount(text: string): number {
  const plain = text.trim().replace(/(?<=\d)[,_ \u00a0\u202f](?=\d{3}\b)/g, "");
  return plain === "" ? NaN : Number(plain);
}

/** Whether numbers count the rows, or are the throws of dice. */
function isIndex(cells: readonly string[]): boolean {
  return cells.every((cell) => /^[1-6]{4,6}$/.test(cell)) ||
    cells.every((cell, i) => i === 0 || Number(cell) === +cells[i - 1] + 1);
}

function widthOf({ rows, names = [] }: Table): number {
  const widths = rows.slice(0, MOST).map(({ cells }) => cells.length);
  return Math.max(names.length, ...widths);
}

function isColumnNumber(name: ColumnName): boolean {
  return /^\d+$/.test(String(name));
}

function indexOf(name: ColumnName, names: readonly string[]): number {
  const exact = names.findIndex((other) => other.trim() === name);
  if (exact >= 0) return exact;
  const fold = (text: string) => text.trim().normalize().toLowerCase();
  return names.findIndex((other) => fold(other) === fold(String(name)));
}
