/**
 * Numbers that count something: whole, and not too small.
 */

/**
 * Refuses what is not a whole number from a least one up.
 *
 * @param what what it counts, to be named in the error
 * @param value the number
 * @param least the smallest that it may be
 * @throws {RangeError} if it is not one of these
 */
export function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `The ${what} is ${value}: it must be a whole number from ${least}`,
    );
  }
}
