/**
 * How good the default is on lists of all kinds, beside guessing, counting and
 * the lecture's run: `deno task panel FILE…` prints a table, the losses on test.
 *
 * Equal words are kept together in all but the lecture's run, which has its own
 * split. Lists of fewer than 2,000 words are split five times, and the losses
 * are means; the lecture's run is done once, and left out with `--no-lecture`.
 */

import { parseArgs } from "@std/cli/parse-args";
import {
  arithmetic,
  buildVocabulary,
  contextWindows,
  evaluate,
  learn,
  lectureRecipe,
  readWords,
  rowProbabilities,
  setArithmetic,
  splitWords,
  TorchGenerator,
  type Vocabulary,
} from "../mod.ts";

/** A shorter list is split several times: a test part of ten words is chance. */
const FEW_WORDS = 2000;
const SPLITS = 5;

/** The context of an n-gram of the highest order that is tried, and of auto. */
const CONTEXT = 8;

const COLUMNS = ["list", "words", "V", "guessing", "lecture", "n-gram (order)"]
  .concat("network", "offered", "offered − n-gram", "share", "seconds");

/** What one split says. */
interface Outcome {
  readonly ngram: number;
  readonly order: number;
  readonly network: number;
  readonly offered: number;
  /** The mean and the standard error of offered − ngram, over the words of test. */
  readonly difference: number;
  readonly error: number;
  readonly share: number;
  readonly seconds: number;
}

async function runAuto(
  words: readonly string[],
  vocabulary: Vocabulary,
  seed: number,
): Promise<Outcome> {
  const splits = splitWords(words, { seed, keepEqualTogether: true });
  const begun = performance.now();
  const generator = new TorchGenerator(2147483647);
  const learned = await learn(splits, vocabulary, { generator });
  const seconds = (performance.now() - begun) / 1000;
  const { model, network, ngram, weights: [share] } = learned;
  const test = contextWindows(splits.test, vocabulary, CONTEXT);
  const gains = perWord(
    rowProbabilities(model, test),
    rowProbabilities(ngram!.model, test),
    test.Y,
  );
  return {
    ngram: evaluate(ngram!.model, test),
    order: ngram!.order,
    network: evaluate(network, test),
    offered: evaluate(model, test),
    ...gains,
    ...{ share, seconds },
  };
}

/**
 * The difference of the losses of two models, per row, and its standard error.
 * The words are what is independent, so the error is that of a ratio of sums
 * over words.
 */
function perWord(a: Float64Array, b: Float64Array, Y: Uint16Array) {
  const sums: { difference: number; rows: number }[] = [];
  let difference = 0, rows = 0;
  a.forEach((p, row) => {
    difference += Math.log(b[row]) - Math.log(p);
    rows++;
    if (Y[row] !== 0) return;
    sums.push({ difference, rows });
    difference = rows = 0;
  });
  const N = Y.length;
  const mean = sums.reduce((sum, { difference }) => sum + difference, 0) / N;
  const squares = sums.reduce(
    (sum, { difference, rows }) => sum + (difference - mean * rows) ** 2,
    0,
  );
  return { difference: mean, error: Math.sqrt(squares) / N };
}

async function runLecture(
  words: readonly string[],
  vocabulary: Vocabulary,
): Promise<number> {
  const splits = splitWords(words);
  const generator = new TorchGenerator(2147483647);
  const recipe = lectureRecipe();
  const { contextLength } = recipe;
  const test = contextWindows(splits.test, vocabulary, contextLength);
  const usual = arithmetic();
  setArithmetic("separate"); // the same bits on every machine
  try {
    const { model } = await learn(splits, vocabulary, { generator, recipe });
    return evaluate(model, test);
  } finally {
    setArithmetic(usual);
  }
}

if (import.meta.main) {
  const { _: paths, "no-lecture": isShort } = parseArgs(Deno.args, {
    boolean: ["no-lecture"],
  });
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const print = (cells: readonly string[]) =>
    console.log(`| ${cells.join(" | ")} |`);
  print(COLUMNS);
  print(COLUMNS.map((_, i) => i === 0 ? "---" : "--:"));
  for (const path of paths.map(String)) {
    const { words } = readWords(path);
    const vocabulary = buildVocabulary(words);
    const count = words.length < FEW_WORDS ? SPLITS : 1;
    const seeds = count === 1
      ? [42]
      : Array.from({ length: count }, (_, i) => i + 1);
    const outcomes: Outcome[] = [];
    for (const seed of seeds) {
      outcomes.push(await runAuto(words, vocabulary, seed));
    }
    const over = (name: keyof Outcome) => mean(outcomes.map((o) => o[name]));
    const orders = [...new Set(outcomes.map(({ order }) => order))].sort();
    print([
      path.replace(/.*\//, ""),
      String(words.length),
      String(vocabulary.size),
      Math.log(vocabulary.size).toFixed(2),
      isShort ? "" : (await runLecture(words, vocabulary)).toFixed(3),
      `${over("ngram").toFixed(3)} (${orders.join(", ")})`,
      over("network").toFixed(3),
      over("offered").toFixed(3),
      `${over("difference").toFixed(3)} ± ${over("error").toFixed(3)}`,
      over("share").toFixed(2),
      over("seconds").toFixed(1),
    ]);
  }
}
