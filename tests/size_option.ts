/** Tests that can do more than they do by default, as some tasks ask for. */

import { parseArgs } from "@std/cli/parse-args";

/**
 * How much a test does: N if `--name N` follows the `--` of `deno test`.
 *
 * @param name the name of the option
 * @param usual how much it does without the option
 */
export function sizeOption(name: string, usual: number): number {
  const given = parseArgs(Deno.args, { string: [name] })[name] ?? usual;
  if (Number.isSafeInteger(Number(given)) && given !== "") return Number(given);
  throw new RangeError(`Cannot read --${name} "${given}": give a whole number`);
}
