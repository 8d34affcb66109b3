/**
 * Texts in UTF-8: word lists, and texts that are split into sentences.
 */

import { WordListError } from "../errors/errors.ts";
import { readFileBounded } from "./bounded_file.ts";

/**
 * The largest word list or text that is read, in bytes. Its words may take 70
 * times as much memory, and V8 ends the process when memory runs out.
 */
export const MAX_TEXT_BYTES: number = 64 * 2 ** 20;

/**
 * Reads a text from a file. Needs the permission to read it.
 *
 * @param path the file: UTF-8, with or without a byte order mark
 * @param source the name of the file in errors
 * @throws {WordListError} if the file does not exist or cannot be read, is over
 * 64 MiB, is not UTF-8, or contains a NUL byte
 */
export function readText(
  path: string | URL,
  source: string = String(path),
): string {
  const options = { limit: MAX_TEXT_BYTES, refusal: WordListError };
  return decodeText(readFileBounded(path, options), source);
}

/**
 * The text of bytes in UTF-8, or a text itself, without a byte order mark.
 *
 * @param text the text or its bytes
 * @param source the name of the text in errors
 * @throws {WordListError} if the bytes are not UTF-8, or there is a NUL
 */
export function decodeText(text: string | Uint8Array, source: string): string {
  const decoded = typeof text === "string" ? text : decodeUtf8(text, source);
  const nul = decoded.indexOf("\0");
  if (nul >= 0) {
    const reason = "contains a NUL byte, so it is not a text";
    throw invalid(source, decoded.slice(0, nul), reason);
  }
  return decoded.replace(/^\uFEFF/, "");
}

function decodeUtf8(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // without `fatal`, U+FFFD replaces what is not UTF-8
    const [before] = new TextDecoder().decode(bytes).split("\uFFFD", 1);
    throw invalid(source, before, "is not valid UTF-8; save it as UTF-8");
  }
}

/** The end of a line on any system. */
export const LINE_BREAK: RegExp = /\r\n|\n|\r/;

function invalid(source: string, before: string, reason: string) {
  const line = before.split(LINE_BREAK).length;
  return new WordListError(`Cannot read ${source}: line ${line} ${reason}`);
}
