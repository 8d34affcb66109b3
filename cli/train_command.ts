/** `makemore train`: learns from a corpus and keeps what it has learned. */

import { UsageError } from "../lib/errors/errors.ts";
import { countParameters, evaluate, sizesOf } from "../core.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { type Corpus, hashOf, PARTS, readCorpus } from "./corpus.ts";
import { windowsOf } from "../lib/data/windows.ts";
import { writeEmbeddingFigure, writeLossFigure } from "./figures.ts";
import { makeModel, type NamedModel, rowsOf } from "./models.ts";
import { command, flagOf, type Given, type Values } from "./options.ts";
import {
  formatLoss,
  formatPerplexity,
  lossesByPart,
  tellCorpus,
} from "./results.ts";
import type { RunFolder } from "./run_folder.ts";
import { learn, resumeRun, type Run, startRun } from "./run.ts";
import {
  checkLengths,
  makeSamples,
  printSamples,
  type SampleValues,
} from "./samples.ts";
import { configOf, CORPUS, GENERAL, INPUT, NET, take } from "./settings.ts";
import { print, printJson, tell, warn } from "./terminal.ts";

const options = {
  ...take("model"),
  ...INPUT,
  ...CORPUS,
  ...take("output", "resume", "overwrite", "steps", "batchSize"),
  ...take("learningRate", "schedule", "finalLearningRate", "decay"),
  ...take("weightDecay", "candidates"),
  ...NET,
  ...take("seed", "checkpointEvery", "num", "minLength", "maxLength"),
  ...take("order", "smoothing"),
  ...GENERAL,
};

type TrainValues = Values<typeof options>;

/** What can be given together with `--resume`. */
const WITH_RESUME = new Set(
  [...Object.keys(INPUT), ...Object.keys(GENERAL), "output", "resume"].concat(
    ["steps", "checkpointEvery", "num", "minLength", "maxLength"],
  ),
);

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
  const { model: kind } = values;
  checkLengths(values); // before it learns for minutes
  if (kind !== "mlp") {
    const corpus = await readCorpus(values, values);
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
    const { order, smoothing } = values;
    const [steps, learningRate] = [own("steps"), own("learningRate")];
    const settings = kind === "ngram"
      ? { order, smoothing }
      : { steps, learningRate };
    return printResults(model, corpus, values, settings);
  }
  const run = await (values.resume ? resume : start)(values, given);
  const { folder, corpus, settings, vocabulary, parameters } = run;
  try {
    tellRun(run);
    await learn(run, values.checkpointEvery);
    await writeLossFigure(folder, settings.candidates);
    await writeEmbeddingFigure(folder, parameters, vocabulary);
    tell(`The run is kept in ${folder.path}`);
    const net = { name: folder.path, model: parameters, vocabulary };
    const kept = { ...sizesOf(parameters), ...configOf(settings) };
    const { seed } = settings;
    printResults(net, corpus, { ...values, seed }, kept, folder);
  } finally {
    folder.close();
  }
}

async function resume(values: TrainValues, given: Given): Promise<Run> {
  const { output, steps } = values;
  const other = [...given].find((name) => !WITH_RESUME.has(name));
  if (other !== undefined) {
    throw new UsageError(
      `Cannot use --${flagOf(other)} with --resume: the run in ${output} ` +
        "keeps its settings",
    );
  }
  if (!given.has("steps")) return await resumeRun(output, values);
  if (steps !== "auto") return await resumeRun(output, values, steps);
  throw new UsageError(
    "Cannot use --steps auto with --resume: give the number of steps that " +
      `the run in ${output} is to have`,
  );
}

async function start(values: TrainValues, given: Given): Promise<Run> {
  const { schedule, batchSize } = values;
  const corpus = await readCorpus(values, values);
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

/** Prints the losses of a model and words that it makes, and keeps both. */
function printResults(
  net: NamedModel,
  corpus: Corpus,
  values: SampleValues & { json: boolean; model: string },
  settings: object,
  folder?: RunFolder,
): void {
  const { json, num, minLength, maxLength } = values;
  const losses = PARTS.map((part) =>
    evaluate(net.model, rowsOf(corpus.splits[part], net))
  );
  for (const [i, part] of json ? [] : PARTS.entries()) {
    print(
      `${part.padEnd(5)} loss ${formatLoss(losses[i])}, ` +
        `perplexity ${formatPerplexity(losses[i])}`,
    );
  }
  // words have a seed of their own, as in the lecture
  const seed = (values.seed + 10) % 2 ** 53;
  const how = { num, minLength, maxLength, seed };
  const { samples, shortage } = makeSamples(net, how, corpus);
  const result = {
    ...{ model: values.model, input: corpus.source, unit: corpus.unit },
    ...lossesByPart(losses),
    ...{ settings, samples },
  };
  if (folder) {
    const text = JSON.stringify(result, null, 2) + "\n";
    writeFileAtomically(folder.pathOf("result"), text);
  }
  if (json) printJson({ run: folder?.path, ...result });
  else {
    if (num > 0) print();
    printSamples(samples);
  }
  if (shortage) warn(shortage);
}
