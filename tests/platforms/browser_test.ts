/** The library in a browser's page and in a worker of the page. */

import { assertEquals, assertMatch } from "@std/assert";
import { bundle, expected, findPlatform } from "./platforms.ts";

const chromium = findPlatform("chromium", /^Chromium \d/);

/** Chromium without a window, a sandbox (for root), and calls home. */
const OPTIONS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

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
  await bundle(`${folder}/all_programs.js`, []);
  for (const name of ["page.html", "reporter.js"]) {
    await Deno.copyFile(new URL(name, import.meta.url), `${folder}/${name}`);
  }
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
      return new Response(await Deno.readFile(folder + pathname), {
        headers: { ...headers, "content-type": type },
      });
    },
  );
  const browser = new Deno.Command(chromium.path, {
    args: [
      ...OPTIONS,
      `--user-data-dir=${folder}/profile`,
      `http://127.0.0.1:${server.addr.port}/page.html`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(resolve, 60_000);
  try {
    await promise;
    return written;
  } finally {
    clearTimeout(timer);
    browser.kill();
    await browser.status;
    await server.shutdown();
  }
}

Deno.test({
  name:
    "mod.ts and core.ts compute the same in a page and in a worker, where readWords() " +
    "throws one sentence",
  ignore: chromium.ignore,
  async fn() {
    for (const headers of [{}, ISOLATED]) {
      const folder = await Deno.makeTempDir();
      try {
        const written = await openPage(folder, headers);
        for (const from of ["/page", "/worker"]) {
          const lines = written[from] ?? [];
          assertEquals(lines.slice(0, -1), await expected(lines), from);
          assertMatch(
            lines.at(-1)!,
            /^WordListError: .*data\/names\.txt[^\n]*$/,
          );
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
  },
});
