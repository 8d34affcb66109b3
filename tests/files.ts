/**
 * For the tests of all that has to do with files: a folder that is gone
 * afterwards, calls of the system that fail, and processes with few rights.
 */

/** Runs a test in a new folder, which is deleted afterwards. */
export async function inFolder(
  body: (folder: string) => void | Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "makemore-test-" });
  try {
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The names of the files in a folder, sorted. */
export function filesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

/** Puts another function in the place of a method while a test runs. */
export function replacing<Key extends string>(
  object: Record<Key, unknown>,
  method: Key,
  // deno-lint-ignore no-explicit-any
  replacement: (this: any, ...args: any[]) => unknown,
  body: () => void,
): void {
  const original = object[method];
  object[method] = replacement;
  try {
    body();
  } finally {
    object[method] = original;
  }
}

/** The error of a full disk, as Deno throws it. */
export function diskFull(): Error {
  return Object.assign(
    new Error("No space left on device (os error 28)"),
    { code: "ENOSPC" },
  );
}

/** What a child process said. */
export interface ChildResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a script in a process of its own.
 *
 * @param script TypeScript; `LIB` stands for the URL of lib/
 * @param flags the flags of `deno run`
 * @param options `folder` to run in; `shell`, a line in which "$@" stands for
 * the command
 */
export function runScript(
  script: string,
  flags: string[],
  { folder, shell }: { folder: string; shell?: string },
): ChildResult {
  const command = scriptCommand(script, flags, folder);
  const [program, ...args] = shell === undefined
    ? command
    : ["sh", "-c", shell, "sh", ...command];
  const { success, stdout, stderr } = new Deno.Command(program, {
    args,
    cwd: folder,
    // A cache of its own: the shared one may be beyond a limit that is set.
    env: { DENO_DIR: `${folder}/deno-dir`, NO_COLOR: "1" },
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { success, stdout: text(stdout), stderr: text(stderr) };
}

/** The command that runs a script, which is put into the folder. */
export function scriptCommand(
  script: string,
  flags: string[],
  folder: string,
): string[] {
  const lib = new URL("../lib/", import.meta.url).href;
  const file = `${folder}/script.ts`;
  Deno.writeTextFileSync(file, script.replaceAll("LIB/", lib));
  return [
    Deno.execPath(),
    "run",
    "--no-config",
    "--no-prompt",
    ...flags,
    file,
  ];
}

/** Whether this process may mount a file system where no one else sees it. */
export const canMount: boolean = Deno.build.os === "linux" &&
  ["-m", "-rm"].some((flags) => unshares(flags));

/** The start of a shell line that runs the rest where it may mount. */
export const unshare: string = unshares("-m") ? "unshare -m" : "unshare -rm";

function unshares(flags: string): boolean {
  try {
    return new Deno.Command("unshare", {
      args: [flags, "mount", "-t", "tmpfs", "none", "/mnt"],
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false; // no such program
  }
}
