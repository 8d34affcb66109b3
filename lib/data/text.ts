/**
 * Texts: word lists, and texts that are split into sentences. Bytes become
 * characters, and each character is written in one way.
 */

import { counted } from "../errors/counted.ts";
import { WordListError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import { type BoundedReadOptions, readFileBounded } from "./bounded_file.ts";

/**
 * The largest word list or text that is held whole, in bytes. Its words may take
 * 70 times as much memory, and V8 ends the process when memory runs out.
 */
export const MAX_TEXT_BYTES: number = 64 * 2 ** 20;

/** How much of a text is read, and what to do with more. */
export const TEXT_BOUNDS: BoundedReadOptions = {
  limit: MAX_TEXT_BYTES,
  refusal: WordListError,
  advice: "give a part of it, of up to 64 MiB",
};

/**
 * Reads a text from a file. Needs the permission to read it.
 *
 * @param path the file
 * @param source the name of the file in errors
 * @param options the encoding, see {@linkcode decodeText}
 * @throws {WordListError} if the file does not exist or cannot be read, is over
 * 64 MiB, is not in the encoding, or contains a NUL
 * @throws {RangeError} if `TextDecoder` does not know the encoding
 */
export function readText(
  path: string | URL,
  source: string = String(path),
  options: { readonly encoding?: string } = {},
): string {
  return decodeText(readFileBounded(path, TEXT_BOUNDS), source, options);
}

/**
 * The text of bytes that come in pieces, in pieces that end with a line or, where
 * a line is long, with a blank.
 *
 * @param pieces the bytes, cut anywhere
 * @param source the name of the text in errors
 * @param options the encoding, see {@linkcode decodeText}
 * @throws {WordListError} if the bytes are not in the encoding, or there is a
 * NUL
 * @throws {RangeError} if `TextDecoder` does not know the encoding
 */
export function* decodePieces(
  pieces: Iterable<Uint8Array>,
  source: string,
  options: { readonly encoding?: string } = {},
): Generator<string, void> {
  let encoding = nameOf(options.encoding ?? "utf-8");
  let decoders: TextDecoder[] | undefined;
  let [rest, linesBefore] = ["", 0];
  const decode = (bytes: Uint8Array, stream: boolean) => {
    if (!decoders) encoding = markedEncoding(bytes) ?? encoding;
    decoders ??= [false, true].map((fatal) =>
      new TextDecoder(encoding, { fatal })
    );
    const [lenient, strict] = decoders;
    rest += lenient.decode(bytes, { stream });
    try {
      strict.decode(bytes, { stream });
    } catch {
      const [before] = rest.split("\uFFFD", 1);
      throw invalid(source, before, notIn(encoding), linesBefore);
    }
    refuseNul(rest, source, linesBefore);
  };
  for (const bytes of pieces) {
    decode(bytes, true);
    const end = (rest.lastIndexOf("\n") + 1) || (rest.lastIndexOf(" ") + 1);
    const text = rest.slice(0, end);
    rest = rest.slice(end);
    linesBefore += text.match(LINE_BREAK)?.length ?? 0;
    yield text;
  }
  decode(new Uint8Array(), false);
  yield rest;
}

/**
 * The text of bytes, or a text itself, without a byte order mark.
 *
 * @param text the text or its bytes
 * @param source the name of the text in errors
 * @param options the encoding of the bytes, by a name that `TextDecoder` knows;
 * a byte order mark takes precedence. Default: UTF-8, and UTF-16 is recognised
 * @throws {WordListError} if the bytes are not in the encoding, or there is a
 * NUL
 * @throws {RangeError} if `TextDecoder` does not know the encoding
 */
export function decodeText(
  text: string | Uint8Array,
  source: string,
  options: { readonly encoding?: string } = {},
): string {
  const { encoding = "utf-8" } = options;
  const decoded = typeof text === "string"
    ? text
    : decodeBytes(text, encoding, source);
  refuseNul(decoded, source);
  return decoded.replace(/^\uFEFF/, "");
}

function refuseNul(text: string, source: string, linesBefore?: number): void {
  const nul = text.indexOf("\0");
  if (nul < 0) return;
  const reason = "contains a NUL byte, so it is not a text";
  throw invalid(source, text.slice(0, nul), reason, linesBefore);
}

function decodeBytes(bytes: Uint8Array, given: string, source: string): string {
  const encoding = markedEncoding(bytes) ?? nameOf(given);
  if (encoding === "utf-8" && bytes.includes(0)) {
    // only one order of the bytes makes a line break: the other, U+0A00, is
    // not a character
    const texts = ["utf-16le", "utf-16be"].map((encoding) =>
      decode(bytes, encoding)
    ).filter((text) =>
      text !== undefined && !/[\p{Cn}\p{Co}]|(?!\s)\p{Cc}/u.test(text)
    );
    if (texts.length === 1) return texts[0]!;
  }
  const text = decode(bytes, encoding);
  if (text !== undefined) return text;
  // without `fatal`, U+FFFD replaces what is not valid
  const [before] = new TextDecoder(encoding).decode(bytes).split("\uFFFD", 1);
  throw invalid(source, before, notIn(encoding));
}

function notIn(encoding: string): string {
  return `is not valid ${encoding.toUpperCase()}; save it as UTF-8, or name ` +
    "its encoding, as in --encoding windows-1252";
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The encoding that a byte order mark names. */
function markedEncoding([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return a === 0xef && b === 0xbb && c === 0xbf ? "utf-8" : undefined;
}

/** The standard's name of an encoding, "windows-1252" for "latin1". */
function nameOf(encoding: string): string {
  try {
    return new TextDecoder(encoding).encoding;
  } catch {
    throw new RangeError(
      `Cannot use the encoding ${quote(encoding)}: use a name that ` +
        'TextDecoder knows, such as "windows-1252" or "shift_jis"',
    );
  }
}

/** The end of a line on any system, and by Unicode. */
export const LINE_BREAK: RegExp = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

function invalid(
  source: string,
  before: string,
  reason: string,
  linesBefore: number = 0,
): WordListError {
  const line = linesBefore + before.split(LINE_BREAK).length;
  return new WordListError(`Cannot read ${source}: line ${line} ${reason}`);
}

/**
 * Characters that show nothing and mean nothing in a word: soft hyphens, places
 * where a line may break, byte order marks, and marks of direction. Those that
 * decide how their neighbours look stay: joiners (Persian, Indic scripts,
 * emoji), variation selectors, and Hangul fillers.
 */
export const INVISIBLE: RegExp =
  /[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g;

const PLAIN = /^[\n -~]*$/;

/**
 * A text in which each character is written in one way: composed, as in
 * Unicode's normalization form C, without invisible characters, with "\n" at the
 * ends of lines, and on request in lowercase.
 *
 * @param text the text
 * @param options whether to write it in lowercase, by the rules of which
 * language
 */
export function tidyText(
  text: string,
  options: { readonly lowercase?: boolean; readonly locale?: string } = {},
): string {
  const { lowercase = false, locale = "en" } = options;
  if (!lowercase && PLAIN.test(text)) return text; // three times as fast
  const visible = text.replace(INVISIBLE, "").replace(LINE_BREAK, "\n");
  return (lowercase ? visible.toLocaleLowerCase(locale) : visible)
    .normalize("NFC");
}

/** What to tell people about a text that {@linkcode tidyText} tidies. */
export function tidyNotes(text: string): string[] {
  const dropped = text.match(INVISIBLE) ?? [];
  if (dropped.length === 0) return [];
  const points = Array.from(
    new Set(dropped),
    (character) =>
      "U+" + character.codePointAt(0)!.toString(16).toUpperCase()
        .padStart(4, "0"),
  );
  return [
    `Dropped ${counted(dropped.length, "invisible characters")} ` +
    `(${points.join(", ")})`,
  ];
}
