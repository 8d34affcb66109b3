/** Whose fault a RangeError is: of the arguments, or of the memory. */

import { UsageError } from "../lib/errors/errors.ts";

/**
 * Does something that judges what the user has typed.
 *
 * @throws {UsageError} in place of the library's RangeError, unless that tells
 * that there is not enough memory
 */
export function judging<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof RangeError) || isShortOfMemory(error)) throw error;
    throw new UsageError(error.message);
  }
}

/** Whether an error tells that there is not enough memory. */
export function isShortOfMemory(error: unknown): boolean {
  return error instanceof RangeError &&
    /memory|allocation|array( buffer)? (length|size)|Cannot lay out/i
      .test(error.message);
}
