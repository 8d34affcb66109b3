/**
 * The lecture's word list for the tests that need it. It is not part of the
 * project: `deno task data` fetches it. Where it is absent those tests are
 * skipped and say so; with `CI=true` they fail.
 */

import { parseWords } from "../lib/data/words.ts";
import { hasFetched, SOURCES } from "../tools/fetch_data.ts";

const path = new URL("../data/makemore/names.txt", import.meta.url);

/** The 32,033 names of the lecture. */
export function canonicalWords(): readonly string[] {
  return parseWords(Deno.readFileSync(path), "names.txt").words;
}

/** A test that needs the lecture's list. */
export function canonicalTest(
  name: string,
  fn: () => void | Promise<void>,
): void {
  const absent = !hasFetched(SOURCES.names);
  if (absent && Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(
        "data/makemore/names.txt is absent: in CI it must be there",
      );
    });
    return;
  }
  const suffix = absent ? " [skipped: run `deno task data` first]" : "";
  Deno.test({ name: name + suffix, ignore: absent, fn });
}
