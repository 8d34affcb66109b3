/**
 * The folder of a training run: its last checkpoint, its losses and its
 * figures. One process at a time may write to it, a run in it is replaced only
 * when asked, and a process that is killed leaves the last checkpoint.
 *
 * | file | what it is |
 * | --- | --- |
 * | `checkpoint.safetensors` | the last checkpoint, see lib/saving/checkpoint.ts |
 * | `config.json` | the settings, for people to read |
 * | `words.txt` or `text.txt` | what it learns from, as it was read |
 * | `losses.csv` | a line for each logged step: `step,loss` |
 * | `result.json` | losses, settings and words, of when it last reached its end |
 * | `loss.svg`, `embedding.svg` | the figures |
 * | `.lock` | empty; locked while a process trains here |
 */

import { readFileBounded } from "../lib/data/bounded_file.ts";
import { CheckpointError, RunFolderError } from "../lib/errors/errors.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  MAX_RECENT_LOSSES,
} from "../lib/saving/checkpoint.ts";
import { MAX_MODEL_FILE_BYTES } from "../lib/saving/safetensors.ts";
import {
  folderOf,
  isUnfinishedFile,
  syncFolder,
  UnfinishedFile,
  writeFileAtomically,
  writing,
} from "./atomic_file.ts";

/** The files of a run. */
export const RUN_FILES = {
  checkpoint: "checkpoint.safetensors",
  config: "config.json",
  words: "words.txt",
  text: "text.txt",
  losses: "losses.csv",
  result: "result.json",
  lossFigure: "loss.svg",
  embeddingFigure: "embedding.svg",
} as const;

/** What a run learns from, to be kept in its folder. */
export interface InputCopy {
  readonly file: "words" | "text";
  /** The content, or the file that has it, if it is large. */
  readonly content: string | UnfinishedFile;
}

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
  /** The losses of the run that are logged, the oldest first. */
  readonly losses: LossRow[] = [];
  readonly #lock: Deno.FsFile;

  private constructor(path: string) {
    this.path = path;
    this.#lock = lock(path);
  }

  /**
   * Takes a folder for a new run, and makes it if it does not exist.
   *
   * @param path the folder
   * @param overwrite whether to delete the run in it
   * @param input what the run learns from
   * @throws {RunFolderError} if it holds a run that is not to be overwritten,
   * another process uses it, or it cannot be written
   */
  static create(
    path: string,
    overwrite: boolean = false,
    input?: InputCopy,
  ): RunFolder {
    writing(path, () => {
      Deno.mkdirSync(path, { recursive: true });
      syncFolder(`${path}/..`);
    });
    return closing(new RunFolder(path), (folder) => {
      const copy = input && folder.pathOf(input.file);
      for (const name of Object.values(RUN_FILES)) {
        const file = `${path}/${name}`;
        if (!exists(file) || (file === copy && holds(file, input!))) continue;
        if (!overwrite) throw alreadyHolds(path, name);
        if (file !== copy) Deno.removeSync(file);
      }
      // in the place of another: it may be the list that was read
      if (input?.content instanceof UnfinishedFile) input.content.finish();
      else if (input) writeFileAtomically(copy!, input.content);
      removeUnfinished(path);
      return folder;
    });
  }

  /**
   * Refuses a folder for a new run, before anything is read for it.
   *
   * @throws {RunFolderError} if another process uses it, or it holds a run
   */
  static refuseRun(path: string): void {
    if (!holdsRun(path)) return;
    new RunFolder(path).close();
    throw alreadyHolds(path, RUN_FILES.checkpoint);
  }

  /**
   * Takes the folder of a run that has stopped.
   *
   * @param path the folder
   * @returns the folder and the last checkpoint
   * @throws {RunFolderError} if it holds no run, another process uses it, or
   * the loss log is not the checkpoint's
   * @throws {CheckpointError} if the checkpoint is damaged
   */
  static resume(path: string): { folder: RunFolder; checkpoint: Checkpoint } {
    if (!holdsRun(path)) {
      throw new RunFolderError(
        `Cannot resume a run in ${path}: it has no ${RUN_FILES.checkpoint}`,
      );
    }
    return closing(new RunFolder(path), (folder) => {
      const checkpoint = readCheckpoint(path);
      const { logBytes } = checkpoint.losses;
      const log = folder.pathOf("losses");
      // without the steps that the checkpoint does not know
      const text = exists(log)
        ? Deno.readTextFileSync(log).slice(0, logBytes)
        : "";
      if (text.length < logBytes) {
        throw new RunFolderError(
          `Cannot resume the run in ${path}: ${RUN_FILES.losses} is shorter ` +
            "than when the checkpoint was saved; put back the file that was " +
            "there",
        );
      }
      folder.losses.push(...rowsOf(text));
      removeUnfinished(path);
      return { folder, checkpoint };
    });
  }

  /**
   * Saves the run: first the losses, then the checkpoint. If that fails, the
   * previous checkpoint stays the last one.
   *
   * @param run the state of the run, to which the losses are added
   * @throws {RunFolderError} if a file cannot be written
   * @throws {CheckpointError} if the run cannot be saved, for example because a
   * weight is not finite
   */
  save(run: Omit<Checkpoint, "losses">): void {
    const recent = this.losses.slice(-MAX_RECENT_LOSSES)
      .map(({ loss }) => loss);
    const logBytes = this.saveLosses();
    const bytes = encodeCheckpoint({ ...run, losses: { recent, logBytes } });
    writeFileAtomically(this.pathOf("checkpoint"), bytes);
  }

  /**
   * Saves the losses alone. Those that no checkpoint knows are dropped when the
   * run is resumed.
   *
   * @returns how many bytes they take
   */
  saveLosses(): number {
    if (this.losses.length === 0) return 0;
    const rows = this.losses.map(({ step, loss }) => `${step},${loss}\n`);
    const text = "step,loss\n" + rows.join("");
    writeFileAtomically(this.pathOf("losses"), text);
    return text.length;
  }

  /** Where a file of the run is. */
  pathOf(file: keyof typeof RUN_FILES): string {
    return `${this.path}/${RUN_FILES[file]}`;
  }

  /**
   * Writes a file for people and other programs to read. One that is the same
   * keeps its time: that of the result is when the run ended.
   */
  writeJson(file: keyof typeof RUN_FILES, value: object): void {
    const text = JSON.stringify(value, null, 2) + "\n";
    const path = this.pathOf(file);
    if (exists(path) && Deno.readTextFileSync(path) === text) return;
    writeFileAtomically(path, text);
  }

  /** Lets others use the folder. The system does so if the process dies. */
  close(): void {
    // A program that is just being started has a copy of the open file, with
    // which the lock would go on after close() alone.
    this.#lock.unlockSync?.();
    this.#lock.close();
  }
}

/** Whether a folder has a checkpoint, from which a run can go on. */
export function holdsRun(path: string): boolean {
  return exists(`${path}/${RUN_FILES.checkpoint}`);
}

function alreadyHolds(path: string, file: string): RunFolderError {
  return new RunFolderError(
    `Cannot start a run in ${path}: it already ` +
      (holdsRun(path)
        ? `holds one (${file}); add --resume to continue it, --overwrite to ` +
          "delete it, or give another folder"
        : `has a file ${file}, which --overwrite would delete; give another ` +
          "folder"),
  );
}

/** Whether a file is the copy, as after a run that was killed at its start. */
function holds(file: string, { content }: InputCopy): boolean {
  return content instanceof UnfinishedFile
    ? content.equals(file)
    : Deno.readTextFileSync(file) === content;
}

/**
 * The copy, beside a checkpoint, of what its run learns from, or nothing: runs
 * from before 0.3.0 have none.
 */
export function inputCopyOf(
  run: string,
  file: InputCopy["file"],
): string | undefined {
  const isFile = exists(run) && Deno.statSync(run).isFile;
  const folder = isFile ? folderOf(run) : run;
  const path = `${folder}/${RUN_FILES[file]}`;
  return exists(path) ? path : undefined;
}

/** The rows of a loss log. */
function rowsOf(log: string): LossRow[] {
  return log.split("\n").slice(1, -1).map((line) => {
    const [step, loss] = line.split(",").map(Number);
    return { step, loss };
  });
}

/** Deletes what a process left that was killed while it wrote. */
function removeUnfinished(folder: string): void {
  for (const { name } of Array.from(Deno.readDirSync(folder))) {
    if (isUnfinishedFile(name)) Deno.removeSync(`${folder}/${name}`);
  }
}

/** The lock belongs to the open file, so it ends with the process. */
function lock(folder: string): Deno.FsFile {
  const path = `${folder}/.lock`;
  return writing(path, () => {
    const file = Deno.openSync(path, { read: true, write: true, create: true });
    // Deno before 2.7 has no such lock, so there two processes are not told apart.
    if (file.tryLockSync?.(true) ?? true) return file;
    file.close();
    throw new RunFolderError(
      `Cannot use the run folder ${folder}: another process uses it; wait ` +
        "until it ends, or give another folder",
    );
  }, folder);
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
  return writing(path, () => {
    try {
      Deno.lstatSync(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

/**
 * Reads a checkpoint, also while a process trains in the folder.
 *
 * @param path a run's folder, or a file
 * @throws {CheckpointError} if there is none, or it is damaged
 */
export function readCheckpoint(path: string): Checkpoint {
  const { bytes, source } = readSaved(path);
  return decodeCheckpoint(bytes, { source });
}

/**
 * Reads the file of a checkpoint or a model.
 *
 * @param path a run's folder, or the file
 * @returns its bytes, and what to call it
 * @throws {CheckpointError} if there is none
 */
export function readSaved(path: string): { bytes: Uint8Array; source: string } {
  let source = path;
  try {
    if (Deno.statSync(path).isDirectory) {
      source = `${path}/${RUN_FILES.checkpoint}`;
    }
  } catch { // reading it says what is wrong
  }
  const limit = MAX_MODEL_FILE_BYTES;
  const bytes = readFileBounded(source, { limit, refusal: CheckpointError });
  return { bytes, source };
}
