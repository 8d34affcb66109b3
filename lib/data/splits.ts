/**
 * Splits words, or the sentences of a text, into three parts: train to learn
 * from, dev to choose settings with, and test to judge the model once.
 */

import { checkList } from "../errors/checks.ts";
import { counted } from "../errors/counted.ts";
import { PythonRandom } from "../random/python_random.ts";

/** Three parts of a word list, or of the sentences of a text. */
export interface Splits<Sequence = string> {
  /** The words to learn from, 80 %. */
  readonly train: readonly Sequence[];
  /** The words to choose settings with, 10 %; also called validation. */
  readonly dev: readonly Sequence[];
  /** The words to judge the model by at the end, 10 %. */
  readonly test: readonly Sequence[];
  /**
   * How many words of dev and of test are also in train. Repeated words make
   * the losses of dev and test look better than they are.
   */
  readonly alsoInTrain: { readonly dev: number; readonly test: number };
}

/** Options of {@linkcode splitWords}. */
export interface SplitOptions {
  /** The seed of the shuffle. Default: 42, as in the lecture. */
  seed?: number;
  /**
   * Whether equal words go into the same part, so that dev and test have only
   * words that are not in train. Where a few words are most of the list, the
   * parts have 80, 10 and 10 % of the different ones. Default: `false`, as in
   * the lecture.
   */
  keepEqualTogether?: boolean;
}

/**
 * Shuffles words and splits them 80/10/10, exactly as the lecture does:
 * `random.seed(42); random.shuffle(words)`, cut at `int(0.8 * len(words))` and
 * `int(0.9 * len(words))`.
 *
 * @param words the words, at least ten
 * @param options the seed, and whether to keep equal words together
 * @throws {TypeError} if `words` is not a list
 * @throws {RangeError} if there are fewer than ten words, or so few different
 * ones that are to be kept together
 *
 * @example
 * ```ts
 * import { embeddedWords, splitWords } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { words } = embeddedWords();
 * const { train, dev, test, alsoInTrain } = splitWords(words);
 * assertEquals(train.length + dev.length + test.length, words.length);
 * assertEquals(alsoInTrain, { dev: 408, test: 406 }); // girls and boys
 * ```
 */
export function splitWords(
  words: Iterable<string>,
  options: SplitOptions = {},
): Splits {
  const { seed = 42, keepEqualTogether = false } = options;
  checkList("words", words);
  const shuffled = [...words];
  const ends = endsOf(shuffled.length, "words");
  const random = new PythonRandom(seed);
  if (!keepEqualTogether) {
    random.shuffle(shuffled);
    return cut(shuffled, ends);
  }

  const counts = new Map<string, number>();
  for (const word of shuffled) counts.set(word, (counts.get(word) ?? 0) + 1);
  const distinct = [...counts.keys()];
  random.shuffle(distinct);
  // a word goes where its first copy would, so the parts begin a little later
  const ordered = distinct.flatMap((word) =>
    Array(counts.get(word)).fill(word)
  );
  const [trainEnd, devEnd] = ends.map((end) => {
    while (end < ordered.length && ordered[end] === ordered[end - 1]) end++;
    return end;
  });
  if (trainEnd < devEnd && devEnd < ordered.length) {
    return cut(ordered, [trainEnd, devEnd]);
  }
  // where a few words are most of the list, the different ones are split
  const [first, second] = endsOf(distinct.length, "different words")
    .map((end) => ordered.indexOf(distinct[end]));
  return cut(ordered, [first, second]);
}

/** Options of {@linkcode splitByPosition}. */
export interface PositionSplitOptions {
  /**
   * Where train and dev end, as fractions of the whole. Default: 0.8 and 0.9.
   */
  fractions?: readonly [trainEnd: number, devEnd: number];
}

/**
 * Splits the sentences of a text in their order: the model learns from the
 * beginning and is judged by the end. Neighbouring sentences are alike, so a
 * shuffle would show the model sentences like those that judge it.
 *
 * @param sequences the sentences, as {@linkcode tokenize} returns them, or words
 * @param options where to cut
 * @throws {TypeError} if `sequences` is not a list
 * @throws {RangeError} if the fractions do not ascend between 0 and 1, there are
 * fewer than ten sequences, or a part would be empty
 *
 * @example
 * ```ts
 * import { splitByPosition } from "@makemore/mlp/core";
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
  options: PositionSplitOptions = {},
): Splits<Sequence> {
  checkList("sentences", sequences);
  const all = [...sequences];
  return cut(all, endsOf(all.length, "sentences", options.fractions));
}

/** The names of the parts, in the order in which they are shown. */
export const PARTS = ["train", "dev", "test"] as const;

/** The fewest words or sentences that can be split. */
const MIN_LENGTH = 10;

/**
 * Where train and dev end: `int(0.8 * n)` and `int(0.9 * n)`.
 *
 * @throws {RangeError} as {@linkcode splitByPosition} does
 */
export function endsOf(
  length: number,
  what: string,
  [first, second]: readonly [number, number] = [0.8, 0.9],
): readonly [trainEnd: number, devEnd: number] {
  if (!(0 < first && first < second && second < 1)) {
    throw new RangeError(
      `Cannot split at the fractions ${first} and ${second}: they must ascend ` +
        "between 0 and 1",
    );
  }
  const trainEnd = Math.floor(first * length);
  const devEnd = Math.floor(second * length);
  const empty = trainEnd === 0 || devEnd === trainEnd || length === devEnd;
  if (length < MIN_LENGTH || empty) {
    throw new RangeError(
      `Cannot split ${counted(length, what)} into train, dev and test: ` +
        (empty ? "one would be empty" : `at least ${MIN_LENGTH} are needed`),
    );
  }
  return [trainEnd, devEnd];
}

function cut<Sequence extends string | readonly string[]>(
  sequences: readonly Sequence[],
  [trainEnd, devEnd]: readonly [number, number],
): Splits<Sequence> {
  const train = sequences.slice(0, trainEnd);
  const dev = sequences.slice(trainEnd, devEnd);
  const test = sequences.slice(devEnd);
  const learned = new Set(train.map(keyOf));
  const overlap = (part: readonly Sequence[]) =>
    part.filter((sequence) => learned.has(keyOf(sequence))).length;
  const alsoInTrain = { dev: overlap(dev), test: overlap(test) };
  return { train, dev, test, alsoInTrain };
}

/** A key that is equal for equal sequences. */
function keyOf(sequence: string | readonly string[]): string {
  return typeof sequence === "string" ? sequence : JSON.stringify(sequence);
}
