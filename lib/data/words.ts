/**
 * Word lists: the embedded one, the lecture's, a file, a text, or any iterable.
 * An error names the source and the line.
 */

import { names } from "../../data/names.ts";
import { checkList, checkLocale } from "../errors/checks.ts";
import { WordListError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import { mayRead } from "./bounded_file.ts";
import { decodeText, readText, tidyNotes, tidyText } from "./text.ts";
import type { VocabularyOptions } from "./vocabulary.ts";

/** Words, and where they come from. */
export interface WordList {
  /** The words in the order of the list, including repeated ones. */
  readonly words: readonly string[];
  /** Where they come from, to show to people: the name of a file, for example. */
  readonly source: string;
  /** What to tell people about how they were read, in sentences. */
  readonly notes?: readonly string[];
}

/**
 * Options of {@linkcode readWords} and {@linkcode parseWords}: how to read the
 * words. Give the vocabulary the same `lowercase` and `locale`.
 */
export interface WordListOptions extends VocabularyOptions {
  /**
   * The encoding of the bytes, by a name that `TextDecoder` knows, such as
   * `"windows-1251"` or `"shift_jis"`. A byte order mark takes precedence.
   * Default: `"utf-8"`, and UTF-16 is recognised.
   */
  encoding?: string;
}

/**
 * The word list that comes with the package: the 32,257 names that five or more
 * babies were given in the United States in 2018, in lowercase a–z. Girls' names
 * come first, then boys', each from the most frequent on; 2,564 are both. The
 * lecture's names are all in it.
 *
 * @example
 * ```ts
 * import { embeddedWords } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(embeddedWords().words.slice(0, 3), ["emma", "olivia", "ava"]);
 * ```
 */
export function embeddedWords(): WordList {
  const source = "the embedded list of names";
  return { words: names.trimEnd().split("\n"), source };
}

/**
 * The lecture's list, karpathy/makemore's `names.txt`, if `deno task data` has
 * fetched it into this checkout and it may be read; otherwise the embedded
 * list. Never asks for a permission.
 *
 * @returns the words, and which of the two lists they come from
 *
 * @example
 * ```ts
 * import { defaultWords } from "@makemore/mlp";
 * import { assert } from "@std/assert";
 *
 * assert(defaultWords().words.length > 32_000);
 * ```
 */
export function defaultWords(): WordList {
  if (!import.meta.url.startsWith("file:")) return embeddedWords();
  const fetched = new URL("../../data/makemore/names.txt", import.meta.url);
  if (!mayRead(fetched)) return embeddedWords();
  const source = "data/makemore/names.txt";
  return parseWords(readText(fetched, source), source);
}

/**
 * Reads a word list from a file in Deno, Node or Bun. Needs the permission to
 * read it. In a page, fetch the text and pass it to {@linkcode parseWords}.
 *
 * @param path the file, one word per line; {@linkcode parseWords} says how it
 * is read
 * @param options the encoding, and whether to read the words in lowercase
 * @throws {WordListError} if the file does not exist, cannot be read or is over
 * 64 MiB, and as {@linkcode parseWords} does
 * @throws {RangeError} as {@linkcode parseWords} does
 *
 * @example
 * ```ts
 * import { readWords, WordListError } from "@makemore/mlp";
 * import { assertThrows } from "@std/assert";
 *
 * // const { words } = readWords("words.txt");
 * assertThrows(() => readWords("no such file"), WordListError, "Cannot read");
 * ```
 */
export function readWords(
  path: string | URL,
  options: WordListOptions = {},
): WordList {
  const source = String(path);
  return parseWords(readText(path, source, options), source, options);
}

/**
 * The words of a text, one per line. Lines end as on any system or as Unicode
 * says. Empty lines, spaces around words and a byte order mark are dropped.
 *
 * Characters that can be written in several ways, such as "é", are written in
 * one (Unicode's normalization form C). Invisible characters that mean nothing,
 * such as soft hyphens and zero-width spaces, are dropped, which `notes` tells;
 * joiners and variation selectors stay.
 *
 * @param text the text, or its bytes
 * @param source where it comes from, for errors and to show to people
 * @param options the encoding of the bytes, and whether to read the words in
 * lowercase
 * @throws {WordListError} if there are no words, the bytes are not in the
 * encoding, there is a NUL, or all words consist of one character
 * @throws {RangeError} if `TextDecoder` does not know the encoding, or the
 * locale is not a BCP 47 tag
 *
 * @example
 * ```ts
 * import { parseWords } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseWords("emma\r\n\r\nava\n", "my list").words, ["emma", "ava"]);
 *
 * const bytes = Uint8Array.of(0xc8, 0xe2, 0xe0, 0xed);
 * const options = { encoding: "windows-1251", lowercase: true };
 * assertEquals(parseWords(bytes, "my list", options).words, ["иван"]);
 * ```
 */
export function parseWords(
  text: string | Uint8Array,
  source: string,
  options: WordListOptions = {},
): WordList {
  const decoded = decodeText(text, source, options);
  checkLocale(options.locale ?? "en");
  const lines = tidyText(decoded, options).split("\n");
  return collectWords(lines, source, "line", tidyNotes(decoded));
}

/**
 * The words of any iterable: an array, a set, the lines of another program.
 *
 * @param words the words; empty ones and spaces around them are dropped, and
 * characters are written as {@linkcode parseWords} writes them
 * @param source where they come from, for errors and to show to people
 * @param options whether to read the words in lowercase
 * @throws {WordListError} as {@linkcode parseWords} does
 * @throws {TypeError} if `words` is not a list
 * @throws {RangeError} if the locale is not a BCP 47 tag
 *
 * @example
 * ```ts
 * import { wordsFrom } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { words } = wordsFrom(new Set(["emma", " ava ", ""]));
 * assertEquals(words, ["emma", "ava"]);
 * ```
 */
export function wordsFrom(
  words: Iterable<string>,
  source: string = "the words",
  options: VocabularyOptions = {},
): WordList {
  checkList("words", words);
  checkLocale(options.locale ?? "en");
  const given = [...words];
  const tidy = given.map((word) => tidyText(word, options));
  return collectWords(tidy, source, "word", tidyNotes(given.join("")));
}

function collectWords(
  candidates: readonly string[],
  source: string,
  unit: "line" | "word",
  notes: readonly string[],
): WordList {
  const fail = (reason: string): never => {
    throw new WordListError(`Cannot read ${source}: ${reason}`);
  };
  const words: string[] = [];
  candidates.forEach((candidate, index) => {
    const word = candidate.trim();
    if (word === "") return;
    if (!word.isWellFormed()) {
      fail(
        `${unit} ${index + 1}, ${quote(word)}, contains half a character (a ` +
          "lone surrogate)",
      );
    }
    words.push(word);
  });
  if (words.length === 0) fail("it has no words; put one on each line");
  const [only] = words[0];
  if (words.every((word) => word.replaceAll(only, "") === "")) {
    fail(
      `its only character is ${quote(only)}, and a model learns from words ` +
        "of at least two different characters",
    );
  }
  return { words, source, notes };
}
