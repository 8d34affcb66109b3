/** Options that several commands share. */

import { CORPUS_DEFAULTS, type CorpusSettings, LEVELS } from "./corpus.ts";
import { SMOOTHINGS } from "./counting.ts";
import type { Option, Values } from "./options.ts";

/** Where a command finds a model that has learned. */
export const RUN = {
  kind: "text",
  value: "PATH",
  alias: "r",
  about: "a run folder or a checkpoint (default: the model that comes with " +
    "the package)",
  when: { model: ["mlp", "all"] },
} as const satisfies Option;

/** Which kind of model. */
export const MODEL = {
  kind: "choice",
  choices: ["mlp", "bigram", "ngram"],
  alias: "m",
  default: "mlp",
  about: "the lecture's last net, its bigram net, or counts of n-grams",
} as const satisfies Option;

/** How counts of n-grams become a model. */
export const COUNTING = {
  order: {
    kind: "whole",
    value: "N",
    least: 1,
    most: 20,
    default: 3,
    about: "how long the n-grams are that are counted",
    when: { model: ["ngram"] },
  },
  smoothing: {
    kind: "choice",
    choices: SMOOTHINGS,
    default: "kneser-ney",
    about: "what is expected where nothing was counted",
    when: { model: ["ngram", "all"] },
  },
} as const satisfies Record<string, Option>;

/** What a command takes from its input. */
export const CORPUS = {
  input: {
    kind: "text",
    value: "FILE",
    alias: "i",
    about: "word list, one word per line (default: the lecture's list if " +
      "`deno task data` has fetched it, else the embedded one); for words a " +
      "text, in UTF-8",
  },
  level: {
    kind: "choice",
    choices: LEVELS,
    default: CORPUS_DEFAULTS.level,
    about: "what tokens are, characters of a word list or words of a text",
  },
  lowercase: {
    kind: "flag",
    about: "read The as the",
    when: { level: ["words"] },
  },
  "minimum-count": {
    kind: "whole",
    value: "N",
    least: 1,
    default: CORPUS_DEFAULTS.minimumCount,
    about: "how often a word must stand in train to be a token; the others " +
      "are <unk>",
    when: { level: ["words"] },
  },
  "split-seed": {
    kind: "whole",
    value: "N",
    least: 0,
    default: CORPUS_DEFAULTS.splitSeed,
    about: "seed of the shuffle into train, dev and test; a text is split " +
      "in its order",
    when: { level: ["characters"] },
  },
  "keep-equal-together": {
    kind: "flag",
    about: "put equal words into the same part of the split",
    when: { level: ["characters"] },
  },
} as const satisfies Record<string, Option>;

/** The settings of a corpus that options say. */
export function corpusSettings(values: Values<typeof CORPUS>): CorpusSettings {
  return {
    level: values.level,
    lowercase: values.lowercase,
    minimumCount: values["minimum-count"],
    splitSeed: values["split-seed"],
    keepEqualTogether: values["keep-equal-together"],
  };
}

/** The seed of the lecture. */
export const LECTURE_SEED = 2147483647;

/** How words are drawn from the model. */
export const SAMPLING = {
  temperature: {
    kind: "number",
    value: "T",
    least: 0,
    above: true,
    default: 1,
    about: "divides the logits: below 1 likelier words, above 1 stranger ones",
  },
  "top-k": {
    kind: "whole",
    value: "K",
    least: 1,
    about: "draw only from the K likeliest tokens",
  },
  prompt: {
    kind: "text",
    value: "TEXT",
    default: "",
    about: "how each word or sentence begins",
  },
  "max-length": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 100,
    about: "cut what does not end by itself after N tokens",
  },
} as const satisfies Record<string, Option>;

/** The sizes of a new model, with the lecture's last as the default. */
export const SIZES = {
  "context-length": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 3,
    about: "how many tokens the model sees (the lecture's block_size)",
    when: { model: ["mlp"] },
  },
  "embedding-size": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 10,
    words: 60,
    about: "how many numbers stand for a token",
    when: { model: ["mlp"] },
  },
  "hidden-size": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 200,
    words: 100,
    about: "how many neurons the hidden layer has",
    when: { model: ["mlp"] },
  },
  "direct-connections": {
    kind: "flag",
    about: "connect the embeddings with the output as well (the paper's W)",
    when: { model: ["mlp"] },
  },
} as const satisfies Record<string, Option>;

/** How the weights of a new model begin. */
export const INITIALIZATION = {
  kind: "choice",
  choices: ["randn", "scaled", "small"],
  default: "randn",
  words: "small",
  about: "how weights begin: as in the lecture, scaled as in its successor, " +
    "or scaled with small embeddings",
  when: { model: ["mlp"] },
} as const satisfies Option;

/** Options that every command has. */
export const COMMON = {
  verbose: {
    kind: "flag",
    about: "show where in the program an error came from",
  },
  help: { kind: "flag", alias: "h", about: "show this help" },
} as const satisfies Record<string, Option>;
