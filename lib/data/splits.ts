/**
 * Train, dev and test: words to learn from, words to choose settings by, and
 * words to be judged by once. Or sentences, where words are the tokens.
 */

import { PythonRandom } from "../random/python_random.ts";

/** Three parts of a word list, or of the sentences of a text. */
export interface Splits<Sequence = string> {
  /** What the model learns from: 80 % of the words. */
  readonly train: readonly Sequence[];
  /** What settings are chosen by: 10 %. The lecture's dev, or validation. */
  readonly dev: readonly Sequence[];
  /** What the model is judged by at the end: 10 %. */
  readonly test: readonly Sequence[];
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
  const [trainEnd, devEnd] = endsOf(shuffled.length, "words");
  const random = new PythonRandom(seed);
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

/** Choices of {@linkcode splitByPosition}. */
export interface PositionSplitOptions {
  /**
   * Where train ends and where dev ends, as parts of the whole. Default: 0.8
   * and 0.9.
   */
  fractions?: readonly [trainEnd: number, devEnd: number];
}

/**
 * Splits the sentences of a text in their order: the beginning to learn from,
 * the end to be judged by. What stands close together in a text is alike, so
 * that a shuffle would show the model what it is to be judged by.
 *
 * @param sequences the sentences, as {@linkcode tokenize} gives them, or words
 * @param options where to cut
 * @throws {RangeError} if the fractions are not ascending between 0 and 1, if
 * there are fewer than ten sequences, or a part would be empty
 *
 * @example
 * ```ts
 * import { splitByPosition } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, dev, test, alsoInTrain } = splitByPosition([..."abcdefghia"]);
 * assertEquals(train.join(""), "abcdefgh");
 * assertEquals([dev, test], [["i"], ["a"]]);
 * assertEquals(alsoInTrain, { dev: 0, test: 1 });
 * ```
 */
export function splitByPosition<Sequence extends string | readonly string[]>(
  sequences: Iterable<Sequence>,
  { fractions }: PositionSplitOptions = {},
): Splits<Sequence> {
  const all = [...sequences];
  const [trainEnd, devEnd] = endsOf(all.length, "sentences", fractions);
  return withOverlap(
    all.slice(0, trainEnd),
    all.slice(trainEnd, devEnd),
    all.slice(devEnd),
  );
}

/** Fewer are no list to learn from. */
const FEWEST = 10;

/** Where train and dev end, `int(0.8 * n)` and `int(0.9 * n)`. */
function endsOf(
  length: number,
  what: string,
  fractions: readonly [number, number] = [0.8, 0.9],
): [trainEnd: number, devEnd: number] {
  const [first, second] = fractions;
  if (!(0 < first && first < second && second < 1)) {
    throw new RangeError(
      `The fractions are ${first} and ${second}: they must ascend between 0 ` +
        "and 1",
    );
  }
  const trainEnd = Math.floor(first * length);
  const devEnd = Math.floor(second * length);
  const empty = trainEnd === 0 || devEnd === trainEnd || length === devEnd;
  if (length < FEWEST || empty) {
    throw new RangeError(
      `Cannot split ${length} ${what} into train, dev and test: ` +
        (empty ? "one would be empty" : `at least ${FEWEST} are needed`),
    );
  }
  return [trainEnd, devEnd];
}

function withOverlap<Sequence extends string | readonly string[]>(
  train: readonly Sequence[],
  dev: readonly Sequence[],
  test: readonly Sequence[],
): Splits<Sequence> {
  const learned = new Set(train.map(keyOf));
  const overlap = (part: readonly Sequence[]) =>
    part.filter((sequence) => learned.has(keyOf(sequence))).length;
  return {
    train,
    dev,
    test,
    alsoInTrain: { dev: overlap(dev), test: overlap(test) },
  };
}

/** Equal for equal sequences: lists of tokens are not, as they are. */
function keyOf(sequence: string | readonly string[]): string {
  return typeof sequence === "string" ? sequence : JSON.stringify(sequence);
}
