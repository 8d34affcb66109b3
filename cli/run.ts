/** A run of `train`: how it starts, goes on, is saved and is stopped. */

import {
  DivergenceError,
  UsageError,
  WordListError,
} from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import {
  type BestNgram,
  bestNgram,
  type Model,
  type ParameterArrays,
  type Rows,
  sizesOf,
  TorchGenerator,
  trainSteps,
  type Vocabulary,
} from "../core.ts";
import { type Corpus, readCorpus } from "./corpus.ts";
import { windowsOf } from "../lib/data/windows.ts";
import { type Best, glanceOf } from "../lib/recipes/best_on_dev.ts";
import {
  type DevLooks,
  isOutOfPatience,
  offerOf,
  portionOf,
  trainLooking,
} from "../lib/recipes/learn.ts";
import { ORDERS } from "../lib/recipes/best_ngram.ts";
import { writeLossFigure } from "./figures.ts";
import { judging } from "./judging.ts";
import { newNet } from "./models.ts";
import { RunFolder } from "./run_folder.ts";
import {
  configOf,
  type InputValues,
  type NetSettings,
  type Settings,
  settingsFrom,
  trainOptions,
} from "./settings.ts";
import { Stopped, type StopSignal, stopSignals } from "./signals.ts";
import { startProgress, tell } from "./terminal.ts";

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
  /** The best network on dev so far, if the run looks at dev. */
  best?: Best;
}

/** When a run looks at dev, and the rows that it sees there. */
function looksOf(
  { corpus, settings, vocabulary, parameters }: Run,
): DevLooks {
  const { lookEvery, patience } = settings;
  const { contextLength } = sizesOf(parameters);
  const dev = windowsOf(corpus.splits.dev, vocabulary, contextLength);
  return { dev: glanceOf(dev, vocabulary.size), lookEvery, patience };
}

/** The network that a run has made: the best on dev, if it looks there. */
export function networkOf({ best, parameters }: Run): ParameterArrays {
  return best?.parameters ?? parameters;
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
    & NetSettings
    & { output: string; overwrite: boolean },
): Run {
  const vocabulary = corpus.vocabulary();
  const generator = new TorchGenerator(settings.seed);
  const parameters = newNet(vocabulary, settings, generator);
  const { contextLength } = settings;
  const windows = windowsOf(corpus.splits.train, vocabulary, contextLength);
  // No step, but all the memory of one: what is too large makes no folder.
  const none = { ...trainOptions(settings), steps: 0, generator };
  judging(() => {
    const { rows } = portionOf(windows, 0, none.batchSize);
    return [...trainSteps(parameters, rows, none)];
  });
  return {
    ...{ corpus, settings, vocabulary, generator, parameters, windows },
    folder: RunFolder.create(
      settings.output,
      settings.overwrite,
      corpus.copy,
    ),
    step: 0,
  };
}

/**
 * Continues the run in a folder.
 *
 * @param path the folder
 * @param values what it learns from, if that was given; otherwise it is the
 * copy in the folder
 * @param steps how many steps the run is to have, if not as many as it had
 */
export async function resumeRun(
  path: string,
  values: InputValues,
  steps?: number,
): Promise<Run> {
  const { folder, checkpoint } = RunFolder.resume(path);
  try {
    const source = folder.pathOf("checkpoint");
    const settings = settingsFrom(checkpoint.config, source);
    const { vocabulary, current, best } = checkpoint;
    const parameters = current ?? checkpoint.parameters;
    if (steps !== undefined && steps < checkpoint.step) {
      throw new UsageError(
        `Cannot use --steps ${steps} with --resume: the run in ${path} has ` +
          `done ${checkpoint.step} already; give as many or more`,
      );
    }
    const corpus = await readCorpus(
      { ...values, run: path },
      settings,
      vocabulary,
    );
    if (settings.wordsSha256 !== corpus.sha256()) {
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
      best: best && { ...best, parameters: checkpoint.parameters },
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Whether a run has done its steps, or dev has not become better for long. */
function isDone(run: Run): boolean {
  return run.step >= run.settings.steps || isOutOfPatience(run, run.settings);
}

/** The settings, for people to read: the program goes by the checkpoint's. */
function writeConfig({ folder, parameters, settings }: Run): void {
  folder.writeJson("config", { ...sizesOf(parameters), ...configOf(settings) });
}

function saveRun(run: Run): void {
  const { folder, settings, parameters, vocabulary, step, best } = run;
  folder.save({
    ...{ vocabulary, step, config: configOf(settings) },
    parameters: networkOf(run),
    ...best && {
      current: parameters,
      best: { step: best.step, loss: best.loss },
    },
    generatorState: run.generator.getState(),
  });
}

/** What a run offers in the end. */
export interface Offered {
  /** The settings of the run, with those of the mixture. */
  readonly settings: Settings;
  /** The network, or a mixture. */
  readonly model: Model;
  /** The n-gram that is best on dev, if there is memory for the counts. */
  readonly ngram?: BestNgram;
}

/**
 * Mixes the network of a run with the n-gram that is best on dev, unless its
 * settings say otherwise, and keeps the weights.
 */
export function offer(run: Run): Offered {
  const { corpus: { splits }, settings, vocabulary } = run;
  const network = networkOf(run);
  const { contextLength } = sizesOf(network);
  const [train, dev] = [splits.train, splits.dev].map((part) =>
    windowsOf(part, vocabulary, Math.max(contextLength, ORDERS[1] - 1))
  );
  const ngram = bestNgram(train, dev, vocabulary);
  if (!ngram || settings.noMix) {
    if (!settings.noMix) {
      tell(
        "Left the n-gram out of the mixture: its counts could take more than " +
          "300 MB",
      );
    }
    return { settings, model: network, ngram };
  }
  const { model, weights } = offerOf(network, ngram.model, dev);
  const [share, rest] = weights.map((weight) => weight.toFixed(2));
  tell(
    weights[1] === 0
      ? `Offers the network alone: a ${ngram.order}-gram does not help on dev`
      : `Offers a mixture, which is best on dev: ${share} network, ${rest} ` +
        `${ngram.order}-gram`,
  );
  const ngramOrder = weights[1] > 0 ? ngram.order : 0;
  const mixed = { ...settings, ngramOrder, ngramWeight: weights[1] };
  const offered = { ...run, settings: mixed };
  saveRun(offered);
  writeConfig(offered);
  return { settings: mixed, model, ngram };
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
  const { settings, folder } = run;
  const stepsPerRow = Math.ceil(settings.steps / LOG_ROWS);
  let saved = { at: performance.now(), step: run.step };
  const save = () => {
    saveRun(run);
    saved = { at: performance.now(), step: run.step };
  };
  const isLate = () => performance.now() - saved.at > SAVE_INTERVAL;
  if (run.step === 0) save();
  writeConfig(run);

  const { signal, close } = stopSignals();
  const stop = (name: StopSignal) => {
    save();
    if (isDone(run)) return;
    throw new Stopped(
      name,
      `Stopped at step ${run.step} of ${settings.steps}; what was learned is ` +
        `kept in ${folder.path}, and --resume continues from there`,
    );
  };
  const looks = looksOf(run);
  const progress = startProgress(run.step, settings.steps);
  try {
    while (!isDone(run)) {
      const rest = settings.steps - run.step;
      await trainLooking(run, run.windows, looks, {
        ...trainOptions(settings),
        steps: run.step + Math.min(checkpointEvery ?? rest, rest),
        generator: run.generator,
        signal,
        onProgress: ({ step, losses }) => {
          losses.forEach((loss, i) => {
            const row = step - losses.length + i;
            if (row % stepsPerRow === 0) {
              folder.losses.push({ step: row, loss });
            }
          });
          const mean = losses.reduce((sum, loss) => sum + loss) / losses.length;
          progress.update(step, mean);
          if (!checkpointEvery && isLate()) save();
        },
      });
      if (!isDone(run)) save();
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
