/** A run of `train`: how it starts, goes on, is saved and is stopped. */

import { DivergenceError, WordListError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import {
  type ParameterArrays,
  type Rows,
  sizesOf,
  TorchGenerator,
  train,
  trainSteps,
  type Vocabulary,
} from "../core.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { type Corpus, hashOf, readCorpus, windowsOf } from "./corpus.ts";
import { writeLossFigure } from "./figures.ts";
import { judging } from "./judging.ts";
import { newNet } from "./models.ts";
import type { Values } from "./options.ts";
import { RunFolder } from "./run_folder.ts";
import {
  configOf,
  type NET,
  type Settings,
  settingsFrom,
  trainOptions,
} from "./settings.ts";
import { Stopped, type StopSignal, stopSignals } from "./signals.ts";
import { startProgress } from "./terminal.ts";

/** A run in memory, and the folder that keeps it. */
export interface Run {
  readonly folder: RunFolder;
  readonly corpus: Corpus;
  readonly settings: Settings;
  readonly vocabulary: Vocabulary;
  readonly generator: TorchGenerator;
  readonly parameters: ParameterArrays;
  /** The rows to learn from. */
  readonly windows: Rows;
  /** How many steps are done. */
  step: number;
}

/**
 * Starts a run.
 *
 * @param corpus what it learns from
 * @param settings what it keeps, the sizes of its net, and its folder
 */
export function startRun(
  corpus: Corpus,
  settings:
    & Settings
    & Values<typeof NET>
    & { output: string; overwrite: boolean },
): Run {
  const vocabulary = corpus.vocabulary();
  const generator = new TorchGenerator(settings.seed);
  const parameters = newNet(vocabulary, settings, generator);
  const { contextLength } = settings;
  const windows = windowsOf(corpus.splits.train, vocabulary, contextLength);
  // No step, but all the memory of one: what is too large makes no folder.
  const none = { ...trainOptions(settings), steps: 0, generator };
  judging(() => [...trainSteps(parameters, windows, none)]);
  return {
    ...{ corpus, settings, vocabulary, generator, parameters, windows },
    folder: RunFolder.create(settings.output, settings.overwrite),
    step: 0,
  };
}

/**
 * Continues the run in a folder.
 *
 * @param path the folder
 * @param input the file that it learns from, if one was given
 * @param steps how many steps the run is to have, if not as many as it had
 */
export function resumeRun(
  path: string,
  input: string | undefined,
  steps?: number,
): Run {
  const { folder, checkpoint } = RunFolder.resume(path);
  try {
    const source = folder.pathOf("checkpoint");
    const settings = settingsFrom(checkpoint.config, source);
    const { parameters, vocabulary } = checkpoint;
    const corpus = readCorpus(input, settings, vocabulary);
    if (settings.wordsSha256 !== hashOf(corpus)) {
      throw new WordListError(
        `Cannot resume the run in ${path} with other ${corpus.unit}: it ` +
          `learns from ${quote(settings.words)}; give that with --input`,
      );
    }
    const { contextLength } = sizesOf(parameters);
    return {
      ...{ folder, corpus, parameters, vocabulary },
      settings: { ...settings, steps: steps ?? settings.steps },
      generator: new TorchGenerator(0).setState(checkpoint.generatorState),
      windows: windowsOf(corpus.splits.train, vocabulary, contextLength),
      step: checkpoint.step,
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** How long a run goes unsaved by default, in milliseconds. */
const SAVE_INTERVAL = 10_000;

/** How many rows the loss log of a run has, about. */
const LOG_ROWS = 2000;

/**
 * Does the steps that a run still has to do. Saves it every ten seconds, every
 * `checkpointEvery` steps, at its end, and when a signal stops it.
 *
 * @throws {Stopped} if a signal stopped it before its end
 * @throws {DivergenceError} if a loss is not finite
 */
export async function learn(
  run: Run,
  checkpointEvery?: number,
): Promise<void> {
  const { settings, folder, parameters, vocabulary } = run;
  const config = configOf(settings);
  const stepsPerRow = Math.ceil(settings.steps / LOG_ROWS);
  let saved = { at: performance.now(), step: run.step };
  const save = () => {
    folder.save({
      ...{ parameters, vocabulary, config, step: run.step },
      generatorState: run.generator.getState(),
    });
    saved = { at: performance.now(), step: run.step };
  };
  const isLate = () => performance.now() - saved.at > SAVE_INTERVAL;
  if (run.step === 0) save();
  // for people to read: the program itself reads what the checkpoint keeps
  const text = JSON.stringify({ ...sizesOf(parameters), ...config }, null, 2) +
    "\n";
  writeFileAtomically(folder.pathOf("config"), text);

  const { signal, close } = stopSignals();
  const stop = (name: StopSignal) => {
    save();
    if (run.step === settings.steps) return;
    throw new Stopped(
      name,
      `Stopped at step ${run.step} of ${settings.steps}; what was learned is ` +
        `kept in ${folder.path}, and --resume continues from there`,
    );
  };
  const progress = startProgress(run.step, settings.steps);
  try {
    while (run.step < settings.steps) {
      const rest = settings.steps - run.step;
      await train(parameters, run.windows, {
        ...trainOptions(settings),
        steps: Math.min(checkpointEvery ?? rest, rest),
        firstStep: run.step,
        generator: run.generator,
        signal,
        onProgress: ({ step, losses }) => {
          losses.forEach((loss, i) => {
            const row = run.step + i;
            if (row % stepsPerRow === 0) {
              folder.losses.push({ step: row, loss });
            }
          });
          run.step = step;
          const mean = losses.reduce((sum, loss) => sum + loss) / losses.length;
          progress.update(step, mean);
          if (!checkpointEvery && isLate()) save();
        },
      });
      if (run.step < settings.steps) save();
    }
  } catch (error) {
    if (error === signal.reason) return stop(error as StopSignal);
    if (error instanceof DivergenceError) {
      folder.saveLosses();
      await writeLossFigure(folder, settings.candidates);
      error.message += `; the model of step ${saved.step} is kept in ` +
        folder.path;
    }
    throw error;
  } finally {
    progress.stop();
    close();
  }
  save();
}
