/** Whether a fresh run shows what the committed notebook shows. */

import { figureDifference, figuresIn } from "./figures.ts";
import {
  type Cell,
  codeCells,
  joined,
  type Notebook,
  type Output,
} from "./notebook.ts";

/**
 * The differences of a fresh run from the committed notebook, each with its
 * cell. Texts must be equal to the character, figures as `figureDifference()`
 * has it. Cells whose ids are in `left` were not run and are not compared.
 */
export function notebookDifferences(
  committed: Notebook,
  fresh: Notebook,
  left: ReadonlySet<string>,
): string[] {
  const before = codeCells(committed);
  return codeCells(fresh).flatMap((cell, index) =>
    left.has(cell.id)
      ? []
      : cellDifferences(before[index], cell, left.size === 0).map((what) =>
        `cell ${index + 1}: ${what}`
      )
  );
}

function cellDifferences(
  committed: Cell,
  fresh: Cell,
  whole: boolean,
): string[] {
  const said = [];
  if (whole && committed.execution_count !== fresh.execution_count) {
    said.push(
      `its count is ${committed.execution_count}, not ${fresh.execution_count}: the notebook was not run from top to bottom`,
    );
  }
  const [before, after] = [committed.outputs ?? [], fresh.outputs ?? []];
  if (before.length !== after.length) {
    said.push(`${after.length} outputs instead of ${before.length}`);
    return said;
  }
  for (const [index, output] of before.entries()) {
    const what = outputDifference(output, after[index]);
    if (what !== undefined) said.push(what);
  }
  return said;
}

function outputDifference(before: Output, after: Output): string | undefined {
  const [[committed], [fresh]] = [figuresIn([before]), figuresIn([after])];
  if (committed && fresh) {
    const what = figureDifference(committed, fresh);
    return what === undefined ? undefined : `its figure has ${what}`;
  }
  const [was, is] = [readable(before), readable(after)];
  if (was === is) return undefined;
  const [old, now] = [was.split("\n"), is.split("\n")];
  const line = old.findIndex((text, index) => text !== now[index]);
  return line < 0
    ? `more after ${JSON.stringify(old.at(-1))}`
    : `${JSON.stringify(now[line])} instead of ${JSON.stringify(old[line])}`;
}

/** All that an output says, without what only orders it. */
function readable(output: Output): string {
  if (output.output_type === "stream") {
    return `${output.name}: ${joined(output.text)}`;
  }
  if (output.output_type === "error") return `error: ${output.evalue}`;
  return Object.entries(output.data).map(([type, value]) =>
    `${type}: ${
      Array.isArray(value) || typeof value === "string"
        ? joined(value)
        : JSON.stringify(value)
    }`
  ).join("\n");
}
