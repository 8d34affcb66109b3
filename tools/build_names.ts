/**
 * `deno task build:names`: writes data/names.ts, the module that holds the
 * text of data/names.txt. With `--check` it writes nothing, and fails if the
 * two differ.
 */

const TEXT = new URL("../data/names.txt", import.meta.url);
const MODULE = new URL("../data/names.ts", import.meta.url);

/**
 * The module that holds a text.
 *
 * @param text the text, without backquotes, backslashes and dollar signs
 */
export function moduleOf(text: string): string {
  return [
    "// Written by `deno task build:names` from data/names.txt; do not edit.",
    "/** The embedded list of names, one per line. */",
    "// deno-fmt-ignore",
    `export const names: string = \`${text}\`;`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  const module = moduleOf(await Deno.readTextFile(TEXT));
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(MODULE, module);
  } else if (await Deno.readTextFile(MODULE) !== module) {
    console.error(
      "data/names.ts differs from data/names.txt: run `deno task build:names`",
    );
    Deno.exit(1);
  }
}
