/**
 * Checks of arguments that many functions take.
 */

import { quote } from "./quote.ts";

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

/**
 * Refuses a locale that is not a BCP 47 tag.
 *
 * @throws {RangeError} if it is not
 */
export function checkLocale(locale: string): void {
  try {
    Intl.getCanonicalLocales(locale);
  } catch {
    throw new RangeError(
      `Cannot use the locale ${quote(locale)}: it is not a BCP 47 tag, such ` +
        'as "en" or "pt-BR"',
    );
  }
}
