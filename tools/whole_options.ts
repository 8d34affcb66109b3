/** The options of tools that count something. */

import { parseArgs } from "@std/cli/parse-args";

/**
 * Reads options that are whole numbers, such as `--seed 1`. Ends the program
 * with exit code 2 where that is not what is given.
 *
 * @param defaults the names of the options, and their values if not given
 */
export function wholeOptions<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const refuse = (sentence: string): never => {
    console.error(sentence);
    Deno.exit(2);
  };
  const names = Object.keys(defaults) as Name[];
  const given = parseArgs(Deno.args, {
    string: names as string[],
    unknown: (option) => refuse(`The option ${option} is unknown`),
  }) as Record<string, unknown>;
  const numbers: Record<Name, number> = { ...defaults };
  for (const name of names) {
    if (given[name] === undefined) continue;
    const number = Number(given[name]);
    if (given[name] === "" || !Number.isSafeInteger(number)) {
      refuse(`--${name} ${JSON.stringify(given[name])} is not a whole number`);
    }
    numbers[name] = number;
  }
  return numbers;
}
