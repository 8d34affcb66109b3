/** `makemore train`: learns from a corpus and keeps what it has learned. */

import { UsageError } from "../lib/errors/errors.ts";
import { perplexity } from "../lib/language_models/evaluate.ts";
import { meanLoss } from "../lib/language_models/language_model.ts";
import { countParameters, sizesOf } from "../lib/model/variables.ts";
import { type Corpus, hashOf, PARTS, readCorpus, windowsOf } from "./corpus.ts";
import { writeEmbeddingFigure, writeLossFigure } from "./figures.ts";
import { makeModel, type NamedModel, netModel } from "./models.ts";
import { command, flagOf, type Given, type Values } from "./options.ts";
import { printSamples, tellCorpus } from "./results.ts";
import { hasCandidates, learn, resumeRun, type Run, startRun } from "./run.ts";
import { rowProbabilities } from "./seam.ts";
import { CORPUS, keptOf, take } from "./settings.ts";
import { print, tell } from "./terminal.ts";

const options = {
  ...take("model", "input"),
  ...CORPUS,
  ...take(
    "output",
    "resume",
    "overwrite",
    "steps",
    "batchSize",
    "learningRate",
    "schedule",
    "finalLearningRate",
    "decay",
    "weightDecay",
    "candidates",
    "contextLength",
    "embeddingSize",
    "hiddenSize",
    "directConnections",
    "initialization",
    "seed",
    "checkpointEvery",
    "num",
    "order",
    "smoothing",
    "verbose",
    "help",
  ),
};

type TrainValues = Values<typeof options>;

/** What can be given together with `--resume`. */
const WITH_RESUME = new Set(
  ["input", "output", "resume", "steps", "checkpointEvery", "num", "verbose"],
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
  const { num } = values;
  const run = values.model === "mlp"
    ? await trainNet(values, given)
    : undefined;
  const corpus = run?.corpus ?? await readCorpus(values.input, values);
  const model = run
    ? netModel(run.folder.path, run.parameters, run.vocabulary)
    : makeOther(values, given, corpus);
  for (const part of PARTS) {
    const { contextLength, vocabulary } = model;
    const rows = windowsOf(corpus.splits[part], vocabulary, contextLength);
    const loss = meanLoss(rowProbabilities(model.model, rows));
    print(
      `${part.padEnd(5)} loss ${loss.toFixed(4)}, ` +
        `perplexity ${perplexity(loss).toFixed(2)}`,
    );
  }
  if (num > 0) print();
  // words have a seed of their own, as in the lecture
  const seed = ((run?.settings ?? values).seed + 10) % 2 ** 53;
  printSamples(model, { seed, num }, corpus);
}

/** Trains the net, and keeps the run. */
async function trainNet(values: TrainValues, given: Given): Promise<Run> {
  const run = values.resume
    ? await resume(values, given)
    : await start(values, given);
  const { folder, settings, vocabulary, parameters } = run;
  try {
    tellRun(run);
    await learn(run, values.checkpointEvery);
    await writeLossFigure(folder, settings.candidates);
    const C = parameters.C.dataSync() as Float32Array;
    await writeEmbeddingFigure(folder, C, vocabulary);
    tell(`The run is kept in ${folder.path}`);
    return run;
  } finally {
    folder.close();
  }
}

function resume(values: TrainValues, given: Given): Promise<Run> {
  const { output, input, steps } = values;
  const other = [...given].find((name) => !WITH_RESUME.has(name));
  if (other !== undefined) {
    throw new UsageError(
      `Cannot use --${flagOf(other)} with --resume: the run in ${output} ` +
        "keeps its settings",
    );
  }
  if (given.has("steps") && steps === "auto") {
    throw new UsageError(
      "Cannot use --steps auto with --resume: give the number of steps that " +
        `the run in ${output} is to have`,
    );
  }
  return resumeRun(
    output,
    input,
    given.has("steps") ? Number(steps) : undefined,
  );
}

async function start(values: TrainValues, given: Given): Promise<Run> {
  const { schedule, batchSize } = values;
  const corpus = await readCorpus(values.input, values);
  const steps = values.steps === "auto"
    ? stepsToRead(corpus, batchSize)
    : values.steps;
  // a default that does not fit gives way
  const candidates =
    given.has("candidates") || hasCandidates(values, corpus.vocabulary())
      ? values.candidates
      : "all";
  const settings = keptOf({
    ...values,
    steps,
    candidates,
    decaySteps: schedule === "step" ? Math.floor(steps / 2) : steps,
    decay: schedule === "inverse" ? decayOf(values, steps) : 0,
    words: corpus.source,
    wordsSha256: await hashOf(corpus),
  });
  return startRun(corpus, settings, values);
}

/** How many steps read train a few times. */
function stepsToRead(
  corpus: Corpus,
  batchSize: TrainValues["batchSize"],
): number {
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
  const { contextLength, embeddingSize, hiddenSize, directConnections } =
    sizesOf(parameters);
  tellCorpus(corpus, vocabulary);
  tell(
    `${countParameters(parameters)} parameters: ${vocabulary.size} tokens, ` +
      `context length ${contextLength}, embedding size ${embeddingSize}, ` +
      `hidden size ${hiddenSize}` +
      (directConnections ? ", direct connections" : ""),
  );
  if (settings.candidates !== "all") {
    tell(
      `Steps weigh ${settings.candidates} candidates (sampled softmax): their ` +
        "losses are lower than those of all tokens, which are shown at the end",
    );
  }
  tell(`Steps ${step} to ${settings.steps}, kept in ${folder.path}`);
}

/** Makes a model that takes a moment. */
function makeOther(
  values: TrainValues,
  given: Given,
  corpus: Corpus,
): NamedModel {
  const kind = values.model as "bigram" | "ngram";
  const { steps } = values;
  tellCorpus(corpus, corpus.vocabulary());
  const model = makeModel(kind, corpus, {
    ...values,
    // the bigram net has defaults of its own
    steps: given.has("steps") && steps !== "auto" ? steps : undefined,
    learningRate: given.has("learningRate") ? values.learningRate : undefined,
  });
  tell(
    `The ${model.name} takes a moment, so it is not kept: sample and evaluate ` +
      `make it again, with --model ${kind}`,
  );
  return model;
}
