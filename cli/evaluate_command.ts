/** `makemore evaluate`: how good models are on the parts of a corpus. */

import { meanLoss } from "../lib/language_models/evaluate.ts";
import {
  fitMixtureWeights,
  mixProbabilities,
} from "../lib/language_models/mixture.ts";
import type { Vocabulary } from "../lib/data/vocabulary.ts";
import type { Windows } from "../lib/kernel/rows.ts";
import { type Corpus, hashOf, readCorpus, windowsOf } from "./corpus.ts";
import { MOST_BIGRAM_TOKENS } from "./counting.ts";
import {
  COMMON,
  CORPUS,
  corpusSettings,
  COUNTING,
  MODEL,
  RUN,
} from "./model_options.ts";
import {
  type LearnedModel,
  loadModel,
  makeModel,
  settingsWith,
  type UsableModel,
} from "./models.ts";
import type { Given, Values } from "./options.ts";
import { formatLosses, PARTS, tellCorpus } from "./results.ts";
import { print, tell } from "./terminal.ts";

const OPTIONS = {
  model: {
    ...MODEL,
    choices: ["all", ...MODEL.choices],
    default: "all",
    about: "only this one, instead of all and their mixture",
  },
  run: RUN,
  ...CORPUS,
  ...COUNTING,
  order: {
    ...COUNTING.order,
    default: undefined,
    about: "how long the n-grams are that are counted (default: 2 to 5)",
    when: { model: ["ngram", "all"] },
  },
  ...COMMON,
} as const;

/** The lengths of n-grams from which one gets the idea. */
const ORDERS = [2, 3, 4, 5];

/** The command. */
export const evaluateCommand = {
  name: "evaluate",
  about: "Prints the loss and the perplexity of models on train, dev and " +
    "test: of the net, of the counting models, and of all together.",
  options: OPTIONS,
  examples: [
    ["evaluate --run out/run", "the run in out/run, on the default list"],
    [
      "evaluate --run out/book --input book.txt",
      "a run on words of a text, beside the counts of the same text",
    ],
    [
      "evaluate --model ngram --order 4 --input words.txt",
      "counts alone",
    ],
  ],
  run: runEvaluate,
} as const;

async function runEvaluate(
  values: Values<typeof OPTIONS>,
  given: Given,
): Promise<void> {
  const { models, corpus, vocabulary, net } = await modelsOf(values, given);
  tellCorpus(corpus, vocabulary);
  await tellNet(net, corpus, values.model);
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
  for (const model of models()) {
    const probabilities = PARTS.map((part) =>
      model.rowProbabilities(rowsOf(part, model.contextLength))
    );
    if (names.length === 0) printHead(); // not before a refusal
    names.push(model.name);
    answers.push(probabilities);
    print(model.name.padEnd(12) + formatLosses(probabilities.map(meanLoss)));
  }
  if (names.length < 2) return;

  const dev = PARTS.indexOf("dev");
  const weights = fitMixtureWeights(answers.map((parts) => parts[dev]));
  const losses = PARTS.map((_, part) =>
    meanLoss(mixProbabilities(answers.map((parts) => parts[part]), weights))
  );
  print("mixture".padEnd(12) + formatLosses(losses));
  const shares = names.map((name, m) => `${weights[m].toFixed(3)} ${name}`);
  tell(`The mixture, as it is best on dev: ${shares.join(", ")}`);
}

function printHead(): void {
  print(" ".repeat(12) + PARTS.map((part) => part.padStart(20)).join(""));
  print("model".padEnd(12) + "     loss perplexity".repeat(PARTS.length));
}

/** The models that are asked for, each made when its turn comes. */
async function modelsOf(
  values: Values<typeof OPTIONS>,
  given: Given,
): Promise<{
  models: () => Generator<UsableModel>;
  corpus: Corpus;
  vocabulary: Vocabulary;
  net?: LearnedModel;
}> {
  const { run, input, smoothing } = values;
  const wanted = (kind: string) =>
    values.model === "all" || values.model === kind;
  // none of words comes with the package
  const hasNet = wanted("mlp") &&
    !(values.model === "all" && run === undefined && values.level === "words");
  const net = hasNet
    ? await loadModel(run, input, corpusSettings(values))
    : undefined;
  const settings = net
    ? settingsWith(net, values, given)
    : corpusSettings(values);
  const corpus = await readCorpus(input, settings);
  const vocabulary = net?.vocabulary ?? corpus.vocabulary;
  const orders = values.order === undefined ? ORDERS : [values.order];

  function* models() {
    if (net) yield { ...net, name: "mlp" };
    const tooWide = vocabulary.size > MOST_BIGRAM_TOKENS;
    if (values.model === "bigram" || (wanted("bigram") && !tooWide)) {
      yield makeModel("bigram", corpus, { order: 2, smoothing }, vocabulary);
    }
    for (const order of wanted("ngram") ? orders : []) {
      yield makeModel("ngram", corpus, { order, smoothing }, vocabulary);
    }
  }
  return { models, corpus, vocabulary, net };
}

/** Tells which net it is that is judged, if one is. */
async function tellNet(
  net: LearnedModel | undefined,
  corpus: Corpus,
  wanted: string,
): Promise<void> {
  if (net) {
    const { wordsSha256: learned } = net.settings;
    const other = learned !== undefined && learned !== await hashOf(corpus);
    tell(
      `The mlp is ${net.name}` +
        (other ? `, which has learned from other ${corpus.unit}` : ""),
    );
  } else if (wanted === "all") {
    tell("No net of words comes with the package: give one with --run");
  }
}
