/**
 * The folder of a training run: its last checkpoint, the losses of all steps,
 * and its figures. One process at a time may write to it, nothing in it is
 * replaced unless asked, and a process that is killed leaves it as it was at
 * the last checkpoint.
 *
 * | file | what it is |
 * | --- | --- |
 * | `checkpoint.safetensors` | the last checkpoint, see `checkpoint.ts` |
 * | `losses.csv` | a line for each logged step: `step,loss` |
 * | `loss.svg`, `embedding.svg` | the figures |
 * | `.lock` | empty; locked while a process trains here |
 */

import {
  isUnfinishedFile,
  readFileBounded,
  reasonOf,
  syncFolder,
  writeAll,
  writeFileAtomically,
} from "./atomic_file.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  MAX_RECENT_LOSSES,
} from "../lib/saving/checkpoint.ts";
import { decodeFile } from "../lib/saving/model_file.ts";
import { MAX_MODEL_FILE_BYTES } from "../lib/saving/safetensors.ts";
import {
  CheckpointError,
  type MakemoreError,
  RunFolderError,
} from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";

/** The files that a run consists of, by what they are. */
export const RUN_FILES = {
  checkpoint: "checkpoint.safetensors",
  config: "config.json",
  losses: "losses.csv",
  lossFigure: "loss.svg",
  embeddingFigure: "embedding.svg",
} as const;

const LOCK = ".lock";

const LOG_HEADER = "step,loss\n";

/** The largest loss log that is read: some 2,500,000 rows. */
const MAX_LOG_BYTES = 64 * 2 ** 20;

/** The loss of one step. */
export interface LossRow {
  /** The step, counted from 0. */
  readonly step: number;
  /** The loss of its minibatch, before the step. */
  readonly loss: number;
}

/** Choices of {@linkcode RunFolder.create}. */
export interface CreateOptions {
  /** Whether to delete the run that may be there. Default: `false`. */
  overwrite?: boolean;
}

/** A run folder in use by this process, until it is closed. */
export class RunFolder implements Disposable {
  /** Where it is. */
  readonly path: string;
  readonly #lock: Deno.FsFile;
  /** How much of the loss log belongs to the last checkpoint. */
  #logBytes = 0;
  #recentLosses: readonly number[] = [];

  private constructor(path: string) {
    this.path = path;
    this.#lock = lock(path);
  }

  /**
   * Takes a folder for a new run, and makes it if there is none.
   *
   * @param path the folder
   * @param options whether to delete the run that may be there
   * @throws {RunFolderError} if there is a run and it is not to be
   * overwritten, if another process uses the folder, or if it cannot be
   * written
   */
  static create(
    path: string,
    { overwrite = false }: CreateOptions = {},
  ): RunFolder {
    makeFolder(path);
    const folder = new RunFolder(path);
    try {
      for (const name of Object.values(RUN_FILES)) {
        if (infoOf(`${path}/${name}`) === undefined) continue;
        if (!overwrite) {
          throw new RunFolderError(
            `${path} already holds a run (${name}): add --resume to go on ` +
              "with it, --overwrite to delete it, or give another folder",
          );
        }
        change(`${path}/${name}`, (file) => Deno.removeSync(file));
      }
      folder.#removeUnfinished();
      return folder;
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /**
   * Takes the folder of a run that has stopped, and forgets the losses of
   * steps that its last checkpoint does not know.
   *
   * @param path the folder
   * @returns the folder and the last checkpoint
   * @throws {RunFolderError} if there is no run, if another process uses the
   * folder, or if the loss log is not the checkpoint's
   * @throws {CheckpointError} if the checkpoint is damaged
   */
  static resume(path: string): { folder: RunFolder; checkpoint: Checkpoint } {
    if (infoOf(`${path}/${RUN_FILES.checkpoint}`) === undefined) {
      throw new RunFolderError(
        `There is no run to resume in ${path}: it has no ` +
          RUN_FILES.checkpoint,
      );
    }
    const folder = new RunFolder(path);
    try {
      const checkpoint = readCheckpoint(path);
      folder.#logBytes = checkpoint.losses.logBytes;
      folder.#recentLosses = checkpoint.losses.recent;
      folder.#cutLog();
      folder.#removeUnfinished();
      return { folder, checkpoint };
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /**
   * Saves the run: first the new losses to the end of the loss log, then the
   * checkpoint. If it fails the previous checkpoint stays the last one.
   *
   * @param run the state of the run, to which the losses are added here
   * @param losses those since the last save, the oldest first
   * @throws {RunFolderError} if a file cannot be written
   * @throws {CheckpointError} if the run cannot be saved, such as one with a
   * weight that is not finite
   */
  save(run: Omit<Checkpoint, "losses">, losses: readonly LossRow[]): void {
    const rows = losses.map(({ step, loss }) => `${step},${loss}\n`);
    if (this.#logBytes === 0 && rows.length > 0) rows.unshift(LOG_HEADER);
    const log = new TextEncoder().encode(rows.join(""));
    const logBytes = this.#logBytes + log.length;
    const recent = [...this.#recentLosses, ...losses.map(({ loss }) => loss)]
      .slice(-MAX_RECENT_LOSSES);
    const bytes = encodeCheckpoint({ ...run, losses: { recent, logBytes } });
    try {
      if (log.length > 0) this.#writeLog(log);
      writeFileAtomically(this.pathOf("checkpoint"), bytes);
    } catch (error) {
      this.#cutLog();
      throw error;
    }
    this.#logBytes = logBytes;
    this.#recentLosses = recent;
  }

  /**
   * Where a file of the run is.
   *
   * @param file what the file is
   */
  pathOf(file: keyof typeof RUN_FILES): string {
    return `${this.path}/${RUN_FILES[file]}`;
  }

  /** Lets others use the folder. The system does it if the process dies. */
  close(): void {
    this.#lock.close();
  }

  /** Closes the folder at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Adds to what the last checkpoint knows of the log, on the disk. */
  #writeLog(bytes: Uint8Array): void {
    change(this.pathOf("losses"), (path) => {
      using file = Deno.openSync(path, { write: true, create: true });
      file.truncateSync(this.#logBytes);
      file.seekSync(this.#logBytes, Deno.SeekMode.Start);
      writeAll(file, bytes);
      file.syncSync();
    });
  }

  /** Takes off the log what the last checkpoint does not know. */
  #cutLog(): void {
    change(this.pathOf("losses"), (path) => {
      const size = infoOf(path)?.size ?? 0;
      if (size > 0 && this.#logBytes === 0) Deno.removeSync(path);
      else if (size > this.#logBytes) {
        Deno.truncateSync(path, this.#logBytes);
      } else if (size < this.#logBytes) {
        throw new RunFolderError(
          `${path} has ${size} bytes, but had ${this.#logBytes} when the ` +
            "checkpoint was saved: put back the file that was there",
        );
      }
    });
  }

  /** What a process that was killed while it wrote has left behind. */
  #removeUnfinished(): void {
    const names = Array.from(Deno.readDirSync(this.path), ({ name }) => name);
    for (const name of names.filter(isUnfinishedFile)) {
      change(`${this.path}/${name}`, (path) => Deno.removeSync(path));
    }
  }
}

/**
 * Reads a checkpoint. Does not need the folder for itself: a run can go on
 * while its last checkpoint is read.
 *
 * @param path a run's folder, or a file
 * @throws {CheckpointError} if there is none, or if it is refused by
 * {@linkcode decodeCheckpoint}
 */
export function readCheckpoint(path: string): Checkpoint {
  const source = checkpointIn(path);
  return decodeCheckpoint(readBytes(source), { source });
}

/**
 * Reads a model: a run's, one that `saveModel` wrote, or the parameters alone
 * that PyTorch saved.
 *
 * @param path a run's folder, or a file
 * @throws {CheckpointError} if there is none, or if it is refused by
 * {@linkcode decodeFile}
 */
export function readModel(
  path: string,
): Checkpoint | ReturnType<typeof decodeFile> {
  const source = checkpointIn(path);
  const bytes = readBytes(source);
  const file = decodeFile(bytes, source);
  return file.metadata.has("step") ? decodeCheckpoint(bytes, { source }) : file;
}

function checkpointIn(path: string): string {
  return isFolder(path, CheckpointError)
    ? `${path}/${RUN_FILES.checkpoint}`
    : path;
}

function readBytes(path: string): Uint8Array {
  return readFileBounded(path, {
    limit: MAX_MODEL_FILE_BYTES,
    refusal: CheckpointError,
  });
}

function makeFolder(path: string): void {
  if (isFolder(path, RunFolderError)) return;
  try {
    Deno.mkdirSync(path, { recursive: true });
    const parent = `${path}/..`;
    const permission = { name: "read", path: parent } as const;
    if (Deno.permissions.querySync(permission).state === "granted") {
      syncFolder(parent);
    }
  } catch (error) {
    throw new RunFolderError(
      `Cannot make the run folder ${path}: ${
        error instanceof Deno.errors.AlreadyExists
          ? "there is a file of that name"
          : reasonOf(error)
      }`,
    );
  }
}

/** The lock belongs to the open file, so it ends with the process. */
function lock(folder: string): Deno.FsFile {
  return change(`${folder}/${LOCK}`, (path) => {
    const file = Deno.openSync(path, { read: true, write: true, create: true });
    if (file.tryLockSync(true)) return file;
    file.close();
    throw new RunFolderError(
      `The run folder ${folder} is in use by another process: wait until it ` +
        "ends, or give another folder",
    );
  });
}

/**
 * Changes a file of the run. A folder may come from anywhere: a link would
 * lead out of it, and a pipe would let the program wait for ever.
 */
function change<Value>(path: string, act: (path: string) => Value): Value {
  try {
    const info = infoOf(path);
    if (info?.isSymlink) throw new Error("it is a link");
    if (info && !info.isFile) throw new Error("it is not a file");
    return act(path);
  } catch (error) {
    if (error instanceof RunFolderError) throw error;
    throw new RunFolderError(`Cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** The class of the error when something cannot be looked at. */
type Refusal = new (message: string) => MakemoreError;

function isFolder(path: string, refusal: Refusal): boolean {
  return infoOf(path, Deno.statSync, refusal)?.isDirectory ?? false;
}

/** What there is at a path; of a link, the link itself. */
function infoOf(
  path: string,
  look: (path: string) => Deno.FileInfo = Deno.lstatSync,
  refusal: Refusal = RunFolderError,
): Deno.FileInfo | undefined {
  try {
    return look(path);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) return undefined;
    throw new refusal(`Cannot open ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Reads the loss log of a run.
 *
 * @param path the file, as {@linkcode RunFolder.pathOf} gives it
 * @returns its rows, in the order of the steps; none if there is no file
 * @throws {RunFolderError} if a line is not a row of such a log, or if the
 * file is larger than 64 MiB
 */
export function readLossLog(path: string): LossRow[] {
  if (infoOf(path) === undefined) return [];
  const bytes = readFileBounded(path, {
    limit: MAX_LOG_BYTES,
    refusal: RunFolderError,
  });
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  return lines.slice(1).map((line, i) => {
    const [, step, loss] = /^(\d{1,15}),(\d\S*)$/.exec(line) ?? [];
    if (!Number.isFinite(Number(loss))) {
      throw new RunFolderError(
        `${path}, line ${i + 2}: ${quote(line)} is not a step and its loss`,
      );
    }
    return { step: Number(step), loss: Number(loss) };
  });
}
