/**
 * The folder of a training run: its last checkpoint, its losses and its
 * figures. One process at a time may write to it, a run in it is replaced only
 * when asked, and a process that is killed leaves the last checkpoint.
 *
 * | file | what it is |
 * | --- | --- |
 * | `checkpoint.safetensors` | the last checkpoint, see lib/saving/checkpoint.ts |
 * | `config.json` | the settings, for people to read |
 * | `losses.csv` | a line for each logged step: `step,loss` |
 * | `loss.svg`, `embedding.svg` | the figures |
 * | `.lock` | empty; locked while a process trains here |
 */

import { readFileBounded } from "../lib/data/bounded_file.ts";
import { CheckpointError, RunFolderError } from "../lib/errors/errors.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeModel,
  encodeCheckpoint,
  MAX_CHECKPOINT_BYTES,
  MAX_RECENT_LOSSES,
  type SavedParameters,
} from "../lib/saving/checkpoint.ts";
import {
  isUnfinishedFile,
  syncFolder,
  writeAll,
  writeFileAtomically,
  writing,
} from "./atomic_file.ts";

/** The files of a run. */
export const RUN_FILES = {
  checkpoint: "checkpoint.safetensors",
  config: "config.json",
  losses: "losses.csv",
  lossFigure: "loss.svg",
  embeddingFigure: "embedding.svg",
} as const;

const LOG_HEADER = "step,loss\n";

/** The loss of one step. */
export interface LossRow {
  /** The step, counted from 0. */
  readonly step: number;
  /** The loss of its minibatch, before the step. */
  readonly loss: number;
}

/** A run folder that this process uses, until it is closed. */
export class RunFolder {
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
   * Takes a folder for a new run, and makes it if it does not exist.
   *
   * @param path the folder
   * @param overwrite whether to delete the run in it
   * @throws {RunFolderError} if it holds a run that is not to be overwritten,
   * another process uses it, or it cannot be written
   */
  static create(path: string, overwrite: boolean = false): RunFolder {
    writing(path, () => {
      Deno.mkdirSync(path, { recursive: true });
      syncFolder(`${path}/..`);
    });
    return closing(new RunFolder(path), (folder) => {
      for (const name of Object.values(RUN_FILES)) {
        const file = `${path}/${name}`;
        if (!exists(file)) continue;
        if (!overwrite) {
          throw new RunFolderError(
            `Cannot start a run in ${path}: it already holds one (${name}); ` +
              "add --resume to continue it, --overwrite to delete it, or give " +
              "another folder",
          );
        }
        Deno.removeSync(file);
      }
      folder.#removeUnfinished();
      return folder;
    });
  }

  /**
   * Takes the folder of a run that has stopped, and drops the losses of steps
   * after its last checkpoint.
   *
   * @param path the folder
   * @returns the folder and the last checkpoint
   * @throws {RunFolderError} if it holds no run, another process uses it, or
   * the loss log is not the checkpoint's
   * @throws {CheckpointError} if the checkpoint is damaged
   */
  static resume(path: string): { folder: RunFolder; checkpoint: Checkpoint } {
    if (!exists(`${path}/${RUN_FILES.checkpoint}`)) {
      throw new RunFolderError(
        `Cannot resume a run in ${path}: it has no ${RUN_FILES.checkpoint}`,
      );
    }
    return closing(new RunFolder(path), (folder) => {
      const checkpoint = readCheckpoint(path);
      const { recent, logBytes } = checkpoint.losses;
      folder.#recentLosses = recent;
      folder.#logBytes = logBytes;
      const log = folder.pathOf("losses");
      const size = exists(log) ? Deno.statSync(log).size : 0;
      if (size < logBytes) {
        throw new RunFolderError(
          `Cannot resume the run in ${path}: ${RUN_FILES.losses} has ${size} ` +
            `bytes, but had ${logBytes} when the checkpoint was saved; put ` +
            "back the file that was there",
        );
      }
      if (size > logBytes) Deno.truncateSync(log, logBytes);
      folder.#removeUnfinished();
      return { folder, checkpoint };
    });
  }

  /**
   * Saves the run: first the new losses, then the checkpoint. If that fails,
   * the previous checkpoint stays the last one.
   *
   * @param run the state of the run, to which the losses are added here
   * @param losses those since the last save, the oldest first
   * @throws {RunFolderError} if a file cannot be written
   * @throws {CheckpointError} if the run cannot be saved, for example because a
   * weight is not finite
   */
  save(run: Omit<Checkpoint, "losses">, losses: readonly LossRow[]): void {
    const logBytes = this.log(losses);
    const recent = [...this.#recentLosses, ...losses.map(({ loss }) => loss)]
      .slice(-MAX_RECENT_LOSSES);
    const bytes = encodeCheckpoint({ ...run, losses: { recent, logBytes } });
    writeFileAtomically(this.pathOf("checkpoint"), bytes);
    this.#logBytes = logBytes;
    this.#recentLosses = recent;
  }

  /**
   * Writes losses into the log, after those of the last checkpoint. Without a
   * checkpoint that knows them, they are dropped when the run is resumed.
   *
   * @returns how long the log is then, in bytes
   */
  log(losses: readonly LossRow[]): number {
    if (losses.length === 0) return this.#logBytes;
    const rows = losses.map(({ step, loss }) => `${step},${loss}\n`).join("");
    const bytes = new TextEncoder()
      .encode(this.#logBytes === 0 ? LOG_HEADER + rows : rows);
    const path = this.pathOf("losses");
    writing(path, () => {
      const file = Deno.openSync(path, { write: true, create: true });
      try {
        file.truncateSync(this.#logBytes);
        file.seekSync(this.#logBytes, Deno.SeekMode.Start);
        writeAll(file, bytes);
        file.syncSync();
      } finally {
        file.close();
      }
    });
    return this.#logBytes + bytes.length;
  }

  /** Where a file of the run is. */
  pathOf(file: keyof typeof RUN_FILES): string {
    return `${this.path}/${RUN_FILES[file]}`;
  }

  /** Lets others use the folder. The system does so if the process dies. */
  close(): void {
    this.#lock.close();
  }

  /** Deletes what a process left that was killed while it wrote. */
  #removeUnfinished(): void {
    for (const { name } of Array.from(Deno.readDirSync(this.path))) {
      if (isUnfinishedFile(name)) Deno.removeSync(`${this.path}/${name}`);
    }
  }
}

/** The lock belongs to the open file, so it ends with the process. */
function lock(folder: string): Deno.FsFile {
  const path = `${folder}/.lock`;
  return writing(path, () => {
    const file = Deno.openSync(path, { read: true, write: true, create: true });
    if (file.tryLockSync(true)) return file;
    file.close();
    throw new RunFolderError(
      `Cannot use the run folder ${folder}: another process uses it; wait ` +
        "until it ends, or give another folder",
    );
  });
}

/** Does something with a folder, which is closed if that fails. */
function closing<Value>(
  folder: RunFolder,
  act: (folder: RunFolder) => Value,
): Value {
  try {
    return writing(folder.path, () => act(folder));
  } catch (error) {
    folder.close();
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    return writing(path, () => {
      throw error;
    });
  }
}

/**
 * Reads a checkpoint, also while a process trains in the folder.
 *
 * @param path a run's folder, or a file
 * @throws {CheckpointError} if there is none, or it is damaged
 */
export function readCheckpoint(path: string): Checkpoint {
  const source = checkpointIn(path);
  return decodeCheckpoint(readBytes(source), { source });
}

/**
 * Reads a model: that of a checkpoint, or parameters that PyTorch saved.
 *
 * @param path a run's folder, or a file
 * @throws {CheckpointError} if there is none, or it is damaged
 */
export function readModel(path: string): Checkpoint | SavedParameters {
  const source = checkpointIn(path);
  return decodeModel(readBytes(source), { source });
}

function checkpointIn(path: string): string {
  const file = `${path}/${RUN_FILES.checkpoint}`;
  let isFolder = false;
  try {
    isFolder = Deno.statSync(path).isDirectory;
  } catch { // reading the file says what is wrong
  }
  return isFolder ? file : path;
}

function readBytes(path: string): Uint8Array {
  const limit = MAX_CHECKPOINT_BYTES;
  return readFileBounded(path, { limit, refusal: CheckpointError });
}

/**
 * Reads the loss log of a run.
 *
 * @param path the file, as {@linkcode RunFolder.pathOf} gives it
 * @returns its rows, in the order of the steps; none if there is no file
 */
export function readLossLog(path: string): LossRow[] {
  const text = exists(path) ? Deno.readTextFileSync(path) : "";
  return text.split("\n").slice(1, -1).map((line) => {
    const [step, loss] = line.split(",").map(Number);
    return { step, loss };
  });
}
