/** Runs a notebook in JupyterLab as often, and in the orders, as people do. */

import { basename } from "node:path";
import { cellDifference } from "./compare.ts";
import type { JupyterLab } from "./jupyter_lab.ts";
import * as notebooks from "./notebook.ts";

/**
 * What a notebook shows other than its committed outputs: after "Run All" with a
 * new kernel; after all cells backwards; after each cell twice in a row.
 *
 * @param runs how often all cells are run with a new kernel
 * @param pictures where to save what it looks like in light and in dark
 */
export async function runThoroughly(
  path: string,
  lab: JupyterLab,
  runs: number,
  pictures?: string,
): Promise<string[]> {
  const committed = notebooks.codeCells(await notebooks.readNotebook(path));
  const forwards = committed.keys().toArray();
  const problems: string[] = [];
  const compare = async (when: string) => {
    const shown = notebooks.codeCells(await lab.notebook());
    for (const [i, cell] of committed.entries()) {
      if (notebooks.hasTag(cell, "time")) continue;
      const outputs = shown[i].outputs?.map(notebooks.outputOfFile) ?? [];
      const fresh = { ...cell, outputs: withCount(outputs, cell) };
      const what = cellDifference(cell, fresh);
      if (what) problems.push(`${when}: cell ${i + 1} ${what}`);
    }
  };
  await lab.open(basename(path));
  for (let run = 1; run <= runs; run++) {
    await lab.restart();
    await lab.runAll();
    await compare(`Run All, ${run} of ${runs}`);
  }
  if (pictures) await lab.pictures(`${pictures}/${basename(path, ".ipynb")}`);
  await lab.run(forwards.toReversed());
  await compare("backwards");
  await lab.restart();
  await lab.run(forwards.flatMap((i) => [i, i]));
  await compare("each twice");
  await lab.close();
  return problems;
}

/** Outputs as if the cell had been run from top to bottom. */
function withCount(
  outputs: notebooks.Output[],
  { execution_count }: notebooks.Cell,
): notebooks.Output[] {
  return outputs.map((output) =>
    output.output_type === "execute_result"
      ? { ...output, execution_count: execution_count ?? undefined }
      : output
  );
}
