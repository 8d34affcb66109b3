/**
 * Who is compared: the columns of the table, and how their programs start.
 */

import { fileURLToPath } from "node:url";

/** A column of the table. */
export interface Contestant {
  /** What `--peers` calls it. */
  readonly name: string;
  /** What the table calls it. */
  readonly heading: string;
  /** Tasks that are left out unless `--slow` is given, and why. */
  readonly tooSlow?: Readonly<Record<string, string>>;
  /**
   * The command that starts its program.
   *
   * @throws {Error} if it cannot be run here
   */
  command(): Promise<Deno.Command> | Deno.Command;
}

/** All of them; the first is this package, by which the others are checked. */
export const contestants: readonly Contestant[] = [
  {
    name: "makemore",
    heading: "this package",
    command: () => deno("makemore"),
  },
  {
    name: "makemore-2",
    heading: "this package, 2 threads",
    command: () => deno("makemore-2"),
  },
  {
    name: "pytorch",
    heading: "PyTorch",
    command: () => python(1),
  },
  {
    name: "pytorch-2",
    heading: "PyTorch, 2 threads",
    command: () => python(2),
  },
  {
    name: "loops",
    heading: "plain TypeScript",
    command: () => deno("loops"),
  },
  {
    name: "tfjs-wasm",
    heading: "tfjs wasm",
    command: () => deno("tfjs-wasm"),
  },
  {
    name: "jax-js",
    heading: "jax-js",
    command: () => deno("jax-js"),
  },
  {
    name: "tfjs-cpu",
    heading: "tfjs cpu",
    tooSlow: { "full-batch": "one step takes 12 to 20 s" },
    command: () => deno("tfjs-cpu"),
  },
];

const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;

/** A program of a peer that runs in Deno. */
function deno(name: string): Deno.Command {
  const file = new URL("peer_process.ts", import.meta.url).href;
  const allowed = ["--allow-read", "--allow-env", "--allow-sys"];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...allowed, file, name],
    env: { NO_COLOR: "1" },
    ...pipes,
  });
}

/** PyTorch with so many threads, in all that it multiplies matrices with. */
async function python(threads: number): Promise<Deno.Command> {
  const count = String(threads);
  return new Deno.Command(await pythonWithTorch(), {
    args: [fileURLToPath(new URL("peers/pytorch.py", import.meta.url)), count],
    env: {
      OMP_NUM_THREADS: count,
      OPENBLAS_NUM_THREADS: count,
      MKL_NUM_THREADS: count,
      // Threads that wait give their core away: to each other, if a core is
      // busy with something else, and to the peer whose turn is next.
      OMP_WAIT_POLICY: "PASSIVE",
    },
    ...pipes,
  });
}

/** A Python that can import torch: `$PYTHON`, or one of the usual ones. */
async function pythonWithTorch(): Promise<string> {
  const named = Deno.env.get("PYTHON");
  const candidates = named ? [named] : ["python3", "/usr/bin/python3"];
  for (const candidate of candidates) {
    const command = new Deno.Command(candidate, {
      args: ["-c", "import torch"],
      stdout: "null",
      stderr: "null",
    });
    try {
      if ((await command.output()).success) return candidate;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(
    `no torch in ${candidates.join(" or ")}: set PYTHON to a Python with it`,
  );
}
