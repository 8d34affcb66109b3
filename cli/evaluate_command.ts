/** `makemore evaluate`: how good models are on the parts of a corpus. */

import {
  fitMixtureWeights,
  mixProbabilities,
  rowProbabilities,
} from "../core.ts";
import { meanLoss } from "../lib/language_models/evaluate.ts";
import { hashOf, PARTS, readCorpus } from "./corpus.ts";
import {
  corpusSettingsOf,
  loadNet,
  makeModel,
  MOST_BIGRAM_TOKENS,
  type NamedModel,
  rowsOf,
} from "./models.ts";
import { command, type Given, type Values } from "./options.ts";
import { formatLosses, tellCorpus } from "./results.ts";
import { CORPUS, SETTINGS, take } from "./settings.ts";
import { print, tell } from "./terminal.ts";

const options = {
  model: {
    ...SETTINGS.model,
    choices: ["all", ...SETTINGS.model.choices],
    about: "only this one, instead of all and their mixture",
  },
  run: { ...SETTINGS.run, when: { model: ["mlp", "all"] } },
  ...take("input"),
  ...CORPUS,
  order: {
    ...SETTINGS.order,
    default: undefined,
    about: "the length of the n-grams to count (default: 2 to 5)",
    when: { model: ["ngram", "all"] },
  },
  smoothing: { ...SETTINGS.smoothing, when: { model: ["ngram", "all"] } },
  ...take("arithmetic", "threads", "verbose", "help"),
} as const;

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
  values: Values<typeof options>,
  given: Given,
): Promise<void> {
  const { model: wanted, run, input, level, order, smoothing } = values;
  const wants = (kind: string) => wanted === kind || wanted === "all";
  // no net of words comes with the package
  const hasNet = wanted === "mlp" ||
    (wanted === "all" && (run !== undefined || level === "characters"));
  const net = hasNet ? loadNet(values) : undefined;
  const settings = net ? corpusSettingsOf(net, values, given) : values;
  const corpus = readCorpus(input, settings);
  const vocabulary = net?.vocabulary ?? corpus.vocabulary();
  tellCorpus(corpus, vocabulary);
  if (net) {
    const { wordsSha256 } = net.settings!;
    const isOther = wordsSha256 !== undefined && wordsSha256 !== hashOf(corpus);
    tell(
      `The mlp is ${net.name}` +
        (isOther ? `, which was trained on other ${corpus.unit}` : ""),
    );
  } else if (wanted === "all") {
    tell("No net of words comes with the package: give one with --run");
  }

  const names: string[] = [];
  const answers: Float64Array[][] = []; // of each model, each part, each row
  const judge = (named: NamedModel, name: string) => {
    const probabilities = PARTS.map((part) =>
      rowProbabilities(named.model, rowsOf(corpus.splits[part], named))
    );
    if (names.length === 0) printHead(); // not before a refusal
    names.push(name);
    answers.push(probabilities);
    print(name.padEnd(12) + formatLosses(probabilities.map(meanLoss)));
  };
  const judgeNew = async (kind: "bigram" | "ngram", order: number) => {
    const model = await makeModel(
      kind,
      corpus,
      { order, smoothing },
      vocabulary,
    );
    judge(model, model.name);
  };
  if (net) judge(net, "mlp");
  const isNarrow = vocabulary.size <= MOST_BIGRAM_TOKENS;
  if (wanted === "bigram" || (wants("bigram") && isNarrow)) {
    await judgeNew("bigram", 2);
  }
  if (wants("ngram")) {
    for (const n of order ? [order] : ORDERS) await judgeNew("ngram", n);
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
