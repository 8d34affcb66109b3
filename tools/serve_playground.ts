/** Serves the playground on this machine: `deno task playground`. */

import { buildPage } from "./build_playground.ts";

const page = await buildPage();
const headers = { "content-type": "text/html; charset=utf-8" };
const onListen = ({ port }: { port: number }) =>
  console.log(`Open http://localhost:${port}/`);
const address = { hostname: "127.0.0.1", port: 8003, onListen };
Deno.serve(address, () => new Response(page, { headers }));
