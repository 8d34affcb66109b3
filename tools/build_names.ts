/**
 * `deno task build:names`: writes data/names.ts, the module that holds the
 * text of data/names.txt. With `--check` it writes nothing, and fails if the
 * two differ.
 */

import { writeOrCheck } from "./write_or_check.ts";

/**
 * The module that holds a text.
 *
 * @param text the text, without backquotes, backslashes and dollar signs
 */
export function moduleOf(text: string): string {
  return `// Written by \`deno task build:names\` from data/names.txt; do not edit.
/** The embedded list of names, one per line. */
// deno-fmt-ignore
export const names: string = \`${text}\`;
`;
}

if (import.meta.main) {
  const source = new URL("../data/names.txt", import.meta.url);
  const module = moduleOf(Deno.readTextFileSync(source));
  writeOrCheck("build:names", { "data/names.ts": module });
}
