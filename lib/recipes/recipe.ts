/**
 * Recipes: the settings with which a network learns. The lecture's are those of
 * the lecture; the automatic ones fit the data.
 */

import type { Level } from "../data/vocabulary.ts";
import { checkChoice, checkWhole } from "../errors/checks.ts";
import type { Initialization } from "../model/initial_weights.ts";
import {
  constantRate,
  cosineDecay,
  type Schedule,
  stepDecay,
} from "../training/schedules.ts";

/** The settings with which a network learns. */
export interface Recipe {
  /** The number of tokens that the network sees, `T`. */
  readonly contextLength: number;
  /** How many numbers represent a token, `E`. */
  readonly embeddingSize: number;
  /** The number of neurons in the hidden layer, `H`. */
  readonly hiddenSize: number;
  /** The numbers that the weights begin with. */
  readonly initialization: Initialization;
  /** The number of steps. */
  readonly steps: number;
  /** The number of rows in a minibatch. */
  readonly batchSize: number;
  /** The learning rate at the first step. */
  readonly learningRate: number;
  /** The learning rate at the end. */
  readonly finalLearningRate: number;
  /** How the first becomes the final one: after half of the steps, or along a cosine. */
  readonly schedule: "step" | "cosine" | "constant";
  /** λ of PyTorch's `SGD(weight_decay=λ)`, for weights but not for biases. */
  readonly weightDecay: number;
  /** The number of candidates of a sampled softmax, or `"all"` tokens. */
  readonly candidates: number | "all";
  /** Whether equal words belong in the same part of the split. */
  readonly keepEqualTogether: boolean;
  /**
   * The number of steps without a better loss on dev after which training ends;
   * the network is then the best one on dev. 0 if training does not look at dev.
   */
  readonly patience: number;
  /** Whether the network is mixed with the n-gram that is best on dev. */
  readonly mix: boolean;
}

/** What {@linkcode autoRecipe} goes by. */
export interface RecipeData {
  /** The number of tokens in the vocabulary, `V`. */
  vocabularySize: number;
  /** The number of different words, or of sentences, in train. */
  sequences: number;
  /** The number of their rows: their tokens, and the end of each. */
  rows: number;
  /** What the tokens are. Default: `"characters"`. */
  level?: Level;
}

/**
 * The lecture's last network: 200,000 steps of 32 rows, with a learning rate of
 * 0.1 that becomes 0.01 after half of them.
 *
 * @example
 * ```ts
 * import { lectureRecipe } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { contextLength, embeddingSize, hiddenSize } = lectureRecipe();
 * assertEquals([contextLength, embeddingSize, hiddenSize], [3, 10, 200]);
 * ```
 */
export function lectureRecipe(): Recipe {
  return {
    contextLength: 3,
    embeddingSize: 10,
    hiddenSize: 200,
    initialization: "randn",
    steps: 200_000,
    batchSize: 32,
    learningRate: 0.1,
    finalLearningRate: 0.01,
    schedule: "step",
    weightDecay: 0,
    candidates: "all",
    keepEqualTogether: false,
    patience: 0,
    mix: false,
  };
}

/** The prior of a list: λ times the rows of train. */
const PRIOR = 20;
/** That of a long one, whose network has more weights. */
const LONG_PRIOR = 30;
/** How often a list is read, unless that takes too few or too many steps. */
const LIST_PASSES = 28;
/** The fewest steps for a list, unless they read it more often than this. */
const FEWEST_STEPS = 20_000;
const MOST_PASSES = 125;
/** The most steps of 32 rows: so many, and so many for each word. */
const MOST_STEPS = [45_000, 4.2] as const;
/** From this many rows on a larger network, on larger minibatches, is better. */
const MANY_ROWS = 100_000;
/** Above this many characters, half of the hidden layer does as well. */
const WIDE_VOCABULARY = 200;
/** The multiply–adds of a row that steps are counted for; more make fewer steps. */
const ROW_WORK = 60_000;
/** How often a text is read. */
const TEXT_PASSES = 6;
/** The number of candidates of a sampled softmax. */
const CANDIDATES = 100;

/**
 * The settings that fit a list of any length, or a text.
 *
 * A list has the last 8 characters as context and weights that are drawn to
 * zero by λ = 20 / rows (30 / rows from 100,000 rows on): a fixed prior, which
 * counts the more, the fewer the data. The learning rate falls from 0.2 to 0.002
 * along a cosine. Training reads the list 28 times; a short one up to 125 times,
 * for 20,000 steps; a long one for as many steps as a person waits for, with more
 * hidden neurons.
 *
 * A text has the last 3 tokens as context, 60 numbers a token, 100 hidden units,
 * a learning rate that falls from 0.5 to 0.01, λ = 10⁻⁴ and 100 candidates, and
 * is read 6 times.
 *
 * In both, training looks at dev, keeps the best network and stops when that has
 * not become better for a quarter of the steps. The constants were chosen by the
 * loss on dev of the lists in docs/lists.md.
 *
 * @param data the size of the data
 * @returns the settings
 * @throws {RangeError} if a number is not a whole number from 1
 *
 * @example
 * ```ts
 * import { autoRecipe } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const data = { vocabularySize: 27, sequences: 800, rows: 5700 };
 * const { steps, weightDecay } = autoRecipe(data);
 * assertEquals(steps, 20_000);
 * assertEquals(weightDecay, 20 / 5700);
 * ```
 */
export function autoRecipe(data: RecipeData): Recipe {
  const { vocabularySize: V, sequences, rows, level = "characters" } = data;
  checkWhole("vocabulary size", V, 1);
  checkWhole("number of sequences", sequences, 1);
  checkWhole("number of rows", rows, 1);
  const passes = (count: number) => Math.ceil(count * rows / 32);
  if (level === "words") {
    return withSteps(passes(TEXT_PASSES), {
      ...lectureRecipe(),
      embeddingSize: 60,
      hiddenSize: 100,
      initialization: "small",
      learningRate: 0.5,
      finalLearningRate: 0.01,
      weightDecay: 1e-4,
      candidates: V > CANDIDATES ? CANDIDATES : "all",
    });
  }
  const contextLength = 8;
  const embeddingSize = 24;
  const isWide = V > WIDE_VOCABULARY;
  const isLong = rows >= MANY_ROWS;
  const hiddenSize = isWide ? 100 : isLong ? 300 : 200;
  const batchSize = isLong ? 128 : 32;
  const most = MOST_STEPS[0] + MOST_STEPS[1] * sequences;
  const fewest = Math.min(FEWEST_STEPS, passes(MOST_PASSES));
  const steps = Math.min(most, Math.max(fewest, passes(LIST_PASSES)));
  const work = hiddenSize * (contextLength * embeddingSize + V);
  const share = Math.min(1, (isLong ? 1.5 : 1) * ROW_WORK / work);
  return withSteps(Math.ceil(steps * share * 32 / batchSize), {
    ...lectureRecipe(),
    contextLength,
    embeddingSize,
    hiddenSize,
    batchSize,
    initialization: "scaled",
    learningRate: 0.2,
    finalLearningRate: 0.002,
    weightDecay: (isLong ? LONG_PRIOR : PRIOR) / rows,
    keepEqualTogether: true,
  });
}

/** The rest of what both automatic recipes have. */
function withSteps(steps: number, recipe: Recipe): Recipe {
  const patience = patienceOf(steps);
  return { ...recipe, steps, schedule: "cosine", patience, mix: true };
}

/** The patience of a run: a quarter of its steps. */
export function patienceOf(steps: number): number {
  return Math.max(1, Math.ceil(steps / 4));
}

/** The first step with the final learning rate. */
export function decayStepsOf(schedule: string, steps: number): number {
  return schedule === "step" ? Math.floor(steps / 2) : steps;
}

/** The learning rate of each step of a recipe. */
export function scheduleOf(
  recipe: Pick<
    Recipe,
    "learningRate" | "finalLearningRate" | "schedule" | "steps"
  >,
): Schedule {
  const { learningRate, finalLearningRate, schedule, steps } = recipe;
  const rates = [learningRate, finalLearningRate] as const;
  checkChoice("schedule", schedule, ["step", "constant", "cosine"]);
  if (schedule === "constant") return constantRate(learningRate);
  const decay = schedule === "cosine" ? cosineDecay : stepDecay;
  return decay(rates, decayStepsOf(schedule, steps));
}
