/** The settings of a run: what decides its numbers, beside the sizes. */

import { CheckpointError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import {
  constantRate,
  cosineDecay,
  inverseDecay,
  type Schedule,
  stepDecay,
} from "../lib/training/schedules.ts";
import type { TrainOptions } from "../lib/training/loop.ts";
import { CORPUS_DEFAULTS, type CorpusSettings, LEVELS } from "./corpus.ts";

/** The schedules that a run can have. */
export const SCHEDULES = ["step", "constant", "cosine", "inverse"] as const;

/** All settings; kept in the run's checkpoint. */
export interface Settings extends CorpusSettings {
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
  /** How fast it falls with the schedule "inverse". */
  readonly decay: number;
  /** How strongly the weights are drawn to zero. */
  readonly weightDecay: number;
  /** How many tokens the sampled softmax has; 0 stands for the full one. */
  readonly candidates: number;
  /** The seed of weights and minibatches. */
  readonly seed: number;
  /** What the corpus is called. */
  readonly words: string;
  /** Its hash, see `hashOf`. */
  readonly wordsSha256: string;
}

/** What runs had before there was a choice. */
const BEFORE = { ...CORPUS_DEFAULTS, decay: 0, weightDecay: 0, candidates: 0 };

/** The largest minibatch, in rows: some 250 MB of memory. */
export const MAX_BATCH_SIZE: number = 2 ** 24;

/** Reads settings that may come from anywhere. */
export function settingsFrom(
  config: Readonly<Record<string, unknown>>,
  source: string,
): Settings {
  const values: Readonly<Record<string, unknown>> = { ...BEFORE, ...config };
  const fail = (name: string): never => {
    throw new CheckpointError(
      `Cannot read ${source}: its setting ${name} is ${shown(values[name])}`,
    );
  };
  const whole = (
    name: keyof Settings,
    least: number,
    most = Number.MAX_SAFE_INTEGER,
  ): number => {
    const value = values[name];
    return Number.isInteger(value) && (value as number) >= least &&
        (value as number) <= most
      ? value as number
      : fail(name);
  };
  const number = (name: keyof Settings): number => {
    const value = values[name];
    return Number.isFinite(value) && (value as number) >= 0
      ? value as number
      : fail(name);
  };
  const text = (name: keyof Settings): string => {
    const value = values[name];
    return typeof value === "string" ? value : fail(name);
  };
  const flag = (name: keyof Settings): boolean => {
    const value = values[name];
    return typeof value === "boolean" ? value : fail(name);
  };
  const choice = <Name extends string>(
    name: keyof Settings,
    names: readonly Name[],
  ): Name => names.find((choice) => choice === values[name]) ?? fail(name);
  return {
    level: choice("level", LEVELS),
    lowercase: flag("lowercase"),
    minimumCount: whole("minimumCount", 1),
    splitSeed: whole("splitSeed", 0),
    keepEqualTogether: flag("keepEqualTogether"),
    steps: whole("steps", 1),
    batchSize: whole("batchSize", 0, MAX_BATCH_SIZE),
    learningRate: number("learningRate"),
    finalLearningRate: number("finalLearningRate"),
    schedule: choice("schedule", SCHEDULES),
    decaySteps: whole("decaySteps", 0),
    decay: number("decay"),
    weightDecay: number("weightDecay"),
    candidates: whole("candidates", 0),
    seed: whole("seed", 0),
    words: text("words"),
    wordsSha256: text("wordsSha256"),
  };
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  return typeof value === "string" ? quote(value) : String(value);
}

/** What training needs to be told of the settings. */
export function trainOptions(
  settings: Settings,
): Pick<
  TrainOptions,
  "batchSize" | "learningRate" | "weightDecay" | "candidates"
> {
  const { batchSize, candidates, weightDecay } = settings;
  return {
    batchSize: batchSize === 0 ? "all" : batchSize,
    learningRate: scheduleOf(settings),
    weightDecay,
    candidates: candidates === 0 ? undefined : candidates,
  };
}

function scheduleOf(settings: Settings): Schedule {
  const { learningRate, finalLearningRate, decaySteps } = settings;
  switch (settings.schedule) {
    case "step":
      return stepDecay([learningRate, finalLearningRate], decaySteps);
    case "cosine":
      return cosineDecay([learningRate, finalLearningRate], decaySteps);
    case "inverse":
      return inverseDecay(learningRate, settings.decay);
    case "constant":
      return constantRate(learningRate);
  }
}
