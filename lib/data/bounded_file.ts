/**
 * Reading files, in Deno, Node and Bun: whole, where one that is too large is
 * refused before it is read, or in pieces.
 */

import { quote } from "../errors/quote.ts";

type FileSystem = typeof import("node:fs");
type Stats = import("node:fs").Stats;

/** Options of {@linkcode readFileBounded}. */
export interface BoundedReadOptions {
  /** The most bytes that the file may have. */
  limit: number;
  /** The class of the error to throw if the file cannot be read. */
  refusal: new (message: string) => Error;
  /** What to do with a file that is too large. */
  advice?: string;
}

/** What a shell puts in the place of `<(command)`. */
const DESCRIPTOR = /^\/(dev|proc\/self)\/fd\/\d+$/;

/**
 * Reads a file up to a size. Needs the permission to read it.
 *
 * Kind and size are checked before the file is read: a pipe may never end, and
 * a sparse file of many gigabytes costs nothing to make. Pipes that a shell
 * has opened, as `/dev/fd/63`, are read up to the limit.
 *
 * @param path the file
 * @param options the limit in bytes, and the class of the error
 * @returns the content of the file
 * @throws {Error} of the class `refusal`, in one sentence, if the file does not
 * exist, is too large, is a folder, a pipe or a device, or may not be read, and
 * where there are no files, as in a page
 */
export function readFileBounded(
  path: string | URL,
  options: BoundedReadOptions,
): Uint8Array<ArrayBuffer> {
  const { limit, refusal } = options;
  const fail = (reason: string): never => {
    throw new refusal(`Cannot read ${shown(path)}: ${reason}`);
  };
  const checkedSize = (stats: Stats): number => {
    const { size } = stats;
    refuseOther(stats, fail);
    return size <= limit
      ? size
      : fail(tooLarge(`${size} bytes, more`, options));
  };
  const fs = fileSystem() ??
    fail("there are no files here: fetch the text and use parseWords()");
  let file: number | undefined;
  try {
    const stats = fs.statSync(path);
    const isOpen = DESCRIPTOR.test(String(path)) && stats.isFIFO();
    if (!isOpen) checkedSize(stats); // because opening a pipe would wait
    const opened = file = fs.openSync(path, "r");
    if (isOpen) {
      return readStream((bytes) => fs.readSync(opened, bytes), path, options);
    }
    const bytes = new Uint8Array(checkedSize(fs.fstatSync(file)));
    let length = 0, count: number;
    do {
      count = fs.readSync(file, bytes.subarray(length));
      length += count;
    } while (count > 0);
    if (length < bytes.length || fs.fstatSync(file).size !== length) {
      fail("it changed while it was read: try again");
    }
    return bytes;
  } catch (error) {
    if (error instanceof refusal) throw error;
    return fail(reasonOf(error));
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/**
 * Reads a file of any size in pieces, each of which is overwritten by the next.
 *
 * @param path the file
 * @param options the class of the error
 * @throws {Error} of the class `refusal`, in one sentence, if the file does not
 * exist, is a folder, a pipe or a device, or may not be read
 */
export function* readFilePieces(
  path: string,
  { refusal }: Pick<BoundedReadOptions, "refusal">,
): Generator<Uint8Array<ArrayBuffer>, void> {
  const fs = fileSystem()!;
  let file: number | undefined;
  try {
    refuseOther(fs.statSync(path), (reason) => {
      throw new Error(reason);
    });
    file = fs.openSync(path, "r");
    const buffer = new Uint8Array(2 ** 20);
    for (let count; (count = fs.readSync(file, buffer)) > 0;) {
      yield buffer.subarray(0, count);
    }
  } catch (error) {
    throw new refusal(`Cannot read ${shown(path)}: ${reasonOf(error)}`);
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

function refuseOther(stats: Stats, fail: (reason: string) => never): void {
  if (stats.isDirectory()) fail("it is a folder");
  if (!stats.isFile()) fail("it is a pipe or a device, not a file");
}

/**
 * Reads a pipe to its end, up to a size.
 *
 * @param read fills a buffer and gives how many bytes it has read, or nothing
 * at the end
 * @param source the pipe, for errors
 * @param options the limit in bytes, and the class of the error
 * @throws {Error} of the class `refusal` if it is too large
 */
export function readStream(
  read: (bytes: Uint8Array) => number | null,
  source: string | URL,
  options: BoundedReadOptions,
): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (true) {
    const chunk = new Uint8Array(2 ** 16);
    const count = read(chunk) ?? 0;
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length <= options.limit) continue;
    const reason = tooLarge("more bytes", options);
    throw new options.refusal(`Cannot read ${source}: ${reason}`);
  }
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}

function tooLarge(size: string, { limit, advice }: BoundedReadOptions): string {
  return `it has ${size} than the ${limit} that are read` +
    (advice ? `; ${advice}` : "");
}

/**
 * Whether a file exists and may be read without asking for a permission.
 *
 * @param path the file
 */
export function mayRead(path: URL): boolean {
  const { Deno } = globalThis as unknown as {
    Deno?: { permissions: { querySync(query: object): { state: string } } };
  };
  const granted = Deno === undefined ||
    Deno.permissions.querySync({ name: "read", path }).state === "granted";
  return granted && (fileSystem()?.existsSync(path) ?? false);
}

/** `node:fs`, without an import that a page could not resolve. */
function fileSystem(): FileSystem | undefined {
  const { process } = globalThis as unknown as {
    process?: { getBuiltinModule?: (name: string) => FileSystem };
  };
  return process?.getBuiltinModule?.("node:fs");
}

/** A path in errors. What has several lines is a text, and may be very long. */
function shown(path: string | URL): string {
  const text = String(path);
  return text.includes("\n") ? quote(text) : text;
}

/** Why the system refused, for the end of a sentence. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "ENOENT") return "there is no such file; check the path";
  // "EACCES: permission denied, open 'words.txt'"
  const [, reason] = /^E[A-Z0-9]+: ([^,]+)/.exec(message) ?? [, message];
  return reason.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}
