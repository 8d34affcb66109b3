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
  const file = new UnfinishedFile(path);
  file.write(
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
  file.finish();
}

/**
 * A file that is written in pieces, beside the one whose place it takes when it
 * is finished. If writing fails, it is gone.
 */
export class UnfinishedFile {
  readonly #path: string;
  readonly #folder: string;
  readonly #unfinished: string;
  readonly #file: Deno.FsFile;
  #isOpen = true;

  /**
   * Makes the file.
   *
   * @param path the file whose place it takes
   * @throws {RunFolderError} as its methods do, if the system refuses
   */
  constructor(path: string) {
    this.#path = path;
    this.#folder = `${folderOf(path)}/`;
    this.#unfinished = `${this.#folder}.${crypto.randomUUID()}.unfinished`;
    const how = { read: true, write: true, createNew: true };
    this.#file = writing(
      path,
      () => Deno.openSync(this.#unfinished, how),
      this.#folder,
    );
  }

  /** Writes the next bytes. */
  write(bytes: Uint8Array): void {
    this.#orDiscard(() => {
      for (let written = 0; written < bytes.length;) {
        written += this.#file.writeSync(bytes.subarray(written));
      }
    });
  }

  /** Puts it in its place, where it stays after a power cut. */
  finish(): void {
    this.#orDiscard(() => {
      this.#file.syncSync();
      this.#close();
      Deno.renameSync(this.#unfinished, this.#path);
    });
    writing(this.#path, () => syncFolder(this.#folder), this.#folder);
  }

  /** Whether a file has the same content. */
  equals(path: string): boolean {
    const other = Deno.openSync(path);
    try {
      this.#file.seekSync(0, Deno.SeekMode.Start);
      const [a, b] = [new Uint8Array(2 ** 20), new Uint8Array(2 ** 20)];
      while (true) {
        const count = this.#file.readSync(a);
        if (other.readSync(b) !== count) return false;
        if (count === null) return true;
        if (a.subarray(0, count).some((byte, i) => byte !== b[i])) return false;
      }
    } finally {
      other.close();
    }
  }

  /** Deletes it, unless it is in its place. */
  discard(): void {
    this.#close();
    try {
      Deno.removeSync(this.#unfinished);
    } catch { // it is in its place, or the folder is gone
    }
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }

  #orDiscard(act: () => void): void {
    try {
      writing(this.#path, act, this.#folder);
    } catch (error) {
      this.discard();
      throw error;
    }
  }
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

/** The folder of a file, as its path says. */
export function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, "") || ".";
}

/**
 * Makes the folder of a file that will be written.
 *
 * @throws {RunFolderError} if the system refuses
 */
export function makeFolderOf(path: string): void {
  const folder = folderOf(path);
  writing(path, () => Deno.mkdirSync(folder, { recursive: true }), folder);
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
