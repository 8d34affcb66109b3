/** The programs of the peers, from the side that asks. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Outcome } from "./peer.ts";
import type { Problem } from "./tasks.ts";

const PEERS = new URL("peers/", import.meta.url);
const SERVE_TS = new URL("serve.ts", import.meta.url).href;
const SERVE_PY = fileURLToPath(new URL("serve.py", import.meta.url));
const DENO = "run --quiet --no-prompt --allow-read --allow-env --allow-sys";

/** The files of the peers by their names. */
export const peerFiles: ReadonlyMap<string, URL> = new Map(
  Array.from(Deno.readDirSync(PEERS), ({ name }) => name).sort()
    .map((file) => [file.replace(/\.\w+$/, ""), new URL(file, PEERS)]),
);

/** A peer's program, until it is closed. */
export interface Program {
  /** The peer's name and version. */
  readonly label: string;
  /** Gives it a problem; `false` if it cannot do that. */
  prepare(problem: Problem): Promise<boolean>;
  /** Lets it do the problem n times, by default at a learning rate of 0.1. */
  run(n: number, rate?: number): Promise<{ seconds: number; outcome: Outcome }>;
  /** Lets it end. */
  close(): Promise<unknown>;
}

/**
 * Starts a peer: `loops`, `tfjs:cpu` with an argument, or `./my_peer.py`.
 *
 * @param threads how many it may have
 * @param python the Python of a peer in Python
 * @throws {Error} with its last words, if it does not come up
 */
export async function startProgram(
  peer: string,
  threads = 1,
  python = "python3",
): Promise<Program> {
  const [, name, argument] = /^(.*?)(?::(\w+))?$/.exec(peer)!;
  const file = peerFiles.get(name) ?? pathToFileURL(name);
  const [command, ...args] = file.pathname.endsWith(".py")
    ? [python, SERVE_PY, fileURLToPath(file)]
    : [Deno.execPath(), ...DENO.split(" "), SERVE_TS, file.href];
  const child = spawn(command, args.concat(String(threads), argument ?? []), {
    env: {
      ...Deno.env.toObject(),
      NO_COLOR: "1",
      OMP_NUM_THREADS: String(threads),
    },
  });
  let errors = "";
  child.on("error", (error) => errors += error.message);
  child.stderr.on("data", (text) => errors += text);
  child.stdin.on("error", () => {}); // the missing reply says why
  const ended = new Promise((resolve) => child.on("close", resolve));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();

  async function reply() {
    const { done, value } = await lines.next();
    const reply = done ? { error: lastWords(errors) } : JSON.parse(value);
    if ("error" in reply) throw new Error(reply.error);
    return reply;
  }

  function ask(question: object) {
    child.stdin.write(JSON.stringify(question, encodeArray) + "\n");
    return reply();
  }

  return {
    label: (await reply()).label,
    prepare: async (problem) => (await ask({ prepare: problem })).prepared,
    run: (n, rate = 0.1) => ask({ run: n, rate }),
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** Arrays are sent as `{ "float32": "…" }`, in base64. */
function encodeArray(_key: string, value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return value;
  const { buffer, byteOffset, byteLength } = value;
  const base64 = new Uint8Array(buffer, byteOffset, byteLength).toBase64();
  return { [value instanceof Float32Array ? "float32" : "int32"]: base64 };
}

/** The line of a program's error output that says what went wrong. */
function lastWords(errors: string): string {
  const lines = errors.split("\n").filter((line) => /^\S/.test(line));
  return lines.find((line) => line.startsWith("error:")) ?? lines.at(-1) ??
    "the program ended without a word";
}
