/** For the programs that write files of the repository from their sources. */

import { Buffer } from "node:buffer";

/**
 * Writes files. With `--check` it only compares them, and ends the program with
 * exit code 1 if one differs.
 *
 * @param task the task that writes the files
 * @param files their contents by their paths from the root of the repository
 */
export function writeOrCheck(
  task: string,
  files: Record<string, string | Uint8Array>,
): void {
  for (const [path, content] of Object.entries(files)) {
    const file = new URL(`../${path}`, import.meta.url);
    const bytes = Buffer.from(content);
    if (!Deno.args.includes("--check")) {
      Deno.writeFileSync(file, bytes);
    } else if (!bytes.equals(Deno.readFileSync(file))) {
      console.error(
        `${path} is not what its sources make: run \`deno task ${task}\` and commit the file`,
      );
      Deno.exit(1);
    }
  }
}
