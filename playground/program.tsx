/// <reference lib="dom" />
/** The page's only program: its worker runs the same one. */

import { render } from "preact";
import { serve } from "./engine.ts";
import type { Linked } from "./link.ts";
import type { PlaygroundOptions, PlaygroundPart } from "./notebook.ts";
import { App, Parts } from "./parts/app.tsx";
import { place, word } from "./parts/inside.tsx";
import { followTheme, setTheme } from "./parts/theme.tsx";
import { open, openDropped } from "./session.ts";

/** A function that uses SIMD, to ask whether WebAssembly has it. */
const SIMD = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** What a notebook's cell asks for, if the page is its output. */
function optionsOfNotebook():
  | (Linked & Pick<PlaygroundOptions, "look"> & { parts: PlaygroundPart[] })
  | undefined {
  const text = document.getElementById("options")?.textContent;
  return text ? JSON.parse(text) : undefined;
}

/** Tells the notebook around the page how high it is, and hears of its theme. */
function live(root: HTMLElement): void {
  new ResizeObserver(() => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    parent.postMessage({ height }, "*");
  }).observe(root);
  addEventListener("message", ({ source, data }) => {
    if (source === parent) setTheme(data.theme);
  });
}

function start(): void {
  const root = document.getElementById("app")!;
  if (!globalThis.WebAssembly?.validate(SIMD)) {
    root.textContent =
      "This page needs WebAssembly with SIMD, which browsers have since 2021 " +
      "(Safari since 2023): please open it in a newer one.";
    return;
  }
  followTheme();
  const options = optionsOfNotebook();
  if (options) live(root);
  if (options?.look) {
    word.value = options.look.word;
    place.value = options.look.place;
  }
  render(options ? <Parts parts={options.parts} /> : <App />, root);
  openDropped();
  open(options);
}

if (typeof document === "undefined") serve();
else start();
