/** Options that several commands share. */

import type { Option } from "./options.ts";

/** Where a command finds the model. */
export const MODEL = {
  kind: "text",
  value: "PATH",
  alias: "m",
  about: "a run folder or a checkpoint (default: the model that comes with " +
    "the package)",
} as const satisfies Option;

/** Which words a command works on. */
export const INPUT = {
  kind: "text",
  value: "FILE",
  alias: "i",
  about: "word list, one word per line (default: the lecture's list if " +
    "`deno task data` has fetched it, else the embedded one)",
} as const satisfies Option;

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
    about: "draw only from the K likeliest characters",
  },
  prompt: {
    kind: "text",
    value: "TEXT",
    default: "",
    about: "how each word begins",
  },
  "max-length": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 100,
    about: "cut a word that does not end by itself after N characters",
  },
} as const satisfies Record<string, Option>;

/** The sizes of a new model, with the lecture's last as the default. */
export const SIZES = {
  "context-length": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 3,
    about: "how many characters the model sees (the lecture's block_size)",
  },
  "embedding-size": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 10,
    about: "how many numbers stand for a character",
  },
  "hidden-size": {
    kind: "whole",
    value: "N",
    least: 1,
    default: 200,
    about: "how many neurons the hidden layer has",
  },
} as const satisfies Record<string, Option>;

/** How the weights of a new model begin. */
export const INITIALIZATION = {
  kind: "choice",
  choices: ["randn", "scaled", "small"],
  default: "randn",
  about: "how weights begin: as in the lecture, scaled as in its successor, " +
    "or scaled with small embeddings, for words",
} as const satisfies Option;

/** Options that every command has. */
export const COMMON = {
  verbose: {
    kind: "flag",
    about: "show where in the program an error came from",
  },
  help: { kind: "flag", alias: "h", about: "show this help" },
} as const satisfies Record<string, Option>;
