/**
 * Files that are there whole or not at all: whoever reads while a file is
 * written, or after the machine lost its power, finds the old file or the new.
 * And files that are refused by their kind and size before they are read.
 */

import { type MakemoreError, RunFolderError } from "../lib/errors/errors.ts";

/**
 * Writes a file in one piece: into a new file beside it, which is flushed to
 * the disk and then takes its place. Needs the permissions to read and to
 * write the folder.
 *
 * @param path the file, which is replaced if it exists
 * @param content the bytes, or a text to store as UTF-8
 * @throws {RunFolderError} if that fails, because the disk is full, the folder
 * is read-only or gone, or for another reason that the sentence names; the
 * previous file is then as it was, and nothing else is left behind
 */
export function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): void {
  const folder = folderOf(path);
  const unfinished = `${folder}/.${crypto.randomUUID()}.unfinished`;
  const fail = (error: unknown): never => {
    throw new RunFolderError(`Cannot write ${path}: ${reasonOf(error)}`);
  };
  let file: Deno.FsFile;
  try {
    refuseAllButFiles(path);
    file = Deno.openSync(unfinished, { write: true, createNew: true });
  } catch (error) {
    return fail(error);
  }
  try {
    try {
      writeAll(
        file,
        typeof content === "string"
          ? new TextEncoder().encode(content)
          : content,
      );
      file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(unfinished, path);
  } catch (error) {
    Deno.removeSync(unfinished);
    fail(error);
  }
  try {
    syncFolder(folder);
  } catch (error) {
    throw new RunFolderError(
      `${path} is written, but may not outlast a power cut: ${reasonOf(error)}`,
    );
  }
}

/**
 * Whether a name is one that {@linkcode writeFileAtomically} gives to a file
 * that is not finished. One that stays behind was left by a process that was
 * killed while it wrote.
 *
 * @param name a file's name, without its folder
 */
export function isUnfinishedFile(name: string): boolean {
  return /^\.[0-9a-f-]{36}\.unfinished$/.test(name);
}

/** What {@linkcode readFileBounded} needs to know. */
export interface ReadOptions {
  /** The most bytes that the file may have. */
  limit: number;
  /** The class of the error when the file is refused. */
  refusal: new (message: string) => MakemoreError;
}

/**
 * Reads a file that is not larger than it may be. Its kind and size are looked
 * at first: a pipe would never end, and a sparse file of many gigabytes costs
 * who made it nothing.
 *
 * @param path the file
 * @param options the limit in bytes, and the error to throw
 * @throws {MakemoreError} of the given class, if there is no such file, if it
 * is too large, a folder or a device, or cannot be read
 */
export function readFileBounded(
  path: string | URL,
  { limit, refusal }: ReadOptions,
): Uint8Array<ArrayBuffer> {
  const fail = (reason: string): never => {
    throw new refusal(`Cannot read ${path}: ${reason}`);
  };
  const check = ({ isFile, isDirectory, size }: Deno.FileInfo): number => {
    if (isDirectory) fail("it is a folder");
    if (!isFile) fail("it is a pipe or a device, not a file");
    if (size > limit) {
      fail(`it has ${size} bytes, more than the ${limit} that are read`);
    }
    return size;
  };
  try {
    check(Deno.statSync(path));
    using file = Deno.openSync(path, { read: true });
    // Another file may have taken its place just now, as checkpoints do.
    const size = check(file.statSync());
    const bytes = new Uint8Array(size);
    let length = 0;
    while (length < size) {
      const count = file.readSync(bytes.subarray(length));
      if (count === null) break;
      length += count;
    }
    if (length < size || file.statSync().size !== size) {
      fail("it changed while it was read: try again");
    }
    return bytes;
  } catch (error) {
    if (error instanceof refusal) throw error;
    return fail(
      error instanceof Deno.errors.NotFound
        ? "there is no such file; check the path"
        : reasonOf(error),
    );
  }
}

/** Whether the system has sent the signal that ends a process otherwise. */
let signalled = false;

function ignoreSignal(): void {}

/**
 * Writes all bytes at the file's position. Beyond a file-size limit the system
 * would end the process by a signal; with a listener it reports an error. Deno
 * may look at a signal later than at the error, so the listener then stays.
 *
 * @param file an open file
 * @param bytes what to write
 */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  const listens = Deno.build.os !== "windows" && !signalled;
  if (listens) Deno.addSignalListener("SIGXFSZ", ignoreSignal);
  try {
    for (let written = 0; written < bytes.length;) {
      written += file.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    signalled ||= exceedsLimit(error);
    throw error;
  } finally {
    if (listens && !signalled) {
      Deno.removeSignalListener("SIGXFSZ", ignoreSignal);
    }
  }
}

/**
 * Makes sure that the names of new files in a folder are on the disk; a file's
 * own flush does not include its name.
 *
 * @param folder the folder
 */
export function syncFolder(folder: string): void {
  if (Deno.build.os === "windows") return; // where folders cannot be opened
  using handle = Deno.openSync(folder, { read: true });
  handle.syncSync();
}

/** The folder that a file is in. */
function folderOf(path: string): string {
  const end = Math.max(
    path.lastIndexOf("/"),
    Deno.build.os === "windows" ? path.lastIndexOf("\\") : -1,
  );
  return end === -1 ? "." : path.slice(0, end + 1) + ".";
}

/** Renaming onto a link replaces the link, onto a device the device. */
function refuseAllButFiles(path: string): void {
  let existing: Deno.FileInfo;
  try {
    existing = Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (existing.isDirectory) throw new Error("there is a folder of that name");
  if (!existing.isFile && !existing.isSymlink) {
    throw new Error("there is a pipe or a device of that name");
  }
}

/** Whether the system refused a file for its size. */
function exceedsLimit(error: unknown): boolean {
  return error instanceof Error &&
    ((error as { code?: string }).code === "EFBIG" ||
      error.message.includes("(os error 27)"));
}

/**
 * Why the system refused, for the end of a sentence.
 *
 * @param error what a function of Deno threw
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  if (error instanceof Deno.errors.NotADirectory) {
    return "a part of its path is not a folder";
  }
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full";
  if (exceedsLimit(error)) {
    return "it would exceed the system's limit of a file's size (ulimit -f)";
  }
  if (code === "EROFS") return "the disk is read-only";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "the system does not permit it: check who owns the folder";
  }
  const [sentence] = error.message.split("\n");
  return sentence.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}
