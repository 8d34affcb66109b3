/** `makemore evaluate`: how good models are on the parts of a corpus. */

import {
  fitMixtureWeights,
  mixProbabilities,
  rowProbabilities,
  UNKNOWN,
} from "../core.ts";
import { meanLoss } from "../lib/language_models/evaluate.ts";
import { PARTS } from "../lib/data/splits.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import { type Corpus, heldSplits, readCorpus } from "./corpus.ts";
import {
  corpusSettingsOf,
  inputBeside,
  loadNet,
  makeModel,
  MOST_BIGRAM_TOKENS,
  type NamedModel,
  rowsOf,
} from "./models.ts";
import { command, type Given, type Values } from "./options.ts";
import { formatLosses, lossesByPart, tellCorpus } from "./results.ts";
import { CORPUS, GENERAL, INPUT, SETTINGS } from "./settings.ts";
import { print, printJson, tell, warn } from "./terminal.ts";

const options = {
  model: {
    ...SETTINGS.model,
    choices: ["auto", "all", ...SETTINGS.model.choices],
    about: "only this one; auto is the net, an n-gram and their mixture, all " +
      "has the bigram net and the n-grams of 2 to 5 too",
  },
  run: { ...SETTINGS.run, when: { model: ["mlp", "auto", "all"] } },
  ...INPUT,
  ...CORPUS,
  order: {
    ...SETTINGS.order,
    or: "all",
    default: undefined,
    about:
      "the length of the n-grams to count, or all for 2 to 5 (default: that " +
      `of the run, or ${SETTINGS.order.default})`,
    when: { model: ["ngram", "auto", "all"] },
  },
  smoothing: {
    ...SETTINGS.smoothing,
    when: { model: ["ngram", "auto", "all"] },
  },
  ...GENERAL,
} as const;

/** The lengths of n-grams that show how much a longer context helps. */
const ORDERS = [2, 3, 4, 5];

/** The command. */
export const evaluateCommand = command({
  name: "evaluate",
  about: "Prints the loss and the perplexity of models on train, dev and " +
    "test: of the net, of models that count, and of a mixture.",
  options,
  examples: [
    ["evaluate --run out/run", "the run in out/run, on what it learns from"],
    [
      "evaluate --run out/run --order all",
      "beside n-grams of 2 to 5, to see how much a longer context helps",
    ],
    [
      "evaluate --run out/run --input words.txt",
      "the same run on another list",
    ],
    ["evaluate --model ngram --order 4 --input words.txt", "counts alone"],
  ],
  run: runEvaluate,
});

async function runEvaluate(
  values: Values<typeof options>,
  given: Given,
): Promise<void> {
  const { model: wanted, run, level, order, smoothing, json } = values;
  const wantsSome = wanted === "auto" || wanted === "all";
  // no net of words comes with the package
  const hasNet = wanted === "mlp" ||
    (wantsSome && (run !== undefined || level === "characters"));
  const load = (noMix: boolean) => loadNet({ ...values, noMix });
  const net = hasNet ? await load(true) : undefined;
  const settings = net ? corpusSettingsOf(net, values, given) : values;
  const corpus = await readCorpus(
    inputBeside(net, values),
    settings,
    net?.vocabulary,
  );
  const vocabulary = net?.vocabulary ?? corpus.vocabulary();
  tellCorpus(corpus, vocabulary);
  let [isOther, isSplitAnew] = [false, false];
  if (net) {
    refuseUnknown(net, corpus);
    const { wordsSha256, ...kept } = net.settings!;
    isOther = wordsSha256 !== undefined && wordsSha256 !== corpus.sha256();
    isSplitAnew = wordsSha256 !== undefined && !isOther &&
      level === "characters" && SPLIT.some((name) =>
        kept[name] !== settings[name]
      );
    const say = isOther || isSplitAnew ? warn : tell;
    say(
      `The mlp is ${net.name}` +
        (isOther
          ? `, which was trained on other ${corpus.unit}`
          : isSplitAnew
          ? ", which was trained on another split: dev and test have words " +
            "that it learned from"
          : ""),
    );
  } else if (wantsSome) {
    tell("No net of words comes with the package: give one with --run");
  }

  const models: { name: string; losses: number[]; weight?: number }[] = [];
  const answers: Float64Array[][] = []; // of each model, each part, each row
  const show = (name: string, losses: number[]) => {
    if (!json) print(name.padEnd(12) + formatLosses(losses));
  };
  const judge = (named: NamedModel, name: string) => {
    const probabilities = PARTS.map((part) =>
      rowProbabilities(named.model, rowsOf(corpus.splits[part], named))
    );
    const losses = probabilities.map(meanLoss);
    if (!json && models.length === 0) printHead(); // not before a refusal
    show(name, losses);
    models.push({ name, losses });
    answers.push(probabilities);
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
  const { ngramOrder = 0 } = net?.settings ?? {};
  const isAll = (order ?? wanted) === "all";
  const one = Number(order ?? (ngramOrder || SETTINGS.order.default));
  const orders = isAll ? ORDERS : [one];
  // beside its own n-gram alone the mixture is found again below
  const isFound = !isOther && !isSplitAnew && !isAll && one === ngramOrder &&
    smoothing === "kneser-ney";
  const own = ngramOrder > 0 && wantsSome && !isFound
    ? await load(false)
    : undefined;
  if (net) judge(net, "mlp");
  if (own && own.model !== own.network) judge(own, "its mixture");
  const isNarrow = vocabulary.size <= MOST_BIGRAM_TOKENS;
  if (wanted === "bigram" || (wanted === "all" && isNarrow)) {
    await judgeNew("bigram", 2);
  }
  if (wanted === "ngram" || wantsSome) {
    for (const n of orders) await judgeNew("ngram", n);
  }
  if (models.length > 1) {
    const weights = fitMixtureWeights(answers.map(([, dev]) => dev));
    const losses = PARTS.map((_, part) =>
      meanLoss(mixProbabilities(answers.map((parts) => parts[part]), weights))
    );
    show("mixture", losses);
    const shares = models.map(({ name }, m) =>
      `${weights[m].toFixed(3)} ${name}`
    );
    tell(`The mixture that is best on dev: ${shares.join(", ")}`);
    models.forEach((model, m) => model.weight = weights[m]);
    models.push({ name: "mixture", losses });
  }
  if (!json) return;
  printJson({
    input: corpus.source,
    unit: corpus.unit,
    models: models.map(({ losses, ...model }) => ({
      ...model,
      ...lossesByPart(losses),
    })),
  });
}

/** What decides which words of a list are in which part. */
const SPLIT = ["splitSeed", "keepEqualTogether"] as const;

/** Refuses a list of characters that a net does not know. */
function refuseUnknown({ name, vocabulary }: NamedModel, corpus: Corpus): void {
  const splits = heldSplits(corpus);
  if (!splits || vocabulary.has(UNKNOWN)) return;
  for (const word of PARTS.flatMap((part) => splits[part])) {
    const tokens = typeof word === "string" ? vocabulary.split(word) : word;
    const token = tokens.find((token) => !vocabulary.has(token));
    if (token === undefined) continue;
    throw new UsageError(
      `Cannot evaluate ${name} on ${corpus.source}: it does not know ` +
        `${quote(token)} in ${
          quote(vocabulary.join(tokens))
        }; give a list of ` +
        "its characters",
    );
  }
}

function printHead(): void {
  print(" ".repeat(12) + PARTS.map((part) => part.padStart(20)).join(""));
  print("model".padEnd(12) + "     loss perplexity".repeat(PARTS.length));
}
