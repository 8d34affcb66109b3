/**
 * Checks of arguments that many functions take.
 */

import { quote } from "./quote.ts";

/**
 * Refuses a value that is not a whole number in a range.
 *
 * @param name the name of the value for the caller, such as `"batchSize"`
 * @param value the value
 * @param least the smallest value allowed
 * @param most the largest value allowed; without it there is no limit
 * @throws {RangeError} if the value is refused
 */
export function checkWhole(
  name: string,
  value: number,
  least: number,
  most = Infinity,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most < Infinity ? `${least} to ${most}` : `${least}`;
  const shown = typeof value === "string" ? quote(value) : value;
  throw new RangeError(
    `Cannot use ${name} ${shown}: it must be a whole number from ${range}`,
  );
}

/**
 * Throws unless a value is a finite number that is not negative.
 *
 * @param name what the value is, such as `"learning rate"`
 * @param value the value
 * @throws {RangeError} if it is anything else
 */
export function checkNotNegative(name: string, value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new RangeError(
    `Cannot use ${name} ${value}: it must be a finite number from 0`,
  );
}

/**
 * Refuses a value that is not one of some strings.
 *
 * @param name what the value is, such as `"distance"`
 * @param value the value
 * @param choices the strings
 * @throws {TypeError} if the value is refused
 */
export function checkChoice(
  name: string,
  value: unknown,
  choices: readonly string[],
): void {
  if (choices.includes(value as string)) return;
  throw new TypeError(
    `Cannot use the ${name} ${quote(String(value))}: it must be one of ` +
      choices.map(quote).join(", "),
  );
}

/**
 * Refuses what is not a list. A string would be read as a list of its
 * characters, and a number as an empty one.
 *
 * @param name the name of the list, such as `"prompts"`
 * @param list the list
 * @throws {TypeError} if it is a string, or nothing to iterate over
 */
export function checkList(name: string, list: Iterable<unknown>): void {
  if (typeof list === "string") {
    throw new TypeError(
      `Cannot use the string ${quote(list)} as ${name}: pass a list, ` +
        `[${quote(list)}]`,
    );
  }
  if (Symbol.iterator in Object(list)) return;
  throw new TypeError(`Cannot use ${shortly(list)} as ${name}: pass a list`);
}

/**
 * Refuses what was passed in the place of something else: in a notebook nobody
 * checks the types.
 *
 * @param name what is wanted, such as `"vocabulary"`
 * @param value the value
 * @param property what all that is wanted has
 * @param made what makes it, such as `"buildVocabulary(words)"`
 * @throws {TypeError} if the value does not have the property
 */
export function checkHas(
  name: string,
  value: unknown,
  property: string,
  made: string,
): void {
  if (property in Object(value)) return;
  throw new TypeError(
    `Cannot use ${shortly(value)} as ${name}: pass ${made}`,
  );
}

/** A value in a word or two. */
function shortly(value: unknown): string {
  if (typeof value === "string") return `the string ${quote(value)}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return `the function ${value.name}`;
  return typeof value === "object" && value ? "an object" : String(value);
}

/**
 * Refuses a locale that is not a BCP 47 tag.
 *
 * @throws {RangeError} if the value is refused
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
