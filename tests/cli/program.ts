/**
 * Runs the command line as a user does: with the flags of its task in
 * deno.json, in a folder of its own.
 */

import config from "../../deno.json" with { type: "json" };

const cli = new URL("../../cli.ts", import.meta.url).href;

/** The commands that are tasks. */
export type TaskName = "train" | "sample" | "evaluate" | "find-lr";

/** What a program did. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * The arguments with which deno runs a task; quietly, since on a new machine
 * deno itself tells on stderr what it downloads.
 */
export function taskArguments(name: TaskName, args: string[]): string[] {
  const [, run, ...words] = config.tasks[name].split(" ");
  const task = words.map((word) => word === "cli.ts" ? cli : word);
  return [run, "--quiet", ...task, ...args];
}

/** Runs a task in a folder to its end. */
export async function run(
  folder: string,
  name: TaskName,
  ...args: string[]
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, args),
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A folder that is there for the time of a test. */
export async function withFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** SHA-256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
