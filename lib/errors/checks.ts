/**
 * Checks of arguments that many functions take.
 */

import { quote } from "./quote.ts";

/**
 * Throws unless a value is a whole number in a range.
 *
 * @param name what the value is, as the caller knows it, such as `"batchSize"`
 * @param value the value
 * @param least the least that it may be
 * @param most the most that it may be; by default there is no limit
 * @throws {RangeError} if it is anything else
 */
export function checkWhole(
  name: string,
  value: number,
  least: number,
  most = Infinity,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most < Infinity ? `${least} to ${most}` : `${least}`;
  throw new RangeError(
    `Cannot use ${name} ${value}: it must be a whole number from ${range}`,
  );
}

/**
 * Throws unless a value is a weight decay.
 *
 * @throws {RangeError} if it is not a finite number from 0
 */
export function checkWeightDecay(value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new RangeError(
    `Cannot use weightDecay ${value}: it must be a finite number from 0`,
  );
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
