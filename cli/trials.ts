/** Reads run folders, finished or not, to compare them. */

import { sizesOf } from "../core.ts";
import { CheckpointError } from "../lib/errors/errors.ts";
import { readFileBounded } from "../lib/data/bounded_file.ts";
import { readCheckpoint, RUN_FILES } from "./run_folder.ts";
import { configOf, SETTINGS, settingsFrom, withSizes } from "./settings.ts";

/** The losses of a run on a part of its corpus; null is not finite. */
export interface Losses {
  /** Of what it offers, a network or a mixture; undefined before its end. */
  readonly offered?: number | null;
  /** Of its network alone. */
  readonly network?: number | null;
}

/** What is known of a run. */
export interface Trial {
  /** What to call it. */
  readonly run: string;
  /** How many steps it has done, of how many. */
  readonly step: number;
  readonly steps: number;
  /** Whether it has reached its end. */
  readonly finished: boolean;
  /** Before its end, the network's at the last look at dev. */
  readonly dev: Losses;
  readonly test: Losses;
  /** From its start to its end. */
  readonly seconds?: number;
  /** The settings that a person can choose, with the sizes of the network. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What decides which rows dev has. */
  readonly corpus: string;
}

/** A result is larger only if a million words were made. */
const RESULT_BOUNDS = { limit: 2 ** 26, refusal: CheckpointError };

/**
 * Reads a run folder, while a process may train there.
 *
 * @param path the folder
 * @param run what to call it
 * @throws {CheckpointError} if it is damaged, or has no checkpoint yet
 */
export function readTrial(path: string, run: string): Trial {
  const { config, parameters, step, best } = readCheckpoint(path);
  const kept = settingsFrom(config, `${path}/${RUN_FILES.checkpoint}`);
  const all = withSizes(kept, parameters);
  const settings = Object.fromEntries(
    Object.entries<{ about: string }>(SETTINGS)
      .filter(([name, { about }]) => about && name in all)
      .map(([name]) => [name, all[name]]),
  );
  const { wordsSha256, level, splitSeed, keepEqualTogether } = kept;
  const corpus = [wordsSha256, level, splitSeed, keepEqualTogether].join();
  const known = { run, step, steps: kept.steps, settings, corpus };
  const result = readResult(`${path}/${RUN_FILES.result}`);
  // that of before the run was resumed with more steps is not its result
  const now: Result = { ...sizesOf(parameters), ...configOf(kept) };
  const isOf = ({ settings }: Result) =>
    Object.entries(settings ?? {}).every(([name, value]) =>
      now[name] === value
    );
  if (!result || !isOf(result)) {
    const dev = best ? { network: best.loss } : {};
    return { ...known, finished: false, dev, test: {} };
  }
  const alone = [result.beside].flat().find((other) =>
    other?.name === "network alone"
  );
  const [dev, test] = ["dev", "test"].map((part) => ({
    offered: lossOf(result, part, path),
    network: lossOf(alone ?? result, part, path),
  }));
  return { ...known, finished: true, dev, test, seconds: secondsOf(path) };
}

/** What JSON has, from anywhere. */
// deno-lint-ignore no-explicit-any
type Result = Record<string, any>;

function readResult(path: string): Result | undefined {
  if (timeOf(path) === undefined) return undefined;
  const bytes = readFileBounded(path, RESULT_BOUNDS);
  try {
    const result = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof result === "object" && result) return result;
  } catch { // the same as another value
  }
  throw new CheckpointError(
    `Cannot read ${path}: it is damaged; train --resume writes it again`,
  );
}

function lossOf(of: Result, part: string, path: string): number | null {
  const loss = of[part]?.loss;
  if (loss === null || typeof loss === "number") return loss;
  throw new CheckpointError(
    `Cannot read ${path}/${RUN_FILES.result}: it has no loss on ${part}`,
  );
}

/** From when the copy of what a run learns from was written, to its result. */
function secondsOf(path: string): number | undefined {
  const [end, ...starts] = (["result", "words", "text"] as const)
    .map((file) => timeOf(`${path}/${RUN_FILES[file]}`));
  const start = starts.find((time) => time !== undefined);
  return start === undefined ? undefined : (end! - start) / 1000;
}

/** When a file was written, in milliseconds, if it is there. */
function timeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
