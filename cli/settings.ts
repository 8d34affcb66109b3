/**
 * The settings of the program, in one table. Each command names those that it
 * takes; the arguments, the help and what a checkpoint keeps all come from
 * here. A new setting is an entry and its use.
 */

import { CheckpointError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import {
  constantRate,
  cosineDecay,
  inverseDecay,
  type ParameterArrays,
  sizesOf,
  stepDecay,
} from "../core.ts";
import { ORDERS } from "../lib/recipes/best_ngram.ts";
import { allows, type Option, type ValueOf, type Values } from "./options.ts";

/** An entry of the table. */
interface Setting extends Option {
  /** Whether a run keeps its value, under its name in the table. */
  readonly kept?: true;
  /** The value in runs that were kept before there was a choice. */
  readonly before?: unknown;
}

/** Makes entries of a kind; what a setting does is said first. */
const entries =
  <const Kind extends Option["kind"]>(kind: Kind) =>
  <const Rest = unknown>(about: string, rest?: Rest) => ({
    kind,
    about,
    ...rest!,
  });
const flag = entries("flag");
const text = entries("text");
const choice = entries("choice");
const whole = entries("whole");
const number = entries("number");

const kept = true;
const byRecipe = true;
const mlp = { model: ["mlp"] };
const gradient = { model: ["mlp", "bigram"] };
const kernel = { model: ["mlp", "auto", "all"] };
const counts = { model: ["ngram"] };
const ofWords = { level: ["words"] };
const ofCharacters = { level: ["characters"] };

/** The settings, by name. */
export const SETTINGS = {
  model: choice(
    "the lecture's last kind of net, its bigram net, or counts of n-grams",
    { choices: ["mlp", "bigram", "ngram"], alias: "m" },
  ),
  run: text(
    "a run folder or a checkpoint (default: the model that comes with the " +
      "package)",
    { value: "PATH", alias: "r", when: mlp },
  ),
  input: text(
    "a word list with one word on each line, or a text; - for " +
      "standard input; several are read one after another (default: the " +
      "lecture's list if `deno task data` has fetched it, else the package's " +
      "own)",
    { value: "FILE", alias: "i", many: true },
  ),
  column: text(
    "the column with the words, in a table (CSV, TSV, JSON, .dic); 0 for " +
      "whole lines",
    { value: "NAME|N", when: ofCharacters },
  ),
  counts: text(
    "the column that says how often each word occurs",
    { value: "NAME|N", when: ofCharacters },
  ),
  level: choice(
    "what a token is, a character of a word list or a word of a text",
    { choices: ["characters", "words"], before: "characters" },
  ),
  encoding: text(
    "the encoding of the input, by a name that browsers know, such as " +
      "windows-1252 or shift_jis; UTF-16 is recognised",
    { value: "NAME", default: "utf-8", before: "utf-8" },
  ),
  lowercase: flag("read The as the", { alias: "fold-case", before: false }),
  sentences: choice(
    "what a sentence is: as in a text, or each line of verses, titles or " +
      "messages",
    { choices: ["text", "lines"], before: "text", when: ofWords },
  ),
  tokens: choice(
    "what the tokens of a text are: words and marks by Unicode's rules, or " +
      "what is between blanks, where each line is a sentence",
    { choices: ["unicode", "blanks"], before: "unicode", when: ofWords },
  ),
  minimumCount: whole(
    "how often a word must occur in train to be a token; rarer ones are " +
      "read as <unk>; auto: as often as needed to keep at most 65,535 tokens",
    { default: 2, or: "auto", before: 2, when: ofWords },
  ),
  splitSeed: whole(
    "the seed of the shuffle into train, dev and test; a text is split in " +
      "its order",
    { least: 0, default: 42, kept, when: ofCharacters },
  ),
  keepEqualTogether: flag(
    "put equal words into the same part of the split, as --recipe auto does",
    { kept, when: ofCharacters },
  ),
  splitCopies: flag(
    "let copies of a word fall into different parts of the split, as in the " +
      "lecture",
    { when: ofCharacters, without: ["keepEqualTogether"] },
  ),
  output: text(
    "where to keep the run",
    { value: "FOLDER", alias: "o", default: "out/run", when: mlp },
  ),
  resume: flag(
    "continue the run in the output folder; it keeps its settings, but " +
      "--steps may be raised",
    { when: mlp },
  ),
  resumeOrStart: flag(
    "continue the run in the output folder if there is one with these " +
      "settings, else start it",
    { when: mlp, without: ["resume", "overwrite"] },
  ),
  overwrite: flag("delete the run in the output folder", { when: mlp }),
  recipe: choice(
    "where the settings come from that are not given; auto has steps, sizes " +
      "and weight decay that fit the data, keeps the network that is best on " +
      "dev, and mixes it with the n-gram that is best there, with the " +
      "weights that fit dev best",
    { choices: ["auto", "lecture"], before: "lecture", when: mlp },
  ),
  steps: whole(
    "how many steps of gradient descent; the bigram net does 200",
    { byRecipe, kept, when: gradient },
  ),
  batchSize: whole(
    "rows in a minibatch, or all for every row in every step",
    // the most takes 250 MB of memory
    { alias: "b", or: "all", byRecipe, most: 2 ** 24, kept, when: mlp },
  ),
  learningRate: number(
    "how far a step goes against the gradient; the bigram net's is 50",
    { alias: "l", above: true, byRecipe, kept, when: gradient },
  ),
  schedule: choice(
    "how the learning rate falls to the final one: after half of the steps, " +
      "never, along a cosine, or as in the paper",
    {
      choices: ["step", "constant", "cosine", "inverse"],
      byRecipe,
      kept,
      when: mlp,
    },
  ),
  finalLearningRate: number(
    "the learning rate at the end",
    {
      byRecipe,
      kept,
      when: { ...mlp, schedule: ["step", "cosine", "inverse"] },
    },
  ),
  /** Not an option: the step, or the number of steps, at which it falls. */
  decaySteps: whole("", { least: 0, kept }),
  decay: number(
    "divide the learning rate by 1 + X·step (default: what reaches the final " +
      "one)",
    {
      before: 0,
      when: { schedule: ["inverse"] },
      without: ["finalLearningRate"],
    },
  ),
  weightDecay: number(
    "how strongly weights, but not biases, are pulled to zero",
    { byRecipe, before: 0, when: mlp },
  ),
  candidates: whole(
    "how many tokens a step weighs against the right one, drawn by frequency " +
      "(sampled softmax), or all",
    { or: "all", byRecipe, before: "all", when: mlp },
  ),
  contextLength: whole(
    "how many tokens the model sees (the lecture's block_size)",
    { byRecipe, when: mlp },
  ),
  embeddingSize: whole(
    "how many numbers represent a token",
    { byRecipe, when: mlp },
  ),
  hiddenSize: whole(
    "how many neurons the hidden layer has; 0 leaves the direct connections " +
      "alone",
    { least: 0, byRecipe, when: mlp },
  ),
  directConnections: flag(
    "also connect the embeddings to the output (the paper's W)",
    { when: mlp },
  ),
  initialization: choice(
    "how the weights start: as in the lecture, scaled as in its successor, " +
      "or scaled with small embeddings",
    // before it was kept, nearly all runs had the lecture's
    {
      choices: ["randn", "scaled", "small"],
      byRecipe,
      before: "randn",
      when: mlp,
    },
  ),
  patience: whole(
    "stop when dev has not become better for N steps, and keep the best " +
      "network; 0 never looks at dev",
    { least: 0, byRecipe, before: 0, when: mlp },
  ),
  /** Not an option: how many steps are between two looks at dev; 0 for none. */
  lookEvery: whole("", { least: 0, before: 0 }),
  noMix: flag(
    "the network alone, not mixed with the n-gram that is best on dev",
    { before: true, when: mlp },
  ),
  /** Not options: the n-gram of the mixture, and its weight; 0 for none. */
  ngramOrder: whole("", { least: 0, most: ORDERS[1], before: 0 }),
  ngramWeight: number("", { most: 1, before: 0 }),
  seed: whole(
    "the seed of weights, minibatches and words",
    { least: 0, default: 2147483647, kept }, // the lecture's
  ),
  arithmetic: choice(
    "how products are added up: rounded once, if the processor can, or twice, " +
      "which gives the same bits on every machine",
    { choices: ["fused", "separate"], kept, before: "separate", when: kernel },
  ),
  threads: whole(
    "how many threads compute (default: as many as help and there are cores " +
      "for); the numbers are the same with each",
    { most: 64, when: kernel },
  ),
  checkpointEvery: whole(
    "save after every N steps (default: every ten seconds)",
    { when: mlp },
  ),
  num: whole(
    "how many words or sentences to make",
    { alias: "n", least: 0, default: 20 },
  ),
  temperature: number(
    "divides the logits: below 1 likelier words, above 1 stranger ones",
    { above: true, default: 1 },
  ),
  topK: whole("draw only from the N likeliest tokens"),
  noUnknown: flag("never draw <unk>, the token of words that were not learned"),
  prompt: text("how each word or sentence begins", { default: "" }),
  minLength: whole(
    "draw again what has fewer than N tokens (default: 1; 0 with " +
      "--sentences lines, whose blank lines stay)",
    { least: 0 },
  ),
  maxLength: whole("draw again what has more than N tokens", {
    default: 100,
  }),
  newOnly: flag(
    "draw again what is in the list of --input, or else in the one that the " +
      "model learned from",
  ),
  unique: flag("draw again what was drawn before"),
  lines: text("score the lines of this file, or of stdin if it is -", {
    value: "FILE",
  }),
  sort: flag("the lowest perplexity first"),
  distance: choice(
    "1 minus the cosine of the angle between embeddings, or the distance on " +
      "a map",
    { choices: ["cosine", "euclidean"] },
  ),
  order: whole(
    "the length of the n-grams to count",
    { most: 20, default: 3, when: counts },
  ),
  smoothing: choice(
    "what to expect where nothing was counted",
    { choices: ["kneser-ney", "interpolated", "add-k"], when: counts },
  ),
  random: whole("try N settings at random instead of all combinations"),
  sweepSeed: whole("the seed of the settings at random", {
    least: 0,
    default: 1,
  }),
  log: flag(
    "ranges are even by their logarithm: 0.01..1 has 0.1 in its middle",
  ),
  points: whole("how many values to try of each range, without --random", {
    least: 2,
    default: 5,
    without: ["random"],
  }),
  withAndWithout: text("try both with this option and without it", {
    value: "FLAG",
    many: true,
  }),
  slurm: flag("print a batch script of Slurm, which runs them as an array"),
  test: flag(
    "also show the losses on test: choose by dev, and look at test once, for " +
      "what was chosen; a choice made by test is no longer judged on new words",
  ),
  times: flag(
    "also show the seconds from the start of a run to its end, by the times " +
      "of its files; pauses count",
  ),
  /** Not options: what the corpus is called, and its hash (see `Corpus`). */
  words: text("", { kept }),
  wordsSha256: text("", { kept }),
  /** Not an option: whether the corpus is too large to be held. */
  streamed: flag("", { before: false }),
  csv: flag("print the rates and losses as a table instead of a curve", {
    without: ["json"],
  }),
  json: flag("print the results as JSON"),
  quiet: flag("say nothing but results and warnings", { alias: "q" }),
  verbose: flag("show where in the program an error arose"),
  help: flag("show this help", { alias: "h" }),
} satisfies Readonly<Record<string, Setting>>;

/** The table as a type. */
type Table = typeof SETTINGS;

/** The entries of the table that a command takes, in this order. */
export function take<Name extends keyof Table>(
  ...names: readonly Name[]
): Pick<Table, Name> {
  return Object.fromEntries(
    names.map((name) => [name, SETTINGS[name]]),
  ) as Pick<Table, Name>;
}

/** What all commands take. */
export const GENERAL = take(
  "arithmetic",
  "threads",
  "json",
  "quiet",
  "verbose",
  "help",
);

/** What a corpus is read from. */
export const INPUT = take("input", "column", "counts");

/** The settings that decide what a corpus is, beside its file. */
export const CORPUS = take(
  "level",
  "encoding",
  "lowercase",
  "sentences",
  "tokens",
  "minimumCount",
  "splitSeed",
  "keepEqualTogether",
);

/** The settings that a recipe decides where they are not given. */
export const BY_RECIPE = take(
  "steps",
  "batchSize",
  "learningRate",
  "schedule",
  "finalLearningRate",
  "weightDecay",
  "candidates",
  "patience",
  "contextLength",
  "embeddingSize",
  "hiddenSize",
  "initialization",
);

/** The settings that decide a new net. */
export const NET = take(
  "contextLength",
  "embeddingSize",
  "hiddenSize",
  "directConnections",
  "initialization",
);

/** The values of those of a new net, with nothing missing. */
export type NetSettings = {
  readonly [name in keyof Values<typeof NET>]: NonNullable<
    Values<typeof NET>[name]
  >;
};

/** The values of what a corpus is read from; a run keeps what it has read. */
export type InputValues = Partial<Values<typeof INPUT>> & {
  readonly run?: string;
  /** Whether it is the embedded list, which the package's model learned from. */
  readonly embedded?: boolean;
  /** The folder of a new run, which is to keep a copy. */
  readonly keepIn?: string;
  /** Whether a run there may be deleted. */
  readonly overwrite?: boolean;
};

/** The values of those of a corpus. */
export type CorpusSettings = Pick<Kept, keyof typeof CORPUS> & {
  /** Whether it is read as a stream though it is not large. */
  readonly streamed?: boolean;
};

/** What the sequences of a corpus are. */
export function unitOf(
  { level, tokens, sentences }: CorpusSettings,
): "words" | "sentences" | "lines" {
  if (level === "characters") return "words";
  return tokens === "blanks" || sentences === "lines" ? "lines" : "sentences";
}

/** The values of all settings that a run keeps. */
type Kept = {
  readonly [
    name in keyof Table as Table[name] extends
      { kept: true } | { before: unknown } ? name : never
  ]: NonNullable<ValueOf<Table[name]>>;
};

/** What decides the numbers of a run, beside the sizes of its model. */
export type Settings = Kept;

const KEPT = Object.entries<Setting>(SETTINGS)
  .filter(([, { kept, before }]) => kept || before !== undefined);

/** The settings that a checkpoint keeps, with "all" and "auto" as 0. */
export function configOf(
  settings: Settings,
): Record<string, string | number | boolean> {
  const values = settings as unknown as Record<string, string | number>;
  return Object.fromEntries(
    KEPT.map(([name, { or }]) => [
      name,
      or !== undefined && values[name] === or ? 0 : values[name],
    ]),
  );
}

/** The settings of a run with the sizes of its network, all by name. */
export function withSizes(
  settings: Settings,
  parameters: ParameterArrays,
): Record<string, unknown> {
  // sizes without direct connections do not name them
  return { directConnections: false, ...settings, ...sizesOf(parameters) };
}

/**
 * Reads the settings in a checkpoint, which may come from anywhere.
 *
 * @throws {CheckpointError} if one is missing, or has a value that it cannot
 * have
 */
export function settingsFrom(
  config: Readonly<Record<string, unknown>>,
  source: string,
): Settings {
  return Object.fromEntries(KEPT.map(([name, setting]) => {
    const kept = config[name];
    const value = kept === undefined
      ? setting.before
      : kept === 0 && setting.or
      ? setting.or
      : kept;
    const isWord = kept !== undefined && kept === setting.or;
    if (allows(setting, value) && !isWord) return [name, value];
    throw new CheckpointError(
      `Cannot read ${source}: its setting ${name} is ` +
        (kept === undefined ? "missing" : quote(String(kept))),
    );
  })) as unknown as Settings;
}

/** What training needs to know of the settings. */
export function trainOptions(settings: Settings) {
  const { batchSize, candidates, weightDecay, schedule, decay } = settings;
  const { learningRate: first, finalLearningRate: last, decaySteps } = settings;
  const rates = {
    step: () => stepDecay([first, last], decaySteps),
    constant: () => constantRate(first),
    cosine: () => cosineDecay([first, last], decaySteps),
    inverse: () => inverseDecay(first, decay),
  };
  return {
    batchSize,
    candidates: candidates === "all" ? undefined : candidates,
    learningRate: rates[schedule](),
    weightDecay,
  };
}
