/** `makemore train`: learns from a word list and keeps what it has learned. */

import { UsageError } from "../errors.ts";
import { evaluate } from "../evaluate.ts";
import { Generator } from "../generator.ts";
import { countParameters, sizesOf } from "../parameters.ts";
import { labelWords, sample } from "../sample.ts";
import type { Splits } from "../splits.ts";
import { contextWindows } from "../windows.ts";
import type { WordList } from "../words.ts";
import { writeFigures } from "./figures.ts";
import { hashOf, loadWords } from "./inputs.ts";
import {
  COMMON,
  INITIALIZATION,
  INPUT,
  LECTURE_SEED,
  SIZES,
} from "./model_options.ts";
import type { Given, Values } from "./options.ts";
import {
  learn,
  MAX_BATCH_SIZE,
  resumeRun,
  type Run,
  SCHEDULES,
  splitsOf,
  startRun,
} from "./run.ts";
import { print, tell } from "./terminal.ts";

const OPTIONS = {
  input: INPUT,
  output: {
    kind: "text",
    value: "FOLDER",
    alias: "o",
    default: "out/run",
    about: "where the run is kept",
  },
  resume: {
    kind: "flag",
    about: "go on with the run in the output folder; its settings stay, " +
      "--steps may be raised",
  },
  overwrite: {
    kind: "flag",
    about: "delete the run that is in the output folder",
  },
  steps: {
    kind: "whole",
    value: "N",
    least: 1,
    default: 200_000,
    about: "how many steps of gradient descent",
  },
  "batch-size": {
    kind: "whole",
    value: "N",
    alias: "b",
    least: 1,
    most: MAX_BATCH_SIZE,
    or: "all",
    default: 32,
    about: "rows in a minibatch, or all for every row in every step",
  },
  "learning-rate": {
    kind: "number",
    value: "RATE",
    alias: "l",
    least: 0,
    above: true,
    default: 0.1,
    about: "how far a step goes against the gradient",
  },
  schedule: {
    kind: "choice",
    choices: SCHEDULES,
    default: "step",
    about: "how the learning rate falls to the final one: at half of the " +
      "steps, not at all, or along a cosine",
  },
  "final-learning-rate": {
    kind: "number",
    value: "RATE",
    least: 0,
    default: 0.01,
    about: "what the learning rate falls to",
  },
  ...SIZES,
  initialization: INITIALIZATION,
  seed: {
    kind: "whole",
    value: "N",
    least: 0,
    default: LECTURE_SEED,
    about: "seed of weights, minibatches and words",
  },
  "split-seed": {
    kind: "whole",
    value: "N",
    least: 0,
    default: 42,
    about: "seed of the shuffle into train, dev and test",
  },
  "keep-equal-together": {
    kind: "flag",
    about: "put equal words into the same part of the split",
  },
  "checkpoint-every": {
    kind: "whole",
    value: "N",
    least: 1,
    about: "save after every N steps, or a few more (default: every ten " +
      "seconds)",
  },
  num: {
    kind: "whole",
    value: "N",
    alias: "n",
    least: 0,
    default: 20,
    about: "how many new words to make at the end",
  },
  ...COMMON,
} as const;

type TrainValues = Values<typeof OPTIONS>;

/** What may be given together with `--resume`. */
const WITH_RESUME = new Set([
  "input",
  "output",
  "resume",
  "steps",
  "checkpoint-every",
  "num",
  "verbose",
]);

/** The command. */
export const trainCommand = {
  name: "train",
  about: "Learns from a word list, and makes new words like it.",
  options: OPTIONS,
  examples: [
    ["train", "the lecture's full run, 200,000 steps, into out/run"],
    [
      "train --input words.txt --output out/words --steps 50000",
      "a list of your own",
    ],
    ["train --resume", "goes on where the run in out/run was stopped"],
  ],
  run: runTrain,
} as const;

async function runTrain(values: TrainValues, given: Given): Promise<void> {
  if (values.resume) refuseOtherSettings(values, given);
  const list = await loadWords(values.input);
  const hash = await hashOf(list);
  const run = values.resume
    ? resumeRun(
      values.output,
      hash,
      given.has("steps") ? values.steps : undefined,
    )
    : start(values, list, hash);
  using folder = run.folder;

  const { parameters, settings, vocabulary } = run;
  const splits = splitsOf(list, settings);
  describe(run, list, splits);
  const { contextLength } = sizesOf(parameters);
  const rowsOf = (words: readonly string[]) =>
    contextWindows(words, vocabulary, contextLength);
  await learn(run, rowsOf(splits.train), values["checkpoint-every"]);
  await writeFigures(folder, parameters, vocabulary);
  tell(`The run is kept in ${folder.path}`);

  for (const part of ["train", "dev", "test"] as const) {
    const loss = evaluate(parameters, rowsOf(splits[part]));
    print(`${part.padEnd(5)} loss ${loss.toFixed(4)}`);
  }
  const words = sample(parameters, vocabulary, {
    // as the lecture does, from a seed of their own
    generator: new Generator((settings.seed + 10) % 2 ** 53),
    count: values.num,
  });
  if (words.length > 0) print();
  for (const { word, origin } of labelWords(words, splits)) {
    print(origin === "new" ? word : `${word}  (in ${origin})`);
  }
}

function refuseOtherSettings({ output }: TrainValues, given: Given): void {
  for (const name of given) {
    if (!WITH_RESUME.has(name)) {
      throw new UsageError(
        `--${name} cannot be given with --resume: the run in ${output} keeps ` +
          "its settings",
      );
    }
  }
}

function start(values: TrainValues, list: WordList, hash: string): Run {
  const { schedule, steps } = values;
  return startRun(list, {
    path: values.output,
    overwrite: values.overwrite,
    initialization: values.initialization,
    sizes: {
      contextLength: values["context-length"],
      embeddingSize: values["embedding-size"],
      hiddenSize: values["hidden-size"],
    },
    settings: {
      steps,
      batchSize: values["batch-size"] === "all" ? 0 : values["batch-size"],
      learningRate: values["learning-rate"],
      finalLearningRate: values["final-learning-rate"],
      schedule,
      decaySteps: schedule === "step" ? Math.floor(steps / 2) : steps,
      seed: values.seed,
      splitSeed: values["split-seed"],
      keepEqualTogether: values["keep-equal-together"],
      words: list.source,
      wordsSha256: hash,
    },
  });
}

function describe(run: Run, list: WordList, splits: Splits): void {
  const { parameters, settings, step, vocabulary } = run;
  const { contextLength, embeddingSize, hiddenSize } = sizesOf(parameters);
  const { train, dev, test, alsoInTrain } = splits;
  tell(
    `${list.words.length} words from ${list.source}: train ${train.length}, ` +
      `dev ${dev.length} (${alsoInTrain.dev} also in train), ` +
      `test ${test.length} (${alsoInTrain.test} also in train)`,
  );
  tell(
    `${countParameters(parameters)} parameters: ${vocabulary.size} tokens, ` +
      `context length ${contextLength}, embedding size ${embeddingSize}, ` +
      `hidden size ${hiddenSize}`,
  );
  tell(`Steps ${step} to ${settings.steps}, kept in ${run.folder.path}`);
}
