/** Runs a notebook from top to bottom on a kernel of its own. */

import { dirname, resolve } from "node:path";
import { Kernel } from "./kernel.ts";
import {
  type Cell,
  codeCells,
  hasTag,
  type Notebook,
  type Output,
  outputsOf,
  sourceOf,
} from "./notebook.ts";
import { figuresIn } from "./figures.ts";
import { expects } from "./expects.ts";

/** What came of a run. */
export interface Run {
  /** The notebook with its new outputs; the one handed in is as it was. */
  notebook: Notebook;
  /** What is wrong, each with the cell it is in; none if all is well. */
  problems: string[];
  /** The code cells left out, because they need the canonical list. */
  left: Set<string>;
}

/** Options of `runNotebook()`. */
export interface RunOptions {
  /** Whether cells with the tag `canonical` are run. Default `true`. */
  canonical?: boolean;
  /** After how long a cell counts as hanging. Default 300. */
  timeoutSeconds?: number;
}

/**
 * Runs the code cells in order, in the folder of the notebook. It stops at the
 * first cell that fails, since the others stand on it; an error that nobody
 * caught, an output that is missing and a text in another colour than the
 * page's (which would be an escape sequence in the file) are problems too.
 */
export async function runNotebook(
  path: string,
  notebook: Notebook,
  options: RunOptions = {},
): Promise<Run> {
  const { canonical = true, timeoutSeconds = 300 } = options;
  const fresh = structuredClone(notebook);
  const problems: string[] = [];
  const left = new Set<string>();
  const kernel = await Kernel.start(dirname(resolve(path)));
  try {
    let count = 0;
    for (const [index, cell] of codeCells(fresh).entries()) {
      const where = `cell ${index + 1}`;
      if (!canonical && hasTag(cell, "canonical")) {
        left.add(cell.id);
        continue;
      }
      const { shown, error, uncaught } = await kernel.execute(sourceOf(cell), {
        timeoutSeconds,
      });
      cell.execution_count = ++count;
      cell.outputs = outputsOf(shown, count);
      for (const text of uncaught) {
        problems.push(`${where}: nobody caught ${text}`);
      }
      if (error !== undefined) {
        problems.push(`${where} failed: ${error}\n${quote(sourceOf(cell))}`);
        break;
      }
      problems.push(...missing(cell).map((what) => `${where}: ${what}`));
    }
  } finally {
    await kernel.stop();
  }
  return { notebook: fresh, problems, left };
}

/** What a cell should have shown and did not. */
function missing(cell: Cell): string[] {
  const outputs = cell.outputs ?? [];
  const figures = figuresIn(outputs);
  const expected = expects(sourceOf(cell));
  const said = [];
  if (expected !== "nothing" && outputs.length === 0) {
    said.push("it shows something, but its output is missing");
  } else if (expected === "figure" && figures.length === 0) {
    said.push("it shows a figure, but its output has none");
  }
  for (const figure of figures) {
    if (figure.marks === 0) said.push("its figure has no marks");
  }
  if (outputs.some(hasEscape)) {
    said.push("its output holds escape sequences of a terminal");
  }
  return said;
}

function hasEscape(output: Output): boolean {
  return JSON.stringify(output).includes("\\u001b");
}

function quote(source: string): string {
  return source.replaceAll(/^/gm, "    | ");
}
