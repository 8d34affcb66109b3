/** Whether a new run shows what the committed notebook shows. */

import { type Cell, figureOf, type Output } from "./notebook.ts";

/**
 * How a cell differs from the committed one, or `undefined`. Texts must be
 * equal to the character; figures, see `figureDifference()`.
 */
export function cellDifference(
  committed: Cell,
  fresh: Cell,
): string | undefined {
  if (committed.execution_count !== fresh.execution_count) {
    return `has the count ${committed.execution_count}: the notebook was not run from top to bottom`;
  }
  const [before, after] = [committed.outputs ?? [], fresh.outputs ?? []];
  if (before.length !== after.length) {
    return `has ${after.length} outputs instead of ${before.length}`;
  }
  for (const [index, output] of before.entries()) {
    const [was, is] = [figureOf(output), figureOf(after[index])];
    const what = was !== undefined && is !== undefined
      ? figureDifference(was, is)
      : firstDifference(linesOf(output), linesOf(after[index]));
    if (what) return what;
  }
}

/**
 * How a new SVG differs from a committed one, or `undefined`. Its texts, its
 * elements, their colours and their order must be equal. A coordinate may be
 * half a pixel off, because another machine may round differently.
 */
export function figureDifference(
  committed: string,
  fresh: string,
): string | undefined {
  // Texts, colours, numbers, and what is between them.
  const parts =
    />[^<\n]*|#[\da-f]{3,8}|-?\d*\.?\d+(?:e-?\d+)?|[^>#\d.-]+|[^]/gi;
  const [was, is] = [committed, fresh].map((svg) => svg.match(parts) ?? []);
  return firstDifference(was, is, 0.5);
}

/** The first two parts that differ, where numbers may differ a little. */
function firstDifference(
  was: readonly string[],
  is: readonly string[],
  tolerance = 0,
): string | undefined {
  for (let i = 0; i < Math.max(was.length, is.length); i++) {
    const isSame = was[i] === is[i] ||
      Math.abs(Number(was[i]) - Number(is[i])) <= tolerance;
    if (!isSame) {
      return `shows ${is[i] ?? "the end"} instead of ${was[i] ?? "the end"}`;
    }
  }
}

/** Everything in an output, in lines that do not depend on the order of keys. */
function linesOf(output: Output): string[] {
  return JSON.stringify(Object.entries(output).sort(), null, 1).split("\n")
    .map((line) => line.trim().replace(/,$/, ""));
}
