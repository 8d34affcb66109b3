/** `makemore sample`: new words or sentences from a model. */

import { TorchGenerator } from "../lib/random/torch_generator.ts";
import { type Corpus, readCorpus } from "./corpus.ts";
import {
  COMMON,
  CORPUS,
  corpusSettings,
  COUNTING,
  LECTURE_SEED,
  MODEL,
  RUN,
  SAMPLING,
} from "./model_options.ts";
import {
  loadModel,
  makeModel,
  settingsWith,
  type UsableModel,
} from "./models.ts";
import type { Given, Values } from "./options.ts";
import { printWords } from "./results.ts";
import { tell } from "./terminal.ts";

const OPTIONS = {
  model: MODEL,
  run: RUN,
  num: {
    kind: "whole",
    value: "N",
    alias: "n",
    least: 0,
    default: 20,
    about: "how many words or sentences",
  },
  ...SAMPLING,
  seed: {
    kind: "whole",
    value: "N",
    least: 0,
    default: LECTURE_SEED + 10,
    about: "seed of the words",
  },
  ...CORPUS,
  input: {
    ...CORPUS.input,
    about: "tell the words that stand in this list's train, dev or test part " +
      "from new ones; what the bigram net and n-grams are made of",
  },
  ...COUNTING,
  ...COMMON,
} as const;

/** The command. */
export const sampleCommand = {
  name: "sample",
  about: "Makes new words with a model.",
  options: OPTIONS,
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
} as const;

async function runSample(
  values: Values<typeof OPTIONS>,
  given: Given,
): Promise<void> {
  const { model, corpus } = await modelOf(values, given);
  const words = model.sample({
    generator: new TorchGenerator(values.seed),
    count: values.num,
    prompt: values.prompt,
    temperature: values.temperature,
    topK: values["top-k"],
    maxLength: values["max-length"],
  });
  const unit = model.vocabulary.level === "words" ? "sentences" : "words";
  tell(`${words.length} ${unit} from ${model.name}`);
  printWords(words, model.vocabulary, corpus);
}

/** The model, and the corpus if one is known. */
async function modelOf(
  values: Values<typeof OPTIONS>,
  given: Given,
): Promise<{ model: UsableModel; corpus?: Corpus }> {
  const { run, input, order, smoothing } = values;
  if (values.model !== "mlp") {
    const corpus = await readCorpus(input, corpusSettings(values));
    const model = makeModel(values.model, corpus, { order, smoothing });
    return { model, corpus };
  }
  const model = await loadModel(run, input, corpusSettings(values));
  const settings = settingsWith(model, values, given);
  return input === undefined
    ? { model }
    : { model, corpus: await readCorpus(input, settings) };
}
