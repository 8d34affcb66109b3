/** `makemore sample`: new words from a model. */

import { Generator } from "../generator.ts";
import { labelWords, sample } from "../sample.ts";
import { splitWords } from "../splits.ts";
import { loadModel, loadWords } from "./inputs.ts";
import {
  COMMON,
  INPUT,
  LECTURE_SEED,
  MODEL,
  SAMPLING,
} from "./model_options.ts";
import type { Values } from "./options.ts";
import { print, tell } from "./terminal.ts";

const OPTIONS = {
  model: MODEL,
  num: {
    kind: "whole",
    value: "N",
    alias: "n",
    least: 0,
    default: 20,
    about: "how many words",
  },
  ...SAMPLING,
  seed: {
    kind: "whole",
    value: "N",
    least: 0,
    default: LECTURE_SEED + 10,
    about: "seed of the words",
  },
  input: {
    ...INPUT,
    about: "tell for each word whether it stands in this list's train, dev " +
      "or test part, or is new",
  },
  ...COMMON,
} as const;

/** The command. */
export const sampleCommand = {
  name: "sample",
  about: "Makes new words with a trained model.",
  options: OPTIONS,
  examples: [
    ["sample", "twenty names from the model that comes with the package"],
    [
      "sample --model out/run --num 5 --prompt ka --temperature 0.8",
      "five words that begin with ka",
    ],
  ],
  run: runSample,
} as const;

async function runSample(values: Values<typeof OPTIONS>): Promise<void> {
  const { model, input } = values;
  const { parameters, vocabulary, settings, source } = await loadModel(
    model,
    input,
  );
  const words = sample(parameters, vocabulary, {
    generator: new Generator(values.seed),
    count: values.num,
    prompt: values.prompt,
    temperature: values.temperature,
    topK: values["top-k"],
    maxLength: values["max-length"],
  });
  tell(`${words.length} words from ${source}`);
  if (input === undefined) {
    for (const word of words) print(word);
    return;
  }
  const list = await loadWords(input);
  const splits = splitWords(list.words, {
    seed: settings?.splitSeed,
    keepEqualTogether: settings?.keepEqualTogether,
  });
  for (const { word, origin } of labelWords(words, splits)) {
    print(origin === "new" ? `${word}  (new)` : `${word}  (in ${origin})`);
  }
}
