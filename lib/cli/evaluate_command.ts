/** `makemore evaluate`: the losses of a model on the parts of a word list. */

import { evaluate } from "../evaluate.ts";
import { sizesOf } from "../parameters.ts";
import { splitWords } from "../splits.ts";
import { contextWindows } from "../windows.ts";
import { loadModel, loadWords } from "./inputs.ts";
import { COMMON, INPUT, MODEL } from "./model_options.ts";
import type { Values } from "./options.ts";
import { print, tell } from "./terminal.ts";

const OPTIONS = {
  model: MODEL,
  input: INPUT,
  "split-seed": {
    kind: "whole",
    value: "N",
    least: 0,
    about: "seed of the shuffle into train, dev and test (default: that of " +
      "the model's run, else 42)",
  },
  ...COMMON,
} as const;

/** The command. */
export const evaluateCommand = {
  name: "evaluate",
  about: "Prints the losses of a model on train, dev and test.",
  options: OPTIONS,
  examples: [
    ["evaluate --model out/run", "the run in out/run, on the default list"],
    ["evaluate --model out/words --input words.txt", "on a list of your own"],
  ],
  run: runEvaluate,
} as const;

async function runEvaluate(values: Values<typeof OPTIONS>): Promise<void> {
  const { model, input } = values;
  const list = await loadWords(input);
  const { parameters, vocabulary, settings, source } = await loadModel(
    model,
    input,
  );
  const splits = splitWords(list.words, {
    seed: values["split-seed"] ?? settings?.splitSeed,
    keepEqualTogether: settings?.keepEqualTogether,
  });
  tell(`${source} on ${list.words.length} words from ${list.source}`);
  const { contextLength } = sizesOf(parameters);
  print("part    words    rows  in train    loss  perplexity");
  for (const part of ["train", "dev", "test"] as const) {
    const words = splits[part];
    const windows = contextWindows(words, vocabulary, contextLength);
    const loss = evaluate(parameters, windows);
    const inTrain = part === "train" ? "" : String(splits.alsoInTrain[part]);
    print(
      part.padEnd(5) + String(words.length).padStart(8) +
        String(windows.Y.length).padStart(8) + inTrain.padStart(10) +
        loss.toFixed(4).padStart(8) + Math.exp(loss).toFixed(4).padStart(12),
    );
  }
}
