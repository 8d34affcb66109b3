/** `makemore train`: learns from a corpus and keeps what it has learned. */

import { counted } from "../lib/errors/counted.ts";
import { UsageError } from "../lib/errors/errors.ts";
import {
  arithmetic,
  type BestNgram,
  countParameters,
  evaluate,
  type Model,
  setArithmetic,
  sizesOf,
} from "../core.ts";
import { isOutOfPatience, lookEveryOf } from "../lib/recipes/learn.ts";
import { decayStepsOf } from "../lib/recipes/recipe.ts";
import { UnfinishedFile } from "./atomic_file.ts";
import { type Corpus, heldSplits, readCorpus } from "./corpus.ts";
import { PARTS } from "../lib/data/splits.ts";
import { writeEmbeddingFigure, writeLossFigure } from "./figures.ts";
import { BIGRAM, makeModel, type NamedModel, rowsOf } from "./models.ts";
import {
  command,
  flagOf,
  type Given,
  refuseMeaningless,
  type Values,
} from "./options.ts";
import {
  formatLoss,
  formatPerplexity,
  lossesByPart,
  tellCorpus,
} from "./results.ts";
import { holdsRun, type RunFolder } from "./run_folder.ts";
import { type Chosen, chosenBy, corpusSettingsBy } from "./recipes.ts";
import {
  learn,
  networkOf,
  offer,
  resumeRun,
  type Run,
  startRun,
} from "./run.ts";
import {
  checkLengths,
  makeSamples,
  printSamples,
  type SampleValues,
} from "./samples.ts";
import {
  BY_RECIPE,
  configOf,
  CORPUS,
  GENERAL,
  INPUT,
  NET,
  take,
  withSizes,
} from "./settings.ts";
import { print, printJson, tell, warn } from "./terminal.ts";

const options = {
  ...take("model"),
  ...INPUT,
  ...CORPUS,
  ...take("splitCopies", "output", "resume", "resumeOrStart", "overwrite"),
  ...take("recipe", "steps"),
  ...take("batchSize", "learningRate", "schedule", "finalLearningRate"),
  ...take("decay", "weightDecay", "candidates", "patience", "noMix"),
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

/** The command. */
export const trainCommand = command({
  name: "train",
  about: "Learns from a word list or a text, and makes new words or " +
    "sentences like it.",
  options,
  examples: [
    [
      "train --input words.txt --output out/words",
      "a list of your own, with settings that fit it",
    ],
    [
      "train --recipe lecture",
      "the lecture's last net and its full run, 200,000 steps",
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
    const model = await makeModel(kind, corpus, values);
    const { order, smoothing, seed } = values;
    const { steps = BIGRAM.steps, learningRate = BIGRAM.learningRate } = values;
    const settings = kind === "ngram"
      ? { order, smoothing }
      : { steps, learningRate, seed };
    tell(
      `The ${model.name} takes a moment, so it is not kept: sample and ` +
        `evaluate make it again, with --model ${kind}` +
        (kind === "bigram" &&
            ["steps", "learningRate", "seed"].some((name) => given.has(name))
          ? " and the default steps, rate and seed"
          : ""),
    );
    return printResults(model, corpus, values, settings);
  }
  const isThere = values.resumeOrStart && holdsRun(values.output);
  const run = values.resume || isThere
    ? inArithmetic(await resume(values, given), given.has("arithmetic"))
    : await start(values, given);
  const { folder, corpus, vocabulary } = run;
  try {
    tellRun(run);
    await learn(run, values.checkpointEvery);
    tellBest(run);
    const { settings, ngram, model } = offer(run);
    const network = networkOf(run);
    await writeLossFigure(folder, settings.candidates);
    await writeEmbeddingFigure(folder, network, vocabulary);
    tell(`The run is kept in ${folder.path}`);
    const net = { name: folder.path, model, network, vocabulary };
    const kept = { ...sizesOf(network), ...configOf(settings) };
    const { seed } = settings;
    const isChosen = settings.recipe === "lecture" ||
      [...given].some((name) => name in BY_RECIPE);
    const more = { folder, ngram, isChosen, source: settings.words };
    printResults(net, corpus, { ...values, seed }, kept, more);
  } finally {
    folder.close();
  }
}

async function resume(values: TrainValues, given: Given): Promise<Run> {
  const { output, steps } = values;
  if (values.resumeOrStart) return await resumeSame(values, given);
  const other = [...given].find((name) => !WITH_RESUME.has(name));
  if (other !== undefined) {
    throw new UsageError(
      `Cannot use --${flagOf(other)} with --resume: the run in ${output} ` +
        "keeps its settings",
    );
  }
  const run = await resumeRun(output, values, steps);
  const { settings } = run;
  const { schedule, decaySteps, finalLearningRate, patience } = settings;
  if (isOutOfPatience(run, settings)) {
    tell(
      "Takes no further steps: dev has not become better for " +
        counted(patience, "steps"),
    );
  } else if (
    (schedule === "cosine" || schedule === "step") &&
    decaySteps < decayStepsOf(schedule, settings.steps)
  ) {
    tell(
      `The learning rate keeps its schedule and is ${finalLearningRate} from ` +
        `step ${decaySteps} on: a new run of ` +
        `${counted(settings.steps, "steps")} may end better`,
    );
  }
  return run;
}

/** Resumes a run if it has the settings that are given. */
async function resumeSame(values: TrainValues, given: Given): Promise<Run> {
  const run = await resumeRun(values.output, values);
  const { folder, parameters, settings } = run;
  const kept: Record<string, unknown> = {
    ...withSizes(settings, parameters),
    splitCopies: !settings.keepEqualTogether,
  };
  const wanted: Record<string, unknown> = values;
  const other = [...given].find((name) =>
    name in kept && !(name in GENERAL) && kept[name] !== wanted[name]
  );
  if (other === undefined) return run;
  folder.close();
  throw new UsageError(
    `Cannot continue the run in ${folder.path} with --${flagOf(other)}` +
      (wanted[other] === true
        ? ": it was started without"
        : ` ${wanted[other]}: it was started with ${kept[other]}`) +
      "; give another folder",
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

async function start(values: TrainValues, given: Given): Promise<Run> {
  const corpusSettings = corpusSettingsBy(values);
  const from = { ...values, keepIn: values.output };
  const corpus = await readCorpus(from, corpusSettings);
  try {
    const chosen = chosenBy(values, corpus);
    const { steps, schedule, patience, mix } = chosen;
    refuseMeaningless(options, given, { ...values, ...chosen });
    return startRun(corpus, {
      ...{ ...values, ...corpusSettings, ...chosen },
      ...{ words: corpus.source, wordsSha256: corpus.sha256() },
      streamed: heldSplits(corpus) === undefined,
      arithmetic: arithmetic(),
      ...{ noMix: values.noMix || !mix, ngramOrder: 0, ngramWeight: 0 },
      lookEvery: lookEveryOf(steps, patience),
      decaySteps: decayStepsOf(schedule, steps),
      decay: schedule === "inverse" ? decayOf(chosen, values.decay) : 0,
    });
  } catch (error) {
    const { content } = corpus.copy ?? {};
    if (content instanceof UnfinishedFile) content.discard();
    throw error;
  }
}

/** The decay with which the learning rate ends at the final one. */
function decayOf(chosen: Chosen, decay: number | undefined): number {
  const { learningRate: first, finalLearningRate: last, steps } = chosen;
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

/** Says at which step training ended, and which network it keeps. */
function tellBest({ step, best, settings, corpus }: Run): void {
  if (!best) return;
  const rest = step < settings.steps
    ? `: ${corpus.unit} of dev have not become likelier since`
    : "";
  tell(
    `Kept the network of step ${best.step} of ${step}, the best on dev${rest}`,
  );
}

/** Prints the losses of a model and words that it makes, and keeps both. */
function printResults(
  net: NamedModel,
  corpus: Corpus,
  values: SampleValues & { json: boolean; model: string },
  settings: object,
  { folder, ngram, isChosen = false, source = corpus.source }: {
    /** What the run learned from is called, if that is not the corpus's name. */
    source?: string;
    folder?: RunFolder;
    ngram?: BestNgram;
    /** Whether a person chose other settings of a net than those that fit. */
    isChosen?: boolean;
  } = {},
): void {
  const { json, num, minLength, maxLength } = values;
  const lossesOf = (model: Model) =>
    PARTS.map((part) =>
      evaluate(model, rowsOf(corpus.splits[part], { ...net, model }))
    );
  const losses = lossesOf(net.model);
  const beside = [
    ...net.network && net.network !== net.model
      ? [{ name: "network alone", losses: lossesOf(net.network) }]
      : [],
    ...ngram
      ? [{ name: `${ngram.order}-gram`, losses: lossesOf(ngram.model) }]
      : [],
  ];
  const guessing = Math.log(net.vocabulary.size);
  for (const [i, part] of json ? [] : PARTS.entries()) {
    print(
      `${part.padEnd(5)} loss ${formatLoss(losses[i])}, ` +
        `perplexity ${formatPerplexity(losses[i])}`,
    );
  }
  if (beside.length > 0 && !json) {
    const others = beside.map(({ name, losses: [, dev] }) =>
      `${name} ${formatLoss(dev)}, `
    );
    print(`On dev: ${others.join("")}guessing ${formatLoss(guessing)}`);
  }
  // words have a seed of their own, as in the lecture
  const seed = (values.seed + 10) % 2 ** 53;
  const how = { num, minLength, maxLength, seed };
  const { samples, shortage } = makeSamples(net, how, corpus);
  const result = {
    ...{ model: values.model, input: source, unit: corpus.unit },
    ...lossesByPart(losses),
    ...{
      guessing,
      beside: beside.map(({ name, losses }) => ({
        name,
        ...lossesByPart(losses),
      })),
    },
    ...{ settings, samples },
  };
  folder?.writeJson("result", result);
  if (json) printJson({ run: folder?.path, ...result });
  else {
    if (num > 0) print();
    printSamples(samples);
  }
  if (shortage) warn(shortage);
  const [, dev] = losses;
  const counting = ngram?.loss ?? Infinity;
  if (!(dev < Math.min(guessing, counting) + LEAST_DIFFERENCE)) {
    warn(
      `Dev has a loss of ${formatLoss(dev)}, which is worse than ` +
        (dev < guessing
          ? `that of counting: a ${ngram!.order}-gram has ${
            formatLoss(counting)
          }`
          : `guessing, ${formatLoss(guessing)}`) +
        (isChosen
          ? "; --recipe auto, without other settings, fits the data"
          : ""),
    );
  }
}

/** A smaller difference of losses is not worth a warning. */
const LEAST_DIFFERENCE = 0.0005;
