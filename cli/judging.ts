/** Whose fault a RangeError is: of the arguments, or of the memory. */

import { OutOfMemoryError, UsageError } from "../lib/errors/errors.ts";

/**
 * Does something that judges what the user has typed.
 *
 * @throws {UsageError} in place of the library's RangeError, unless there is not
 * enough memory
 */
export function judging<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof RangeError) || isShortOfMemory(error)) throw error;
    throw new UsageError(error.message);
  }
}

/**
 * Whether an error means that there is not enough memory: the library's own, or
 * JavaScript's, which only its message tells from other RangeErrors.
 */
export function isShortOfMemory(error: unknown): boolean {
  return error instanceof OutOfMemoryError ||
    error instanceof RangeError &&
      /allocation|array( buffer)? (length|size)/i.test(error.message);
}
