/** Sentences about inputs that look like something else than was asked for. */

import { WordListError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import {
  headerOf,
  listNames,
  suggestColumns,
} from "../lib/data/table_columns.ts";
import { layoutOf, type TableLayout } from "../lib/data/table_layout.ts";
import { parseRows, type Table } from "../lib/data/table_rows.ts";
import { LINE_BREAK } from "../lib/data/text.ts";
import { tell } from "./terminal.ts";

/**
 * Refuses a table that is about to be read as a plain list.
 *
 * @param text the list
 * @param source what it is called
 * @param layout how it is laid out, if that is known
 * @throws {WordListError} if it looks like a table, with the options that read
 * it
 */
export async function refuseTable(
  text: string,
  source: string,
  layout: TableLayout | undefined = layoutOf(text),
): Promise<void> {
  if (!layout) return;
  if (layout.kind === "series") {
    const mark = MARKS[layout.delimiter as keyof typeof MARKS];
    refuse(
      source,
      `several words on a line, with ${mark} between them`,
      "add --column 1 to read them, or --level words if it is a text",
    );
  }
  refuseColumns(await parseRows(text, source, layout), source, layout);
}

const MARKS = { "\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas" };

/**
 * Refuses a table whose columns must be named.
 *
 * @throws {WordListError} with the options that read it
 */
export function refuseColumns(
  table: Table,
  source: string,
  layout: TableLayout,
): never {
  const names = headerOf(table);
  const { column, counts } = suggestColumns(table, names);
  const [{ cells }] = table.rows;
  const filled = cells.filter((cell) => cell.trim());
  const kind = layout.kind === "json" ? "JSON" : "a table";
  const looks = layout.kind === "dictionary"
    ? "a Hunspell dictionary"
    : names
    ? `${kind} with the columns ${listNames(names)}`
    : layout.quote && filled.length === 1
    ? "words in quotation marks"
    : kind +
      (filled.length > 1 ? ` with rows such as ${listNames(cells)}` : "");
  const typed = (name: string | number) =>
    /^[\p{L}\d_.-]+$/u.test(String(name)) ? name : quote(String(name));
  const weigh = counts === undefined
    ? ""
    : `, --counts ${typed(counts)} to weigh each by its count`;
  return refuse(
    source,
    looks,
    `add --column ${typed(column)} to read its words${weigh}` +
      (kind === "JSON" ? "" : ", or --column 0 to read whole lines"),
  );
}

function refuse(source: string, looks: string, advice: string): never {
  throw new WordListError(
    `Cannot read ${source} as a list of words: it looks like ${looks}; ${advice}`,
  );
}

/**
 * Refuses a list of one line.
 *
 * @throws {WordListError} with what to do
 */
export function refuseOneLine(source: string): never {
  throw new WordListError(
    `Cannot learn from ${source}: it has one line only; put each word on a ` +
      "line of its own, or add --level words if it is a text",
  );
}

/** What to tell about a list whose lines look like sentences. */
export function sentencesNote(
  words: readonly string[],
  source: string,
): string | undefined {
  const blanks = words.reduce(
    (sum, { length }, i) => sum + length - words[i].replaceAll(" ", "").length,
    0,
  );
  return blanks <= 3 * words.length ? undefined : (
    `The lines of ${source} look like sentences: --level words learns from ` +
    "their words (with --sentences lines if each line is a sentence)"
  );
}

/** Whether a text looks like a list: single words on its lines. */
function looksLikeList(text: string): boolean {
  const lines = text.split(LINE_BREAK).map((line) => line.trim())
    .filter((line) => line !== "");
  const words = lines.filter((line) =>
    /^[\p{L}\p{M}\p{N}'’-]{1,30}$/u.test(line)
  );
  return lines.length > 2 && words.length >= 0.9 * lines.length;
}

/**
 * Refuses a list in the place of a text if it cannot be split, or tells.
 *
 * @throws {WordListError} if there are too few sentences
 */
export function tellIfList(
  text: string,
  source: string,
  sentences: number,
): void {
  const isList = looksLikeList(text);
  if (sentences === 0 || (isList && sentences < 10)) {
    throw new WordListError(
      `Cannot learn from ${source} as a text: ` +
        (isList ? LIST_ADVICE : "it has no words"),
    );
  }
  if (isList) tell(`${source} looks like a list: ${LIST_ADVICE}`);
}

/** What to do with a list that is read as a text. */
const LIST_ADVICE =
  "its lines are single words: leave out --level words to read it as a list";
