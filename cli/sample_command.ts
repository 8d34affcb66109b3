/** `makemore sample`: new words or sentences from a model. */

import { counted } from "../lib/errors/counted.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { UNKNOWN } from "../core.ts";
import { quote } from "../lib/errors/quote.ts";
import { unknownWords } from "../lib/language_models/prompt.ts";
import { readCorpus } from "./corpus.ts";
import { judging } from "./judging.ts";
import {
  corpusSettingsOf,
  learnedCorpus,
  loadNet,
  makeModel,
} from "./models.ts";
import { command, type Given, type Values } from "./options.ts";
import { makeSamples, printSamples } from "./samples.ts";
import { CORPUS, GENERAL, SETTINGS, take } from "./settings.ts";
import { print, printJson, tell } from "./terminal.ts";

const options = {
  ...take("model", "run", "num", "temperature", "topK", "noUnknown"),
  ...take("prompt", "minLength", "maxLength", "newOnly", "unique"),
  seed: {
    ...SETTINGS.seed,
    default: undefined,
    about: "the seed of the words (default: a new one, which is printed)",
  },
  ...CORPUS,
  input: {
    ...SETTINGS.input,
    about: "group the words by the part of this list or text that they are " +
      "in; the bigram net and n-grams are made of it",
  },
  ...take("column", "counts", "noMix", "order", "smoothing"),
  ...GENERAL,
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
      "sample --run out/run --new-only --unique --num 100 > new.txt",
      "a hundred words that the list does not have, into a file",
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
  const { model: kind, input, num, order, smoothing, newOnly, json } = values;
  const net = kind === "mlp" ? await loadNet(values) : undefined;
  const settings = net ? corpusSettingsOf(net, values, given) : values;
  const corpus = !net || input !== undefined
    ? await readCorpus(values, settings, net?.vocabulary)
    : newOnly
    ? await learnedCorpus(net, values, settings)
    : undefined;
  const model = net ??
    await makeModel(kind as "ngram", corpus!, { order, smoothing });
  const unit = model.vocabulary.level === "words" ? "sentences" : "words";
  if (values.noUnknown && !model.vocabulary.has(UNKNOWN)) {
    throw new UsageError(
      `Cannot use --no-unknown with ${model.name}: it has no ${UNKNOWN}`,
    );
  }
  const seed = values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0];
  tell(
    `${counted(num, unit)} from ${model.name}` +
      (given.has("seed")
        ? ""
        : `, with seed ${seed}; the same again with --seed ${seed}`),
  );
  const missing = judging(() => unknownWords(model.vocabulary, values.prompt));
  if (missing.length > 0) {
    tell(`Read as ${UNKNOWN}: ${missing.map(quote).join(", ")}`);
  }
  const { samples, shortage } = judging(() =>
    makeSamples(model, { ...values, seed }, corpus)
  );
  if (json) printJson({ model: model.name, unit, seed, samples });
  else if (newOnly) samples.forEach(({ word }) => print(word));
  else printSamples(samples);
  if (shortage) throw new UsageError(shortage);
}
