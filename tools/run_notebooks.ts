/**
 * Runs the notebooks on the Deno kernel.
 *
 * ```sh
 * deno task notebooks                   # run all, write their outputs
 * deno task notebooks notebooks/01*     # run some
 * deno task notebooks --check           # run all, compare, write nothing
 * deno task notebooks --thorough        # the same in JupyterLab, often
 * ```
 *
 * The exit code is 1, and no file changes, if a cell fails, leaves an error
 * uncaught, does not show its figure, or does not type-check. With `--check`
 * the outputs must also equal the committed ones.
 *
 * With `--thorough` a real JupyterLab runs all cells ten times from a new kernel
 * on, then backwards, and each twice in a row; all must show the committed
 * outputs. It needs the lecture's list, `jupyter lab` and `chromium`.
 * `--runs=1` is quicker; `--pictures=FOLDER` saves what each notebook looks
 * like, in light and in dark. JUPYTER and CHROMIUM may say where they are.
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

import { parseArgs } from "@std/cli/parse-args";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hasFetched, SOURCES } from "./fetch_data.ts";
import { typeErrors } from "./notebooks/check_types.ts";
import { JupyterLab } from "./notebooks/jupyter_lab.ts";
import { checkOrWrite } from "./notebooks/run.ts";
import { runThoroughly } from "./notebooks/thorough.ts";

/** The paths of all notebooks, in the order of their names. */
export function allNotebooks(): string[] {
  const folder = fileURLToPath(new URL("../notebooks/", import.meta.url));
  return Array.from(Deno.readDirSync(folder), ({ name }) => join(folder, name))
    .filter((path) => path.endsWith(".ipynb")).sort();
}

async function main(args: string[]): Promise<number> {
  let unknown: string | undefined;
  const { _: files, ...options } = parseArgs(args, {
    boolean: ["check", "thorough"],
    string: ["pictures", "runs"],
    unknown: (option, name) => {
      if (name !== undefined) unknown = option;
    },
  });
  if (unknown !== undefined) {
    console.error(`Cannot run notebooks: unknown option "${unknown}"`);
    return 2;
  }
  const [check, thorough] = [Boolean(options.check), Boolean(options.thorough)];
  const pictures = options.pictures as string | undefined;
  const runs = Number(options.runs ?? 10);
  const lectureList = hasFetched(SOURCES.names);
  if (!check && !lectureList) {
    console.error(
      "Cannot run notebooks without the lecture's list: fetch it with `deno task data`, or run with --check",
    );
    return 2;
  }
  const waiting = files.length > 0 ? files.map(String) : allNotebooks();
  if (thorough) return await runAllThoroughly(waiting, runs, pictures);
  const types = typeErrors([...waiting]);
  let code = 0;
  const work = async () => {
    for (let path; (path = waiting.shift()) !== undefined;) {
      const options = { check, lectureList, types };
      const { ran, uncompared, problems } = await checkOrWrite(path, options);
      const counts = `${ran} cells ran, ${uncompared} not compared`;
      code = Math.max(code, print(path, counts, problems));
    }
  };
  // As many at a time as the machine has cores.
  const length = navigator.hardwareConcurrency;
  await Promise.all(Array.from({ length }, work));
  return code;
}

async function runAllThoroughly(
  paths: readonly string[],
  runs: number,
  pictures?: string,
): Promise<number> {
  let code = 0;
  const lab = await JupyterLab.start(dirname(resolve(paths[0])));
  try {
    for (const path of paths) {
      const start = performance.now();
      const problems = await runThoroughly(path, lab, runs, pictures);
      const seconds = (performance.now() - start) / 1000;
      code = Math.max(
        code,
        print(path, `${seconds.toFixed(0)} s`, problems),
      );
    }
  } finally {
    await lab.stop();
  }
  return code;
}

/** Prints what came of a notebook, and gives the exit code. */
function print(path: string, what: string, problems: string[]): number {
  console.log(`${basename(path)}: ${what}, ${problems.length} problems`);
  for (const problem of problems) console.error(`  ${problem}`);
  return problems.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
