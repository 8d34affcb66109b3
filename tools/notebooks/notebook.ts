/** Notebooks as files: nbformat 4.5, https://nbformat.readthedocs.io */

import { Resvg } from "@resvg/resvg-js";
import type { Message } from "./kernel.ts";

/** A notebook, as its file holds it. */
export interface Notebook {
  cells: Cell[];
  metadata: { language_info?: { name: string; version?: string } };
  nbformat: number;
  nbformat_minor: number;
}

/** A cell. Only code cells have outputs and a count. */
export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  /** `jupyter` says whether JupyterLab hides the source. */
  metadata: { tags?: string[]; jupyter?: Record<string, boolean> };
  source: string | string[];
  execution_count?: number | null;
  outputs?: Output[];
}

/** Something that a code cell shows: a stream has a text, all else has data. */
export interface Output {
  output_type: "stream" | "display_data" | "execute_result";
  name?: string;
  text?: string[];
  execution_count?: number;
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

/**
 * Reads a notebook.
 *
 * @throws {SyntaxError} if the file is not a notebook of format 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const notebook = JSON.parse(await Deno.readTextFile(path));
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new SyntaxError(
      `Cannot read "${path}": it is not a notebook of format 4`,
    );
  }
  return notebook;
}

/**
 * Writes a notebook. Equal notebooks make equal files: `deno fmt` formats code
 * and prose, and the metadata keeps the tags and what is hidden, but not the
 * version of the kernel.
 */
export async function writeNotebook(
  path: string,
  { cells, ...rest }: Notebook,
): Promise<void> {
  const tidy = cells.map(({ metadata: { tags, jupyter }, ...cell }) => ({
    ...cell,
    metadata: { tags, jupyter },
    source: lines(joined(cell.source)),
  }));
  delete rest.metadata.language_info?.version;
  const text = JSON.stringify({ cells: tidy, ...rest }, null, 1) + "\n";
  await Deno.writeTextFile(path, text);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--no-config", path],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** The code cells, in order. */
export function codeCells(notebook: Notebook): Cell[] {
  return notebook.cells.filter(({ cell_type }) => cell_type === "code");
}

/** Whether a cell has this tag. */
export function hasTag(cell: Cell, tag: string): boolean {
  return cell.metadata.tags?.includes(tag) ?? false;
}

/** A text of the file in one piece: nbformat allows a list of lines, too. */
export function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text);
}

/** The SVG of an output that is a figure, or `undefined`. */
export function figureOf(output: Output): string | undefined {
  const svg = output.data?.["image/svg+xml"];
  return svg === undefined ? undefined : joined(svg);
}

/** The font of a machine that has no `system-ui`, where it is installed. */
const FONTS = { font: { defaultFontFamily: "DejaVu Sans" } };

/**
 * Adds a PNG to each figure, for viewers that trust no SVG. A figure that has not
 * changed keeps the one it has, because another machine has other fonts. Its
 * Markdown goes, because `nbconvert --sanitize-html` prefers it and escapes it.
 */
export function addPictures(outputs: Output[], before: Output[] = []): void {
  for (const { data, output_type } of outputs) {
    const svg = figureOf({ data, output_type });
    if (svg === undefined) continue;
    const same = before.find((output) => figureOf(output) === svg);
    data!["image/png"] = same?.data?.["image/png"] ??
      new Resvg(svg, FONTS).render().asPng().toBase64();
    delete data!["text/markdown"];
  }
}

/**
 * The outputs of a cell, from what the kernel publishes. Pieces of one stream
 * are joined, and a live figure is kept as it was last.
 */
export function outputsOf(shown: readonly Message[], count: number): Output[] {
  const outputs: Output[] = [];
  const live = new Map<string, Output>();
  for (const { type, content } of shown) {
    const id = content.transient?.display_id;
    if (type === "stream") {
      const { name, text } = content;
      const last = outputs.at(-1);
      if (last?.name === name) last!.text = lines(joined(last!.text) + text);
      else outputs.push({ output_type: type, name, text: lines(text) });
    } else if (type === "display_data" || type === "execute_result") {
      const output: Output = {
        ...(type === "execute_result" ? { execution_count: count } : {}),
        data: inLines(content.data),
        metadata: content.metadata ?? {},
        output_type: type,
      };
      outputs.push(output);
      live.set(id, output);
    } else if (type === "update_display_data" && live.has(id)) {
      live.get(id)!.data = inLines(content.data);
    }
  }
  return outputs;
}

/** An output that another program has written, as it is written here. */
export function outputOfFile(output: Output): Output {
  const { output_type, name, text, data, execution_count } = output;
  if (text !== undefined) {
    return { output_type, name, text: lines(joined(text)) };
  }
  return {
    ...(execution_count === undefined ? {} : { execution_count }),
    data: inLines(data ?? {}),
    metadata: {},
    output_type,
  };
}

function inLines(data: Record<string, unknown>): Record<string, unknown> {
  const split = (value: unknown) =>
    typeof value === "string" ? lines(value) : value;
  const entries = Object.entries(data);
  return Object.fromEntries(
    entries.map(([type, value]) => [type, split(value)]),
  );
}

/** Lines that keep their line breaks, as nbformat wants them. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
