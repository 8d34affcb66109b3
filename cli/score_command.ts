/** `makemore score`: how likely a model finds words or sentences. */

import { perplexity, scoreWords, UNKNOWN } from "../core.ts";
import { LINE_BREAK } from "../lib/data/text.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import { readCorpus } from "./corpus.ts";
import { judging } from "./judging.ts";
import {
  corpusSettingsOf,
  loadNet,
  makeModel,
  type NamedModel,
} from "./models.ts";
import { command, type Given, type Values } from "./options.ts";
import { fit } from "./results.ts";
import { CORPUS, GENERAL, INPUT, take } from "./settings.ts";
import { readTexts } from "./sources.ts";
import { print, printJson, tell, warn } from "./terminal.ts";

const options = {
  ...take("model", "run", "lines", "sort"),
  ...INPUT,
  ...CORPUS,
  ...take("noMix", "order", "smoothing"),
  ...GENERAL,
} as const;

/** The command. */
export const scoreCommand = command({
  name: "score",
  about: "Prints how likely a model finds words or sentences: the logarithm " +
    "of the probability, and the perplexity, which is fair to long ones. " +
    "Reads the arguments and --lines, or else stdin.",
  options,
  operands: "WORD…",
  examples: [
    ["score anna zoltan xkcd", "three words, by the package's model"],
    [
      "score --run out/run --lines words.txt --sort",
      "the lines of a file, those first that are most like the list",
    ],
  ],
  run: runScore,
});

/** How likely a word is; what `--json` prints for it. */
interface Score {
  readonly word: string;
  /** In nats. */
  readonly logProbability?: number;
  readonly perplexity?: number;
  /** Tokens that the model does not know, and so cannot score. */
  readonly unknown?: readonly string[];
}

/** How many words are quoted of those that are left out. */
const QUOTED = 5;

async function runScore(
  values: Values<typeof options>,
  given: Given,
  operands: readonly string[],
): Promise<void> {
  const { model: kind, order, smoothing } = values;
  const net = kind === "mlp" ? await loadNet(values) : undefined;
  if (net) corpusSettingsOf(net, values, given);
  const words = judging(() => wordsOf(operands, values));
  const model = net ?? await makeModel(
    kind as "ngram",
    await readCorpus(values, values),
    { order, smoothing },
  );
  const scores = score(model, words);
  const known = scores.filter(({ unknown }) => !unknown);
  tellUnknown(scores, model);
  if (values.sort) {
    const key = ({ perplexity = Infinity }: Score) => perplexity;
    for (const list of [scores, known]) {
      list.sort((a, b) => key(a) - key(b) || 0); // ∞ − ∞ is NaN
    }
  }
  if (values.json) return printJson({ model: model.name, scores });
  print("log-probability  perplexity  word");
  for (const { logProbability, perplexity, word } of known) {
    print(
      fit(logProbability!, 4, 15).padStart(15) +
        fit(perplexity!, 2, 10).padStart(12) + `  ${word}`,
    );
  }
}

/** The arguments and the lines of a file, or else of stdin. */
function wordsOf(
  operands: readonly string[],
  { lines, encoding }: { lines?: string; encoding: string },
): readonly string[] {
  const isPiped = operands.length === 0 && !Deno.stdin.isTerminal();
  const path = lines ?? (isPiped ? "-" : undefined);
  const { texts } = readTexts(path === undefined ? [] : [path], {
    encoding,
    advice: "score it in parts",
  });
  const words = texts.flatMap(({ text }) => text.split(LINE_BREAK))
    .map((line) => line.trim());
  const all = [...operands, ...words.filter((word) => word !== "")];
  if (all.length > 0) return all;
  throw new UsageError(
    "Cannot score nothing: give words, or lines in a file or on stdin",
  );
}

function score({ model, vocabulary }: NamedModel, words: readonly string[]) {
  const isKnown = (token: string) =>
    token !== vocabulary.tokens[0] &&
    (vocabulary.has(token) || vocabulary.has(UNKNOWN));
  const split = words.map((word) => vocabulary.split(word));
  const known = split.filter((tokens) => tokens.every(isKnown));
  const logs = scoreWords(model, vocabulary, known).values();
  return words.map((word, i): Score => {
    const unknown = [...new Set(split[i].filter((token) => !isKnown(token)))];
    if (unknown.length > 0) return { word, unknown };
    const logProbability = logs.next().value!;
    const mean = -logProbability / (split[i].length + 1); // with its end
    return { word, logProbability, perplexity: perplexity(mean) };
  });
}

/**
 * Says which tokens the model does not know.
 *
 * @throws {UsageError} if there is nothing that it can score
 */
function tellUnknown(
  scores: readonly Score[],
  { name, vocabulary }: NamedModel,
): void {
  const some = (texts: readonly string[]) =>
    texts.slice(0, QUOTED).join(", ") + (texts.length > QUOTED ? ", …" : "");
  const unread = vocabulary.has(UNKNOWN)
    ? scores.flatMap(({ word }) => vocabulary.split(word))
      .filter((token) => !vocabulary.has(token))
    : [];
  if (unread.length > 0) {
    tell(`Read as ${UNKNOWN}: ${some([...new Set(unread)].map(quote))}`);
  }
  const out = scores.filter(({ unknown }) => unknown).map((
    { word, unknown },
  ) => `${unknown!.map(quote).join(" and ")} in ${quote(word)}`);
  if (out.length === 0) return;
  const why = `${name} does not know ${some(out)}`;
  if (out.length < scores.length) {
    return warn(`Left out ${out.length} of ${scores.length} words: ${why}`);
  }
  throw new UsageError(
    `Cannot score ${scores.length === 1 ? "this word" : "these words"}: ` +
      `${why}; give others, or another model with --run`,
  );
}
