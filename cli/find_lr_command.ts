/** `makemore find-lr`: which learning rate to begin with. */

import {
  findLearningRate,
  suggestLearningRate,
  TorchGenerator,
} from "../core.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { readCorpus, windowsOf } from "./corpus.ts";
import { judging } from "./judging.ts";
import { newNet } from "./models.ts";
import { command, type Values } from "./options.ts";
import { CORPUS, NET, SETTINGS, take } from "./settings.ts";
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
  ...NET,
  ...take("seed", "arithmetic", "threads", "verbose", "help"),
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
  const { batchSize, num: count, output } = values;
  const corpus = readCorpus(values.input, values);
  const { train } = corpus.splits;
  const vocabulary = corpus.vocabulary();
  const windows = windowsOf(train, vocabulary, values.contextLength);
  const generator = new TorchGenerator(values.seed);
  const parameters = newNet(vocabulary, values, generator);
  const how = { generator, batchSize: Number(batchSize), count };
  const measured = findLearningRate(parameters, windows, how);
  const suggested = judging(() => suggestLearningRate(measured));
  if (output !== undefined) {
    const plots = await import("../lib/plots/learning_rate_finder.ts");
    const { svg } = plots.learningRateFinder(measured, { marked: suggested });
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
