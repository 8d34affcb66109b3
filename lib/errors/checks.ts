/**
 * Checks of arguments that many functions take.
 */

import { quote } from "./quote.ts";

/**
 * Refuses a value that is not a whole number, or too small.
 *
 * @param what the name of the value in the error
 * @param value the value
 * @param least the smallest value allowed
 * @throws {RangeError} if the value is refused
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
 * @throws {RangeError} if the locale is refused
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
