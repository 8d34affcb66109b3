/**
 * Texts: files in UTF-8, from which words or sentences are taken. What is no
 * text is refused in one sentence that names the file and the line.
 */

import { readFileBounded } from "./bounded_file.ts";
import { WordListError } from "../errors/errors.ts";

/**
 * The largest word list or text that is read, in bytes. Its words take some
 * seventy times as much memory at worst; beyond that V8 would end the process.
 */
export const MAX_TEXT_BYTES: number = 64 * 2 ** 20;

/**
 * Reads a text from a file. Needs the permission to read it.
 *
 * @param path the file: UTF-8, with or without a byte order mark
 * @param source what to call it in errors
 * @throws {WordListError} if there is no such file, if it cannot be read, is
 * over 64 MiB, is not UTF-8, or holds a NUL byte
 */
export function readText(
  path: string | URL,
  source: string = String(path),
): string {
  const bytes = readFileBounded(path, {
    limit: MAX_TEXT_BYTES,
    refusal: WordListError,
  });
  const text = decodeText(bytes, source);
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    const line = text.slice(0, nul).split(/\r\n|\n|\r/).length;
    throw new WordListError(
      `${source}, line ${line}: contains a NUL byte: this is not a text file`,
    );
  }
  return text;
}

/**
 * The text that bytes in UTF-8 stand for, without a byte order mark.
 *
 * @param bytes the bytes
 * @param source what to call them in errors
 * @throws {WordListError} if they are not UTF-8
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  try {
    return utf8.decode(bytes);
  } catch {
    for (let line = 1, start = 0;; line++) {
      const end = bytes.indexOf(0x0a, start);
      try {
        utf8.decode(bytes.subarray(start, end === -1 ? undefined : end));
      } catch {
        throw new WordListError(
          `${source}, line ${line}: not valid UTF-8: save it as UTF-8`,
        );
      }
      start = end + 1;
    }
  }
}
