/**
 * The code in the folded answers to exercises: what stands between
 * `<details>` and `</details>` in a fence of TypeScript.
 */

import { type Cell, joined, type Notebook } from "./notebook.ts";

/**
 * The answers in a cell of prose, each as a block, so that it can use what the
 * cells before declare but changes nothing for those after.
 */
export function answersIn(cell: Cell): string[] {
  if (cell.cell_type !== "markdown") return [];
  const folded = joined(cell.source).match(/<details>[^]*?<\/details>/g) ?? [];
  return folded.flatMap((text) =>
    Array.from(
      text.matchAll(/^ *```ts\n([^]*?)^ *```/gm),
      ([, code]) => `{\n${code}}`,
    )
  );
}

/** The notebook with each answer as a code cell where it is printed. */
export function withAnswers({ cells, ...rest }: Notebook): Notebook {
  const answer = (source: string): Cell => ({
    cell_type: "code",
    id: "answer",
    metadata: {},
    source,
  });
  const all = cells.flatMap((cell) => [cell, ...answersIn(cell).map(answer)]);
  return { cells: all, ...rest };
}
