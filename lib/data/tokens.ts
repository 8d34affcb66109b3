/**
 * Splits a text into sentences, each a list of words and punctuation marks, and
 * joins them again. A model of a text learns words and sentences as a model of
 * names learns characters and names.
 */

import { checkLocale } from "../errors/checks.ts";

/** Options of {@linkcode tokenize}. */
export interface TokenizeOptions {
  /** Whether to read "The" as "the". Default: `false`. */
  lowercase?: boolean;
  /**
   * The language of the text, as a BCP 47 tag such as `"de"`. It decides where
   * words and sentences end, and what lowercase is. Default: `"en"`.
   */
  locale?: string;
}

/** An empty line ends a paragraph; a single line break does not. */
const PARAGRAPH_BREAK = /\n[^\S\n]*\n\s*/u;

/**
 * Splits a text into sentences, and these into words and punctuation marks, by
 * Unicode's rules for the language (UAX #29, `Intl.Segmenter`).
 *
 * - "don't" is one token, "well-known" is three.
 * - A repeated mark without spaces between, such as "--" or "...", is one token.
 * - White space is dropped. An empty line ends a sentence, a line break does
 *   not.
 * - Characters that can be written in several ways, such as "é", are written in
 *   one (Unicode's normalization form C).
 *
 * @param text the text
 * @param options lowercase and language
 * @returns the tokens of each sentence, at least one
 * @throws {RangeError} if the locale is not a BCP 47 tag
 *
 * @example
 * ```ts
 * import { tokenize } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "The dog ran\nin a room. Didn't it?";
 * assertEquals(tokenize(text, { lowercase: true }), [
 *   ["the", "dog", "ran", "in", "a", "room", "."],
 *   ["didn't", "it", "?"],
 * ]);
 * ```
 */
export function tokenize(
  text: string,
  options: TokenizeOptions = {},
): string[][] {
  const { lowercase = false, locale = "en" } = options;
  checkLocale(locale);
  const sentences = new Intl.Segmenter(locale, { granularity: "sentence" });
  const words = new Intl.Segmenter(locale, { granularity: "word" });
  const inCase = (token: string) =>
    lowercase ? token.toLocaleLowerCase(locale) : token;
  return text.normalize("NFC").replaceAll(/\r\n?/g, "\n").split(PARAGRAPH_BREAK)
    .map((paragraph) => paragraph.replaceAll(/\s+/gu, " "))
    .flatMap((paragraph) => [...sentences.segment(paragraph)])
    .map(({ segment }) => tokensOf(segment, words).map(inCase))
    .filter((tokens) => tokens.length > 0);
}

function tokensOf(sentence: string, words: Intl.Segmenter): string[] {
  const tokens: string[] = [];
  let mark = ""; // the punctuation mark just before
  for (const { segment, isWordLike } of words.segment(sentence)) {
    if (segment.trim() === "") mark = "";
    else if (segment === mark) tokens.push(tokens.pop() + mark);
    else {
      tokens.push(segment);
      mark = isWordLike ? "" : segment;
    }
  }
  return tokens;
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

/**
 * Joins tokens to a text, the reverse of {@linkcode tokenize} as far as the
 * tokens allow. Words are separated by spaces, except in scripts that have
 * none, and punctuation marks are spaced as in English. The first of two
 * straight quotation marks opens, the second closes.
 *
 * @param tokens words and punctuation marks
 *
 * @example
 * ```ts
 * import { detokenize } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const tokens = ["Well", "-", "known", ",", "isn't", "it", "?"];
 * assertEquals(detokenize(tokens), "Well-known, isn't it?");
 * ```
 */
export function detokenize(tokens: Iterable<string>): string {
  let text = "";
  let close = true; // whether the next token follows without a space
  const open = new Set<string>(); // straight quotation marks not yet closed
  for (const token of tokens) {
    const closesQuote = open.delete(token);
    const opensQuote = STRAIGHT_QUOTE.test(token) && !closesQuote;
    if (opensQuote) open.add(token);
    const joins = JOINING.test(token);
    const unspaced = UNSPACED.test(text.slice(-2)) && UNSPACED.test(token);
    if (!(close || closesQuote || joins || unspaced || CLOSING.test(token))) {
      text += " ";
    }
    text += token;
    close = opensQuote || joins || OPENING.test(token);
  }
  return text;
}
