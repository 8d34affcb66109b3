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
   * - `job`: steps as in `step`, in a program that has just started
   */
  kind: "step" | "merged" | "loss" | "names" | "job";
  sizes: makemore.ModelSizes;
  /** The parameters to start from, float32. */
  parameters: makemore.ParameterArrays;
  /** The tokens by their ids. */
  tokens: readonly string[];
  /** N contexts X [N, T] and the tokens Y [N] that follow them. */
  windows: { X: Int32Array; Y: Int32Array };
  batchSize: number;
  /** The seed of the generator that draws minibatches or names. */
  seed: number;
  /** How many tokens a sampled softmax is over; 0 is the full softmax. */
  candidates: number;
  /**
   * What the first steps draw, for peers that draw in another way. Of a sampled
   * softmax it is enough to go on with: its steps draw these again and again.
   */
  drawn: Drawn;
}

/** What a number of steps draw. */
export interface Drawn {
  steps: number;
  /** The rows of the minibatches [steps, B]. */
  rows: Int32Array;
  /** The tokens of a sampled softmax [steps, S]. */
  candidates: Int32Array;
  /** Logarithms of how often these and the targets are expected [steps, S + B]. */
  logCounts: Float32Array;
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
                                beforehand for those that do not merge them
  loss                          the loss of the rows of the training words
  names                         new names per second, one after another
  words-1000, -10000, -50000    words per second, full softmax over so many
  words-1000-sampled, ...       the same, over 512 sampled words
  main-job                      200,000 steps on 32 rows, start and compilation
                                included`;

const SMALL = { contextLength: 3, embeddingSize: 2, hiddenSize: 100 };
const LARGE = { contextLength: 3, embeddingSize: 10, hiddenSize: 200 };
const WORDS = { contextLength: 4, embeddingSize: 60, hiddenSize: 100 };
const WORD_ROWS = 100_000;

/** All tasks, in the order of the report. */
export function tasksOf(words: readonly string[]): Task[] {
  const vocabulary = makemore.buildVocabulary(words);
  const { train } = makemore.splitWords(words);
  const windows = makemore.contextWindows(train, vocabulary, 3);
  const rows = wide(windows);
  const all = wide(makemore.contextWindows(words, vocabulary, 3));
  const small = () => untrained(vocabulary.size, SMALL);
  const large = () => untrained(vocabulary.size, LARGE);
  const trained = () => {
    const generator = new makemore.TorchGenerator(42);
    const parameters = large();
    const how = { steps: 20_000, generator };
    for (const _ of makemore.trainSteps(parameters, windows, how));
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
      const problem = {
        kind: "step" as const,
        sizes: makemore.sizesOf(parameters),
        parameters,
        tokens: vocabulary.tokens,
        windows: rows,
        batchSize: 0,
        seed: 42,
        candidates: 0,
        ...rest,
      };
      return { ...problem, drawn: draw(problem) };
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
    task("main-job", large, { kind: "job", batchSize: 32 }),
  ];
}

/** Windows of 32 bits, which all peers can take. */
function wide({ X, Y }: makemore.Windows): Problem["windows"] {
  return { X: Int32Array.from(X), Y: Int32Array.from(Y) };
}

/** Draws as this package does: rows, then tokens until S are different. */
function draw(problem: Omit<Problem, "drawn">): Drawn {
  const { batchSize: B, candidates: S, windows: { Y } } = problem;
  const V = problem.sizes.vocabularySize;
  const generator = new makemore.TorchGenerator(problem.seed);
  const steps = B === 0 ? 0 : S === 0 ? 2 : 256;
  const drawn = {
    steps,
    rows: new Int32Array(steps * B),
    candidates: new Int32Array(steps * S),
    logCounts: new Float32Array(S && steps * (S + B)),
  };
  for (let step = 0; step < steps; step++) {
    const rows = generator.randint(0, Y.length, B);
    drawn.rows.set(rows, step * B);
    if (S === 0) continue;
    const tokens = new Set<number>();
    let tries = 0;
    for (; tokens.size < S; tries++) {
      const high = generator.random() % 2 ** 21;
      const u = (high * 2 ** 32 + generator.random()) / 2 ** 53;
      tokens.add(Math.floor((V + 1) ** u) - 1);
    }
    drawn.candidates.set([...tokens], step * S);
    const logCounts = [...tokens, ...Array.from(rows, (row) => Y[row])]
      .map((token) => Math.log1p(1 / (token + 1)) / Math.log(V + 1))
      .map((p) => Math.log(-Math.expm1(tries * Math.log1p(-p))));
    drawn.logCounts.set(logCounts, step * (S + B));
  }
  return drawn;
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
  const ids = Int32Array.from(draws, (u) => Math.floor((V + 1) ** u) - 1);
  const X = new Int32Array(WORD_ROWS * T)
    .map((_, i) => ids[Math.floor(i / T) + i % T]);
  return { X, Y: ids.slice(T) };
}
