/** `makemore find-lr`: which learning rate to begin with. */

import { createParameters } from "../lib/model/variables.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import {
  findLearningRate,
  suggestLearningRate,
} from "../lib/training/rate_finder.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { judging, readCorpus, windowsOf } from "./corpus.ts";
import { command, type Values } from "./options.ts";
import { CORPUS, SETTINGS, take } from "./settings.ts";
import { print, tell } from "./terminal.ts";

const options = {
  ...take("input"),
  ...CORPUS,
  output: {
    ...SETTINGS.output,
    value: "FILE",
    default: undefined,
    about: "draw the curve into this SVG file",
  },
  batchSize: {
    ...SETTINGS.batchSize,
    or: undefined,
    about: "rows in a minibatch",
  },
  num: {
    ...SETTINGS.num,
    least: 2,
    default: 1000,
    about: "how many rates to try, with one step each",
  },
  ...take(
    "contextLength",
    "embeddingSize",
    "hiddenSize",
    "directConnections",
    "initialization",
    "seed",
    "verbose",
    "help",
  ),
} as const;

/** The command. */
export const findLrCommand = command({
  name: "find-lr",
  about: "Tries learning rates from 0.001 to 1, with one step each, and " +
    "prints the loss at each.",
  options,
  examples: [
    ["find-lr > rates.csv", "the rates and losses as a table"],
    ["find-lr --output out/rates.svg > rates.csv", "and as a figure"],
  ],
  run: runFindLr,
});

async function runFindLr(values: Values<typeof options>): Promise<void> {
  const { contextLength, embeddingSize, hiddenSize, directConnections } =
    values;
  const { initialization, batchSize, num: count, output } = values;
  const corpus = await readCorpus(values.input, values);
  const vocabulary = corpus.vocabulary();
  const generator = new TorchGenerator(values.seed);
  const parameters = createParameters({
    vocabularySize: vocabulary.size,
    contextLength,
    embeddingSize,
    hiddenSize,
    directConnections,
  }, { generator, initialization });
  const windows = windowsOf(corpus.splits.train, vocabulary, contextLength);
  const how = { generator, batchSize: Number(batchSize), count };
  const measured = findLearningRate(parameters, windows, how);
  const suggested = judging(() => suggestLearningRate(measured));
  if (output !== undefined) {
    const { learningRateFinder } = await import(
      "../lib/plots/learning_rate_finder.ts"
    );
    const { svg } = learningRateFinder(measured, { marked: suggested });
    writeFileAtomically(output, svg);
  }
  print("learning_rate,loss");
  measured.learningRates.forEach((rate, i) =>
    print(`${rate},${measured.losses[i]}`)
  );
  tell(
    "The losses are lowest around a learning rate of " +
      `${suggested.toPrecision(2)}: look at the curve before you trust it`,
  );
}
