/**
 * Reads JSON of a known form piece by piece. `JSON.parse` silently keeps the
 * last of two equal keys, and builds whatever a file holds before anyone can
 * ask for less; here the caller says what comes next, and anything else is
 * refused where it stands.
 */

import { quote } from "../errors/quote.ts";

/** What a key of a flat object can hold. */
export type Scalar = string | number | boolean | null;

/** The most keys of an object: no form that is read here has near as many. */
const MAX_KEYS = 100_000;

/** What JSON takes for white space. */
const SPACE: ReadonlySet<string> = new Set([" ", "\t", "\n", "\r"]);

/** A place in a JSON text, moved on by reading. */
export class JsonScanner {
  readonly #text: string;
  readonly #name: string;
  #position = 0;

  /**
   * Starts before the first character.
   *
   * @param text the JSON
   * @param name what to call it in errors, as in "the header"
   */
  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  /**
   * Reads an object: yields each key, upon which the caller reads its value.
   *
   * @throws {SyntaxError} if this is no object, if a key stands there twice,
   * or if there are more than 100,000
   */
  *keys(): Generator<string> {
    this.#expect("{", "an object");
    if (this.#accept("}")) return;
    const seen = new Set<string>();
    do {
      const key = this.string();
      if (seen.has(key)) {
        throw new SyntaxError(
          `in ${this.#name}, the key ${quote(key)} stands twice`,
        );
      }
      seen.add(key);
      if (seen.size > MAX_KEYS) {
        throw new SyntaxError(
          `in ${this.#name}, there are more than ${MAX_KEYS} keys`,
        );
      }
      this.#expect(":", '":"');
      yield key;
    } while (this.#accept(","));
    this.#expect("}", '"," or "}"');
  }

  /**
   * Reads an array: yields each index, upon which the caller reads the item.
   *
   * @param limit the most items that the array may have
   * @throws {SyntaxError} if this is no array, or if it has more items
   */
  *items(limit: number): Generator<number> {
    this.#expect("[", "an array");
    if (this.#accept("]")) return;
    let index = 0;
    do {
      if (index === limit) {
        throw new SyntaxError(
          `in ${this.#name}, the array up to character ${this.#position} has ` +
            `more than ${limit} items`,
        );
      }
      yield index++;
    } while (this.#accept(","));
    this.#expect("]", '"," or "]"');
  }

  /**
   * Reads a string.
   *
   * @throws {SyntaxError} if this is no string, or if it holds half a
   * character (a lone surrogate), which UTF-8 cannot store
   */
  string(): string {
    this.#skipSpace();
    const text = this.#text;
    const start = this.#position;
    if (text[start] !== '"') this.#fail("a string");
    let end = start + 1;
    while (end < text.length && text[end] !== '"') {
      end += text[end] === "\\" ? 2 : 1;
    }
    this.#position = end + 1;
    try {
      const value: string = JSON.parse(text.slice(start, this.#position));
      if (value.isWellFormed()) return value;
    } catch {
      // Refused below, with its place.
    }
    this.#position = start;
    this.#fail("a complete string of whole characters");
  }

  /**
   * Reads a whole number from 0 to 2⁵³ − 1, written with digits alone.
   *
   * @throws {SyntaxError} if this is something else
   */
  count(): number {
    const digits = this.#word();
    const value = Number(digits);
    if (!/^(0|[1-9][0-9]*)$/.test(digits) || !Number.isSafeInteger(value)) {
      this.#fail("a whole number from 0 to 2^53 - 1");
    }
    this.#position += digits.length;
    return value;
  }

  /**
   * Reads a number as JSON writes it.
   *
   * @throws {SyntaxError} if this is something else, or too large for float64
   */
  number(): number {
    const word = this.#word();
    const value = Number(word);
    if (
      !/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(word) ||
      !Number.isFinite(value)
    ) {
      this.#fail("a finite number");
    }
    this.#position += word.length;
    return value;
  }

  /**
   * Reads a string, a number, `true`, `false` or `null`.
   *
   * @throws {SyntaxError} if this is something else
   */
  scalar(): Scalar {
    this.#skipSpace();
    if (this.#text[this.#position] === '"') return this.string();
    const word = this.#word();
    const constants = { true: true, false: false, null: null };
    if (!Object.hasOwn(constants, word)) return this.number();
    this.#position += word.length;
    return constants[word as keyof typeof constants];
  }

  /**
   * Makes sure that nothing but white space is left.
   *
   * @throws {SyntaxError} if something is
   */
  end(): void {
    this.#skipSpace();
    if (this.#position < this.#text.length) this.#fail("nothing more");
  }

  /** The word or number that comes next; no number needs over 40 characters. */
  #word(): string {
    this.#skipSpace();
    const ahead = this.#text.slice(this.#position, this.#position + 40);
    return /^[-+.\w]*/.exec(ahead)![0];
  }

  #skipSpace(): void {
    while (SPACE.has(this.#text[this.#position])) this.#position++;
  }

  #accept(mark: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== mark) return false;
    this.#position++;
    return true;
  }

  #expect(mark: string, expected: string): void {
    if (!this.#accept(mark)) this.#fail(expected);
  }

  #fail(expected: string): never {
    const found = this.#text.slice(this.#position, this.#position + 20);
    throw new SyntaxError(
      `in ${this.#name}, ${
        found === "" ? "the end" : quote(found)
      } stands at ` +
        `character ${this.#position}, where ${expected} is expected`,
    );
  }
}
