/**
 * Files that are written whole or not at all: a reader finds the old file or the
 * new one at any moment, also after a power cut.
 */

import { MakemoreError, RunFolderError } from "../lib/errors/errors.ts";
import { commandThatMayWrite } from "./invocation.ts";

/**
 * Writes a file in one piece: into a new file beside it, which is flushed to
 * the disk and then takes its place. Needs the permissions to read and to
 * write the folder.
 *
 * @param path the file, which is replaced if it exists
 * @param content the bytes, or a text to store as UTF-8
 * @throws {RunFolderError} if that fails, for example because the disk is full;
 * the previous file is then as it was, and nothing else is left behind
 */
export function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): void {
  const folder = path.replace(/[^/\\]*$/, "") || "./";
  const unfinished = `${folder}.${crypto.randomUUID()}.unfinished`;
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  writing(path, () => {
    const file = Deno.openSync(unfinished, { write: true, createNew: true });
    try {
      try {
        for (let written = 0; written < bytes.length;) {
          written += file.writeSync(bytes.subarray(written));
        }
        file.syncSync();
      } finally {
        file.close();
      }
      Deno.renameSync(unfinished, path);
    } catch (error) {
      Deno.removeSync(unfinished);
      throw error;
    }
    syncFolder(folder);
  }, folder);
}

/**
 * Whether a name is that of a file which {@linkcode writeFileAtomically} has
 * not finished. One that stays was left by a process that was killed.
 *
 * @param name a file's name, without its folder
 */
export function isUnfinishedFile(name: string): boolean {
  return /^\.[0-9a-f-]{36}\.unfinished$/.test(name);
}

/** Makes sure that the names of new files in a folder are on the disk. */
export function syncFolder(folder: string): void {
  if (Deno.build.os === "windows") return; // where folders cannot be opened
  const handle = Deno.openSync(folder, { read: true });
  try {
    handle.syncSync();
  } finally {
    handle.close();
  }
}

/**
 * Does something that writes a file or a folder.
 *
 * @param path what it writes, for the error
 * @param act what to do
 * @param folder the folder in which it writes
 * @throws {RunFolderError} if the system refuses, with its reason
 */
export function writing<Value>(
  path: string,
  act: () => Value,
  folder: string = path,
): Value {
  try {
    return act();
  } catch (error) {
    if (error instanceof MakemoreError) throw error;
    const reason = isWriteRefused(error)
      ? `Deno does not permit it; this command may write there: ` +
        commandThatMayWrite(folder)
      : reasonOf(error);
    throw new RunFolderError(`Cannot write ${path}: ${reason}`);
  }
}

/** Whether a permission is missing that the program was not given. */
function isWriteRefused(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable &&
    error.message.includes("write access");
}

/** Why the system refused, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as { message: string; code?: string };
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  if (error instanceof Deno.errors.AlreadyExists) {
    return "there is a file of that name";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "the system does not permit it: check who owns the folder";
  }
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full";
  if (code === "EROFS") return "the disk is read-only";
  // "Not a directory (os error 20): open 'file/a'"
  const [sentence] = message.split(/\n| \(os error/);
  return sentence.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}
