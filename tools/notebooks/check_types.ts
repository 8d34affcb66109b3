/** Type-checks the code cells of a notebook, which neither Deno nor Jupyter do. */

import { fileURLToPath } from "node:url";
import { codeCells, type Notebook, sourceOf } from "./notebook.ts";

/** The project's own configuration, wherever the command is run from. */
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Where a line of the extracted module comes from. */
interface Origin {
  cell: number;
  line: number;
}

/**
 * One module out of all code cells. A notebook may declare a name again in a
 * later cell, so each cell is a block inside of the one before; imports, which
 * can't be in a block, go to the top, each once.
 */
export function extractModule(
  notebook: Notebook,
): { code: string; origins: (Origin | undefined)[] } {
  const imports = new Map<string, Origin>();
  const body: [text: string, origin?: Origin][] = [];
  const cells = codeCells(notebook);
  for (const [index, cell] of cells.entries()) {
    body.push(["{"]);
    const source = sourceOf(cell);
    const kept = source.replaceAll(
      /^import\s[^;]*?["'][^"']+["'](?:\s+with\s*\{[^}]*\})?;?/gm,
      (found, at: number) => {
        const line = source.slice(0, at).split("\n").length;
        for (const single of singleImports(found)) {
          if (!imports.has(single)) {
            imports.set(single, { cell: index + 1, line });
          }
        }
        return found.replaceAll(/[^\n]/g, "");
      },
    );
    for (const [line, text] of kept.split("\n").entries()) {
      body.push([text, { cell: index + 1, line: line + 1 }]);
    }
  }
  body.push(["}".repeat(cells.length)]);
  const all = [...imports].concat(body as [string, Origin][]);
  return {
    code: [...all.map(([text]) => text), "export {};", ""].join("\n"),
    origins: all.map(([, origin]) => origin),
  };
}

/**
 * The type errors of a notebook, with cells and lines in place of the lines of
 * the extracted module, or `undefined` if there are none.
 *
 * The module is written beside the notebook, so that its imports mean the same,
 * and removed again.
 */
export async function typeErrors(
  path: string,
  notebook: Notebook,
): Promise<string | undefined> {
  const { code, origins } = extractModule(notebook);
  const file = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp.ts`;
  try {
    await Deno.writeTextFile(file, code);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", config, file],
      env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return undefined;
    return new TextDecoder().decode(stderr).trim().replaceAll(
      /file:\/\/\S*\.tmp\.ts:(\d+):(\d+)/g,
      (_, line, column) => {
        const origin = origins[line - 1];
        return origin
          ? `cell ${origin.cell}, line ${origin.line}:${column}`
          : "between two cells";
      },
    );
  } finally {
    await Deno.remove(file);
  }
}

/** `import { a, b } from "x"` as one statement for each name. */
function singleImports(statement: string): string[] {
  const parts = /^import\s+(type\s+)?\{([^}]*)\}\s*(from[^;]*);?$/.exec(
    statement.replaceAll(/\s+/g, " "),
  );
  if (!parts) return [statement.replaceAll(/\s+/g, " ")];
  const [, type = "", names, from] = parts;
  return names.split(",").map((name) => name.trim()).filter(Boolean)
    .map((name) => `import ${type}{ ${name} } ${from.trim()};`);
}
