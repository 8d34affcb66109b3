/**
 * The playground as the output of a notebook's cell: parts of the page that
 * train and react without any message to the kernel, since the library runs in
 * the output itself.
 *
 * @module
 */

import { type Figure, jupyterDisplay } from "../lib/plots/figure.ts";
import { jupyterKernel } from "../lib/plots/jupyter_kernel.ts";
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
  [jupyterDisplay](): Record<"application/javascript" | "text/plain", string>;
}

/**
 * Shows parts of the playground as the output of a cell. It trains in
 * JupyterLab and in VS Code without the kernel; where scripts are stripped, as
 * on GitHub, a picture and words take its place.
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
  const { look, picture, height } = options;
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
    [jupyterDisplay]() {
      // viewers that strip scripts may show nothing at all of the last output
      const still = [picture?.[jupyterDisplay](), { "text/plain": text }]
        .filter((data) => data !== undefined);
      for (const data of still) {
        const shown = { data, metadata: {}, transient: {} };
        jupyterKernel()?.broadcast("display_data", shown);
      }
      return {
        "application/javascript": scriptOf(html, height, still.length),
        "text/plain": text,
      };
    },
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
 * A script that puts the document into a frame, where JupyterLab's `element` is
 * or where the script itself is, and hides the outputs before it that take its
 * place. The frame says how high it is, and hears of the theme, until it is taken
 * out of the page.
 */
function scriptOf(
  html: string,
  height: number | undefined,
  stills: number,
): string {
  const text = JSON.stringify(html).replaceAll("</", "<\\/")
    .replaceAll("<!--", "<\\!--");
  return `((element) => {
  const frame = document.createElement("iframe");
  frame.className = "makemore-live";
  frame.title = "makemore playground";
  frame.sandbox = "allow-scripts allow-downloads";
  frame.style = "width:100%;border:0;height:${height ?? 600}px";
  const isGone = () => {
    if (frame.isConnected) return false;
    themes.disconnect();
    removeEventListener("message", hear);
    return true;
  };
  const tellTheme = () => {
    if (isGone()) return;
    const { jpThemeLight, vscodeThemeKind = "" } = document.body.dataset;
    const isDark = jpThemeLight === "false" || vscodeThemeKind.includes("dark");
    frame.contentWindow.postMessage({ theme: isDark ? "dark" : "light" }, "*");
  };
  const hear = ({ source, data }) => {
    if (isGone() || source !== frame.contentWindow) return;
    tellTheme();
    let still = element.closest(".jp-OutputArea-child");
    for (let i = 0; i < ${stills} && still?.previousElementSibling; i++) {
      still = still.previousElementSibling;
      still.style.display = "none";
    }
    ${height === undefined ? 'frame.style.height = data.height + "px";' : ""}
  };
  const themes = new MutationObserver(tellTheme);
  (frame.onload = () => { // also when it is attached again
    addEventListener("message", hear);
    themes.observe(document.body, { attributes: true });
  })();
  frame.srcdoc = ${text};
  element.append(frame);
})(typeof element === "object" ? element : (() => {
  const script = [...document.scripts].find(({ text, dataset }) =>
    text.includes("makemore playground") && !dataset.taken);
  script.dataset.taken = "true";
  return script.parentElement;
})());`;
}
