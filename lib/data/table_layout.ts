/**
 * How a text is laid out that does not have one word on each line: as JSON, in
 * columns, as a spelling dictionary, as HTML.
 */

import { LINE_BREAK } from "./text.ts";

/** A layout. */
export interface TableLayout {
  /** A series has several words on a line, a dictionary flags behind them. */
  readonly kind: "json" | "dictionary" | "columns" | "series" | "html";
  /** What is between cells; without it each line has one cell, or two parts. */
  readonly delimiter?: string;
  /** What is around cells. */
  readonly quote?: '"' | "'";
  /** Divides a line into two cells, in place of a delimiter. */
  readonly parts?: RegExp;
}

/** In the order in which they are tried: "a;3,5" has semicolons. */
const DELIMITERS = ["\t", ";", "|", ","];

/** "1. Emma", "17 emma" as `uniq -c` has it, "- Emma". */
const NUMBER_FIRST = /^\s*(\d+[.):]?|[-*•])\s+(\S.*)$/;

/** "emma 17". */
const NUMBER_LAST = /^\s*(\S+)\s+(\d[\d.,]*)\s*$/;

const NUMBERS = /^[-+\d.,:/\s]+$/;

/** "abide/SGD", with or without "po:verb" behind. */
const FLAGS = /^[^\s/]+\/[^\s/]+(\s|$)/;

/** A comment, but not "#monday". */
const COMMENT = /^\s*#([\s#!]|$)/;

/** How HTML and XML begin: "<3" and "<unk>" are words. */
const MARKUP =
  /^\s*<(!doctype html|\?xml|(html|head|body|div|p|[duo]l|li|table|t[rd]|select|option)\b[^<>]*>)/i;

/** How many lines are looked at. */
const MOST = 2000;

/**
 * Finds how a text is laid out.
 *
 * @param text the text
 * @param least the share of the lines that must fit a layout
 * @returns nothing if each line looks like one word, or name, or number
 */
export function layoutOf(
  text: string,
  least: number = 0.9,
): TableLayout | undefined {
  if (isJson(text)) return { kind: "json" };
  if (MARKUP.test(text)) return { kind: "html" };
  const all = linesOf(text);
  const every = Math.ceil(all.length / MOST);
  const lines = every > 1 ? all.filter((_, i) => i % every === 0) : all;
  const share = (fits: (line: string) => boolean) =>
    lines.filter(fits).length / lines.length;
  if (lines.length === 0 || share((line) => NUMBERS.test(line)) >= least) {
    return undefined;
  }
  if (isDictionary(all, share((line) => FLAGS.test(line)))) {
    return { kind: "dictionary" };
  }
  const quote = (['"', "'"] as const).find((mark) =>
    share((line) => line.startsWith(mark) && /.["'][,;]?$/.test(line)) >= least
  );
  if (all.length === 1) {
    const cells = (delimiter: string) => all[0].split(delimiter).length;
    const [delimiter] = DELIMITERS.toSorted((a, b) => cells(b) - cells(a));
    return cells(delimiter) > 3 && isShort(all[0], delimiter)
      ? { kind: "series", delimiter }
      : undefined;
  }
  const [delimiter, most] = DELIMITERS.map((delimiter) =>
    [delimiter, share((line) => line.includes(delimiter))] as const
  ).reduce((best, other) => other[1] > best[1] ? other : best);
  // "Paris, France" is one name, even on all lines
  const isName = (line: string) => /^[^,\d]+, [^,\d]+$/.test(line);
  if (most >= least && !lines.every(isName)) {
    const isTable = isRegular(lines, delimiter, Math.min(least, 0.7));
    // sentences have commas too, between more words than a name has
    const isProse = delimiter === "," && least > 0.5 &&
      share((line) => {
          const words = line.split(/[\s,]+/).length;
          const perCell = words / line.split(",").length;
          return perCell > (line.includes(", ") ? 2 : 4);
        }) > 1 - least;
    if (isTable && !isProse) return { kind: "columns", delimiter, quote };
    if (!isTable && lines.every((line) => isShort(line, delimiter))) {
      return { kind: "series", delimiter };
    }
  }
  if (quote) return { kind: "columns", delimiter: ",", quote };
  const parts = [NUMBER_FIRST, NUMBER_LAST].find((parts) =>
    share((line) => parts.test(line)) >= Math.max(least, 0.95)
  );
  return parts && lines.length > 2 ? { kind: "columns", parts } : undefined;
}

/** The lines that hold something, without comments. */
function linesOf(text: string): string[] {
  return text.split(LINE_BREAK).filter((line) => line.trim() !== "")
    .filter((line) => !COMMENT.test(line)).map((line) => line.trimEnd());
}

function isJson(text: string): boolean {
  return /^\s*(\[\s*["[{\]]|\{\s*["}])/.test(text) &&
    (isJsonLines(text) || isJsonValue(text));
}

function isJsonValue(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the first lines, or nearly all of them, are JSON, each for itself. */
export function isJsonLines(text: string): boolean {
  const first = text.split(/\r?\n/, 100).filter((line) => line.trim() !== "");
  const values = first.filter(isJsonValue).length;
  return values > 1 && values >= 0.9 * first.length - 1; // one may be broken
}

/** A first line that is about how many follow, or flags behind the words. */
function isDictionary([first, ...rest]: string[], flagged: number): boolean {
  if (!/^\d+\s*$/.test(first)) return flagged >= 0.5;
  const isCount = Math.abs(Number(first) - rest.length) <= rest.length / 10;
  const others = rest.filter((line) => /^\s*\d+\s*$/.test(line)).length;
  return rest.length > 2 && others === 0 && (isCount || flagged > 0);
}

/** Whether a share of the lines has the same number of cells. */
function isRegular(
  lines: readonly string[],
  delimiter: string,
  least: number,
): boolean {
  const widths = new Map<number, number>();
  for (const line of lines) {
    const width = line.replace(/"[^"]*"/g, "").split(delimiter).length;
    widths.set(width, (widths.get(width) ?? 0) + 1);
  }
  return Math.max(...widths.values()) >= least * lines.length;
}

/** Whether the cells of a line are single words or names, not half sentences. */
function isShort(line: string, delimiter: string): boolean {
  const cells = line.split(delimiter);
  return cells.length > 1 && line.split(/\s+/).length <= 3 * cells.length;
}

/**
 * Leaves out the lines that are comments: they begin with "#" and a blank, and
 * are fewer than the others. "#monday" is a word. Line numbers stay the same.
 *
 * @param text the text
 * @returns the text with empty lines in their place, and how many there are
 */
export function withoutComments(
  text: string,
): { text: string; comments: number } {
  if (!text.includes("#")) return { text, comments: 0 };
  const lines = text.split(LINE_BREAK);
  const kept = lines.map((line) => COMMENT.test(line) ? "" : line);
  const comments = lines.filter((line) => COMMENT.test(line)).length;
  const words = kept.filter((line) => line.trim() !== "").length;
  return comments > 0 && comments < words
    ? { text: kept.join("\n"), comments }
    : { text, comments: 0 };
}
