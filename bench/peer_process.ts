/**
 * The program that a peer runs in: `deno run … peer_process.ts NAME`. Answers
 * the questions of bench.ts, see wire.ts, until there are no more.
 */

import type { Peer, Work } from "./peer.ts";
import { decode, encode, linesOf, type Question, type Reply } from "./wire.ts";

/** The peers that run in Deno. Only the one that is wanted is loaded. */
const peers: Readonly<Record<string, () => Promise<Peer>>> = {
  makemore: async () => (await import("./peers/makemore.ts")).makemore(1),
  "makemore-2": async () => (await import("./peers/makemore.ts")).makemore(2),
  "tfjs-cpu": async () => await (await import("./peers/tfjs.ts")).tfjs("cpu"),
  "tfjs-wasm": async () => await (await import("./peers/tfjs.ts")).tfjs("wasm"),
  "jax-js": async () => await (await import("./peers/jax.ts")).jax(),
  loops: async () => (await import("./peers/loops.ts")).loops,
};

async function answer(reply: Reply): Promise<void> {
  let bytes = encode(reply);
  while (bytes.length > 0) {
    bytes = bytes.subarray(await Deno.stdout.write(bytes));
  }
}

const peer = await peers[Deno.args[0]]();
await answer({ label: peer.label });
let work: Work | undefined;
for await (const line of linesOf(Deno.stdin.readable)) {
  const question = decode<Question>(line);
  if ("prepare" in question) {
    work?.close();
    work = await peer.prepare(question.prepare);
    await answer({ prepared: work !== undefined });
  } else {
    const start = performance.now();
    const outcome = await work!.run(question.run);
    await answer({ seconds: (performance.now() - start) / 1000, outcome });
  }
}
Deno.exit(); // the workers of jax-js would go on
