/** `makemore evaluate`: how good models are on the parts of a corpus. */

import type { Vocabulary } from "../lib/data/vocabulary.ts";
import type { Windows } from "../lib/kernel/rows.ts";
import { meanLoss } from "../lib/language_models/language_model.ts";
import {
  fitMixtureWeights,
  mixProbabilities,
} from "../lib/language_models/mixture.ts";
import { type Corpus, hashOf, PARTS, readCorpus, windowsOf } from "./corpus.ts";
import {
  corpusSettingsOf,
  type LearnedModel,
  loadNet,
  makeModel,
  MOST_BIGRAM_TOKENS,
  type NamedModel,
} from "./models.ts";
import { command, type Given, type Values } from "./options.ts";
import { formatLosses, tellCorpus } from "./results.ts";
import { rowProbabilities } from "./seam.ts";
import { CORPUS, SETTINGS, take } from "./settings.ts";
import { print, tell } from "./terminal.ts";

const options = {
  model: {
    ...SETTINGS.model,
    choices: ["all", ...SETTINGS.model.choices],
    default: "all",
    about: "only this one, instead of all and their mixture",
  },
  ...take("run", "input"),
  ...CORPUS,
  order: {
    ...SETTINGS.order,
    default: undefined,
    about: "the length of the n-grams to count (default: 2 to 5)",
  },
  ...take("smoothing", "verbose", "help"),
} as const;

type EvaluateValues = Values<typeof options>;

/** The lengths of n-grams that show how much a longer context helps. */
const ORDERS = [2, 3, 4, 5];

/** The command. */
export const evaluateCommand = command({
  name: "evaluate",
  about: "Prints the loss and the perplexity of models on train, dev and " +
    "test: of the net, of the counting models, and of all together.",
  options,
  examples: [
    ["evaluate --run out/run", "the run in out/run, on the default list"],
    [
      "evaluate --run out/book --input book.txt",
      "a run on words of a text, beside the counts of the same text",
    ],
    ["evaluate --model ngram --order 4 --input words.txt", "counts alone"],
  ],
  run: runEvaluate,
});

async function runEvaluate(
  values: EvaluateValues,
  given: Given,
): Promise<void> {
  const { model: wanted, run, input, level } = values;
  // no net of words comes with the package
  const hasNet = wanted === "mlp" ||
    (wanted === "all" && (run !== undefined || level === "characters"));
  const net = hasNet ? await loadNet(values) : undefined;
  const settings = net ? corpusSettingsOf(net, values, given) : values;
  const corpus = await readCorpus(input, settings);
  const vocabulary = net?.vocabulary ?? corpus.vocabulary();
  tellCorpus(corpus, vocabulary);
  if (net) await tellNet(net, corpus);
  else if (wanted === "all") {
    tell("No net of words comes with the package: give one with --run");
  }

  const windows = new Map<string, Windows>();
  const rowsOf = (part: typeof PARTS[number], contextLength: number) => {
    const key = `${part} ${contextLength}`;
    const rows = windows.get(key) ??
      windowsOf(corpus.splits[part], vocabulary, contextLength);
    windows.set(key, rows);
    return rows;
  };
  const names: string[] = [];
  const answers: Float64Array[][] = []; // of each model, each part, each row
  for (
    const { name, model, contextLength } of modelsOf(
      values,
      corpus,
      vocabulary,
      net,
    )
  ) {
    const probabilities = PARTS.map((part) =>
      rowProbabilities(model, rowsOf(part, contextLength))
    );
    if (names.length === 0) printHead(); // not before a refusal
    names.push(name);
    answers.push(probabilities);
    print(name.padEnd(12) + formatLosses(probabilities.map(meanLoss)));
  }
  if (names.length < 2) return;

  const weights = fitMixtureWeights(answers.map(([, dev]) => dev));
  const losses = PARTS.map((_, part) =>
    meanLoss(mixProbabilities(answers.map((parts) => parts[part]), weights))
  );
  print("mixture".padEnd(12) + formatLosses(losses));
  const shares = names.map((name, m) => `${weights[m].toFixed(3)} ${name}`);
  tell(`The mixture that is best on dev: ${shares.join(", ")}`);
}

function printHead(): void {
  print(" ".repeat(12) + PARTS.map((part) => part.padStart(20)).join(""));
  print("model".padEnd(12) + "     loss perplexity".repeat(PARTS.length));
}

/** The models that are wanted, each made when its turn comes. */
function* modelsOf(
  { model: wanted, order, smoothing }: EvaluateValues,
  corpus: Corpus,
  vocabulary: Vocabulary,
  net: NamedModel | undefined,
): Generator<NamedModel> {
  if (net) yield { ...net, name: "mlp" };
  const make = (kind: "bigram" | "ngram", order: number) =>
    makeModel(kind, corpus, { order, smoothing }, vocabulary);
  const isNarrow = vocabulary.size <= MOST_BIGRAM_TOKENS;
  if (wanted === "bigram" || (wanted === "all" && isNarrow)) {
    yield make("bigram", 2);
  }
  if (wanted !== "ngram" && wanted !== "all") return;
  for (const n of order === undefined ? ORDERS : [order]) {
    yield make("ngram", n);
  }
}

/** Says which net is judged. */
async function tellNet(net: LearnedModel, corpus: Corpus): Promise<void> {
  const { wordsSha256: learned } = net.settings;
  const other = learned !== undefined && learned !== await hashOf(corpus);
  tell(
    `The mlp is ${net.name}` +
      (other ? `, which was trained on other ${corpus.unit}` : ""),
  );
}
