/** Models of every kind, loaded or made for a command. */

import { CheckpointError, UsageError } from "../lib/errors/errors.ts";
import {
  addK,
  countNgrams,
  createParameters,
  interpolate,
  Kernel,
  kneserNey,
  type LanguageModel,
  type Model,
  type ParameterArrays,
  pretrainedModel,
  type Rows,
  sizesOf,
  TorchGenerator,
  Vocabulary,
} from "../core.ts";
import { naming, parseObject } from "../lib/saving/checks.ts";
import { decodeFile } from "../lib/saving/model_file.ts";
import { type Corpus, type Part, readCorpus } from "./corpus.ts";
import { EncodedPart } from "../lib/data/token_ids.ts";
import { takeRows, windowsOf } from "../lib/data/windows.ts";
import { mixed } from "../lib/recipes/learn.ts";
import { judging } from "./judging.ts";
import { warn } from "./terminal.ts";
import {
  flagOf,
  type Given,
  refuseMeaningless,
  type Values,
} from "./options.ts";
import { inputCopyOf, readSaved } from "./run_folder.ts";
import {
  CORPUS,
  type CorpusSettings,
  type InputValues,
  type NetSettings,
  SETTINGS,
  type Settings,
  settingsFrom,
} from "./settings.ts";

/** A model, ready to be used. */
export interface NamedModel {
  /** What to call it. */
  readonly name: string;
  /** A network, a model that counts, or a mixture of both. */
  readonly model: Model;
  /** The network in it, if there is one. */
  readonly network?: ParameterArrays;
  readonly vocabulary: Vocabulary;
  /** What is known of the settings that a net was trained with. */
  readonly settings?: Partial<Settings>;
}

/** Of the rows of a part of a large corpus, so many are judged. */
export const MOST_JUDGED = 2 ** 15;

/**
 * The rows of a part of a corpus, with as much context as a model sees; of a
 * large one evenly spaced ones.
 */
export function rowsOf(
  part: Part,
  { model, vocabulary }: NamedModel,
): Rows {
  const { contextLength } = "C" in model ? sizesOf(model) : model;
  const rows = windowsOf(part, vocabulary, Math.max(1, contextLength));
  const count = rows.Y.length;
  if (!(part instanceof EncodedPart) || count <= MOST_JUDGED) return rows;
  const at = (_: unknown, i: number) => Math.floor(i * count / MOST_JUDGED);
  return takeRows(rows, Array.from({ length: MOST_JUDGED }, at));
}

/**
 * A net that has learned nothing yet.
 *
 * @throws {RangeError} if there is not enough memory for it
 */
export function newNet(
  { size: vocabularySize }: Vocabulary,
  values: NetSettings,
  generator: TorchGenerator,
): ParameterArrays {
  const { contextLength, embeddingSize, hiddenSize } = values;
  const { directConnections, initialization } = values;
  if (hiddenSize === 0 && !directConnections) {
    throw new UsageError(
      "Cannot use --hidden-size 0 without --direct-connections: nothing would " +
        "connect the embeddings to the output",
    );
  }
  const sizes = {
    ...{ vocabularySize, contextLength, embeddingSize, hiddenSize },
    directConnections,
  };
  new Kernel(sizes).release(); // is there memory, before minutes of drawing?
  return createParameters(sizes, { generator, initialization });
}

/**
 * Loads the net of a command: the one in a run folder or a file, mixed with the
 * n-gram that its run chose, or the one that comes with the package. Parameters
 * alone, as PyTorch saves them, have the vocabulary of the corpus.
 */
export async function loadNet(
  values: InputValues & CorpusSettings & { readonly noMix: boolean },
): Promise<NamedModel> {
  const { run } = values;
  if (run === undefined) {
    const { parameters: model, vocabulary: { tokens } } = pretrainedModel();
    const { lowercase } = values; // it has no other letters
    const vocabulary = new Vocabulary(tokens, { lowercase });
    const settings = {
      ...{ level: "characters", lowercase } as const,
      ...{ splitSeed: 42, keepEqualTogether: true },
    };
    const name = "the package's model";
    return { name, model, network: model, vocabulary, settings };
  }
  const { bytes, source } = readSaved(run);
  const file = decodeFile(bytes, source);
  const { parameters: model, metadata } = file;
  if (file.vocabulary) {
    const { vocabulary } = file;
    const { level, lowercase, sentences } = vocabulary;
    const config = naming(
      `Cannot read ${source}`,
      () => parseObject(metadata.get("config") ?? "{}", "config"),
    );
    const kept = "wordsSha256" in config
      ? settingsFrom(config, source)
      : undefined;
    const tokens = vocabulary.blanks ? "blanks" : "unicode";
    const settings = { ...kept, lowercase, level, sentences, tokens } as const;
    const net = { name: run, model, network: model, vocabulary, settings };
    if (!kept?.ngramOrder || values.noMix) return net;
    return { ...net, model: await mixtureOf(run, model, vocabulary, kept) };
  }
  const corpus = await readCorpus(values, values);
  const { source: list, unit } = corpus;
  const vocabulary = corpus.vocabulary();
  const { vocabularySize } = sizesOf(model);
  if (vocabulary.size !== vocabularySize) {
    throw new CheckpointError(
      `Cannot use ${run} with ${list}: it has parameters for ` +
        `${vocabularySize} tokens and no vocabulary, but the ${unit} have ` +
        `${vocabulary.size} tokens; give what it was trained on with --input`,
    );
  }
  return { name: run, model, network: model, vocabulary, settings: values };
}

/** A run's network, mixed with the n-gram that dev chose: it is counted again. */
async function mixtureOf(
  run: string,
  network: ParameterArrays,
  vocabulary: Vocabulary,
  settings: Settings,
): Promise<Model> {
  const { ngramOrder: order, ngramWeight, wordsSha256 } = settings;
  if (!inputCopyOf(run, settings.level === "words" ? "text" : "words")) {
    warn(
      `${run} has no copy of what it learned from, so this is its network ` +
        "alone, without the n-gram",
    );
    return network;
  }
  const corpus = await readCorpus({ run }, settings, vocabulary);
  if (corpus.sha256() !== wordsSha256) {
    throw new CheckpointError(
      `Cannot use the mixture of ${run}: its copy of what it learned from was ` +
        "changed; the network alone is --no-mix in sample and score, and " +
        "--model mlp in evaluate",
    );
  }
  const options = { order, smoothing: "kneser-ney" } as const;
  const ngram = countModel(corpus, vocabulary, options);
  return mixed(network, ngram, [1 - ngramWeight, ngramWeight]);
}

/**
 * The settings of the corpus that a net is used with: those that it was trained
 * with, and for the rest those of the command.
 *
 * @throws {UsageError} if one was given that does not fit the net
 */
export function corpusSettingsOf(
  net: NamedModel,
  values: CorpusSettings,
  given: Given,
): CorpusSettings {
  const settings = { ...values, ...net.settings };
  refuseMeaningless(CORPUS, given, settings);
  const fixed = [
    ...["level", "lowercase", "sentences", "tokens"] as const,
    "minimumCount",
  ] as const;
  for (const name of fixed) {
    if (given.has(name) && values[name] !== settings[name]) {
      throw new UsageError(
        `Cannot use --${flagOf(name)}` +
          (values[name] === true
            ? ` with ${net.name}: it was trained without`
            : ` ${values[name]} with ${net.name}: it was trained with ` +
              settings[name]),
      );
    }
  }
  return {
    ...settings,
    ...(given.has("splitSeed") ? { splitSeed: values.splitSeed } : {}),
    ...(given.has("encoding") ? { encoding: values.encoding } : {}),
    ...(given.has("keepEqualTogether") ? { keepEqualTogether: true } : {}),
  };
}

/**
 * What a command reads beside a net, unless it is given: what the net learned
 * from.
 */
export function inputBeside(
  net: NamedModel | undefined,
  values: InputValues,
): InputValues {
  const isPackages = net !== undefined && values.run === undefined;
  return { ...values, embedded: isPackages && !values.input };
}

/**
 * The corpus that a net learned from.
 *
 * @throws {UsageError} if it is no longer there
 */
export async function learnedCorpus(
  net: NamedModel,
  from: InputValues,
  settings: CorpusSettings,
): Promise<Corpus> {
  const { name, vocabulary, settings: { wordsSha256 } = {} } = net;
  const input = inputBeside(net, from);
  const corpus = await readCorpus(input, settings, vocabulary);
  if (wordsSha256 === undefined || wordsSha256 === corpus.sha256()) {
    return corpus;
  }
  throw new UsageError(
    `Cannot tell what is new: ${name} learned from other ${corpus.unit} than ` +
      `those of ${corpus.source}; give them with --input`,
  );
}

/** A larger vocabulary would take the bigram net minutes. */
export const MOST_BIGRAM_TOKENS = 200;

/** How long the bigram net learns, and how fast, unless told otherwise. */
export const BIGRAM = { steps: 200, learningRate: 50 };

/** What decides how a model is made of a corpus; the rest has defaults. */
export type MakeOptions =
  & Values<Pick<typeof SETTINGS, "order" | "smoothing">>
  & { seed?: number; steps?: number; learningRate?: number };

/**
 * Makes a model of a corpus, which takes a moment.
 *
 * @throws {UsageError} if the vocabulary is too large for a bigram net
 * @throws {DivergenceError} if the bigram net's loss is not finite
 */
export async function makeModel(
  kind: "bigram" | "ngram",
  corpus: Corpus,
  options: MakeOptions,
  vocabulary: Vocabulary = corpus.vocabulary(),
): Promise<NamedModel> {
  const [name, model] = kind === "bigram"
    ? ["bigram net", await bigramModel(corpus, vocabulary, options)] as const
    : [`${options.order}-gram`, countModel(corpus, vocabulary, options)];
  return { name, model, vocabulary };
}

function countModel(
  { splits }: Corpus,
  vocabulary: Vocabulary,
  { order, smoothing }: MakeOptions,
): LanguageModel {
  const [train, dev] = [splits.train, splits.dev].map((part) =>
    windowsOf(part, vocabulary, Math.max(1, order - 1))
  );
  const counts = judging(() => countNgrams(train, vocabulary, order));
  if (smoothing === "interpolated") return interpolate(counts, dev);
  return smoothing === "add-k" ? addK(counts, 0.1) : kneserNey(counts);
}

async function bigramModel(
  { splits }: Corpus,
  vocabulary: Vocabulary,
  { seed = SETTINGS.seed.default, ...how }: MakeOptions,
): Promise<LanguageModel> {
  const { size } = vocabulary;
  if (size > MOST_BIGRAM_TOKENS) {
    throw new UsageError(
      `Cannot train a bigram net on ${size} tokens: it would take minutes; ` +
        "--model ngram --order 2 finds the same by counting",
    );
  }
  // No other model needs tfjs, which has 300 MB: deno fetches what it finds
  // imported by a literal name as soon as the program is installed.
  const url = new URL("../lib/language_models/bigram_net.ts", import.meta.url);
  const { bigramNetModel, createBigramNet, trainBigramNet }:
    typeof import("../lib/language_models/bigram_net.ts") = await import(
      url.href
    );
  const W = createBigramNet(size, { generator: new TorchGenerator(seed) });
  try {
    const windows = windowsOf(splits.train, vocabulary, 1);
    const { steps = BIGRAM.steps, learningRate = BIGRAM.learningRate } = how;
    trainBigramNet(W, windows, { steps, learningRate });
    return bigramNetModel(W);
  } finally {
    W.dispose();
  }
}
