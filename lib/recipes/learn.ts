/**
 * From the parts of a list or a text to a model: trains a network by a recipe,
 * keeps the best on dev, and mixes it with the best n-gram.
 */

import type { Splits } from "../data/splits.ts";
import { EncodedPart } from "../data/token_ids.ts";
import type { Vocabulary } from "../data/vocabulary.ts";
import { takeRows, windowsOf } from "../data/windows.ts";
import { checkWhole } from "../errors/checks.ts";
import { dropKernel } from "../kernel/held_kernels.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import type { Rows } from "../kernel/rows.ts";
import { rowProbabilities } from "../language_models/evaluate.ts";
import type { LanguageModel } from "../language_models/language_model.ts";
import { fitMixtureWeights, mixModels } from "../language_models/mixture.ts";
import { mlpModel } from "../language_models/mlp.ts";
import { createParameters } from "../model/initial_weights.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import {
  train,
  type TrainCallbacks,
  type TrainOptions,
} from "../training/loop.ts";
import { type Best, betterOf, glanceOf } from "./best_on_dev.ts";
import { type BestNgram, bestNgram, ORDERS } from "./best_ngram.ts";
import {
  autoRecipe,
  type Recipe,
  type RecipeData,
  scheduleOf,
} from "./recipe.ts";

/** A training between two steps. */
export interface Training {
  /** The network, which is changed in place. */
  readonly parameters: ParameterArrays;
  /** The number of steps done. */
  step: number;
  /** The best network on dev so far, if training looks at dev. */
  best?: Best;
}

/** When training looks at dev. */
export interface DevLooks {
  /** The rows that it looks at, such as those of {@linkcode glanceOf}. */
  readonly dev: Rows;
  /** The number of steps between two looks; 0 for none. */
  readonly lookEvery: number;
  /** The number of steps without a better network after which it ends. */
  readonly patience: number;
}

/** How often a run looks at dev. */
const LOOKS = 40;

/** The number of steps between two looks of a run with some patience. */
export function lookEveryOf(steps: number, patience: number): number {
  return patience === 0 ? 0 : Math.max(1, Math.floor(steps / LOOKS));
}

/** Whether, at the last look, the best network had not become better for long. */
export function isOutOfPatience(
  { step, best }: Training,
  { lookEvery, patience }: Pick<DevLooks, "lookEvery" | "patience">,
): boolean {
  if (lookEvery === 0 || !best) return false;
  return step - step % lookEvery - best.step >= patience;
}

/** More rows are not taken into a kernel at once. */
const MOST_ROWS = 2 ** 24;
/** How many of them are, then. */
const ROWS_AT_ONCE = 2 ** 20;

/** Some of the rows of a large corpus, and until which step they are learned. */
interface Portion {
  readonly rows: Rows;
  readonly until: number;
}

/**
 * The rows that a step draws its minibatch from: all rows, if they are 2²⁴ or
 * fewer. Of more rows, a portion of about 2²⁰ is used at a time, evenly spaced
 * over all of them, for as many steps as draw that many rows. The next portion
 * has the rows after these; when each row has had its turn, the first portion
 * comes again.
 *
 * @param rows the rows
 * @param step the step, counted from 0
 * @param batchSize the rows of a minibatch
 */
export function portionOf(
  rows: Rows,
  step: number,
  batchSize: number | "all" = 32,
): Portion {
  const count = rows.Y.length;
  if (count <= MOST_ROWS) return { rows, until: Infinity };
  if (batchSize === "all") {
    throw new RangeError(
      `Cannot learn from all ${count} rows in each step: give a batch size`,
    );
  }
  const stride = Math.ceil(count / ROWS_AT_ONCE);
  const steps = Math.ceil(ROWS_AT_ONCE / batchSize);
  const turn = Math.floor(step / steps);
  const chosen: number[] = [];
  for (let row = turn % stride; row < count; row += stride) chosen.push(row);
  return { rows: takeRows(rows, chosen), until: (turn + 1) * steps };
}

/**
 * Trains until a step, or until patience ends, with looks at dev at multiples of
 * `lookEvery`. A training that is split anywhere has the same bits as one.
 *
 * @param training the training, whose members are kept up to date
 * @param windows the rows to learn from
 * @param looks when to look at dev
 * @param options those of the loop; `steps` is the step to train until
 */
export async function trainLooking(
  training: Training,
  windows: Rows,
  looks: DevLooks,
  options: TrainOptions & TrainCallbacks,
): Promise<void> {
  const { dev, lookEvery } = looks;
  const { parameters } = training;
  const { onProgress, steps } = options;
  const look = () =>
    training.best = betterOf(training.best, parameters, training.step, dev);
  if (lookEvery > 0 && !training.best) look();
  let portion: Portion | undefined;
  while (training.step < steps && !isOutOfPatience(training, looks)) {
    const firstStep = training.step;
    if (!portion || firstStep >= portion.until) {
      if (portion) dropKernel(portion.rows);
      portion = portionOf(windows, firstStep, options.batchSize);
    }
    const next = Math.min(
      steps,
      portion.until,
      lookEvery === 0 ? steps : firstStep - firstStep % lookEvery + lookEvery,
    );
    await train(parameters, portion.rows, {
      ...options,
      steps: next - firstStep,
      firstStep,
      onProgress(progress) {
        training.step = progress.step;
        if (lookEvery > 0 && progress.step % lookEvery === 0) look();
        return onProgress?.(progress);
      },
    });
  }
}

/** A network, or a mixture of it with an n-gram. */
export interface Offer {
  /** What to use. */
  readonly model: LanguageModel;
  /** The weights of the network and of the n-gram; their sum is 1. */
  readonly weights: readonly [network: number, ngram: number];
}

/** A smaller share of the n-gram is not worth its memory. */
const LEAST_SHARE = 0.01;
/** More decimals of a weight differ between JavaScript engines. */
const DECIMALS = 6;

/**
 * Mixes a network with an n-gram model, with the weights that fit dev best, as
 * Bengio et al. 2003 do (section 4.2).
 *
 * @param network the network
 * @param ngram an n-gram model, from {@linkcode bestNgram}
 * @param dev the rows to fit the weights on, with as much context as either sees
 * @returns the mixture, or the network alone if the n-gram's share is below 1 %
 */
export function offerOf(
  network: ParameterArrays,
  ngram: LanguageModel,
  dev: Rows,
): Offer {
  const models = [mlpModel(network), ngram];
  const [, fitted] = fitMixtureWeights(
    models.map((model) => rowProbabilities(model, dev)),
  );
  const rest = fitted < LEAST_SHARE ? 0 : Number(fitted.toFixed(DECIMALS));
  const weights = [1 - rest, rest] as const;
  return { model: mixed(network, ngram, weights), weights };
}

/** The mixture of a network and an n-gram, or the network alone. */
export function mixed(
  network: ParameterArrays,
  ngram: LanguageModel,
  weights: Offer["weights"],
): LanguageModel {
  const model = mlpModel(network);
  return weights[1] === 0 ? model : mixModels([model, ngram], weights);
}

/** What the automatic recipe goes by. */
export function dataOf(
  train: readonly (string | readonly string[])[] | EncodedPart,
  vocabulary: Vocabulary,
): RecipeData {
  const { size: vocabularySize, level } = vocabulary;
  const different = train instanceof EncodedPart || level === "words"
    ? train
    : [...new Set(train)];
  const rows = windowsOf(different, vocabulary, 1).Y.length;
  return { vocabularySize, sequences: different.length, rows, level };
}

/** Options of {@linkcode learn}. */
export interface LearnOptions extends TrainCallbacks {
  /** The random number generator of weights and minibatches. */
  generator: TorchGenerator;
  /** The settings. Default: {@linkcode autoRecipe} of the data. */
  recipe?: Recipe;
}

/** What {@linkcode learn} returns. */
export interface Learned extends Offer {
  /** The network alone; with a recipe that looks at dev, the best on dev. */
  readonly network: ParameterArrays;
  /** The n-gram model that is best on dev, if it was counted. */
  readonly ngram?: BestNgram;
}

/**
 * Trains a network on train by a recipe. If the recipe looks at dev, keeps the
 * best network on dev; if it mixes, mixes it with the n-gram model that is best
 * on dev.
 *
 * @param splits the parts of a list or a text
 * @param vocabulary their vocabulary
 * @param options the generator, the recipe, a callback, a signal
 * @returns the model to use, and what it consists of
 * @throws {RangeError} if a setting is out of range, dev is empty though the
 * recipe looks at it, or there is not enough memory
 * @throws {TypeError} if the schedule or the initialization does not exist
 * @throws {DivergenceError} if a loss is not finite
 * @throws {unknown} the signal's reason, if it is aborted
 *
 * @example
 * ```ts
 * import {
 *   autoRecipe,
 *   buildVocabulary,
 *   embeddedWords,
 *   learn,
 *   sample,
 *   splitWords,
 *   TorchGenerator,
 * } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const words = embeddedWords().words.slice(0, 300);
 * const vocabulary = buildVocabulary(words);
 * const splits = splitWords(words, { keepEqualTogether: true });
 * const generator = new TorchGenerator(1);
 * const data = { vocabularySize: vocabulary.size, sequences: 240, rows: 1600 };
 * const recipe = { ...autoRecipe(data), steps: 500, hiddenSize: 50 };
 * const { model } = await learn(splits, vocabulary, { generator, recipe });
 * assertEquals(sample(model, vocabulary, { generator, count: 3 }).length, 3);
 * ```
 */
export async function learn(
  splits: Pick<Splits<string | readonly string[]>, "train" | "dev">,
  vocabulary: Vocabulary,
  options: LearnOptions,
): Promise<Learned> {
  const { generator, signal, onProgress } = options;
  const { size: vocabularySize } = vocabulary;
  const rowsOf = (part: "train" | "dev", contextLength: number) =>
    windowsOf(splits[part], vocabulary, contextLength);
  const recipe = options.recipe ??
    autoRecipe(dataOf(splits.train, vocabulary));
  const { contextLength, steps, patience, candidates } = recipe;
  checkWhole("patience", patience, 0);
  if (splits.dev.length === 0 && (patience > 0 || recipe.mix)) {
    throw new RangeError(
      "Cannot learn: the recipe looks at dev, which is empty; give some of it, " +
        "or a recipe with patience 0 and without a mixture",
    );
  }
  const training: Training = {
    parameters: createParameters({ vocabularySize, ...recipe }, {
      ...{ generator, initialization: recipe.initialization },
    }),
    step: 0,
  };
  const dev = rowsOf("dev", Math.max(contextLength, ORDERS[1] - 1));
  const looks = {
    ...{ dev: glanceOf(dev, vocabularySize), patience },
    lookEvery: lookEveryOf(steps, patience),
  };
  await trainLooking(training, rowsOf("train", contextLength), looks, {
    ...{ steps, generator, signal, onProgress },
    batchSize: recipe.batchSize,
    learningRate: scheduleOf(recipe),
    weightDecay: recipe.weightDecay,
    candidates: candidates === "all" ? undefined : candidates,
  });
  const network = training.best?.parameters ?? training.parameters;
  const ngram = recipe.mix
    ? bestNgram(rowsOf("train", ORDERS[1] - 1), dev, vocabulary)
    : undefined;
  if (ngram) return { network, ngram, ...offerOf(network, ngram.model, dev) };
  return { network, model: mlpModel(network), weights: [1, 0] };
}
