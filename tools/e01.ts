/**
 * Exercise E01 of the lecture: a network with one tanh layer that beats the
 * lecture's loss on dev.
 *
 * ```sh
 * deno task e01            # trains the winner again, writes data/e01.safetensors
 * deno task e01 --check    # the same, but only compares
 * deno task e01 --trials   # runs the trials that data/e01.json does not hold yet
 * ```
 *
 * It needs the lecture's list (`deno task data`). The winner takes about a
 * minute, each trial about as long. The trials are written one by one, so they
 * may be stopped at any time.
 */

import {
  buildVocabulary,
  contextWindows,
  countParameters,
  evaluate,
  learn,
  lectureRecipe,
  type Recipe,
  saveModel,
  settingsGrid,
  splitWords,
  TorchGenerator,
} from "../core.ts";
import { hasFetched, SOURCES } from "./fetch_data.ts";
import { writeOrCheck } from "./write_or_check.ts";

/** The settings of a trial. */
export interface TrialSettings {
  /** The number of characters that the network sees. */
  readonly contextLength: number;
  /** How many numbers represent a character. */
  readonly embeddingSize: number;
  /** The number of neurons in the hidden layer. */
  readonly hiddenSize: number;
  /** The number of steps. */
  readonly steps: number;
  /** The number of rows in a minibatch. */
  readonly batchSize: number;
  /** The learning rate at the first step, which falls to a hundredth. */
  readonly learningRate: number;
  /** λ of weight decay, times the rows of train. */
  readonly decay: number;
  /** Whether equal words are in the same part of the split. */
  readonly keepEqualTogether: boolean;
  /** The seed of weights and minibatches. */
  readonly seed: number;
}

/** A trial and its losses, in nats per character. */
export interface Trial {
  readonly settings: TrialSettings;
  /** The number of parameters. */
  readonly parameters: number;
  /** The losses of the network alone. */
  readonly train: number;
  readonly dev: number;
  /** The loss on dev of the n-gram that is best there, and its order. */
  readonly ngram: number;
  readonly order: number;
  /** The loss on dev of the mixture of both. */
  readonly mixture: number;
}

/** The settings that won. */
export const WINNER: TrialSettings = {
  contextLength: 8,
  embeddingSize: 24,
  hiddenSize: 300,
  steps: 36_000,
  batchSize: 128,
  learningRate: 0.4,
  decay: 25,
  keepEqualTogether: false,
  seed: 1,
};

/** The winner with one setting changed at a time, and with other seeds. */
export function allTrials(): TrialSettings[] {
  const changes: Partial<TrialSettings>[] = [
    ...settingsGrid({
      keepEqualTogether: [false, true],
      seed: [1, 2, 3, 4, 5],
    }),
    // as the automatic recipe has it
    { keepEqualTogether: true, learningRate: 0.2, decay: 30 },
    ...settingsGrid({ decay: [0, 10, 50] }),
    ...settingsGrid({ learningRate: [0.2, 0.8] }),
    ...settingsGrid({ contextLength: [3, 5, 12] }),
    ...settingsGrid({ hiddenSize: [100, 200] }),
    { embeddingSize: 10 },
    { batchSize: 32 },
  ];
  return changes.map((changed) => ({ ...WINNER, ...changed }));
}

/** The recipe of a trial. */
function recipeOf(settings: TrialSettings, rows: number): Recipe {
  const { decay, seed: _, ...rest } = settings;
  return {
    ...lectureRecipe(),
    ...rest,
    initialization: "scaled",
    finalLearningRate: settings.learningRate / 100,
    schedule: "cosine",
    weightDecay: decay / rows,
    patience: 0, // the last network is judged, not the best on dev
    mix: true,
  };
}

/**
 * Trains a network and judges it on dev.
 *
 * @param words the list, which is split with seed 42
 * @param settings the settings
 * @returns the trial, the network and the mixture, and a function that judges on test
 */
export async function runTrial(
  words: readonly string[],
  settings: TrialSettings,
) {
  const { keepEqualTogether, seed } = settings;
  const vocabulary = buildVocabulary(words);
  const splits = splitWords(words, { keepEqualTogether });
  const contextLength = Math.max(8, settings.contextLength);
  const rowsOf = (part: "train" | "dev" | "test") =>
    contextWindows(splits[part], vocabulary, contextLength);
  const [train, dev] = [rowsOf("train"), rowsOf("dev")];
  const learned = await learn(splits, vocabulary, {
    generator: new TorchGenerator(seed),
    recipe: recipeOf(settings, train.Y.length),
  });
  const { network, model, ngram } = learned;
  const trial: Trial = {
    settings,
    parameters: countParameters(network),
    train: round(evaluate(network, train)),
    dev: round(evaluate(network, dev)),
    ngram: round(ngram!.loss),
    order: ngram!.order,
    mixture: round(evaluate(model, dev)),
  };
  const test = () => ({
    network: round(evaluate(network, rowsOf("test"))),
    ngram: round(evaluate(ngram!.model, rowsOf("test"))),
    mixture: round(evaluate(model, rowsOf("test"))),
  });
  return { trial, network, vocabulary, test };
}

/** A loss with the decimals that are printed. */
function round(loss: number): number {
  return Number(loss.toFixed(4));
}

/** The path of the table of trials. */
const TABLE = new URL("../data/e01.json", import.meta.url);

/** Runs the trials that the table does not hold yet, and adds each to it. */
async function runTrials(words: readonly string[]): Promise<void> {
  const done: Trial[] = JSON.parse(Deno.readTextFileSync(TABLE));
  const known = new Set(done.map(({ settings }) => JSON.stringify(settings)));
  for (const settings of allTrials()) {
    const key = JSON.stringify(settings);
    if (known.has(key)) continue;
    known.add(key);
    const { trial } = await runTrial(words, settings);
    done.push(trial);
    Deno.writeTextFileSync(TABLE, `${JSON.stringify(done, null, 2)}\n`);
    console.log(key, trial);
  }
}

if (import.meta.main) {
  const list = new URL(`../${SOURCES.names.path}`, import.meta.url);
  if (!hasFetched(SOURCES.names)) {
    console.error(
      "Cannot train without the lecture's list: run deno task data",
    );
    Deno.exit(1);
  }
  const words = Deno.readTextFileSync(list).trimEnd().split("\n");
  if (Deno.args.includes("--trials")) {
    await runTrials(words);
  } else {
    const { trial, network, vocabulary, test } = await runTrial(words, WINNER);
    console.log(trial, "on test:", test());
    const bytes = saveModel(network, vocabulary);
    writeOrCheck("e01", { "data/e01.safetensors": bytes });
  }
}
