/**
 * How the program was called: as a task of a checkout, by `deno run`, or
 * installed; and from which folder.
 */

/** Whether something is permitted. Nobody is asked. */
function may(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

/** A variable of the environment that only the tasks of deno.json may read. */
function variableOfTask(variable: "INIT_CWD" | "npm_command") {
  const isTask = may({ name: "env", variable }) && !may({ name: "env" });
  return isTask ? Deno.env.get(variable) : undefined;
}

/**
 * Goes to the folder that the person is in: a task starts in the checkout.
 *
 * @returns the checkout, if the person is elsewhere
 */
export function enterFolderOfPerson(): string | undefined {
  const folder = variableOfTask("INIT_CWD");
  const checkout = folder && Deno.cwd();
  if (!folder || folder === checkout) return undefined;
  Deno.chdir(folder);
  return checkout;
}

/**
 * What is typed before the name of a command, so that the examples of `--help`
 * work where they are read.
 *
 * @param checkout what {@linkcode enterFolderOfPerson} returned
 */
export function programName(checkout?: string): string {
  const folder = variableOfTask("INIT_CWD");
  if (folder) {
    const isOutside = checkout && !folder.startsWith(checkout);
    const config = isOutside && shellWord(`${checkout}/deno.json`);
    return `${deno()} task${config ? ` --config ${config}` : ""}`;
  }
  if (isInstalled()) return "makemore";
  return `deno run --allow-read --allow-write=out ${shellWord(main())}`;
}

/** Whether the permissions are those with which the documentation installs it. */
function isInstalled(): boolean {
  return may({ name: "write" }) && !may({ name: "run" });
}

/**
 * What is typed before the name of a command in any folder, by a shell that may
 * not know where deno is.
 *
 * @param writable the folder in which the command writes, if it writes
 */
export function programAnywhere(writable?: string): string {
  if (isInstalled()) return "makemore";
  const program = deno() === "deno" ? shellWord(Deno.execPath()) : deno();
  const words = ["run", "--no-prompt", "--allow-read"];
  // a comma in a path is written twice
  const path = writable?.replaceAll(",", ",,");
  if (path !== undefined) words.push(`--allow-write=${path}`);
  return [program, ...[...words, main()].map(shellWord)].join(" ");
}

/**
 * The command that was typed, with the permission to write in a folder.
 *
 * @param folder where it is to write
 */
export function commandThatMayWrite(folder: string): string {
  const words = [`--allow-write=${folder}`, main(), ...Deno.args];
  return `${deno()} run --allow-read ${words.map(shellWord).join(" ")}`;
}

/** How deno itself was called: npx says so. */
function deno(): string {
  return variableOfTask("npm_command") === "exec"
    ? `npx --yes deno@${Deno.version.deno}`
    : "deno";
}

/** The program, as `deno run` wants it. */
function main(): string {
  const url = new URL("../cli.ts", import.meta.url);
  if (url.protocol !== "file:") return "jsr:@makemore/mlp/cli";
  return process.getBuiltinModule("node:url").fileURLToPath(url);
}

/** A word as a shell reads it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}
