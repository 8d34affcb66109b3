/**
 * A run of the command line: its settings, how it starts, goes on and is kept.
 */

import { writeFileAtomically } from "./atomic_file.ts";
import {
  CheckpointError,
  DivergenceError,
  WordListError,
} from "../lib/errors/errors.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import {
  createParameters,
  type Initialization,
} from "../lib/model/initial_weights.ts";
import { countParameters, sizesOf } from "../lib/model/parameters.ts";
import { quote } from "../lib/errors/quote.ts";
import { type LossRow, RunFolder } from "./run_folder.ts";
import type { ModelSizes, ParameterArrays } from "../lib/kernel/parameters.ts";
import { trainSteps } from "../lib/training/loop.ts";
import type { Vocabulary } from "../lib/data/vocabulary.ts";
import { type Corpus, hashOf, readCorpus, windowsOf } from "./corpus.ts";
import { type Settings, settingsFrom, trainOptions } from "./settings.ts";
import { Stopped, stopSignals } from "./signals.ts";
import { startProgress } from "./terminal.ts";

/** A run in memory, and the folder that keeps it. */
export interface Run {
  readonly folder: RunFolder;
  readonly corpus: Corpus;
  readonly settings: Settings;
  readonly vocabulary: Vocabulary;
  readonly generator: TorchGenerator;
  readonly parameters: ParameterArrays;
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
export function startRun(corpus: Corpus, options: StartOptions): Run {
  const { settings, initialization, path, overwrite } = options;
  const { vocabulary, splits } = corpus;
  const sizes = { vocabularySize: vocabulary.size, ...options.sizes };
  const generator = new TorchGenerator(settings.seed);
  const parameters = createParameters(sizes, { generator, initialization });
  const windows = windowsOf(splits.train, vocabulary, sizes.contextLength);
  // Not a step, but all that such steps need: what memory does not do for is
  // refused before there is a folder.
  const nothing = { ...trainOptions(settings), steps: 0, generator };
  for (const _ of trainSteps(parameters, windows, nothing));

  const folder = RunFolder.create(path, { overwrite });
  const run = {
    ...{ folder, corpus, settings, vocabulary, generator, parameters },
    step: 0,
  };
  try {
    save(run, []);
  } catch (error) {
    folder.close();
    throw error;
  }
  return run;
}

/**
 * Goes on with the run in a folder.
 *
 * @param path the folder
 * @param input the file that it learns from, if one was given
 * @param steps how many steps the run is to have, if not as many as it had
 */
export async function resumeRun(
  path: string,
  input: string | undefined,
  steps?: number,
): Promise<Run> {
  const { folder, checkpoint } = RunFolder.resume(path);
  try {
    const source = folder.pathOf("checkpoint");
    const settings = settingsFrom(checkpoint.config, source);
    const { parameters, vocabulary } = checkpoint;
    if (settings.level !== vocabulary.level) {
      throw new CheckpointError(
        `Cannot read ${source}: its setting level is ${settings.level}, but ` +
          `its tokens are ${vocabulary.level}`,
      );
    }
    const { candidates, batchSize } = settings;
    if (candidates > 0 && (candidates >= vocabulary.size || batchSize === 0)) {
      throw new CheckpointError(
        `Cannot read ${source}: its setting candidates is ${candidates}, but ` +
          `it has ${vocabulary.size} tokens and a batch size of ${batchSize}`,
      );
    }
    const corpus = await readCorpus(input, settings);
    if (settings.wordsSha256 !== await hashOf(corpus)) {
      throw new WordListError(
        `The run in ${path} learns from other ${corpus.unit}, ` +
          `${quote(settings.words)}: give them with --input`,
      );
    }
    return {
      folder,
      corpus,
      settings: { ...settings, steps: steps ?? settings.steps },
      vocabulary,
      generator: new TorchGenerator(0).setState(checkpoint.generatorState),
      parameters,
      step: checkpoint.step,
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Saves the run, with the losses since it was last saved. */
function save(run: Run, losses: readonly LossRow[]): void {
  const { folder, parameters, vocabulary, generator, settings, step } = run;
  folder.save({
    parameters,
    vocabulary,
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

/** How long a run goes unsaved by default, in milliseconds. */
const SAVE_INTERVAL = 10_000;

/** How long signals may have to wait, in milliseconds. */
const PATIENCE = 50;

/** How many rows are worked on at a time: a few hundredths of a second. */
const ROWS_AT_A_TIME = 32_000;

/** And how many multiplications, which in wide models come to it sooner. */
const PRODUCTS_AT_A_TIME = 200_000_000;

/** How many rows the loss log of a run has, about. */
const LOG_ROWS = 2000;

/**
 * How many steps are done at a time: no more than signals can wait for, and
 * such that the checkpoints come at the ends of a whole number of them.
 */
function stepsAtATime(
  { parameters, settings }: Run,
  rows: number,
  checkpointEvery: number | undefined,
): number {
  const { vocabularySize: V, embeddingSize: E } = sizesOf(parameters);
  const { batchSize, candidates } = settings;
  const rowsPerStep = batchSize || rows;
  const outputs = candidates === 0 ? 1 : Math.min(1, candidates / V);
  const products = (countParameters(parameters) - V * E) * outputs;
  const most = Math.max(
    1,
    Math.round(
      Math.min(ROWS_AT_A_TIME, PRODUCTS_AT_A_TIME / products) / rowsPerStep,
    ),
  );
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
  checkpointEvery?: number,
): Promise<void> {
  const { settings, folder, corpus, vocabulary, parameters } = run;
  const { contextLength } = sizesOf(parameters);
  const windows = windowsOf(corpus.splits.train, vocabulary, contextLength);
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
      ...trainOptions(settings),
      steps: Math.max(0, settings.steps - run.step),
      firstStep: run.step,
      generator: run.generator,
      stepsPerProgress: stepsAtATime(run, windows.Y.length, checkpointEvery),
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
