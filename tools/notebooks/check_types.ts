/** Type-checks the code cells of notebooks, which neither Deno nor Jupyter does. */

<<<<<<< HEAD
import { basename, dirname, join } from "node:path";
=======
import { basename } from "node:path";
>>>>>>> main
import { fileURLToPath } from "node:url";
import { withAnswers } from "./answers.ts";
import { codeCells, joined, type Notebook, readNotebook } from "./notebook.ts";

/** The project's configuration, independent of the current folder. */
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/**
 * All code cells and folded answers as one module, and the place that each of
 * its lines comes from. A name that two cells declare is an error, as in VS Code:
 * run one of them again, and a later cell gets the wrong value.
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
<<<<<<< HEAD
 * The type errors of notebooks by their paths, with cells and lines. All are
 * checked at once, because most of the time goes into what they import. Each
 * module is in the notebook's folder meanwhile, so that its imports mean the same.
=======
 * The type errors of notebooks with their cells and lines, by the notebooks'
 * paths; a notebook without any has no entry. All are checked at once, since the
 * types of tfjs take longer than a notebook. The modules are in the notebooks'
 * folders while they are checked, so that their imports mean the same.
>>>>>>> main
 */
export async function typeErrors(
  paths: readonly string[],
): Promise<Map<string, string>> {
<<<<<<< HEAD
  const modules = await Promise.all(paths.map(async (path) => {
    const { code, places } = extractModule(await readNotebook(path));
    const name = `${basename(path)}.${crypto.randomUUID().slice(0, 8)}.tmp.ts`;
    return { path, code, places, name, file: join(dirname(path), name) };
  }));
  try {
    await Promise.all(
      modules.map(({ file, code }) => Deno.writeTextFile(file, code)),
    );
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["check", "--quiet", "--config", CONFIG],
        ...modules.map(({ file }) => file),
      ],
=======
  const modules = await Promise.all(paths.map(async (path) => ({
    ...{ path, ...extractModule(await readNotebook(path)) },
    file: `${path}.${crypto.randomUUID().slice(0, 8)}.tmp.ts`,
  })));
  try {
    for (const { file, code } of modules) await Deno.writeTextFile(file, code);
    const files = modules.map(({ file }) => file);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", CONFIG, ...files],
>>>>>>> main
      env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
      stdout: "null",
    }).output();
    const errors = new Map<string, string>();
    if (success) return errors;
<<<<<<< HEAD
    // One error after the other, each with the place of its module.
    const printed = new TextDecoder().decode(stderr).trim();
    for (const error of printed.split(/\n{2,}(?=TS\d+ )/)) {
      const { path, places } = modules.find(({ name }) =>
        error.includes(name)
      ) ?? modules[0];
      const placed = error.replaceAll(
        /file:\/\/\S*\.tmp\.ts:(\d+):(\d+)/g,
        (_, line, column) => `${places[line - 1]}:${column}`,
      );
      errors.set(path, [errors.get(path) ?? [], placed].flat().join("\n\n"));
=======
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
>>>>>>> main
    }
    return errors;
  } finally {
    await Promise.all(
      modules.map(({ file }) => Deno.remove(file).catch(() => {})),
    );
  }
}
