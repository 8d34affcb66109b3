/**
 * Word lists: the one that comes with the package, the lecture's own when it
 * has been fetched, any file, any iterable. Whatever cannot be a word list is
 * refused in one sentence that names the file and the line.
 */

import embedded from "../../data/names.txt" with { type: "text" };
import { WordListError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import { decodeText, readText } from "./text.ts";
import { BOUNDARY } from "./vocabulary.ts";

/** Words, and where they come from. */
export interface WordList {
  /** The words in the order of the list, repeated ones included. */
  readonly words: readonly string[];
  /** Where they come from, to be shown: a file's name or a description. */
  readonly source: string;
}

/** Where `deno task data` puts the lecture's list. */
const CANONICAL_LIST = new URL(
  "../../data/makemore/names.txt",
  import.meta.url,
);

/**
 * The word list that comes with the package: given names, lowercase a–z. It
 * begins with the lecture's first ten.
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
  return parseWords(embedded, "the embedded list of names");
}

/**
 * The lecture's list, karpathy/makemore's `names.txt`, if `deno task data` has
 * fetched it into this checkout and it may be read; otherwise the embedded
 * one. Never asks for a permission.
 */
export function defaultWords(): Promise<WordList> {
  if (CANONICAL_LIST.protocol !== "file:") {
    return Promise.resolve(embeddedWords());
  }
  const permission = { name: "read", path: CANONICAL_LIST } as const;
  const readable = Deno.permissions.querySync(permission).state === "granted" &&
    exists(CANONICAL_LIST);
  return readable
    ? readAs(CANONICAL_LIST, "data/makemore/names.txt")
    : Promise.resolve(embeddedWords());
}

function exists(path: URL): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Reads a word list from a file, one word per line. Needs the permission to
 * read it.
 *
 * @param path the file: UTF-8, with or without a byte order mark, lines ended
 * in any way; blank lines and blanks around words are dropped
 * @throws {WordListError} if there is no such file, if it cannot be read, is
 * over 64 MiB, or is refused by {@linkcode parseWords}
 */
export function readWords(path: string | URL): Promise<WordList> {
  return readAs(path, String(path));
}

function readAs(path: string | URL, source: string): Promise<WordList> {
  return Promise.try(() => parseWords(readText(path, source), source));
}

/**
 * Takes the words out of a text, one per line. Blank lines and blanks around
 * words are dropped; a byte order mark and any line ending are accepted.
 *
 * @param text the text, or its bytes in UTF-8
 * @param source what to call it in errors and to users
 * @throws {WordListError} if there is no word, if the bytes are not UTF-8, if
 * a line holds a NUL or the boundary token ".", or if all words together have
 * but one character
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
  const lines = (typeof text === "string" ? text : decodeText(text, source))
    .replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return collectWords(lines, source, (line) => `${source}, line ${line}`);
}

/**
 * Takes words from anything that can be iterated: an array, a set, the lines
 * of another program.
 *
 * @param words the words; blanks around them are dropped, empty ones too
 * @param source what to call them in errors and to users
 * @throws {WordListError} as {@linkcode parseWords} does
 */
export function wordsFrom(
  words: Iterable<string>,
  source: string = "the words",
): WordList {
  return collectWords(words, source, (index) => `${source}, word ${index}`);
}

function collectWords(
  candidates: Iterable<string>,
  source: string,
  place: (index: number) => string,
): WordList {
  const words: string[] = [];
  const characters = new Set<string>();
  let index = 0;
  for (const candidate of candidates) {
    index++;
    const word = candidate.trim();
    if (word === "") continue;
    const fault = faultOf(word);
    if (fault) throw new WordListError(`${place(index)}: ${fault}`);
    words.push(word);
    if (characters.size < 2) {
      for (const character of word) characters.add(character);
    }
  }
  if (words.length === 0) {
    throw new WordListError(`${source} has no words: put one on each line`);
  }
  if (characters.size < 2) {
    throw new WordListError(
      `${source} has but one character, ${quote([...words[0]][0])}: ` +
        "a model needs words of at least two different ones to learn from",
    );
  }
  return { words, source };
}

function faultOf(word: string): string | undefined {
  if (word.includes(BOUNDARY)) {
    return `${quote(word)} contains "${BOUNDARY}", which marks where words ` +
      "begin and end: remove it or write another character";
  }
  if (word.includes("\0")) {
    return "contains a NUL byte: this is not a text file";
  }
  if (!word.isWellFormed()) {
    return `${quote(word)} contains half a character (a lone surrogate)`;
  }
}
