/** `makemore sample`: new words or sentences from a model. */

import { readCorpus } from "./corpus.ts";
import { judging } from "./judging.ts";
import { corpusSettingsOf, loadNet, makeModel } from "./models.ts";
import { command, type Given, type Values } from "./options.ts";
import { printSamples } from "./results.ts";
import { CORPUS, SETTINGS, take } from "./settings.ts";
import { tell } from "./terminal.ts";

const options = {
  ...take("model", "run", "num", "temperature", "topK", "prompt", "maxLength"),
  seed: {
    ...SETTINGS.seed,
    default: SETTINGS.seed.default + 10, // as train has it at its end
    about: "the seed of the words",
  },
  ...CORPUS,
  input: {
    ...SETTINGS.input,
    about: "group the words by the part of this list or text that they are " +
      "in; the bigram net and n-grams are made of it",
  },
  ...take("order", "smoothing", "arithmetic", "threads", "verbose", "help"),
} as const;

/** The command. */
export const sampleCommand = command({
  name: "sample",
  about: "Makes new words or sentences with a model.",
  options,
  examples: [
    ["sample", "twenty names from the model that comes with the package"],
    [
      "sample --run out/run --num 5 --prompt ka --temperature 0.8",
      "five words that begin with ka",
    ],
    [
      "sample --model ngram --order 4 --level words --input book.txt",
      "sentences from the counts of a text",
    ],
  ],
  run: runSample,
});

async function runSample(
  values: Values<typeof options>,
  given: Given,
): Promise<void> {
  const { model: kind, input, num, order, smoothing } = values;
  const net = kind === "mlp" ? loadNet(values) : undefined;
  const settings = net ? corpusSettingsOf(net, values, given) : values;
  const corpus = kind === "mlp" && input === undefined
    ? undefined
    : readCorpus(input, settings);
  const model = net ??
    await makeModel(kind as "ngram", corpus!, { order, smoothing });
  const unit = model.vocabulary.level === "words" ? "sentences" : "words";
  tell(`${num} ${unit} from ${model.name}`);
  judging(() => printSamples(model, values, corpus));
}
