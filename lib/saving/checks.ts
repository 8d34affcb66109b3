/**
 * Checks of what a file from anywhere holds. Functions inside this folder refuse
 * it with a RangeError; {@linkcode naming} makes it a sentence that names the
 * file.
 */

import { CheckpointError } from "../errors/errors.ts";
import { quote, visible } from "../errors/quote.ts";

/** The most values of a JSON text; a vocabulary has at most 65,535 tokens. */
const MAX_VALUES = 200_000;

/** Throws a RangeError. */
export function fail(reason: string): never {
  throw new RangeError(reason);
}

/**
 * Returns what `act` returns. If it throws a RangeError, throws a
 * CheckpointError whose sentence begins with `what`.
 */
export function naming<Value>(what: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const reason = error.message[0].toLowerCase() + error.message.slice(1);
    throw new CheckpointError(`${what}: ${visible(reason)}`);
  }
}

/** Returns what `act` returns, and throws the reason instead of its error. */
export function attempt<Value>(reason: string, act: () => Value): Value {
  try {
    return act();
  } catch {
    fail(reason);
  }
}

/**
 * Parses JSON that may come from anywhere. On top of what `JSON.parse` refuses,
 * it refuses an object with two equal keys, of which `JSON.parse` keeps the
 * last; half a character (a lone surrogate), which UTF-8 cannot hold; and more
 * than 200,000 values, before they take up memory.
 *
 * @param text the JSON
 * @param what what it is, for errors, such as `"header"`
 * @param bare the characters that may occur outside of strings. Default: all
 * that JSON has
 * @throws {RangeError} if it is refused
 */
export function parseJson(text: string, what: string, bare = /./s): unknown {
  const json = `the JSON of its ${what}`;
  const parse = (part: string) =>
    attempt(`${json} is not valid`, () => JSON.parse(part));
  const keys: Set<string>[] = []; // of each object that is open
  const colon = /\s*:/y;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === "{") keys.push(new Set());
    if (mark === "}") keys.pop();
    if ("{[,".includes(mark)) values++;
    if (values > MAX_VALUES) fail(`${json} has over ${MAX_VALUES} values`);
    if (mark === '"') {
      const start = at++;
      while (at < text.length && text[at] !== '"') {
        at += text[at] === "\\" ? 2 : 1;
      }
      const string = parse(text.slice(start, at + 1));
      if (!string.isWellFormed()) fail(`${json} has half a character`);
      colon.lastIndex = at + 1;
      if (!colon.test(text)) continue;
      if (keys.at(-1)?.has(string)) fail(`${json} has ${quote(string)} twice`);
      keys.at(-1)?.add(string);
    } else if (!bare.test(mark)) {
      fail(`${json} has ${quote(mark)} outside of strings`);
    }
  }
  return parse(text);
}

/** Parses JSON that must be an object, as {@linkcode parseJson} does. */
export function parseObject(text: string, what: string, bare?: RegExp) {
  const value = parseJson(text, what, bare);
  return isObject(value) ? value : fail(`its ${what} must be a JSON object`);
}

/** Whether a value of a JSON text is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value instanceof Object && !Array.isArray(value);
}

/** Whether a value is a whole number from 0 that float64 holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A value of a JSON text, as an error shows it. */
export function show(value: unknown): string {
  if (value instanceof Object) return "an array or object";
  return typeof value === "string" ? quote(value) : String(value);
}
