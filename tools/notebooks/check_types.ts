/** Type-checks the code cells of a notebook, which neither Deno nor Jupyter does. */

import { fileURLToPath } from "node:url";
import { withAnswers } from "./answers.ts";
import { codeCells, joined, type Notebook } from "./notebook.ts";

/** The project's configuration, independent of the current folder. */
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/**
 * All code cells and folded answers as one module, and for each of its lines the place it comes
 * from. A name that two cells declare is an error, as in VS Code: who runs one
 * of them again gets the other's value somewhere.
 */
export function extractModule(
  notebook: Notebook,
): { code: string; places: string[] } {
  const lines: string[] = [];
  const places: string[] = [];
  let cells = 0;
  for (const { id, source } of codeCells(withAnswers(notebook))) {
    const place = id === "answer"
      ? `an answer below cell ${cells}`
      : `cell ${++cells}`;
    for (const [line, text] of joined(source).split("\n").entries()) {
      places[lines.push(text) - 1] = `${place}, line ${line + 1}`;
    }
    places[lines.push(";") - 1] = `${place}, end`;
  }
  return { code: [...lines, "export {};", ""].join("\n"), places };
}

/**
 * The type errors of a notebook with their cells and lines, or `undefined` if
 * there are none. The module is in the notebook's folder while it is checked,
 * so that its imports mean the same.
 */
export async function typeErrors(
  path: string,
  notebook: Notebook,
): Promise<string | undefined> {
  const { code, places } = extractModule(notebook);
  const file = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp.ts`;
  try {
    await Deno.writeTextFile(file, code);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", CONFIG, file],
      env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
      stdout: "null",
    }).output();
    if (success) return undefined;
    return new TextDecoder().decode(stderr).trim().replaceAll(
      /file:\/\/\S*\.tmp\.ts:(\d+):(\d+)/g,
      (_, line, column) => `${places[line - 1]}:${column}`,
    );
  } finally {
    await Deno.remove(file);
  }
}
