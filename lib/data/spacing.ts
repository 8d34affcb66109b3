/**
 * Joins tokens to a text, with blanks where the text that they come from has
 * them.
 */

import { quote } from "../errors/quote.ts";
import { plainText, type TokenizeOptions } from "./tokens.ts";

/**
 * On which side of a punctuation mark there is no blank. Each member has some
 * marks, with a blank between them; other marks have a blank on both sides. The
 * letter 字 stands for all words of scripts that have no blanks between words.
 */
export interface Spacing {
  /** The marks without a blank before them, such as `, . )`. */
  readonly closing: string;
  /** The marks without a blank after them, such as `( $`. */
  readonly opening: string;
  /** The marks that open a quotation, then close it, such as `"`. */
  readonly quotes: string;
}

/** Marks without a space before them. */
const CLOSING = /^[\p{Pe}\p{Pf}.,;:!?…%。、，！？：；]+$/u;
/** Marks without a space after them. */
const OPENING = /^[\p{Ps}\p{Pi}¿¡#$€£]+$/u;
/** Marks without a space on either side. */
const JOINING = /^[\p{Pd}/_@]+$/u;
/** Quotation marks, of which the first opens and the second closes. */
const STRAIGHT_QUOTE = /^["']+$/;
/** Scripts without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** The mark that all words of these scripts count as. */
const UNSPACED_WORD = "字";

/** The mark that a token counts as; none if it is a word between blanks. */
function markOf(token: string): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(token)) return token;
  return UNSPACED.test(token) ? UNSPACED_WORD : undefined;
}

/**
 * What is counted of a mark: its places, those with a blank only before it or
 * only after it, and on each side those with a blank less those at a word.
 */
interface Sides {
  all: number;
  opens: number;
  closes: number;
  before: number;
  after: number;
}

/**
 * How many characters of a text are enough to learn its spacing from. One more
 * says that the text goes on, so a token may be cut there.
 */
export const ENOUGH_FOR_SPACING: number = 2 ** 23;

/** Any white space from a place on. */
const BLANKS = /\s*/y;

/**
 * Learns on which sides of its marks a text has blanks. A mark closes if it
 * follows a word more often than a blank, and opens if a word follows it more
 * often than a blank. A quotation mark does one in more than a quarter of its
 * places, and the other in more than a quarter.
 *
 * @param text the text
 * @param sentences its sentences, all or the first ones
 * @param options how `tokenize` found them
 * @param isWanted whether a mark is wanted
 * @throws {RangeError} if the sentences are not those of the text
 */
export function learnSpacing(
  text: string,
  sentences: Iterable<Iterable<string>>,
  options: TokenizeOptions,
  isWanted: (mark: string) => boolean,
): Spacing {
  const { lowercase = false, locale = "en" } = options;
  const plain = plainText(text.slice(0, ENOUGH_FOR_SPACING), options);
  const read = lowercase ? plain.toLocaleLowerCase(locale) : plain;
  const found = new Map<string, Sides>();
  let before: Sides | undefined; // of the token before, if it is a mark
  let wasWord = false;
  let wasAfterBlank = true;
  let wasAfterWord = false;
  /** What follows a token says on which side of it there is a blank. */
  const meet = (blank: boolean, isWord: boolean) => {
    if (!before) return;
    if (blank) before.after++;
    else if (isWord) before.after--;
    before.all++;
    // between a word and a mark, it is the word that it belongs to
    const left = wasAfterBlank || (isWord && !wasAfterWord && !blank);
    const right = blank || (!isWord && wasAfterWord);
    if (left && !right) before.opens++;
    if (right && !left) before.closes++;
  };
  let at = 0;
  learning: for (const sentence of sentences) {
    for (const token of sentence) {
      BLANKS.lastIndex = at;
      BLANKS.test(read);
      const start = BLANKS.lastIndex;
      const end = start + token.length;
      if (end > read.length && text.length > ENOUGH_FOR_SPACING) break learning;
      // not all of it: how sigma is written depends on what is around a word
      if (read[start] !== token[0]) {
        throw new RangeError(
          `Cannot learn the spacing of a text from ${quote(token)}: the text ` +
            `has ${quote(read.slice(start, end))} there; pass the sentences ` +
            "that tokenize() finds in it",
        );
      }
      const blank = start > at || at === 0;
      const mark = markOf(token);
      const isWord = mark === undefined || mark === UNSPACED_WORD;
      meet(blank, isWord);
      before = undefined;
      if (mark !== undefined) {
        before = found.get(mark) ??
          { all: 0, opens: 0, closes: 0, before: 0, after: 0 };
        found.set(mark, before);
        // what only follows other marks closes too
        if (blank) before.before += at > 0 ? 1 : 0;
        else before.before -= wasWord ? 1 : 0.001;
      }
      wasAfterWord = wasWord && !blank;
      [wasWord, wasAfterBlank, at] = [isWord, blank, end];
    }
  }
  meet(true, false);
  const marks = [...found].filter(([mark]) =>
    mark === UNSPACED_WORD || isWanted(mark)
  );
  const list = (isIn: (sides: Sides, mark: string) => boolean) =>
    marks.filter(([mark, sides]) => isIn(sides, mark))
      .map(([mark]) => mark).join(" ");
  const isQuote = ({ all, opens, closes }: Sides, mark: string) =>
    !/\p{Dash}|字/u.test(mark) && 4 * Math.min(opens, closes) > all;
  return {
    closing: list((sides, mark) => sides.before < 0 && !isQuote(sides, mark)),
    opening: list((sides, mark) => sides.after < 0 && !isQuote(sides, mark)),
    quotes: list(isQuote),
  };
}

/** Options of {@linkcode detokenize}. */
export interface DetokenizeOptions {
  /** On which sides of marks there are blanks. Default: as in English. */
  spacing?: Spacing;
}

/**
 * Joins tokens to a text, the reverse of {@linkcode tokenize} as far as the
 * tokens allow. With the spacing that a vocabulary has learned, blanks are where
 * its text has them. Without it, words are separated by blanks, except in
 * scripts that have none, and punctuation marks are spaced as in English. The
 * first of two straight quotation marks opens, the second closes, and so does
 * one at the end.
 *
 * @param tokens words and punctuation marks
 * @param options where blanks are
 *
 * @example
 * ```ts
 * import { detokenize } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const tokens = ["Well", "-", "known", ",", "isn't", "it", "?"];
 * assertEquals(detokenize(tokens), "Well-known, isn't it?");
 * const spacing = { closing: ", -", opening: "-", quotes: "" };
 * assertEquals(detokenize(tokens, { spacing }), "Well-known, isn't it ?");
 * ```
 */
export function detokenize(
  tokens: Iterable<string>,
  options: DetokenizeOptions = {},
): string {
  const { spacing } = options;
  const { closes, opens, alternates } = spacing ? rulesOf(spacing) : ENGLISH;
  const all = [...tokens];
  let text = "";
  let close = true; // whether the next token follows without a space
  const open = new Set<string>(); // quotation marks not yet closed
  for (const [i, token] of all.entries()) {
    const isQuote = alternates(token);
    const closesQuote = isQuote &&
      (open.delete(token) || (i > 0 && i === all.length - 1));
    const opensQuote = isQuote && !closesQuote;
    if (opensQuote) open.add(token);
    const unspaced = !spacing && UNSPACED.test(text.slice(-2)) &&
      UNSPACED.test(token);
    if (!(close || closesQuote || unspaced || closes(token))) text += " ";
    text += token;
    close = opensQuote || opens(token);
  }
  return text;
}

/** Where blanks are in English. */
const ENGLISH = {
  closes: (token: string) => CLOSING.test(token) || JOINING.test(token),
  opens: (token: string) => OPENING.test(token) || JOINING.test(token),
  alternates: (token: string) => STRAIGHT_QUOTE.test(token),
};

/** Where blanks are in the text that was learned from. */
function rulesOf(
  { closing, opening, quotes }: Spacing,
): typeof ENGLISH {
  const isAmong = (marks: string) => {
    const all = new Set(marks.split(" "));
    return (token: string) => all.has(markOf(token) ?? " ");
  };
  return {
    closes: isAmong(closing),
    opens: isAmong(opening),
    alternates: isAmong(quotes),
  };
}
