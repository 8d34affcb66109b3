/**
 * Train, dev and test: words to learn from, words to choose settings by, and
 * words to be judged by once.
 */

import { PythonRandom } from "./python_random.ts";

/** Three parts of a word list. */
export interface Splits {
  /** What the model learns from: 80 % of the words. */
  readonly train: readonly string[];
  /** What settings are chosen by: 10 %. The lecture's dev, or validation. */
  readonly dev: readonly string[];
  /** What the model is judged by at the end: 10 %. */
  readonly test: readonly string[];
  /**
   * How many words of dev and of test also stand in train. A list that repeats
   * words makes these losses look better than they are.
   */
  readonly alsoInTrain: { readonly dev: number; readonly test: number };
}

/** Choices of {@linkcode splitWords}. */
export interface SplitOptions {
  /** The seed of the shuffle. Default: 42, as in the lecture. */
  seed?: number;
  /**
   * Whether equal words go into the same part, so that dev and test hold only
   * words that the model has not seen. Default: `false`, as in the lecture.
   */
  keepEqualTogether?: boolean;
}

/** With fewer words one of the parts would be empty. */
const FEWEST_WORDS = 10;

/**
 * Splits words 80/10/10 after a shuffle, exactly as the lecture does:
 * `random.seed(42); random.shuffle(words)`, cut at `int(0.8 * len(words))` and
 * `int(0.9 * len(words))`.
 *
 * @param words the words, at least ten
 * @throws {RangeError} if there are fewer than ten words, or if they cannot be
 * split because equal ones shall stay together
 *
 * @example
 * ```ts
 * import { embeddedWords, splitWords } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const { words } = embeddedWords();
 * const { train, dev, test, alsoInTrain } = splitWords(words);
 * assertEquals(train.length + dev.length + test.length, words.length);
 * assertEquals(alsoInTrain, { dev: 0, test: 0 }); // no name stands there twice
 * ```
 */
export function splitWords(
  words: Iterable<string>,
  { seed = 42, keepEqualTogether = false }: SplitOptions = {},
): Splits {
  const shuffled = [...words];
  const { length } = shuffled;
  if (length < FEWEST_WORDS) {
    throw new RangeError(
      `Cannot split ${length} words into train, dev and test: ` +
        `at least ${FEWEST_WORDS} are needed`,
    );
  }
  const random = new PythonRandom(seed);
  const trainEnd = Math.trunc(0.8 * length);
  const devEnd = Math.trunc(0.9 * length);
  if (!keepEqualTogether) {
    random.shuffle(shuffled);
    return withOverlap(
      shuffled.slice(0, trainEnd),
      shuffled.slice(trainEnd, devEnd),
      shuffled.slice(devEnd),
    );
  }

  const counts = new Map<string, number>();
  for (const word of shuffled) counts.set(word, (counts.get(word) ?? 0) + 1);
  const distinct = [...counts.keys()];
  random.shuffle(distinct);
  const parts: [string[], string[], string[]] = [[], [], []];
  let placed = 0;
  for (const word of distinct) {
    const part = placed < trainEnd ? 0 : placed < devEnd ? 1 : 2;
    const count = counts.get(word)!;
    for (let i = 0; i < count; i++) parts[part].push(word);
    placed += count;
  }
  if (parts.some((part) => part.length === 0)) {
    throw new RangeError(
      `Cannot split ${distinct.length} different words into train, dev and ` +
        "test with equal ones together: some are repeated too often",
    );
  }
  return withOverlap(...parts);
}

function withOverlap(
  train: readonly string[],
  dev: readonly string[],
  test: readonly string[],
): Splits {
  const learned = new Set(train);
  const overlap = (words: readonly string[]) =>
    words.filter((word) => learned.has(word)).length;
  return {
    train,
    dev,
    test,
    alsoInTrain: { dev: overlap(dev), test: overlap(test) },
  };
}
