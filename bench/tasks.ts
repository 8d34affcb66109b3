/** What is measured, and the numbers that all peers are given for it. */

import * as makemore from "../core.ts";

/** Everything that a peer has to know to do a task. */
export interface Problem {
  /**
   * - `step`: one step of gradient descent, on rows drawn by the generator or,
   *   if `batchSize` is 0, on all rows
   * - `merged`: a step on all rows, with equal contexts merged beforehand
   * - `loss`: the loss of all rows, `batchSize` at a time
   * - `names`: one new name, drawn token by token
   */
  kind: "step" | "merged" | "loss" | "names";
  sizes: makemore.ModelSizes;
  /** The parameters to start from, float32. */
  parameters: makemore.ParameterArrays;
  /** The tokens by their ids. */
  tokens: readonly string[];
  /** N contexts X [N, T] and the tokens Y [N] that follow them, uint16. */
  windows: { contextLength: number; X: Uint16Array; Y: Uint16Array };
  batchSize: number;
  learningRate: number;
  /** The seed of the generator that draws minibatches or names. */
  seed: number;
  /** How many tokens a sampled softmax is over; 0 is the full softmax. */
  candidates: number;
}

/** A row of the report. */
export interface Task {
  readonly name: string;
  /** How many things are done at once, if things per second are reported. */
  readonly things: number | undefined;
  problem(): Problem;
}

/** What the tasks are, for people. */
export const ABOUT = `
  step-32, step-512, step-4096  a step on so many rows, E 10, H 200
  full-batch, full-batch-merged on all rows, E 2, H 100; equal contexts merged
  loss                          the loss of the rows of the training words
  names                         new names per second, one after another
  words-1000, -10000, -50000    words per second, full softmax over so many
  words-1000-sampled, ...       the same, over 512 sampled words`;

const SMALL = { contextLength: 3, embeddingSize: 2, hiddenSize: 100 };
const LARGE = { contextLength: 3, embeddingSize: 10, hiddenSize: 200 };
const WORDS = { contextLength: 4, embeddingSize: 60, hiddenSize: 100 };
const WORD_ROWS = 100_000;

/** All tasks, in the order of the report. */
export function tasksOf(words: readonly string[]): Task[] {
  const vocabulary = makemore.buildVocabulary(words);
  const rowsOf = (words: readonly string[]) =>
    makemore.contextWindows(words, vocabulary, 3);
  const all = rowsOf(words);
  const train = rowsOf(makemore.splitWords(words).train);
  const small = () => untrained(vocabulary.size, SMALL);
  const large = () => untrained(vocabulary.size, LARGE);
  const trained = () => {
    const generator = new makemore.TorchGenerator(42);
    const parameters = large();
    const how = { steps: 20_000, generator };
    for (const _ of makemore.trainSteps(parameters, train, how));
    return parameters;
  };
  const task = (
    name: string,
    model: () => makemore.ParameterArrays,
    rest: Partial<Problem>,
    things?: number,
  ): Task => ({
    name,
    things,
    problem: () => {
      const parameters = model();
      return {
        kind: "step" as const,
        sizes: makemore.sizesOf(parameters),
        parameters,
        tokens: vocabulary.tokens,
        windows: train,
        batchSize: 0,
        learningRate: 0.1,
        seed: 42,
        candidates: 0,
        ...rest,
      };
    },
  });
  return [
    task("step-32", large, { batchSize: 32 }),
    task("step-512", large, { batchSize: 512 }),
    task("step-4096", large, { batchSize: 4096 }),
    task("full-batch", small, { windows: all }),
    task("full-batch-merged", small, { kind: "merged", windows: all }),
    task("loss", large, { kind: "loss", batchSize: 4096 }),
    task("names", trained, { kind: "names" }, 1),
    ...[1_000, 10_000, 50_000].flatMap((V) => {
      const model = () => untrained(V, WORDS);
      const full = { windows: zipfWindows(V), batchSize: 128 };
      const sampled = { ...full, candidates: 512 };
      return [
        task(`words-${V}`, model, full, 128),
        task(`words-${V}-sampled`, model, sampled, 128),
      ];
    }),
  ];
}

/** A model before its first step. */
function untrained(vocabularySize: number, sizes: typeof SMALL) {
  const generator = new makemore.TorchGenerator(2147483647);
  return makemore.createParameters({ vocabularySize, ...sizes }, {
    generator,
    initialization: sizes === WORDS ? "scaled" : "randn",
  });
}

/**
 * A text without meaning, whose words are as frequent as those of texts are:
 * word k has a probability of about 1 / (k + 1).
 */
function zipfWindows(V: number): Problem["windows"] {
  const { contextLength: T } = WORDS;
  const draws = new makemore.TorchGenerator(1).rand(WORD_ROWS + T);
  const ids = Uint16Array.from(draws, (u) => Math.floor((V + 1) ** u) - 1);
  const X = new Uint16Array(WORD_ROWS * T)
    .map((_, i) => ids[Math.floor(i / T) + i % T]);
  return { contextLength: T, X, Y: ids.slice(T) };
}
