/** Notebooks as files: nbformat 4.5, https://nbformat.readthedocs.io */

import type { Message } from "./kernel.ts";

/** A notebook, as its file holds it. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** One cell; only code cells have outputs and a count. */
export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: { tags?: string[] };
  source: string | string[];
  execution_count?: number | null;
  outputs?: Output[];
}

/** What stands below a code cell. */
export type Output =
  | { output_type: "stream"; name: string; text: string[] }
  | {
    output_type: "display_data" | "execute_result";
    execution_count?: number;
    data: Record<string, unknown>;
    metadata: Record<string, unknown>;
  }
  | {
    output_type: "error";
    ename: string;
    evalue: string;
    traceback: string[];
  };

/** The same in every notebook, so that no machine's versions get into a file. */
const metadata = {
  kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
  language_info: {
    codemirror_mode: { name: "typescript" },
    file_extension: ".ts",
    mimetype: "text/x.typescript",
    name: "typescript",
    nbconvert_exporter: "script",
    pygments_lexer: "typescript",
  },
};

/** Reads a notebook, and refuses what is none. */
export async function readNotebook(path: string): Promise<Notebook> {
  const notebook = JSON.parse(await Deno.readTextFile(path));
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new SyntaxError(
      `Cannot read "${path}": it is no notebook of format 4`,
    );
  }
  return notebook;
}

/** The code or prose of a cell in one piece. */
export function sourceOf(cell: Cell): string {
  return joined(cell.source);
}

/** The code cells, in order. */
export function codeCells(notebook: Notebook): Cell[] {
  return notebook.cells.filter(({ cell_type }) => cell_type === "code");
}

/** Whether a cell, or whatever it is made for, has this tag. */
export function hasTag(cell: Cell, tag: string): boolean {
  return cell.metadata.tags?.includes(tag) ?? false;
}

/**
 * The notebook's file, so that equal notebooks make equal bytes: texts in
 * lines as JupyterLab has them, metadata that names no version, counts as run,
 * and code and prose as `deno fmt` has them. (`deno fmt --check` itself finds
 * fault with every notebook, so they are kept from it.)
 */
export async function formatNotebook(notebook: Notebook): Promise<string> {
  const cells = notebook.cells.map((cell, index) => ({
    cell_type: cell.cell_type,
    ...(cell.cell_type === "code"
      ? { execution_count: cell.execution_count ?? null }
      : {}),
    id: cell.id ?? `cell-${index}`,
    metadata: cell.metadata?.tags ? { tags: cell.metadata.tags } : {},
    ...(cell.cell_type === "code" ? { outputs: cell.outputs ?? [] } : {}),
    source: lines(sourceOf(cell)),
  }));
  const file = { cells, metadata, nbformat: 4, nbformat_minor: 5 };
  const formatter = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--no-config", "--ext", "ipynb", "-"],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = formatter.stdin.getWriter();
  const [{ success, stdout, stderr }] = await Promise.all([
    formatter.output(),
    input.write(new TextEncoder().encode(JSON.stringify(file, null, 1) + "\n"))
      .then(() => input.close()),
  ]);
  if (!success) throw new SyntaxError(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/**
 * The outputs of a cell from what the kernel published: pieces of one stream
 * joined, and a live figure as it was last.
 */
export function outputsOf(shown: readonly Message[], count: number): Output[] {
  const outputs: Output[] = [];
  const live = new Map<string, Output>();
  for (const { type, content } of shown) {
    const last = outputs.at(-1);
    if (type === "stream") {
      if (last?.output_type === "stream" && last.name === content.name) {
        last.text = lines(last.text.join("") + content.text);
      } else {
        outputs.push({
          output_type: type,
          name: content.name,
          text: lines(content.text),
        });
      }
    } else if (type === "display_data" || type === "execute_result") {
      const output: Output = {
        ...(type === "execute_result" ? { execution_count: count } : {}),
        data: inLines(content.data),
        metadata: content.metadata ?? {},
        output_type: type,
      };
      outputs.push(output);
      const id = content.transient?.display_id;
      if (id !== undefined) live.set(id, output);
    } else if (type === "update_display_data") {
      const output = live.get(content.transient?.display_id);
      if (output && "data" in output) output.data = inLines(content.data);
    } else if (type === "clear_output") {
      outputs.length = 0;
    } else if (type === "error") {
      const { ename, evalue, traceback } = content;
      outputs.push({ output_type: type, ename, evalue, traceback });
    }
  }
  return outputs;
}

/** The text of a media type's data, whether it stands in lines or in one piece. */
export function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text);
}

function inLines(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => [
      type,
      typeof value === "string" ? lines(value) : value,
    ]),
  );
}

/** Lines that keep their line breaks, as nbformat wants them. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
