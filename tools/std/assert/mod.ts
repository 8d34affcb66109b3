/**
 * A stand-in for jsr:@std/assert in this checkout, so that it works where JSR
 * is out of reach. It has the functions that the tests and examples call, with
 * the signatures of the real package; they accept and refuse the same values.
 * The published package refers to the real one.
 *
 * @module
 */

import { AssertionError } from "node:assert";

export { match as assertMatch, ok as assert } from "node:assert";

// deno-lint-ignore no-explicit-any
type Class<T> = abstract new (...args: any[]) => T;

/** Fails with what went wrong and the caller's message. */
function failWith(text: string, msg?: string): never {
  throw new AssertionError({ message: msg ? `${text}: ${msg}` : text });
}

/** Whether two values are deeply equal, where -0 equals 0 and NaN itself. */
function equal(a: unknown, b: unknown, seen = new Map()): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const prototype = (o: object) => Object.getPrototypeOf(o) ?? Object.prototype;
  if (prototype(a) !== prototype(b)) return false;
  if (a instanceof Date) return Object.is(+a, +(b as Date));
  if (a instanceof ArrayBuffer) {
    return equal(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (ArrayBuffer.isView(a) && "length" in a) {
    const [as, bs] = [a, b] as unknown as [number[], number[]];
    return as.length === bs.length && as.every((x, i) => equal(x, bs[i]));
  }
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  if (a instanceof Set || a instanceof Map) {
    const [as, bs] = [a, b].map((o) => [...(o as Map<unknown, unknown>)]);
    return as.length === bs.length &&
      as.every((x) => bs.some((y) => equal(x, y, seen)));
  }
  const keys = new Set<PropertyKey>();
  for (let o of [a, b]) {
    for (; o !== Object.prototype && o !== Array.prototype; o = prototype(o)) {
      for (const key of Reflect.ownKeys(o)) keys.add(key);
    }
  }
  return [...keys].every((key) =>
    key in a === key in b &&
    equal(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const operator = "deepStrictEqual"; // Node words the difference
  failWith(new AssertionError({ actual, expected, operator }).message, msg);
}

/**
 * Fails unless the numbers differ by at most the tolerance, by default 1e-7 of
 * the expected number.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const difference = Math.abs(expected - actual);
  tolerance ??= Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7;
  if (difference <= tolerance) return;
  failWith(
    `Expected ${actual} to be close to ${expected}: ` +
      `they differ by ${difference}, by more than ${tolerance}`,
    msg,
  );
}

/** Fails unless the text contains the other. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  failWith(`Expected ${JSON.stringify(actual)} to contain "${expected}"`, msg);
}

/** What `assertThrows` and `assertRejects` take after the function. */
type Expected<E> = [ErrorClass: Class<E>, msgIncludes?: string, msg?: string];
type Expectation<E> = [msg?: string] | Expected<E>;

/** Fails unless the error is as expected; returns it. */
function checkError<E>(error: unknown, expectation: Expectation<E>): unknown {
  const [ErrorClass, msgIncludes = "", msg] = expectation;
  if (typeof ErrorClass !== "function") return error;
  if (!(error instanceof Error)) failWith(`Expected an Error: ${error}`, msg);
  if (!(error instanceof ErrorClass)) {
    failWith(`Expected a ${ErrorClass.name}, not ${error}`, msg);
  }
  if (!error.message.includes(msgIncludes)) {
    failWith(`Expected "${error.message}" to include "${msgIncludes}"`, msg);
  }
  return error;
}

/** What the caller says about the error, for the message of a failure. */
const textsOf = (expectation: readonly unknown[]) =>
  expectation.filter((part) => typeof part === "string").join(": ");

/** Fails unless the function throws such an error; returns the error. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless the function throws such an error; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ...expected: Expected<E>
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ...expectation: Expectation<E>
): unknown {
  try {
    fn();
  } catch (error) {
    return checkError(error, expectation);
  }
  failWith("Expected the function to throw", textsOf(expectation));
}

/** Fails unless the promise is rejected by such an error; returns the error. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless the promise is rejected by such an error; returns the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ...expected: Expected<E>
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ...expectation: Expectation<E>
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    failWith("The function throws and does not reject", textsOf(expectation));
  }
  try {
    await promise;
  } catch (error) {
    return checkError(error, expectation);
  }
  failWith("Expected the function to reject", textsOf(expectation));
}
