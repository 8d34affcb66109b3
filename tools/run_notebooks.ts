/**
 * Runs the notebooks on the real Deno kernel.
 *
 * ```sh
 * deno task notebooks                   # run all, write their outputs
 * deno task notebooks notebooks/01*     # run some
 * deno task notebooks --check           # run all, write nothing, compare
 * deno task notebooks --check --without-canonical
 * ```
 *
 * Both ways end with exit code 1 if a cell fails, shows nothing where it must
 * show something, leaves an error that nobody caught, or does not type-check;
 * then no file is changed. With `--check` each output must also be the
 * committed one: texts to the character, figures in all they say and draw.
 *
 * Cells with the tag `canonical` need the lecture's list of names, which is not
 * part of the project. Where data/makemore/names.txt is absent (or with
 * `--without-canonical`), `--check` leaves them out and checks the others;
 * writing refuses, since what is committed comes from the canonical list.
 */

import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { typeErrors } from "./notebooks/check_types.ts";
import { notebookDifferences } from "./notebooks/compare.ts";
import {
  codeCells,
  formatNotebook,
  type Notebook,
  readNotebook,
} from "./notebooks/notebook.ts";
import {
  describeFigure,
  figureDifference,
  figuresIn,
} from "./notebooks/figures.ts";
import { hasCanonicalList } from "./fetch_names.ts";
import { runNotebook } from "./notebooks/run.ts";

/** Options of `checkOrWrite()`. */
export interface RunnerOptions {
  /** Whether to compare with the committed outputs in place of writing. */
  check?: boolean;
  /** Whether cells that need the canonical list are run. Default `true`. */
  canonical?: boolean;
  /** After how long a cell counts as hanging. Default 300. */
  timeoutSeconds?: number;
}

/** What came of one notebook. */
export interface Report {
  path: string;
  /** How many code cells ran, and how many were left out. */
  ran: number;
  left: number;
  seconds: number;
  /** What is wrong; nothing if it is empty. */
  problems: string[];
}

const root = new URL("../", import.meta.url);

/** Runs one notebook, and compares its outputs or writes them into its file. */
export async function checkOrWrite(
  path: string,
  options: RunnerOptions = {},
): Promise<Report> {
  const { check = false, canonical = true, timeoutSeconds } = options;
  const start = performance.now();
  const committed = await readNotebook(path);
  const [types, { notebook, problems, left }] = await Promise.all([
    typeErrors(path, committed),
    runNotebook(path, committed, { canonical, timeoutSeconds }),
  ]);
  if (check && problems.length === 0) {
    problems.push(...notebookDifferences(committed, notebook, left));
    if (await formatNotebook(committed) !== await Deno.readTextFile(path)) {
      problems.push("the file is not as `deno task notebooks` writes it");
    }
  }
  if (problems.length === 0) {
    problems.push(...await savedFigures(path, notebook, { check, left }));
  }
  if (types !== undefined) problems.unshift(`types: ${types}`);
  if (!check && problems.length === 0) {
    await writeWhole(path, await formatNotebook(notebook));
  }
  return {
    path,
    ran: codeCells(notebook).length - left.size,
    left: left.size,
    seconds: (performance.now() - start) / 1000,
    problems,
  };
}

/**
 * The figure of a cell with the tag `figure:NAME` also lies in the folder
 * figures/ beside the notebook, as NAME.svg, for the README to show. It is
 * written there, or compared.
 *
 * @returns what is wrong
 */
async function savedFigures(
  path: string,
  notebook: Notebook,
  { check, left }: { check: boolean; left: ReadonlySet<string> },
): Promise<string[]> {
  const problems: string[] = [];
  for (const cell of codeCells(notebook)) {
    const name = cell.metadata.tags
      ?.find((tag) => tag.startsWith("figure:"))?.slice("figure:".length);
    if (name === undefined || left.has(cell.id)) continue;
    const file = join(dirname(path), "figures", `${name}.svg`);
    const [figure] = figuresIn(cell.outputs ?? []);
    if (!check) {
      await Deno.writeTextFile(file, figure.svg);
      continue;
    }
    const saved = describeFigure(await Deno.readTextFile(file));
    const difference = figureDifference(saved, figure);
    if (difference) problems.push(`figures/${name}.svg has ${difference}`);
  }
  return problems;
}

/** Every notebook of the project, in the order of their names. */
export function allNotebooks(): string[] {
  const folder = new URL("notebooks/", root);
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(".ipynb"))
    .map(({ name }) => fileURLToPath(new URL(name, folder)))
    .sort();
}

/** Runs several notebooks, as many at a time as the machine has cores. */
export async function runAll(
  paths: readonly string[],
  options: RunnerOptions,
  onReport: (report: Report) => void,
): Promise<void> {
  const waiting = [...paths];
  const work = async () => {
    for (let path = waiting.shift(); path; path = waiting.shift()) {
      onReport(await checkOrWrite(path, options));
    }
  };
  await Promise.all(
    Array.from({ length: navigator.hardwareConcurrency }, work),
  );
}

/** Another process sees the old file or the new one, never half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const half = `${path}.tmp`;
  try {
    await Deno.writeTextFile(half, text);
    await Deno.rename(half, path);
  } catch (error) {
    await Deno.remove(half).catch(() => {});
    throw error;
  }
}

if (import.meta.main) {
  const flags = new Set(Deno.args.filter((arg) => arg.startsWith("--")));
  const paths = Deno.args.filter((arg) => !arg.startsWith("--"));
  const check = flags.delete("--check");
  const canonical = !flags.delete("--without-canonical") && hasCanonicalList();
  if (flags.size > 0) {
    console.error(`Unknown option: ${[...flags].join(" ")}`);
    Deno.exit(2);
  }
  if (!check && !canonical) {
    console.error(
      "Cannot write outputs without the canonical list: fetch it with `deno task data`, or run with --check",
    );
    Deno.exit(2);
  }
  const all = paths.length > 0 ? paths : allNotebooks();
  if (all.length === 0) {
    console.error("There are no notebooks in notebooks/");
    Deno.exit(2);
  }
  let failed = 0;
  await runAll(all, { check, canonical }, (report) => {
    const left = report.left > 0 ? `, ${report.left} left out` : "";
    console.log(
      `${basename(report.path)}: ${report.ran} cells in ${
        report.seconds.toFixed(1)
      } s${left}${report.problems.length === 0 ? ", all well" : ""}`,
    );
    for (const problem of report.problems) console.error(`  ${problem}`);
    if (report.problems.length > 0) failed++;
  });
  if (failed > 0) Deno.exit(1);
}
