/**
 * Words of a text: a text goes in, its sentences come out, each a list of words
 * and punctuation marks. To a model these tokens are what characters are to a
 * model of names, and a sentence is what a name is.
 */

/** Choices of {@linkcode tokenize}. */
export interface TokenizeOptions {
  /** Whether "The" and "the" are one token, "the". Default: `false`. */
  lowercase?: boolean;
  /**
   * The language, as a BCP 47 tag such as `"de"`: decides where words and
   * sentences end, and what lowercase is. Default: `"en"`.
   */
  locale?: string;
}

/** An empty line ends a paragraph; a single line break does not. */
const PARAGRAPH_BREAK = /\n[^\S\n]*\n\s*/u;

/**
 * Takes a text apart into sentences, and these into words and punctuation
 * marks, by Unicode's rules (UAX #29, `Intl.Segmenter`) for the language.
 *
 * - "don't" is one token, "well-known" three.
 * - A mark repeated without a blank between, such as "--" or "...", is one.
 * - Blanks are dropped. A line break is a blank; an empty line ends a sentence.
 * - Characters that look alike and are written in several ways become one
 *   (Unicode's normal form C).
 *
 * @param text the text
 * @param options lowercase and language
 * @returns the tokens of each sentence; none is empty
 * @throws {RangeError} if the language is no BCP 47 tag
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
  { lowercase = false, locale = "en" }: TokenizeOptions = {},
): string[][] {
  const sentences = new Intl.Segmenter(locale, { granularity: "sentence" });
  const words = new Intl.Segmenter(locale, { granularity: "word" });
  return text.normalize("NFC").replaceAll(/\r\n?/g, "\n").split(PARAGRAPH_BREAK)
    .map((paragraph) => paragraph.replaceAll(/\s+/gu, " "))
    .flatMap((paragraph) => [...sentences.segment(paragraph)])
    .map(({ segment }) => tokensOf(segment, words))
    .map((tokens) =>
      lowercase
        ? tokens.map((token) => token.toLocaleLowerCase(locale))
        : tokens
    )
    .filter((tokens) => tokens.length > 0);
}

function tokensOf(sentence: string, words: Intl.Segmenter): string[] {
  const tokens: string[] = [];
  let mark = ""; // the punctuation mark that the text before ends with
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

/** Marks that stand close to what comes before them. */
const CLOSING = /^[\p{Pe}\p{Pf}.,;:!?…%。、，！？：；]+$/u;
/** Marks that stand close to what comes after them. */
const OPENING = /^[\p{Ps}\p{Pi}¿¡#$€£]+$/u;
/** Marks that stand close to both. */
const JOINING = /^[\p{Pd}/_@]+$/u;
/** Marks of which the first opens and the second closes. */
const STRAIGHT_QUOTE = /^["']+$/;
/** Scripts that put no blanks between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * Puts tokens together to a text: the other way of {@linkcode tokenize}, so far
 * as tokens tell. Words are separated by blanks, except in scripts that have
 * none, and punctuation marks stand where English puts them. Of straight
 * quotation marks the first opens and the second closes.
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
  let close = true; // whether the next token stands close to the text so far
  const open = new Set<string>(); // straight quotes that have not been closed
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
