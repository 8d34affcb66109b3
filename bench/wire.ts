/**
 * How bench.ts and the programs of the peers talk: one JSON object a line,
 * typed arrays as `{"array": "Float32Array", "base64": "…"}`.
 */

import type { Outcome } from "./peer.ts";
import type { Problem } from "./problem.ts";

/** What a peer is asked. */
export type Question =
  /** To take a problem in, in place of the one before. */
  | { readonly prepare: Problem }
  /** To do it so many times. */
  | { readonly run: number };

/** What it answers; its label comes first, unasked. */
export type Reply =
  | { readonly label: string }
  /** Whether it has a way of its own to do that. */
  | { readonly prepared: boolean }
  /** How long the repetitions took, and what they came to. */
  | { readonly seconds: number; readonly outcome: Outcome };

const arrays = { Float32Array, Uint16Array };

/** A line to send. */
export function encode(message: Question | Reply): Uint8Array {
  const line = JSON.stringify(message, (_, value) => {
    for (const name of Object.keys(arrays) as (keyof typeof arrays)[]) {
      if (!(value instanceof arrays[name])) continue;
      const { buffer, byteOffset, byteLength } = value;
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return { array: name, base64: bytes.toBase64() };
    }
    return value;
  });
  return new TextEncoder().encode(line + "\n");
}

/** What a line says. */
export function decode<Message extends Question | Reply>(
  line: string,
): Message {
  return JSON.parse(line, (_, value) => {
    if (value === null || !Object.hasOwn(value, "array")) return value;
    const { array, base64 } = value;
    const bytes = Uint8Array.fromBase64(base64);
    return new arrays[array as keyof typeof arrays](bytes.buffer);
  });
}

/** The lines of a stream, as they come in. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + piece).split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}
