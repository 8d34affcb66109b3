/** The library in a browser's page and in a worker of the page. */

import { assertEquals, assertMatch } from "@std/assert";
import { BROWSERS } from "./browsers.ts";
import { bundle, expected } from "./platforms.ts";

// In Firefox without a graphics card tfjs prints that it has no WebGL.
const [chromium] = BROWSERS;

/** What isolates a page, so that it can share memory with workers. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Opens page.html, and gives what the page and its worker write. */
async function openPage(
  folder: string,
  headers: Record<string, string>,
): Promise<Record<string, string[]>> {
  const written: Record<string, string[]> = {};
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST") {
        written[pathname] = await request.json();
        if (Object.keys(written).length === 2) resolve();
        return new Response();
      }
      const type = pathname.endsWith(".js") ? "text/javascript" : "text/html";
      const isBundle = pathname === "/all_programs.js";
      const file = isBundle ? folder + pathname : `tests/platforms${pathname}`;
      return new Response(await Deno.readFile(file), {
        headers: { ...headers, "content-type": type },
      });
    },
  );
  const browser = await chromium.launch();
  const timer = setTimeout(resolve, 60_000);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.addr.port}/page.html`);
    await promise;
    return written;
  } finally {
    clearTimeout(timer);
    await browser.close();
    await server.shutdown();
  }
}

Deno.test({
  name:
    "mod.ts and core.ts compute the same in a page and in a worker, where readWords() " +
    "throws one sentence",
  ignore: chromium.ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await bundle(`${folder}/all_programs.js`, []);
      for (const headers of [{}, ISOLATED]) {
        const written = await openPage(folder, headers);
        for (const from of ["/page", "/worker"]) {
          const lines = written[from] ?? [];
          assertEquals(lines.slice(0, -1), await expected(lines), from);
          assertMatch(
            lines.at(-1)!,
            /^WordListError: .*data\/names\.txt[^\n]*$/,
          );
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
