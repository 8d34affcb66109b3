/**
 * The program that a peer in TypeScript runs in: `deno run serve.ts FILE
 * THREADS [ARGUMENT]`. It says the peer's label, and answers the questions of bench.ts,
 * a line of JSON each, until there are no more.
 */

import process from "node:process";
import { createInterface } from "node:readline";
import type { Start, Work } from "./peer.ts";

/** Arrays come as `{ "float32": "…" }`, in base64. */
function decode(_key: string, value: { float32?: string; int32?: string }) {
  const base64 = value?.float32 ?? value?.int32;
  if (base64 === undefined) return value;
  const { buffer } = Uint8Array.fromBase64(base64);
  return value.float32 ? new Float32Array(buffer) : new Int32Array(buffer);
}

function say(reply: object): void {
  console.log(JSON.stringify(reply));
}

const [file, threads, argument] = Deno.args;
const { start }: { start: Start } = await import(file);
const peer = await start(Number(threads), argument);
say({ label: peer.label });
let work: Work | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line, decode);
  try {
    if ("prepare" in question) {
      work = peer.prepare(question.prepare);
      say({ prepared: work !== undefined });
    } else {
      const begin = performance.now();
      const outcome = await work!(question.run, question.rate);
      say({ seconds: (performance.now() - begin) / 1000, outcome });
    }
  } catch (error) {
    say({ error: String(error) });
  }
}
