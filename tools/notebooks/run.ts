/** Runs a notebook on a kernel of its own, and compares or writes its outputs. */

import { basename, dirname, join, resolve } from "node:path";
import { answersIn } from "./answers.ts";
import { typeErrors } from "./check_types.ts";
import { cellDifference, figureDifference } from "./compare.ts";
import { Kernel } from "./kernel.ts";
import * as notebooks from "./notebook.ts";

/** Options of `checkOrWrite()`. */
export interface RunOptions {
  /** Whether to compare with the committed outputs instead of writing. */
  check?: boolean;
  /**
   * Whether the lecture's list is there, so that cells with the tag
   * `lecture-list` can be compared. Default `true`.
   */
  lectureList?: boolean;
  /** After how many seconds a cell counts as hanging. Default 300. */
  timeoutSeconds?: number;
  /** What `typeErrors()` finds, if it checks many notebooks at once. */
  types?: ReturnType<typeof typeErrors>;
}

/** The result of `checkOrWrite()`. */
export interface Report {
  /** How many code cells ran. */
  ran: number;
  /** How many of them were not compared, for want of the lecture's list. */
  uncompared: number;
  /** What is wrong; empty if nothing is. */
  problems: string[];
}

/**
 * Runs the code cells of a notebook in order, in the notebook's folder, and
 * then the folded answers to its exercises. It stops at the first cell that fails, because later cells depend on it. Files
 * are only written if there are no problems.
 */
export async function checkOrWrite(
  path: string,
  options: RunOptions = {},
): Promise<Report> {
  const { check = false, lectureList = true, timeoutSeconds } = options;
  const notebook = await notebooks.readNotebook(path);
  const { types = typeErrors([path]) } = options;
  const problems: string[] = [];
  const figures = new Map<string, string>();
  let [ran, uncompared] = [0, 0];
  const cells = notebooks.codeCells(notebook);
  const sources = cells.map(({ source }) => notebooks.joined(source));
  const kernel = await Kernel.start(dirname(resolve(path)));
  try {
    const executions = await kernel.execute(sources, timeoutSeconds);
    for (const [index, { shown, error, uncaught }] of executions.entries()) {
      const report = (problem: string | undefined) => {
        if (problem) problems.push(`cell ${index + 1} ${problem}`);
      };
      const cell = cells[index];
      const committed = { ...cell };
      const isOther = !lectureList && notebooks.hasTag(cell, "lecture-list");
      ran++;
      if (isOther) uncompared++;
      cell.execution_count = index + 1;
      cell.outputs = notebooks.outputsOf(shown, index + 1);
      if (!check) notebooks.addPictures(cell.outputs, committed.outputs);
      for (const text of uncaught) report(`does not catch ${text}`);
      if (error !== undefined) {
        report(`fails: ${error}\n${quoted(sources[index])}`);
        break;
      }
      if (check && !isOther && !notebooks.hasTag(cell, "time")) {
        report(cellDifference(committed, cell));
      }
      if (JSON.stringify(cell.outputs).includes("\\u001b")) {
        report("prints escape sequences of a terminal");
      }
      if (cell.outputs.length === 0 && endsInValue(sources[index])) {
        report(
          "shows nothing of its last line: Deno's kernel has no Infinity, NaN, -0 and BigInt; print it",
        );
      }
      const tag = cell.metadata.tags?.find((tag) => /^figure(:|$)/.test(tag));
      if (tag === undefined) continue;
      const figure = cell.outputs.map(notebooks.figureOf).find(Boolean);
      const name = tag.slice("figure:".length);
      if (figure === undefined) report("does not show its figure");
      else if (name && !isOther) {
        figures.set(join(dirname(path), "figures", `${name}.svg`), figure);
      }
    }
    const failed = executions.some(({ error }) => error !== undefined);
    const answers = failed ? [] : notebook.cells.flatMap(answersIn);
    const answered = answers.length === 0
      ? []
      : await kernel.execute(answers, timeoutSeconds);
    for (const [index, { shown, error }] of answered.entries()) {
      const isWrong = JSON.stringify(shown).includes(": not yet.");
      const why = error ?? (isWrong ? "check() says: not yet" : undefined);
      if (why === undefined) continue;
      const which = `${index + 1}, folded away,`;
      problems.push(`answer ${which} fails: ${why}\n${quoted(answers[index])}`);
    }
  } finally {
    await kernel.stop();
  }
  const typeError = (await types).get(path);
  if (typeError !== undefined) problems.unshift(`types: ${typeError}`);
  const mayWrite = !check && problems.length === 0;
  for (const [file, figure] of figures) {
    if (mayWrite) await Deno.writeTextFile(file, figure);
    if (!check) continue;
    const what = figureDifference(await Deno.readTextFile(file), figure);
    if (what) problems.push(`${basename(file)} ${what}`);
  }
  if (mayWrite) await notebooks.writeNotebook(path, notebook);
  return { ran, uncompared, problems };
}

/** Whether the last line looks like a value, and not like a declaration. */
function endsInValue(source: string): boolean {
  const declares =
    /^(?:await|class|const|export|for|function|if|import|interface|let|type|void|while)\b/;
  const last = source.trimEnd().split("\n").at(-1)!;
  return /^[\w$"'`[({-]/.test(last) && !declares.test(last);
}

function quoted(source: string): string {
  return source.replaceAll(/^/gm, "    | ");
}
