/** Models of every kind, loaded or made for a command. */

import { Vocabulary } from "../lib/data/vocabulary.ts";
import { CheckpointError, UsageError } from "../lib/errors/errors.ts";
import {
  bigramNetModel,
  createBigramNet,
  trainBigramNet,
} from "../lib/language_models/bigram_net.ts";
import type { LanguageModel } from "../lib/language_models/language_model.ts";
import {
  addK,
  countNgrams,
  interpolate,
  kneserNey,
} from "../lib/language_models/ngram.ts";
import { pretrainedModel } from "../lib/language_models/pretrained.ts";
import {
  type ModelParameters,
  parametersFrom,
  sizesOf,
} from "../lib/model/variables.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import { type Corpus, readCorpus, windowsOf } from "./corpus.ts";
import { flagOf, type Given, refuseMeaningless } from "./options.ts";
import { readModel } from "./run_folder.ts";
import type { Model } from "./seam.ts";
import {
  CORPUS,
  type CorpusSettings,
  SETTINGS,
  type Settings,
  settingsFrom,
} from "./settings.ts";

/** A model, ready to be used. */
export interface NamedModel {
  /** What to call it. */
  readonly name: string;
  readonly model: Model;
  readonly vocabulary: Vocabulary;
  /** How many tokens the contexts of its rows have. */
  readonly contextLength: number;
}

/** A net that has learned. */
export interface LearnedModel extends NamedModel {
  /** What is known of the settings that it was trained with. */
  readonly settings: Partial<Settings>;
}

/** A net with its parameters. */
export function netModel(
  name: string,
  model: ModelParameters,
  vocabulary: Vocabulary,
): NamedModel {
  return { name, model, vocabulary, ...sizesOf(model) };
}

/**
 * Loads the net of a command: the one in a run folder or a file, or the one
 * that comes with the package. Parameters alone, as PyTorch saves them, have
 * the vocabulary of the corpus.
 *
 * @param values the run and the input, if given, and the corpus's settings
 */
export async function loadNet(
  values: { run?: string; input?: string } & CorpusSettings,
): Promise<LearnedModel> {
  const { run, input } = values;
  if (run === undefined) {
    const { parameters, vocabulary } = pretrainedModel();
    return {
      ...netModel("the model of the package", parameters, vocabulary),
      settings: { level: "characters", lowercase: false },
    };
  }
  const saved = readModel(run);
  const parameters = parametersFrom(saved.parameters, saved.sizes);
  if ("tokens" in saved) {
    const vocabulary = new Vocabulary(saved.tokens);
    const { level, lowercase } = vocabulary;
    const settings = "wordsSha256" in saved.config
      ? settingsFrom(saved.config, run)
      : {};
    return {
      ...netModel(run, parameters, vocabulary),
      settings: { lowercase, ...settings, level },
    };
  }
  const corpus = await readCorpus(input, values);
  const vocabulary = corpus.vocabulary();
  if (vocabulary.size !== saved.sizes.vocabularySize) {
    throw new CheckpointError(
      `Cannot use ${run} with ${corpus.source}: it has parameters for ` +
        `${saved.sizes.vocabularySize} tokens and no vocabulary, and the ` +
        `${corpus.unit} have ${vocabulary.size} tokens; give what it was ` +
        "trained on with --input",
    );
  }
  return { ...netModel(run, parameters, vocabulary), settings: values };
}

/**
 * The settings of the corpus that a net is used with: those that it was trained
 * with, and for the rest those of the command.
 *
 * @throws {UsageError} if one was given that does not fit the net
 */
export function corpusSettingsOf(
  { name, settings }: LearnedModel,
  values: CorpusSettings,
  given: Given,
): CorpusSettings {
  const { level = values.level } = settings;
  refuseMeaningless(CORPUS, given, { level });
  for (const key of ["level", "lowercase", "minimumCount"] as const) {
    if (given.has(key) && values[key] !== settings[key]) {
      throw new UsageError(
        `Cannot use --${flagOf(key)} ${values[key]} with ${name}: it was ` +
          `trained with ${settings[key] ?? "another"}`,
      );
    }
  }
  const pairs = Object.keys(CORPUS).map((key) => {
    const name = key as keyof CorpusSettings;
    const own = given.has(name) ? values[name] : settings[name];
    return [name, own ?? values[name]];
  });
  return Object.fromEntries(pairs) as unknown as CorpusSettings;
}

/** A larger vocabulary would take the bigram net minutes. */
export const MOST_BIGRAM_TOKENS = 200;

/** What decides how a model is made of a corpus. */
export interface MakeOptions {
  readonly order: number;
  readonly smoothing: "kneser-ney" | "interpolated" | "add-k";
  /** The seed of the bigram net's weights. Default: the lecture's. */
  readonly seed?: number;
  /** How many steps the bigram net does. Default: its own. */
  readonly steps?: number;
  /** The bigram net's learning rate. Default: its own. */
  readonly learningRate?: number;
}

/**
 * Makes a model of a corpus, which takes a moment.
 *
 * @throws {UsageError} if the vocabulary is too large for a bigram net
 * @throws {DivergenceError} if the bigram net's loss is not finite
 */
export function makeModel(
  kind: "bigram" | "ngram",
  corpus: Corpus,
  options: MakeOptions,
  vocabulary: Vocabulary = corpus.vocabulary(),
): NamedModel {
  const model = kind === "bigram"
    ? bigramModel(corpus, vocabulary, options)
    : countModel(corpus, vocabulary, options);
  return {
    name: kind === "bigram" ? "bigram net" : `${options.order}-gram`,
    model,
    vocabulary,
    contextLength: Math.max(1, model.contextLength), // no rows have none
  };
}

function countModel(
  { splits }: Corpus,
  vocabulary: Vocabulary,
  { order, smoothing }: MakeOptions,
): LanguageModel {
  const [train, dev] = [splits.train, splits.dev].map((part) =>
    windowsOf(part, vocabulary, Math.max(1, order - 1))
  );
  const counts = countNgrams(train, vocabulary, order);
  switch (smoothing) {
    case "kneser-ney":
      return kneserNey(counts);
    case "interpolated":
      return interpolate(counts, dev);
    case "add-k":
      return addK(counts, 0.1);
  }
}

function bigramModel(
  { splits }: Corpus,
  vocabulary: Vocabulary,
  { seed = SETTINGS.seed.default, steps, learningRate }: MakeOptions,
): LanguageModel {
  const { size } = vocabulary;
  if (size > MOST_BIGRAM_TOKENS) {
    throw new UsageError(
      `Cannot train a bigram net on ${size} tokens: it would take minutes; ` +
        "--model ngram --order 2 finds the same by counting",
    );
  }
  const W = createBigramNet(size, { generator: new TorchGenerator(seed) });
  try {
    const windows = windowsOf(splits.train, vocabulary, 1);
    trainBigramNet(W, windows, { steps, learningRate });
    return bigramNetModel(W);
  } finally {
    W.dispose();
  }
}
