/**
 * Word lists: the embedded one, the lecture's, a file, a text, or any iterable.
 * An error names the source and the line.
 */

import { names } from "../../data/names.ts";
import { WordListError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import { mayRead } from "./bounded_file.ts";
import { decodeText, LINE_BREAK, readText } from "./text.ts";
import { BOUNDARY } from "./vocabulary.ts";

/** Words, and where they come from. */
export interface WordList {
  /** The words in the order of the list, including repeated ones. */
  readonly words: readonly string[];
  /** Where they come from, to show to people: the name of a file, for example. */
  readonly source: string;
}

/**
 * The word list that comes with the package: the 32,257 names that five or more
 * babies were given in the United States in 2018, in lowercase a–z. Girls' names
 * come first, then boys', each from the most frequent on; 2,564 are both. The
 * lecture's names are all in it.
 *
 * @example
 * ```ts
 * import { embeddedWords } from "@makemore/mlp";
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
 * @param path the file: UTF-8, with or without a byte order mark, one word per
 * line, with any line ending. Empty lines and spaces around words are dropped
 * @throws {WordListError} if the file does not exist, cannot be read or is over
 * 64 MiB, and as {@linkcode parseWords} does
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
export function readWords(path: string | URL): WordList {
  return parseWords(readText(path), String(path));
}

/**
 * The words of a text, one per line. Empty lines, spaces around words and a
 * byte order mark are dropped; lines may end in any way.
 *
 * @param text the text, or its bytes in UTF-8
 * @param source where it comes from, for errors and to show to people
 * @throws {WordListError} if there are no words, the bytes are not UTF-8, there
 * is a NUL, a word contains the boundary token ".", or all words consist of one
 * character
 *
 * @example
 * ```ts
 * import { parseWords } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseWords("emma\r\n\r\nava\n", "my list").words, ["emma", "ava"]);
 * ```
 */
export function parseWords(
  text: string | Uint8Array,
  source: string,
): WordList {
  const lines = decodeText(text, source).split(LINE_BREAK);
  return collectWords(lines, source, "line");
}

/**
 * The words of any iterable: an array, a set, the lines of another program.
 *
 * @param words the words; empty ones and spaces around them are dropped
 * @param source where they come from, for errors and to show to people
 * @throws {WordListError} as {@linkcode parseWords} does
 *
 * @example
 * ```ts
 * import { wordsFrom } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const { words } = wordsFrom(new Set(["emma", " ava ", ""]));
 * assertEquals(words, ["emma", "ava"]);
 * ```
 */
export function wordsFrom(
  words: Iterable<string>,
  source: string = "the words",
): WordList {
  return collectWords(words, source, "word");
}

function collectWords(
  candidates: Iterable<string>,
  source: string,
  unit: "line" | "word",
): WordList {
  const fail = (reason: string): never => {
    throw new WordListError(`Cannot read ${source}: ${reason}`);
  };
  const words: string[] = [];
  let index = 0;
  for (const candidate of candidates) {
    index++;
    const word = candidate.trim();
    if (word === "") continue;
    const refuse = (fault: string) =>
      fail(`${unit} ${index}, ${quote(word)}, contains ${fault}`);
    if (word.includes(BOUNDARY)) {
      refuse(
        `"${BOUNDARY}", which marks where words begin and end; remove it or ` +
          "write another character",
      );
    }
    if (!word.isWellFormed()) refuse("half a character (a lone surrogate)");
    words.push(word);
  }
  if (words.length === 0) fail("it has no words; put one on each line");
  const [only] = words[0];
  if (words.every((word) => word.replaceAll(only, "") === "")) {
    fail(
      `its only character is ${quote(only)}, and a model learns from words ` +
        "of at least two different characters",
    );
  }
  return { words, source };
}
