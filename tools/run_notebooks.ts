/**
 * Runs the notebooks on the Deno kernel.
 *
 * ```sh
 * deno task notebooks                   # run all, write their outputs
 * deno task notebooks notebooks/01*     # run some
 * deno task notebooks --check           # run all, compare, write nothing
 * ```
 *
 * The exit code is 1, and no file changes, if a cell fails, leaves an error
 * uncaught, does not show its figure, or does not type-check. With `--check`
 * the outputs must also equal the committed ones.
 *
 * Code in a fence of TypeScript between `<details>` and `</details>` is the answer
 * to an exercise. It is type-checked and run, too, after all cells.
 *
 * These tags of a cell, in its `metadata.tags`, have a meaning here:
 *
 * - `lecture-list`: the outputs depend on the list of names, and the committed
 *   ones come from the lecture's, which is not part of the project. Without
 *   data/makemore/names.txt the cell runs on the embedded list, `--check` does
 *   not compare it, and writing is refused.
 * - `figure`: the cell must show a figure.
 * - `figure:NAME`: the same, and the figure is saved as figures/NAME.svg beside
 *   the notebook, for the README.
 * - `time`: the outputs depend on the time and are not compared.
 */

import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasFetched, SOURCES } from "./fetch_data.ts";
import { checkOrWrite } from "./notebooks/run.ts";

/** The paths of all notebooks, in the order of their names. */
export function allNotebooks(): string[] {
  const folder = fileURLToPath(new URL("../notebooks/", import.meta.url));
  return Array.from(Deno.readDirSync(folder), ({ name }) => join(folder, name))
    .filter((path) => path.endsWith(".ipynb")).sort();
}

async function main(args: string[]): Promise<number> {
  const check = args.includes("--check");
  const paths = args.filter((arg) => arg !== "--check");
  const lectureList = hasFetched(SOURCES.names);
  const unknown = paths.find((path) => path.startsWith("-"));
  if (unknown !== undefined) {
    console.error(`Cannot run notebooks: unknown option "${unknown}"`);
    return 2;
  }
  if (!check && !lectureList) {
    console.error(
      "Cannot write outputs without the lecture's list: fetch it with `deno task data`, or run with --check",
    );
    return 2;
  }
  let code = 0;
  const waiting = paths.length > 0 ? paths : allNotebooks();
  const work = async () => {
    for (let path; (path = waiting.shift()) !== undefined;) {
      const options = { check, lectureList };
      const { ran, uncompared, problems } = await checkOrWrite(path, options);
      const counts = `${ran} cells ran, ${uncompared} not compared`;
      console.log(`${basename(path)}: ${counts}, ${problems.length} problems`);
      for (const problem of problems) console.error(`  ${problem}`);
      if (problems.length > 0) code = 1;
    }
  };
  // As many at a time as the machine has cores.
  const length = navigator.hardwareConcurrency;
  await Promise.all(Array.from({ length }, work));
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
