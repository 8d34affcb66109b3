/** `makemore train`: learns from a corpus and keeps what it has learned. */

import { UsageError } from "../lib/errors/errors.ts";
import { evaluate } from "../lib/language_models/evaluate.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import { meanLoss } from "../lib/language_models/evaluate.ts";
import { countParameters, sizesOf } from "../lib/model/parameters.ts";
import { type Corpus, hashOf, readCorpus, windowsOf } from "./corpus.ts";
import { writeFigures } from "./figures.ts";
import {
  COMMON,
  CORPUS,
  corpusSettings,
  COUNTING,
  INITIALIZATION,
  LECTURE_SEED,
  MODEL,
  SIZES,
} from "./model_options.ts";
import { learnedModel, makeModel } from "./models.ts";
import type { Given, Values } from "./options.ts";
import { printLosses, printWords, tellCorpus } from "./results.ts";
import { learn, resumeRun, type Run, startRun } from "./run.ts";
import { MAX_BATCH_SIZE, SCHEDULES } from "./settings.ts";
import { print, tell } from "./terminal.ts";

/** How often a text is read: until it is learned, and not yet by heart. */
const PASSES = 6;

const OPTIONS = {
  model: MODEL,
  ...CORPUS,
  output: {
    kind: "text",
    value: "FOLDER",
    alias: "o",
    default: "out/run",
    about: "where the run is kept",
    when: { model: ["mlp"] },
  },
  resume: {
    kind: "flag",
    about: "go on with the run in the output folder; its settings stay, " +
      "--steps may be raised",
    when: { model: ["mlp"] },
  },
  overwrite: {
    kind: "flag",
    about: "delete the run that is in the output folder",
    when: { model: ["mlp"] },
  },
  steps: {
    kind: "whole",
    value: "N",
    least: 1,
    or: "auto",
    default: 200_000,
    words: "auto",
    about: "how many steps of gradient descent, or auto for as many as read " +
      `train ${PASSES} times; the bigram net does 200`,
    when: { model: ["mlp", "bigram"] },
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
    when: { model: ["mlp"] },
  },
  "learning-rate": {
    kind: "number",
    value: "RATE",
    alias: "l",
    least: 0,
    above: true,
    default: 0.1,
    words: 0.5,
    about: "how far a step goes against the gradient; the bigram net's is 50",
    when: { model: ["mlp", "bigram"] },
  },
  schedule: {
    kind: "choice",
    choices: SCHEDULES,
    default: "step",
    words: "cosine",
    about: "how the learning rate falls to the final one: at half of the " +
      "steps, not at all, along a cosine, or as in the paper",
    when: { model: ["mlp"] },
  },
  "final-learning-rate": {
    kind: "number",
    value: "RATE",
    least: 0,
    default: 0.01,
    about: "what the learning rate falls to",
    when: { model: ["mlp"] },
  },
  decay: {
    kind: "number",
    value: "R",
    least: 0,
    about: "the learning rate is divided by 1 + R·step (default: such that " +
      "it ends at the final one)",
    when: { schedule: ["inverse"] },
  },
  "weight-decay": {
    kind: "number",
    value: "RATE",
    least: 0,
    default: 0,
    words: 0.0001,
    about: "how strongly weights, not biases, are drawn to zero",
    when: { model: ["mlp"] },
  },
  candidates: {
    kind: "whole",
    value: "N",
    least: 1,
    or: "all",
    default: "all",
    words: 100,
    about: "how many tokens a step weighs against the right one, drawn by " +
      "their frequency (sampled softmax), or all",
    when: { model: ["mlp"] },
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
  "checkpoint-every": {
    kind: "whole",
    value: "N",
    least: 1,
    about: "save after every N steps, or a few more (default: every ten " +
      "seconds)",
    when: { model: ["mlp"] },
  },
  num: {
    kind: "whole",
    value: "N",
    alias: "n",
    least: 0,
    default: 20,
    about: "how many new words or sentences to make at the end",
  },
  ...COUNTING,
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
  about: "Learns from a word list or a text, and makes new words or " +
    "sentences like it.",
  options: OPTIONS,
  examples: [
    ["train", "the lecture's full run, 200,000 steps, into out/run"],
    [
      "train --input words.txt --output out/words --steps 50000",
      "a list of your own",
    ],
    ["train --resume", "goes on where the run in out/run was stopped"],
    [
      "train --level words --lowercase --input book.txt --output out/book",
      "words of a text instead of characters",
    ],
    [
      "train --model ngram --order 4 --input words.txt",
      "counts n-grams, which takes a moment and is not kept",
    ],
  ],
  run: runTrain,
} as const;

async function runTrain(values: TrainValues, given: Given): Promise<void> {
  if (values.model !== "mlp") return trainOther(values.model, values, given);
  if (values.resume) refuseOtherSettings(values, given);
  const run = values.resume
    ? await resumeRun(
      values.output,
      values.input,
      given.has("steps") && values.steps !== "auto" ? values.steps : undefined,
    )
    : await start(values, given);
  using folder = run.folder;

  const { parameters, settings, vocabulary, corpus } = run;
  describe(run);
  await learn(run, values["checkpoint-every"]);
  writeFigures(folder, parameters, vocabulary, settings.candidates);
  tell(`The run is kept in ${folder.path}`);

  const { contextLength } = sizesOf(parameters);
  printLosses((part) =>
    evaluate(
      parameters,
      windowsOf(corpus.splits[part], vocabulary, contextLength),
    )
  );
  if (values.num > 0) print();
  const model = learnedModel(folder.path, parameters, vocabulary);
  const words = model.sample({
    generator: wordGenerator(settings.seed),
    count: values.num,
  });
  printWords(words, vocabulary, corpus);
}

/** Words come from a seed of their own, as the lecture's do. */
function wordGenerator(seed: number): TorchGenerator {
  return new TorchGenerator((seed + 10) % 2 ** 53);
}

/** Makes a model that is made in a moment, and shows it. */
async function trainOther(
  kind: "bigram" | "ngram",
  values: TrainValues,
  given: Given,
): Promise<void> {
  const { order, smoothing, seed, steps } = values;
  const corpus = await readCorpus(values.input, corpusSettings(values));
  tellCorpus(corpus, corpus.vocabulary);
  const model = makeModel(kind, corpus, {
    order,
    smoothing,
    seed,
    // the net has defaults of its own
    steps: given.has("steps") && steps !== "auto" ? steps : undefined,
    learningRate: given.has("learning-rate")
      ? values["learning-rate"]
      : undefined,
  });
  tell(
    `The ${model.name} is made in a moment, so it is not kept: sample and ` +
      `evaluate make it again, with --model ${kind}`,
  );
  printLosses((part) => {
    const { contextLength, vocabulary } = model;
    return meanLoss(model.rowProbabilities(
      windowsOf(corpus.splits[part], vocabulary, contextLength),
    ));
  });
  if (values.num > 0) print();
  const words = model.sample({
    generator: wordGenerator(seed),
    count: values.num,
  });
  printWords(words, model.vocabulary, corpus);
}

function refuseOtherSettings(
  { output, steps }: TrainValues,
  given: Given,
): void {
  if (given.has("steps") && steps === "auto") {
    throw new UsageError(
      "--steps auto cannot be given with --resume: give the number of steps " +
        `that the run in ${output} is to have`,
    );
  }
  for (const name of given) {
    if (!WITH_RESUME.has(name)) {
      throw new UsageError(
        `--${name} cannot be given with --resume: the run in ${output} keeps ` +
          "its settings",
      );
    }
  }
}

async function start(values: TrainValues, given: Given): Promise<Run> {
  const { schedule } = values;
  const settings = corpusSettings(values);
  const corpus = await readCorpus(values.input, settings);
  const batchSize = values["batch-size"] === "all" ? 0 : values["batch-size"];
  const steps = values.steps === "auto"
    ? stepsToRead(corpus, batchSize)
    : values.steps;
  // a default that does not fit gives way
  const canSample = batchSize > 0 &&
    Number(values.candidates) < corpus.vocabulary.size;
  const candidates = given.has("candidates") || canSample
    ? values.candidates
    : "all";
  return startRun(corpus, {
    path: values.output,
    overwrite: values.overwrite,
    initialization: values.initialization,
    sizes: {
      contextLength: values["context-length"],
      embeddingSize: values["embedding-size"],
      hiddenSize: values["hidden-size"],
      directConnections: values["direct-connections"],
    },
    settings: {
      ...settings,
      steps,
      batchSize,
      learningRate: values["learning-rate"],
      finalLearningRate: values["final-learning-rate"],
      schedule,
      decaySteps: schedule === "step" ? Math.floor(steps / 2) : steps,
      decay: schedule === "inverse"
        ? values.decay ?? decayOf(values, steps)
        : 0,
      weightDecay: values["weight-decay"],
      candidates: candidates === "all" ? 0 : candidates,
      seed: values.seed,
      words: corpus.source,
      wordsSha256: await hashOf(corpus),
    },
  });
}

/** How many steps there are until train has been read a few times. */
function stepsToRead(
  { splits, vocabulary }: Corpus,
  batchSize: number,
): number {
  const rows = windowsOf(splits.train, vocabulary, 1).Y.length;
  return Math.ceil(PASSES * rows / (batchSize || rows));
}

/** With which decay the learning rate ends at the final one. */
function decayOf(values: TrainValues, steps: number): number {
  const { "learning-rate": first, "final-learning-rate": last } = values;
  if (!(last > 0 && last <= first)) {
    throw new UsageError(
      `--schedule inverse never comes from ${first} to ${last}: give --decay, ` +
        `or a --final-learning-rate above 0, up to ${first}`,
    );
  }
  return (first / last - 1) / steps;
}

function describe(run: Run): void {
  const { corpus, parameters, settings, step, vocabulary } = run;
  const { contextLength, embeddingSize, hiddenSize, directConnections } =
    sizesOf(parameters);
  tellCorpus(corpus, vocabulary);
  tell(
    `${countParameters(parameters)} parameters: ${vocabulary.size} tokens, ` +
      `context length ${contextLength}, embedding size ${embeddingSize}, ` +
      `hidden size ${hiddenSize}` +
      (directConnections ? ", direct connections" : ""),
  );
  if (settings.candidates > 0) {
    tell(
      `Steps weigh ${settings.candidates} candidates (sampled softmax): their ` +
        "losses are lower than those of all tokens, which the end tells",
    );
  }
  tell(`Steps ${step} to ${settings.steps}, kept in ${run.folder.path}`);
}
