/** `makemore train`: learns from a corpus and keeps what it has learned. */

import { UsageError } from "../lib/errors/errors.ts";
import {
  arithmetic,
  countParameters,
  evaluate,
  perplexity,
  setArithmetic,
  sizesOf,
} from "../core.ts";
import { type Corpus, hashOf, PARTS, readCorpus, windowsOf } from "./corpus.ts";
import { writeEmbeddingFigure, writeLossFigure } from "./figures.ts";
import { makeModel, type NamedModel, rowsOf } from "./models.ts";
import { command, flagOf, type Given, type Values } from "./options.ts";
import { printSamples, tellCorpus } from "./results.ts";
import { learn, resumeRun, type Run, startRun } from "./run.ts";
import { CORPUS, NET, take } from "./settings.ts";
import { print, tell } from "./terminal.ts";

const options = {
  ...take("model", "input"),
  ...CORPUS,
  ...take("output", "resume", "overwrite", "steps", "batchSize"),
  ...take("learningRate", "schedule", "finalLearningRate", "decay"),
  ...take("weightDecay", "candidates"),
  ...NET,
  ...take("seed", "arithmetic", "threads", "checkpointEvery", "num"),
  ...take("order", "smoothing"),
  ...take("verbose", "help"),
};

type TrainValues = Values<typeof options>;

/** What can be given together with `--resume`. */
const WITH_RESUME = new Set([
  ...["input", "output", "resume", "steps", "arithmetic", "checkpointEvery"],
  ...["threads", "num", "verbose"],
]);

/** How often `--steps auto` reads a text: until it is learned, not by heart. */
const PASSES = 6;

/** The command. */
export const trainCommand = command({
  name: "train",
  about: "Learns from a word list or a text, and makes new words or " +
    "sentences like it.",
  options,
  examples: [
    ["train", "the lecture's full run, 200,000 steps, into out/run"],
    [
      "train --input words.txt --output out/words --steps 50000",
      "a list of your own",
    ],
    ["train --resume", "continues the run in out/run where it was stopped"],
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
});

async function runTrain(values: TrainValues, given: Given): Promise<void> {
  const { model: kind, num } = values;
  if (kind !== "mlp") {
    const corpus = readCorpus(values.input, values);
    tellCorpus(corpus, corpus.vocabulary());
    // the bigram net has defaults of its own
    const own = (name: "steps" | "learningRate") =>
      given.has(name) && values[name] !== "auto" ? values[name] : undefined;
    const model = await makeModel(kind, corpus, {
      ...values,
      steps: own("steps"),
      learningRate: own("learningRate"),
    });
    tell(
      `The ${model.name} takes a moment, so it is not kept: sample and ` +
        `evaluate make it again, with --model ${kind}`,
    );
    return printResults(model, corpus, values.seed, num);
  }
  const run = values.resume
    ? inArithmetic(resume(values, given), given.has("arithmetic"))
    : start(values, given);
  const { folder, corpus, settings, vocabulary, parameters } = run;
  try {
    tellRun(run);
    await learn(run, values.checkpointEvery);
    await writeLossFigure(folder, settings.candidates);
    await writeEmbeddingFigure(folder, parameters, vocabulary);
    tell(`The run is kept in ${folder.path}`);
    const net = { name: folder.path, model: parameters, vocabulary };
    printResults(net, corpus, settings.seed, num);
  } finally {
    folder.close();
  }
}

function resume(values: TrainValues, given: Given): Run {
  const { output, input, steps } = values;
  const other = [...given].find((name) => !WITH_RESUME.has(name));
  if (other !== undefined) {
    throw new UsageError(
      `Cannot use --${flagOf(other)} with --resume: the run in ${output} ` +
        "keeps its settings",
    );
  }
  if (!given.has("steps")) return resumeRun(output, input);
  if (steps !== "auto") return resumeRun(output, input, steps);
  throw new UsageError(
    "Cannot use --steps auto with --resume: give the number of steps that " +
      `the run in ${output} is to have`,
  );
}

/** The run in its own arithmetic, unless another is `chosen` or the only one. */
function inArithmetic(run: Run, chosen: boolean): Run {
  const { settings } = run;
  if (!chosen) setArithmetic(settings.arithmetic);
  if (arithmetic() !== settings.arithmetic) {
    tell(
      `The run goes on with ${arithmetic()} arithmetic, not ` +
        `${settings.arithmetic}: its numbers will differ in their last digits`,
    );
  }
  return { ...run, settings: { ...settings, arithmetic: arithmetic() } };
}

function start(values: TrainValues, given: Given): Run {
  const { schedule, batchSize } = values;
  const corpus = readCorpus(values.input, values);
  const vocabulary = corpus.vocabulary();
  const steps = values.steps !== "auto"
    ? values.steps
    : stepsToRead(corpus, batchSize);
  // a default that does not fit gives way
  const canSample = batchSize !== "all" &&
    Number(values.candidates) < vocabulary.size;
  const candidates = given.has("candidates") || canSample
    ? values.candidates
    : "all";
  return startRun(corpus, {
    ...values,
    ...{ steps, candidates, words: corpus.source, wordsSha256: hashOf(corpus) },
    arithmetic: arithmetic(),
    decaySteps: schedule === "step" ? Math.floor(steps / 2) : steps,
    decay: schedule === "inverse" ? decayOf(values, steps) : 0,
  });
}

/** How many steps read the train part {@linkcode PASSES} times. */
function stepsToRead(corpus: Corpus, batchSize: number | "all"): number {
  if (batchSize === "all") return PASSES;
  const rows = windowsOf(corpus.splits.train, corpus.vocabulary(), 1).Y.length;
  return Math.ceil(PASSES * rows / batchSize);
}

/** The decay with which the learning rate ends at the final one. */
function decayOf(values: TrainValues, steps: number): number {
  const { learningRate: first, finalLearningRate: last, decay } = values;
  if (decay !== undefined) return decay;
  if (last > 0 && last <= first) return (first / last - 1) / steps;
  throw new UsageError(
    `Cannot use --schedule inverse from ${first} to ${last}: give --decay, or ` +
      `a --final-learning-rate above 0, up to ${first}`,
  );
}

function tellRun(run: Run): void {
  const { corpus, parameters, settings, step, vocabulary, folder } = run;
  tellCorpus(corpus, vocabulary);
  const sizes = Object.entries(sizesOf(parameters)).map(([name, size]) =>
    `${flagOf(name).replace("-", " ")} ${size}`
  );
  tell(`${countParameters(parameters)} parameters: ${sizes.join(", ")}`);
  if (settings.candidates !== "all") {
    tell(
      `Steps weigh ${settings.candidates} candidates (sampled softmax): their ` +
        "losses are lower than those of all tokens, which are shown at the end",
    );
  }
  tell(`Steps ${step} to ${settings.steps}, kept in ${folder.path}`);
}

/** Prints the losses of a model, and words that it makes. */
function printResults(
  model: NamedModel,
  corpus: Corpus,
  seed: number,
  num: number,
): void {
  for (const part of PARTS) {
    const loss = evaluate(model.model, rowsOf(corpus.splits[part], model));
    print(
      `${part.padEnd(5)} loss ${loss.toFixed(4)}, ` +
        `perplexity ${perplexity(loss).toFixed(2)}`,
    );
  }
  if (num > 0) print();
  // words have a seed of their own, as in the lecture
  printSamples(model, { seed: (seed + 10) % 2 ** 53, num }, corpus);
}
