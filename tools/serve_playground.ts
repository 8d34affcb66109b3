/** Serves the playground on this machine: `deno task playground`. */

import { buildPage } from "./build_playground.ts";

const page = await buildPage();
Deno.serve({
  hostname: "127.0.0.1",
  port: 8003,
  onListen: ({ port }) => console.log(`Open http://localhost:${port}/`),
}, () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }));
