/**
 * Runs the command lines that come in on stdin, each as JSON, one after another.
 * What each says ends with a NUL, which the program never prints, and its exit
 * code.
 */

import { main } from "../../cli.ts";

const encoder = new TextEncoder();
// the next one comes when the one before has ended, and is far shorter than
// what a pipe gives at once, so each is a piece
const pieces = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
for await (const args of pieces) {
  const end = encoder.encode(`\0${await main(JSON.parse(args))}\n`);
  for (const stream of [Deno.stdout, Deno.stderr]) stream.writeSync(end);
}
