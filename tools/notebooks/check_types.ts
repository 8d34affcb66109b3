/** Type-checks the code cells of notebooks, which neither Deno nor Jupyter does. */

import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { withAnswers } from "./answers.ts";
import { codeCells, joined, type Notebook, readNotebook } from "./notebook.ts";

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
 * The type errors of notebooks with their cells and lines, by the notebooks'
 * paths; a notebook without any has no entry. All are checked at once, since the
 * types of tfjs take longer than a notebook. The modules are in the notebooks'
 * folders while they are checked, so that their imports mean the same.
 */
export async function typeErrors(
  paths: readonly string[],
): Promise<Map<string, string>> {
  const modules = await Promise.all(paths.map(async (path) => ({
    ...{ path, ...extractModule(await readNotebook(path)) },
    file: `${path}.${crypto.randomUUID().slice(0, 8)}.tmp.ts`,
  })));
  try {
    for (const { file, code } of modules) await Deno.writeTextFile(file, code);
    const files = modules.map(({ file }) => file);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", CONFIG, ...files],
      env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
      stdout: "null",
    }).output();
    const errors = new Map<string, string>();
    if (success) return errors;
    const text = new TextDecoder().decode(stderr).trim();
    for (const { path, file, places } of modules) {
      // an error outside of all notebooks is one of each
      const own = text.split(/\n\n+/).filter((error) =>
        error.includes(basename(file)) || !/\.tmp\.ts:\d/.test(text)
      ).join("\n\n");
      if (own === "") continue;
      const readable = own.replaceAll(
        /file:\/\/\S*\.tmp\.ts:(\d+):(\d+)/g,
        (_, line, column) => `${places[line - 1]}:${column}`,
      );
      errors.set(path, readable);
    }
    return errors;
  } finally {
    await Promise.all(
      modules.map(({ file }) => Deno.remove(file).catch(() => {})),
    );
  }
}
