/**
 * Who can fill the gap? The network and counting models read the same text of
 * sentences.ts, and are asked for words in combinations that are left out of it.
 *
 * ```sh
 * deno run tools/knowledge_transfer.ts             # the texts of seeds 1 to 10
 * deno run tools/knowledge_transfer.ts --seeds 3   # of seeds 1 to 3
 * ```
 */

import {
  buildWordVocabulary,
  contextWindows,
  cosineDecay,
  countNgrams,
  createParameters,
  disposeParameters,
  evaluate,
  interpolate,
  kneserNey,
  type LanguageModel,
  mlpModel,
  type ModelParameters,
  parameterArrays,
  perplexity,
  splitWords,
  tokenize,
  TorchGenerator,
  trainSteps,
  type Vocabulary,
  type Windows,
} from "../mod.ts";
import { type LeftOut, WORD_KINDS, writeText } from "./sentences.ts";
import { wholeOptions } from "./whole_options.ts";

/** What all models are given: n-grams of six words, of which five are context. */
const contextLength = 5;

/** The network: embeddings of two numbers suffice, and can be drawn. */
const sizes = { contextLength, embeddingSize: 2, hiddenSize: 30 };
const steps = 10_000;
const learningRate = cosineDecay([1, 0.05], steps);
/** As in the paper, on its smaller corpus. */
const weightDecay = 1e-4;

/** A model's answers. */
export interface Answers {
  readonly model: string;
  /** The probability that it gives to the word in each gap. */
  readonly gaps: readonly number[];
  /** Its perplexity on ordinary sentences that nobody has read. */
  readonly perplexity: number;
}

/** What came of one seed. */
export interface Transfer {
  readonly leftOut: readonly LeftOut[];
  /** The network's answers. */
  readonly network: Answers;
  /** Those of the counting models; the first is the interpolated trigram. */
  readonly counting: readonly Answers[];
  /** How alike the network has made words of one kind. */
  readonly neighbours: Neighbours;
}

/** Whether words of one kind lie together in the embedding table. */
export interface Neighbours {
  /** The share of words whose nearest other word is of the same kind. */
  readonly sameKind: number;
  /** The share that it would be if the nearest were drawn by lot. */
  readonly chance: number;
}

/**
 * Writes a text, trains the network, fits the counting models, and asks all of
 * them for the words in the gaps.
 *
 * @param seed of the text, of its split and of the network's weights
 */
export function measureTransfer(seed: number): Transfer {
  const { sentences, leftOut } = writeText(seed);
  const splits = splitWords(sentences, { seed });
  const vocabulary = buildWordVocabulary(
    tokenize(splits.train.join(" "), { lowercase: true }),
  );
  const [train, dev, test] = [splits.train, splits.dev, splits.test]
    .map((part) => contextWindows(part, vocabulary, contextLength));

  const ask = (name: string, model: LanguageModel): Answers => ({
    model: name,
    gaps: leftOut.map(({ before, word }) =>
      model.probability!(vocabulary.encode(before), vocabulary.id(word))
    ),
    perplexity: perplexity(evaluate(model, test)),
  });

  const parameters = trainNetwork(train, vocabulary, seed);
  const mlp = mlpModel(parameters);
  const trigrams = countNgrams(train, vocabulary, 3);
  const sixgrams = countNgrams(train, vocabulary, contextLength + 1);
  const transfer = {
    leftOut,
    network: ask("network", mlp),
    counting: [
      ask("interpolated trigram", interpolate(trigrams, dev)),
      ask("interpolated 6-gram", interpolate(sixgrams, dev)),
      ask("Kneser–Ney trigram", kneserNey(trigrams)),
      ask("Kneser–Ney 6-gram", kneserNey(sixgrams)),
    ],
    neighbours: nearestWords(parameters, vocabulary),
  };
  disposeParameters(parameters);
  return transfer;
}

function trainNetwork(
  windows: Windows,
  vocabulary: Vocabulary,
  seed: number,
): ModelParameters {
  const generator = new TorchGenerator(1000 + seed); // not that of the text
  const parameters = createParameters({
    vocabularySize: vocabulary.size,
    ...sizes,
  }, { generator, initialization: "small" });
  const settings = { steps, generator, learningRate, weightDecay };
  for (const _ of trainSteps(parameters, windows, settings));
  return parameters;
}

/** Looks for the nearest word of each, by the distance of their embeddings. */
function nearestWords(
  parameters: ModelParameters,
  vocabulary: Vocabulary,
): Neighbours {
  const { C } = parameterArrays(parameters);
  const E = sizes.embeddingSize;
  const words = Object.entries(WORD_KINDS).flatMap(([kind, words]) =>
    words.map((word) => {
      const id = vocabulary.id(word);
      return { kind, embedding: C.subarray(id * E, (id + 1) * E) };
    })
  );
  const others = words.map((word) => {
    const distance = ({ embedding }: typeof word) =>
      Math.hypot(...embedding.map((x, i) => x - word.embedding[i]));
    return words
      .filter((other) => other !== word)
      .sort((a, b) => distance(a) - distance(b))
      .map(({ kind }) => Number(kind === word.kind));
  });
  return {
    sameKind: mean(others.map(([nearest]) => nearest)),
    chance: mean(others.map(mean)),
  };
}

/** The mean of numbers. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/** The geometric mean: of a model's answers, exp of minus the loss. */
export function geometricMean(numbers: readonly number[]): number {
  return Math.exp(mean(numbers.map(Math.log)));
}

if (import.meta.main) {
  const { seeds } = wholeOptions({ seeds: 10 });
  const percent = (share: number) => `${(100 * share).toPrecision(3)} %`;
  const filled: Record<string, string>[] = [];
  const elsewhere: Record<string, string>[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { leftOut, network, counting, neighbours } = measureTransfer(seed);
    const models = [network, ...counting];
    const grammar = leftOut.map(({ probability }) => probability);
    const most = (i: number) =>
      counting.every(({ gaps }) => gaps[i] < network.gaps[i]);
    filled.push({
      gaps: String(leftOut.length),
      grammar: percent(geometricMean(grammar)),
      ...columns(models, ({ gaps }) => percent(geometricMean(gaps))),
      "network gives most": percent(
        mean(leftOut.map((_, i) => Number(most(i)))),
      ),
      "nearest of one kind": percent(neighbours.sameKind),
    });
    elsewhere.push(columns(models, ({ perplexity }) => perplexity.toFixed(2)));
  }
  console.log("The word in the gap, geometric mean of its probabilities:");
  console.table(numbered(filled));
  console.log("Perplexity on ordinary sentences:");
  console.table(numbered(elsewhere));
}

function columns(
  models: readonly Answers[],
  cell: (answers: Answers) => string,
): Record<string, string> {
  return Object.fromEntries(
    models.map((answers) => [answers.model, cell(answers)]),
  );
}

/** Rows by their seed. */
function numbered<Row>(rows: readonly Row[]): Record<string, Row> {
  return Object.fromEntries(rows.map((row, i) => [`seed ${i + 1}`, row]));
}
