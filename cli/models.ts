/** What `sample` and `evaluate` use: models of every kind, in one manner. */

import { CheckpointError, UsageError } from "../lib/errors/errors.ts";
import type { LanguageModel } from "../lib/language_models/language_model.ts";
import { rowProbabilities } from "../lib/language_models/evaluate.ts";
import { sizesOf } from "../lib/model/parameters.ts";
import type { ParameterArrays } from "../lib/kernel/parameters.ts";
import { pretrainedModel } from "../lib/language_models/pretrained.ts";
import { readModel } from "./run_folder.ts";
import { sample, type SampleOptions } from "../lib/language_models/sample.ts";
import type { Vocabulary } from "../lib/data/vocabulary.ts";
import type { Windows } from "../lib/kernel/rows.ts";
import { type Corpus, type CorpusSettings, readCorpus } from "./corpus.ts";
import { countModel, learnBigramNet, type Smoothing } from "./counting.ts";
import { CORPUS, corpusSettings, LECTURE_SEED } from "./model_options.ts";
import { type Given, refuseMeaningless, type Values } from "./options.ts";
import { type Settings, settingsFrom } from "./settings.ts";

/** A model with its vocabulary. */
export interface UsableModel {
  /** What to call it. */
  readonly name: string;
  readonly vocabulary: Vocabulary;
  /** How many tokens the rows that it is judged by have. */
  readonly contextLength: number;
  /** The probability of each row's token, float64 `[N]`. */
  rowProbabilities(windows: Windows): Float64Array;
  /** New words or sentences. */
  sample(options: SampleOptions): string[];
}

/** The lecture's last model, with what it has learned. */
export interface LearnedModel extends UsableModel {
  /** What is known of how it has learned. */
  readonly settings: Partial<Settings>;
}

/**
 * Reads the model of a command: the one in a run folder or a file, or the one
 * that comes with the package. A file with parameters alone, as PyTorch saves
 * it, has the vocabulary of the corpus.
 *
 * @param path the folder or file, if one was given
 * @param input the word list or text, if one was given
 * @param given what was given of the corpus's settings
 */
export async function loadModel(
  path: string | undefined,
  input: string | undefined,
  given: CorpusSettings,
): Promise<LearnedModel> {
  if (path === undefined) {
    const { parameters, vocabulary } = pretrainedModel();
    return learnedModel("the model of the package", parameters, vocabulary);
  }
  const model = readModel(path);
  const { parameters } = model;
  const sizes = sizesOf(parameters);
  if (model.vocabulary) {
    const settings = "config" in model && "wordsSha256" in model.config
      ? settingsFrom(model.config, path)
      : {};
    return learnedModel(path, parameters, model.vocabulary, settings);
  }
  const { source, vocabulary } = await readCorpus(input, given);
  if (vocabulary.size !== sizes.vocabularySize) {
    throw new CheckpointError(
      `${path} holds parameters for ${sizes.vocabularySize} tokens and no ` +
        `vocabulary, and ${source} has ${vocabulary.size} tokens: ` +
        "give the list or text that it was trained on with --input",
    );
  }
  return learnedModel(path, parameters, vocabulary, given);
}

/** A model that has learned, to be used. */
export function learnedModel(
  name: string,
  parameters: ParameterArrays,
  vocabulary: Vocabulary,
  settings: Partial<Settings> = {},
): LearnedModel {
  const { level, lowercase } = vocabulary;
  const { contextLength } = sizesOf(parameters);
  return {
    name,
    vocabulary,
    settings: { lowercase, ...settings, level },
    contextLength,
    rowProbabilities: (windows) => rowProbabilities(parameters, windows),
    sample: (options) =>
      sample(parameters, vocabulary, {
        ...options,
        continuous: vocabulary.level === "words",
      }),
  };
}

/**
 * The settings of the corpus that a model is used with: those that it has
 * learned with, and what was given of others.
 *
 * @throws {UsageError} if something was given that does not fit the model
 */
export function settingsWith(
  { name, settings }: LearnedModel,
  values: Values<typeof CORPUS>,
  given: Given,
): CorpusSettings {
  const { level = values.level } = settings;
  if (given.has("level") && values.level !== level) {
    throw new UsageError(
      `--level is ${values.level}, but ${name} has learned ${level}: give ` +
        "another model with --run",
    );
  }
  refuseMeaningless(CORPUS, given, { level });
  const said = corpusSettings(values);
  const differs = {
    lowercase: said.lowercase !== settings.lowercase,
    "minimum-count": said.minimumCount !== settings.minimumCount,
  };
  for (const [option, isOther] of Object.entries(differs)) {
    if (given.has(option) && isOther) {
      throw new UsageError(
        `--${option} cannot be given with ${name}, which has its vocabulary`,
      );
    }
  }
  return {
    ...said,
    ...settings,
    ...(given.has("split-seed") ? { splitSeed: said.splitSeed } : {}),
    ...(given.has("keep-equal-together") ? { keepEqualTogether: true } : {}),
  };
}

/** What decides how a model is made of a corpus. */
export interface MakeOptions {
  readonly order: number;
  readonly smoothing: Smoothing;
  /** The seed of the bigram net's weights. */
  readonly seed?: number;
  /** How long the bigram net learns. */
  readonly steps?: number;
  /** How fast the bigram net learns. */
  readonly learningRate?: number;
}

/** Makes a model of a corpus, in a moment. */
export function makeModel(
  kind: "bigram" | "ngram",
  corpus: Corpus,
  { order, smoothing, seed = LECTURE_SEED, ...options }: MakeOptions,
  vocabulary: Vocabulary = corpus.vocabulary,
): UsableModel {
  const [name, model]: [string, LanguageModel] = kind === "bigram"
    ? ["bigram net", learnBigramNet(corpus, vocabulary, { seed, ...options })]
    : [`${order}-gram`, countModel(corpus, vocabulary, { order, smoothing })];
  return {
    name,
    vocabulary,
    // there are no rows without any context
    contextLength: Math.max(1, model.contextLength),
    rowProbabilities: (windows) => rowProbabilities(model, windows),
    sample: (options) =>
      sample(model, vocabulary, {
        ...options,
        continuous: vocabulary.level === "words",
      }),
  };
}
