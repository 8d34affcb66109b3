/** A run of `train`: how it starts, goes on, is saved and is stopped. */

import { Vocabulary } from "../lib/data/vocabulary.ts";
import {
  CheckpointError,
  DivergenceError,
  UsageError,
  WordListError,
} from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import type { ModelSizes } from "../lib/kernel/parameters.ts";
import type { Windows } from "../lib/kernel/rows.ts";
import {
  createParameters,
  type Initialization,
  type ModelParameters,
  parameterArrays,
  parametersFrom,
  sizesOf,
} from "../lib/model/variables.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import { train, type TrainProgress, trainSteps } from "../lib/training/loop.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { type Corpus, hashOf, readCorpus, windowsOf } from "./corpus.ts";
import { writeLossFigure } from "./figures.ts";
import { type LossRow, RunFolder } from "./run_folder.ts";
import {
  configOf,
  type Settings,
  settingsFrom,
  trainOptions,
} from "./settings.ts";
import { Stopped, stopSignals } from "./signals.ts";
import { startProgress } from "./terminal.ts";

/** A run in memory, and the folder that keeps it. */
export interface Run {
  readonly folder: RunFolder;
  readonly corpus: Corpus;
  readonly settings: Settings;
  readonly vocabulary: Vocabulary;
  readonly generator: TorchGenerator;
  readonly parameters: ModelParameters;
  /** The rows to learn from. */
  readonly windows: Windows;
  /** How many steps are done. */
  step: number;
}

/** What a new run needs beside its settings: where, and of which size. */
export interface StartOptions extends Omit<ModelSizes, "vocabularySize"> {
  readonly output: string;
  readonly overwrite: boolean;
  readonly initialization: Initialization;
}

/** Starts a run, in a folder of its own. */
export function startRun(
  corpus: Corpus,
  settings: Settings,
  options: StartOptions,
): Run {
  const vocabulary = corpus.vocabulary();
  if (!hasCandidates(settings, vocabulary)) {
    throw new UsageError(
      `Cannot use --candidates ${settings.candidates} with --batch-size ` +
        `${settings.batchSize} and ${vocabulary.size} tokens: candidates are ` +
        "fewer than the tokens, and drawn for minibatches",
    );
  }
  const { initialization, output, overwrite } = options;
  const { contextLength, embeddingSize, hiddenSize, directConnections } =
    options;
  const generator = new TorchGenerator(settings.seed);
  const parameters = createParameters({
    vocabularySize: vocabulary.size,
    contextLength,
    embeddingSize,
    hiddenSize,
    directConnections,
  }, { generator, initialization });
  const windows = windowsOf(corpus.splits.train, vocabulary, contextLength);
  // No step, but all the memory of one: what is too large makes no folder.
  const none = { ...trainOptions(settings), steps: 0, generator };
  for (const _ of trainSteps(parameters, windows, none));

  const folder = RunFolder.create(output, overwrite);
  return {
    ...{ folder, corpus, settings, vocabulary, generator, parameters, windows },
    step: 0,
  };
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
    const vocabulary = new Vocabulary(checkpoint.tokens);
    const { level, batchSize, candidates } = settings;
    if (level !== vocabulary.level || !hasCandidates(settings, vocabulary)) {
      throw new CheckpointError(
        `Cannot read ${source}: its settings are level ${level}, batchSize ` +
          `${batchSize} and candidates ${candidates}, but its tokens are ` +
          `${vocabulary.size} ${vocabulary.level}`,
      );
    }
    const corpus = await readCorpus(input, settings);
    if (settings.wordsSha256 !== await hashOf(corpus)) {
      throw new WordListError(
        `Cannot resume the run in ${path} with these ${corpus.unit}: it ` +
          `learns from ${quote(settings.words)}; give them with --input`,
      );
    }
    const { contextLength } = checkpoint.sizes;
    return {
      folder,
      corpus,
      settings: { ...settings, steps: steps ?? settings.steps },
      vocabulary,
      generator: new TorchGenerator(0).setState(checkpoint.generatorState),
      parameters: parametersFrom(checkpoint.parameters, checkpoint.sizes),
      windows: windowsOf(corpus.splits.train, vocabulary, contextLength),
      step: checkpoint.step,
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Whether candidates can be drawn as the settings say. */
export function hasCandidates(
  { batchSize, candidates }: Pick<Settings, "batchSize" | "candidates">,
  { size }: Vocabulary,
): boolean {
  return candidates === "all" || (batchSize !== "all" && candidates < size);
}

/** Saves the run, with the losses since it was last saved. */
function save(run: Run, losses: readonly LossRow[]): void {
  const { folder, parameters, vocabulary, generator, settings, step } = run;
  folder.save({
    parameters: parameterArrays(parameters),
    sizes: sizesOf(parameters),
    tokens: vocabulary.tokens,
    generatorState: generator.getState(),
    config: configOf(settings),
    step,
  }, losses);
}

/** How long a run goes unsaved by default, in milliseconds. */
const SAVE_INTERVAL = 10_000;

/** How many rows the loss log of a run has, about. */
const LOG_ROWS = 2000;

/**
 * Does the steps that a run still has to do. Saves it every ten seconds or
 * every `checkpointEvery` steps, at its end, and when a signal stops it.
 *
 * @throws {Stopped} if a signal stopped it before its end
 * @throws {DivergenceError} if a loss is not finite
 */
export async function learn(
  run: Run,
  checkpointEvery?: number,
): Promise<void> {
  const { settings, folder, parameters, windows, generator } = run;
  // for people to read: the program itself reads those in the checkpoint
  const config = { ...sizesOf(parameters), ...configOf(settings) };
  writeFileAtomically(
    folder.pathOf("config"),
    JSON.stringify(config, null, 2) + "\n",
  );
  const stepsPerRow = Math.ceil(settings.steps / LOG_ROWS);
  const pending: LossRow[] = [];
  const note = (losses: Float64Array) =>
    losses.forEach((loss, i) => {
      const step = run.step + i;
      if (step % stepsPerRow === 0) pending.push({ step, loss });
    });
  let saved = { at: performance.now(), step: run.step };
  const saveNow = () => {
    save(run, pending);
    pending.length = 0;
    saved = { at: performance.now(), step: run.step };
  };
  if (run.step === 0) saveNow();
  const { signal, close } = stopSignals();
  const progress = startProgress(run.step, settings.steps);
  const onProgress = ({ step, losses }: TrainProgress) => {
    note(losses);
    run.step = step;
    const mean = losses.reduce((sum, loss) => sum + loss) / losses.length;
    progress.update(step, mean);
    const isDue = checkpointEvery === undefined
      ? performance.now() - saved.at > SAVE_INTERVAL
      : step - saved.step >= checkpointEvery;
    if (isDue) saveNow();
  };
  try {
    while (run.step < settings.steps) {
      await train(parameters, windows, {
        ...trainOptions(settings),
        steps: Math.min(checkpointEvery ?? Infinity, settings.steps - run.step),
        firstStep: run.step,
        generator,
        signal,
        onProgress,
      });
      // signals come in between
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  } catch (error) {
    if (error instanceof DivergenceError) {
      folder.log(pending);
      await writeLossFigure(folder, settings.candidates);
      error.message += `; the model of step ${saved.step} is kept in ` +
        folder.path;
    }
    if (error !== signal.reason) throw error;
  } finally {
    progress.stop();
    close();
  }
  saveNow();
  if (run.step < settings.steps) {
    throw new Stopped(
      signal.reason,
      `Stopped at step ${run.step} of ${settings.steps}; what was learned is ` +
        `kept in ${folder.path}, and --resume goes on from there`,
    );
  }
}
