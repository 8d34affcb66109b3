/**
 * The playground as the output of a notebook's cell: parts of the page that
 * train and react without any message to the kernel, since the library runs in
 * the output itself.
 *
 * @module
 */

import {
  escapeHtml,
  type Figure,
  imageTag,
  jupyterDisplay,
} from "../lib/plots/figure.ts";
import { page } from "./notebook_page.ts";
import { FIRST, type Settings } from "./settings.ts";

export type { Settings } from "./settings.ts";
export type { Arithmetic, Recipe } from "../core.ts";

/** A part of the page. */
export type PlaygroundPart = "map" | "loss" | "write" | "inside";

/** Options of {@linkcode playground}. */
export interface PlaygroundOptions {
  /** The parts to show, in this order. Default: `["map", "loss"]`. */
  parts?: readonly PlaygroundPart[];
  /** The words to learn from. Default: the embedded names. */
  words?: Iterable<string>;
  /**
   * The settings that differ from those of the lecture's last network with
   * scaled weights.
   */
  settings?: Partial<Settings>;
  /** The number of steps to take at once. Default: 0. */
  step?: number;
  /** The word to look inside with, and the place of its letter to guess. */
  look?: { word: string; place: number };
  /** The height of the output in CSS pixels. Default: what the parts need. */
  height?: number;
  /**
   * What is shown where scripts are stripped, as on GitHub: a figure of
   * `@makemore/mlp/plots`. Default: words.
   */
  picture?: Figure;
}

/** The playground in a notebook: a value that shows itself. */
export interface Playground {
  /** The playground as a document of its own. */
  readonly html: string;
  /** The playground by media type, as Jupyter wants it. */
  [jupyterDisplay](): Record<"text/html" | "text/plain", string>;
}

/** The height of each part in CSS pixels; map and loss share a row. */
const HEIGHTS = { map: 560, loss: 560, write: 560, inside: 900 };
const CONTROLS = 110;

/**
 * Shows parts of the playground as the output of a cell. It trains in
 * JupyterLab and in VS Code without the kernel; where scripts are stripped, as
 * on GitHub, a picture and its words take its place.
 *
 * @experimental The playground is new, and its options may change.
 *
 * @param options the parts, the words, the settings, and the picture
 * @returns a value that shows itself as the last one of a cell
 *
 * @example A cell
 * ```ts
 * import { playground } from "@makemore/mlp/playground";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const cell = playground({ settings: { embeddingSize: 2 } });
 * assertStringIncludes(cell.html, "embeddingSize");
 * ```
 */
export function playground(options: PlaygroundOptions = {}): Playground {
  const { parts = ["map", "loss"], words, settings, step = 0 } = options;
  const { look, picture } = options;
  const isRow = parts.includes("map") && parts.includes("loss");
  const {
    height = parts.reduce((sum, part) => sum + HEIGHTS[part], CONTROLS) -
      (isRow ? HEIGHTS.loss : 0),
  } = options;
  const html = documentOf({
    parts,
    look,
    list: { text: words && [...words].join("\n") },
    settings: { ...FIRST, ...settings },
    step,
    edits: [],
  });
  const text = `[Playground] A network that trains in this output when the ` +
    `cell runs: ${parts.join(", ")}`;
  return {
    html,
    [jupyterDisplay]: () => ({
      "text/html": outputOf(html, height, picture, text),
      "text/plain": picture ? `${text}. ${picture}` : text,
    }),
  };
}

/** A document that unpacks the page. */
function documentOf(options: object): string {
  const json = JSON.stringify(options).replaceAll("<", "\\u003c");
  return `<!doctype html><meta charset="utf-8"><script>(async()=>{` +
    `const s=new Blob([Uint8Array.from(atob("${page}"),c=>c.charCodeAt(0))])` +
    `.stream().pipeThrough(new DecompressionStream("deflate-raw"));` +
    `const h=await new Response(s).text(),a='<div id="app">';` +
    `document.open();document.write(h.replace(a,()=>${
      JSON.stringify('<script type="application/json" id="options">')
        .replaceAll("<", "\\x3c")
    }+${JSON.stringify(json).replaceAll("<", "\\x3c")}+"\\x3c/script>"+a));` +
    `document.close()})()</script>`;
}

/**
 * The document in a frame of its own, with JupyterLab's theme, and what takes its
 * place. Where scripts are stripped the style is too, so that the picture appears.
 */
function outputOf(
  html: string,
  height: number,
  picture: PlaygroundOptions["picture"],
  text: string,
): string {
  const still = picture ? imageTag(picture) : "";
  return `<style>.makemore-still{display:none}` +
    `[data-jp-theme-light=true] .makemore-live{color-scheme:light}` +
    `[data-jp-theme-light=false] .makemore-live{color-scheme:dark}</style>` +
    `<div class="makemore-still">${still}<p>${escapeHtml(text)}</p></div>` +
    `<iframe class="makemore-live" title="makemore playground" sandbox="allow-scripts allow-downloads" ` +
    `style="width:100%;height:${height}px;border:0" srcdoc="${
      escapeHtml(html)
    }">` +
    `</iframe>`;
}
