/** `makemore find-lr`: which learning rate to begin with. */

import { writeFileAtomically } from "./atomic_file.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import {
  findLearningRate,
  suggestLearningRate,
} from "../lib/training/rate_finder.ts";
import { createParameters } from "../lib/model/variables.ts";
import { learningRateFinder } from "../lib/plots/learning_rate_finder.ts";
import { readCorpus, windowsOf } from "./corpus.ts";
import {
  COMMON,
  CORPUS,
  corpusSettings,
  INITIALIZATION,
  LECTURE_SEED,
  SIZES,
} from "./model_options.ts";
import type { Values } from "./options.ts";
import { print, tell } from "./terminal.ts";

const OPTIONS = {
  ...CORPUS,
  output: {
    kind: "text",
    value: "FILE",
    alias: "o",
    about: "draw the curve into this SVG file",
  },
  "batch-size": {
    kind: "whole",
    value: "N",
    alias: "b",
    least: 1,
    default: 32,
    about: "rows in a minibatch",
  },
  num: {
    kind: "whole",
    value: "N",
    alias: "n",
    least: 2,
    default: 1000,
    about: "how many rates to try, one step each",
  },
  ...SIZES,
  initialization: INITIALIZATION,
  seed: {
    kind: "whole",
    value: "N",
    least: 0,
    default: LECTURE_SEED,
    about: "seed of weights and minibatches",
  },
  ...COMMON,
} as const;

/** The command. */
export const findLrCommand = {
  name: "find-lr",
  about: "Tries learning rates from 0.001 to 1, one step each, and prints " +
    "the loss at each.",
  options: OPTIONS,
  examples: [
    ["find-lr > rates.csv", "the rates and losses as a table"],
    ["find-lr --output out/rates.svg > rates.csv", "and as a picture"],
  ],
  run: runFindLr,
} as const;

async function runFindLr(values: Values<typeof OPTIONS>): Promise<void> {
  const { splits, vocabulary } = await readCorpus(
    values.input,
    corpusSettings(values),
  );
  const contextLength = values["context-length"];
  const generator = new TorchGenerator(values.seed);
  const parameters = createParameters({
    vocabularySize: vocabulary.size,
    contextLength,
    embeddingSize: values["embedding-size"],
    hiddenSize: values["hidden-size"],
    directConnections: values["direct-connections"],
  }, { generator, initialization: values.initialization });
  const windows = windowsOf(splits.train, vocabulary, contextLength);
  const measured = findLearningRate(parameters, windows, {
    generator,
    batchSize: values["batch-size"],
    count: values.num,
  });
  const { learningRates, losses } = measured;
  const suggested = suggestLearningRate(measured);
  if (values.output !== undefined) {
    const figure = learningRateFinder(measured, { marked: suggested });
    writeFileAtomically(values.output, figure.svg);
  }
  print("learning_rate,loss");
  learningRates.forEach((rate, i) => print(`${rate},${losses[i]}`));
  tell(
    `The losses are lowest around a learning rate of ${
      suggested.toPrecision(2)
    }: look at the curve before you trust it`,
  );
}
