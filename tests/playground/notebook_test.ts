/** The playground as the output of a notebook's cell, without a browser. */

import { assertEquals } from "@std/assert";
import { jupyterDisplay } from "../../lib/plots/figure.ts";
import { playground } from "../../playground/notebook.ts";

Deno.test("playground() has a script that leaves nothing behind when its frame is gone", () => {
  const script = playground()[jupyterDisplay]()["application/javascript"];
  const heard = new Set<(message: object) => void>();
  const observed = new Set<() => void>();
  const frame = {
    ...{ isConnected: true, contentWindow: { postMessage() {} } },
    ...{ style: "", onload() {} },
  };
  const here = {
    addEventListener: (_: string, hear: () => void) => heard.add(hear),
    removeEventListener: (_: string, hear: () => void) => heard.delete(hear),
    MutationObserver: class {
      constructor(readonly tell: () => void) {}
      observe = () => observed.add(this.tell);
      disconnect = () => observed.delete(this.tell);
    },
    document: { createElement: () => frame, body: { dataset: {} } },
    element: { append() {}, closest: () => null },
  };
  new Function(...Object.keys(here), script)(...Object.values(here));
  const isWatching = () => [heard.size, observed.size];
  const elsewhere = { source: {}, data: {} };
  for (const wake of [heard, observed]) {
    frame.onload(); // JupyterLab detaches cells out of sight, and attaches them again
    assertEquals(isWatching(), [1, 1]);
    wake.forEach((act) => act(elsewhere));
    assertEquals(isWatching(), [1, 1]);
    frame.isConnected = false;
    wake.forEach((act) => act(elsewhere));
    assertEquals(isWatching(), [0, 0]);
    frame.isConnected = true;
  }
});
