/// <reference lib="dom" />
/** The page's only program: its worker runs the same one. */

import { render } from "preact";
import { serve } from "./engine.ts";
import { App } from "./parts/app.tsx";
import { followTheme } from "./parts/theme.tsx";
import { open } from "./session.ts";

/** A function that uses SIMD, to ask whether WebAssembly has it. */
const SIMD = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

function start(): void {
  const root = document.getElementById("app")!;
  if (!globalThis.WebAssembly?.validate(SIMD)) {
    root.textContent =
      "This page needs WebAssembly with SIMD, which browsers have since 2021 " +
      "(Safari since 2023): please open it in a newer one.";
    return;
  }
  followTheme();
  render(<App />, root);
  open();
}

if (typeof document === "undefined") serve();
else start();
