/**
 * A run of the command line: its settings, how it starts, goes on and is kept.
 */

import { writeFileAtomically } from "../atomic_file.ts";
import { CheckpointError, DivergenceError, WordListError } from "../errors.ts";
import { Generator } from "../generator.ts";
import {
  createParameters,
  type Initialization,
  type ModelParameters,
  parameterArrays,
  parametersFrom,
  sizesOf,
} from "../parameters.ts";
import { quote } from "../quote.ts";
import { type LossRow, RunFolder } from "../run_folder.ts";
import {
  constantRate,
  cosineDecay,
  type Schedule,
  stepDecay,
} from "../schedule.ts";
import { type Splits, splitWords } from "../splits.ts";
import { trainSteps } from "../train.ts";
import { buildVocabulary, Vocabulary } from "../vocabulary.ts";
import type { ModelSizes } from "../sizes.ts";
import { contextWindows, type Windows } from "../windows.ts";
import type { WordList } from "../words.ts";
import { Stopped, stopSignals } from "./signals.ts";
import { startProgress } from "./terminal.ts";

/** The schedules that a run can have. */
export const SCHEDULES = ["step", "constant", "cosine"] as const;

/** What decides a run's numbers, beside the sizes; kept in its checkpoint. */
export interface Settings {
  /** How many steps the whole run has. */
  readonly steps: number;
  /** Rows in a minibatch; 0 stands for all rows. */
  readonly batchSize: number;
  /** The first learning rate. */
  readonly learningRate: number;
  /** The last learning rate. */
  readonly finalLearningRate: number;
  /** How the learning rate falls. */
  readonly schedule: typeof SCHEDULES[number];
  /** Where or over how many steps it falls. */
  readonly decaySteps: number;
  /** The seed of weights and minibatches. */
  readonly seed: number;
  /** The seed of the split. */
  readonly splitSeed: number;
  /** Whether equal words stay in one part of the split. */
  readonly keepEqualTogether: boolean;
  /** What the word list is called. */
  readonly words: string;
  /** SHA-256 of the words, one per line. */
  readonly wordsSha256: string;
}

/** A run in memory, and the folder that keeps it. */
export interface Run {
  readonly folder: RunFolder;
  readonly settings: Settings;
  readonly vocabulary: Vocabulary;
  readonly generator: Generator;
  readonly parameters: ModelParameters;
  /** How many steps are done. */
  step: number;
}

/** What a new run needs to be told. */
export interface StartOptions {
  path: string;
  overwrite: boolean;
  settings: Settings;
  sizes: Omit<ModelSizes, "vocabularySize">;
  initialization: Initialization;
}

/** Starts a run: new parameters, and a folder that holds them at once. */
export function startRun(list: WordList, options: StartOptions): Run {
  const { settings, initialization, path, overwrite } = options;
  const vocabulary = buildVocabulary(list.words);
  const sizes = { vocabularySize: vocabulary.size, ...options.sizes };
  const generator = new Generator(settings.seed);
  const parameters = createParameters(generator, sizes, { initialization });
  const { train } = splitsOf(list, settings);
  const windows = contextWindows(train, vocabulary, sizes.contextLength);
  // Not a step, but all that such steps need: what memory does not do for is
  // refused before there is a folder.
  const nothing = { steps: 0, generator, batchSize: batchSizeOf(settings) };
  for (const _ of trainSteps(parameters, windows, nothing));

  const folder = RunFolder.create(path, { overwrite });
  const run = { folder, settings, vocabulary, generator, parameters, step: 0 };
  try {
    save(run, []);
  } catch (error) {
    folder.close();
    throw error;
  }
  return run;
}

/** The parts of a run's word list. */
export function splitsOf(list: WordList, settings: Settings): Splits {
  return splitWords(list.words, {
    seed: settings.splitSeed,
    keepEqualTogether: settings.keepEqualTogether,
  });
}

function batchSizeOf({ batchSize }: Settings): number | "all" {
  return batchSize === 0 ? "all" : batchSize;
}

/**
 * Goes on with the run in a folder.
 *
 * @param path the folder
 * @param wordsSha256 the hash of the words that are to be learned from
 * @param steps how many steps the run is to have, if not as many as it had
 */
export function resumeRun(
  path: string,
  wordsSha256: string,
  steps?: number,
): Run {
  const { folder, checkpoint } = RunFolder.resume(path);
  try {
    const settings = settingsFrom(
      checkpoint.config,
      folder.pathOf("checkpoint"),
    );
    if (settings.wordsSha256 !== wordsSha256) {
      throw new WordListError(
        `The run in ${path} learns from another word list, ` +
          `${quote(settings.words)}: give it with --input`,
      );
    }
    return {
      folder,
      settings: { ...settings, steps: steps ?? settings.steps },
      vocabulary: new Vocabulary(checkpoint.tokens),
      generator: new Generator(0).setState(checkpoint.generatorState),
      parameters: parametersFrom(checkpoint.parameters, checkpoint.sizes),
      step: checkpoint.step,
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** The largest minibatch, in rows: some 250 MB of memory. */
export const MAX_BATCH_SIZE: number = 2 ** 24;

/** Reads settings that may come from anywhere. */
export function settingsFrom(
  config: Readonly<Record<string, unknown>>,
  source: string,
): Settings {
  const fail = (name: string): never => {
    throw new CheckpointError(
      `Cannot read ${source}: its setting ${name} is ${shown(config[name])}`,
    );
  };
  const whole = (
    name: keyof Settings,
    least: number,
    most = Number.MAX_SAFE_INTEGER,
  ): number => {
    const value = config[name];
    return Number.isInteger(value) && (value as number) >= least &&
        (value as number) <= most
      ? value as number
      : fail(name);
  };
  const rate = (name: keyof Settings): number => {
    const value = config[name];
    return Number.isFinite(value) && (value as number) >= 0
      ? value as number
      : fail(name);
  };
  const text = (name: keyof Settings): string => {
    const value = config[name];
    return typeof value === "string" ? value : fail(name);
  };
  const { keepEqualTogether } = config;
  return {
    steps: whole("steps", 1),
    batchSize: whole("batchSize", 0, MAX_BATCH_SIZE),
    learningRate: rate("learningRate"),
    finalLearningRate: rate("finalLearningRate"),
    schedule: SCHEDULES.find((name) => name === config.schedule) ??
      fail("schedule"),
    decaySteps: whole("decaySteps", 0),
    seed: whole("seed", 0),
    splitSeed: whole("splitSeed", 0),
    keepEqualTogether: typeof keepEqualTogether === "boolean"
      ? keepEqualTogether
      : fail("keepEqualTogether"),
    words: text("words"),
    wordsSha256: text("wordsSha256"),
  };
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  return typeof value === "string" ? quote(value) : String(value);
}

/** Saves the run, with the losses since it was last saved. */
function save(run: Run, losses: readonly LossRow[]): void {
  const { folder, parameters, vocabulary, generator, settings, step } = run;
  folder.save({
    parameters: parameterArrays(parameters),
    sizes: sizesOf(parameters),
    tokens: vocabulary.tokens,
    generatorState: generator.getState(),
    config: { ...settings },
    step,
  }, losses);
}

/**
 * Writes the settings and sizes for people to read. The program itself goes by
 * those in the checkpoint.
 */
function writeConfig({ folder, parameters, settings }: Run): void {
  const config = { ...sizesOf(parameters), ...settings };
  const text = JSON.stringify(config, null, 2) + "\n";
  writeFileAtomically(folder.pathOf("config"), text);
}

function scheduleOf(settings: Settings): Schedule {
  const { learningRate, finalLearningRate, decaySteps } = settings;
  switch (settings.schedule) {
    case "step":
      return stepDecay([learningRate, finalLearningRate], decaySteps);
    case "cosine":
      return cosineDecay([learningRate, finalLearningRate], decaySteps);
    case "constant":
      return constantRate(learningRate);
  }
}

/** How long a run goes unsaved by default, in milliseconds. */
const SAVE_INTERVAL = 10_000;

/** How long signals may have to wait, in milliseconds. */
const PATIENCE = 50;

/** How many rows are worked on at a time: a few hundredths of a second. */
const ROWS_AT_A_TIME = 16_000;

/** How many rows the loss log of a run has, about. */
const LOG_ROWS = 2000;

/**
 * How many steps are done at a time: no more than signals can wait for, and
 * such that the checkpoints come at the ends of a whole number of them.
 */
function stepsAtATime(
  rowsPerStep: number,
  checkpointEvery: number | undefined,
): number {
  const most = Math.max(1, Math.round(ROWS_AT_A_TIME / rowsPerStep));
  return checkpointEvery === undefined
    ? most
    : Math.ceil(checkpointEvery / Math.ceil(checkpointEvery / most));
}

/**
 * Does the steps that a run has still to do. It is saved every ten seconds or
 * every `checkpointEvery` steps, or a few more; at its end; and when a signal
 * stops it.
 *
 * @throws {Stopped} if a signal stopped it before its end
 * @throws {DivergenceError} if a loss is not finite
 */
export async function learn(
  run: Run,
  windows: Windows,
  checkpointEvery?: number,
): Promise<void> {
  const { settings, folder } = run;
  const stepsPerRow = Math.ceil(settings.steps / LOG_ROWS);
  writeConfig(run);
  const pending: LossRow[] = [];
  let saved = { at: performance.now(), step: run.step };
  let pausedAt = performance.now();
  const isDue = () =>
    checkpointEvery === undefined
      ? performance.now() - saved.at > SAVE_INTERVAL
      : run.step - saved.step >= checkpointEvery;
  const saveNow = () => {
    save(run, pending);
    pending.length = 0;
    saved = { at: performance.now(), step: run.step };
  };

  using signals = stopSignals();
  const progress = startProgress(run.step, settings.steps);
  try {
    const reports = trainSteps(run.parameters, windows, {
      steps: Math.max(0, settings.steps - run.step),
      firstStep: run.step,
      batchSize: batchSizeOf(settings),
      generator: run.generator,
      learningRate: scheduleOf(settings),
      stepsPerProgress: stepsAtATime(
        settings.batchSize || windows.Y.length,
        checkpointEvery,
      ),
    });
    for (const { step, losses } of reports) {
      losses.forEach((loss, i) => {
        const row = run.step + i;
        if (row % stepsPerRow === 0) pending.push({ step: row, loss });
      });
      run.step = step;
      const mean = losses.reduce((sum, loss) => sum + loss) / losses.length;
      progress.update(step, mean);
      if (isDue()) saveNow();
      if (performance.now() - pausedAt > PATIENCE) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        pausedAt = performance.now();
      }
      if (signals.received) break;
    }
  } catch (error) {
    if (error instanceof DivergenceError) {
      error.message += `; the model of step ${saved.step} is kept in ` +
        folder.path;
    }
    throw error;
  } finally {
    progress.stop();
  }
  saveNow();
  if (signals.received && run.step < settings.steps) {
    throw new Stopped(
      signals.received,
      `Stopped at step ${run.step} of ${settings.steps}; what was learned is ` +
        `kept in ${folder.path}, and --resume goes on from there`,
    );
  }
}
