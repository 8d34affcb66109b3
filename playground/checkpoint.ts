/** A run as a checkpoint of the command line, and back. */

import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  sizesOf,
} from "../core.ts";
import { lookEveryOf } from "../lib/recipes/learn.ts";
import { decayStepsOf } from "../lib/recipes/recipe.ts";
import { hashOfWords, type Run } from "./run.ts";
import { LECTURE, type Settings } from "./settings.ts";

/**
 * Encodes a run as the command line does, so that `deno task sample` reads it.
 *
 * @param run the run
 * @param source what its list is called
 */
export function saveRun(
  run: Run,
  source: string,
): Uint8Array<ArrayBuffer> {
  const { settings, training, vocabulary, generator } = run;
  const { parameters, step, best } = training;
  const { steps, patience, schedule } = settings;
  const { learningRate, finalLearningRate, batchSize, weightDecay } = settings;
  const { keepEqualTogether, initialization, seed, arithmetic } = settings;
  return encodeCheckpoint({
    vocabulary,
    step,
    parameters: best?.parameters ?? parameters,
    ...best && {
      current: parameters,
      best: { step: best.step, loss: best.loss },
    },
    generatorState: generator.getState(),
    losses: { recent: [], logBytes: 0 },
    config: {
      ...{ level: "characters", encoding: "utf-8", lowercase: false },
      ...{ sentences: "text", tokens: "unicode", minimumCount: 2 },
      ...{ splitSeed: 42, streamed: false },
      ...{ keepEqualTogether, recipe: "lecture", steps, batchSize },
      initialization,
      ...{ learningRate, schedule, finalLearningRate },
      decaySteps: decayStepsOf(schedule, steps),
      ...{ decay: 0, weightDecay, candidates: 0, patience },
      lookEvery: lookEveryOf(steps, patience),
      ...{ noMix: true, ngramOrder: 0, ngramWeight: 0, seed, arithmetic },
      ...{ words: source, wordsSha256: hashOfWords(run.words) },
    },
  });
}

/** A checkpoint, with the settings of its run. */
interface Opened {
  readonly checkpoint: Checkpoint;
  readonly settings: Settings;
  /** SHA-256 of the words of its list. */
  readonly wordsHash: string;
}

/**
 * Decodes a checkpoint of the page or of the command line.
 *
 * @throws {CheckpointError} if it is damaged
 * @throws {RangeError} if the page cannot go on with such a run
 */
export function openRun(bytes: Uint8Array, source: string): Opened {
  const checkpoint = decodeCheckpoint(bytes, { source });
  const { config, parameters } = checkpoint;
  const fail = (reason: string): never => {
    throw new RangeError(`Cannot open ${source}: ${reason}`);
  };
  const { contextLength, embeddingSize, hiddenSize, directConnections } =
    sizesOf(parameters);
  if (checkpoint.vocabulary.level !== "characters") {
    fail("its tokens are words, and this page shows models of letters");
  }
  if (directConnections) fail("this page shows no direct connections");
  if (config.schedule === "inverse") fail("this page has no inverse decay");
  if (config.candidates) fail("this page has no sampled softmax");
  if (config.lowercase) fail("its list was read in lowercase");
  if ((config.splitSeed ?? 42) !== 42) fail("its split has another seed");
  if (config.batchSize === 0) fail("its minibatches have all rows");
  const known = Object.keys(LECTURE).filter((name) => name in config)
    .map((name) => [name, config[name]]);
  const settings: Settings = { ...LECTURE, ...Object.fromEntries(known) };
  const { schedule, steps, patience } = settings;
  const { decaySteps, lookEvery = 0 } = config; // older ones have none
  const hasOwnRate = schedule !== "constant" &&
    decaySteps !== decayStepsOf(schedule, steps);
  if (hasOwnRate || lookEvery !== lookEveryOf(steps, patience)) {
    fail(
      "its steps were changed on the way, which this page cannot go on with",
    );
  }
  return {
    checkpoint,
    settings: { ...settings, contextLength, embeddingSize, hiddenSize },
    wordsHash: String(config.wordsSha256),
  };
}
