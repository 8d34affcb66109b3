/**
 * Which of a model's words are new.
 */

import { detokenize } from "../data/tokens.ts";
import { UNKNOWN, type Vocabulary } from "../data/vocabulary.ts";

/** A word, and where it was seen before. */
export interface LabelledWord {
  /** The word. */
  readonly word: string;
  /** The part of the words that it is in, or `"new"`. */
  readonly origin: "train" | "dev" | "test" | "new";
}

/** Options of {@linkcode labelWords}. */
export interface LabelOptions {
  /**
   * The vocabulary of the model that made the words. With it, known sentences
   * are compared as the model sees them: with {@linkcode UNKNOWN} in place of
   * words that are not in it. Default: they are compared as they are.
   */
  vocabulary?: Vocabulary;
}

/**
 * Says for each word, or sentence, whether it is one of those that the model
 * was trained on, one of those held out, or new.
 *
 * @param words the words, such as {@linkcode sample} gives them
 * @param known the parts of the word list, as {@linkcode splitWords} gives them,
 * or of a text, as {@linkcode splitByPosition} does; a word that is in
 * several counts as train, then dev, then test
 * @param options the vocabulary of the words
 *
 * @example
 * ```ts
 * import { labelWords } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(labelWords(["ava", "emmia"], { train: ["emma", "ava"] }), [
 *   { word: "ava", origin: "train" },
 *   { word: "emmia", origin: "new" },
 * ]);
 * ```
 */
export function labelWords(
  words: Iterable<string>,
  known: {
    train: Iterable<string | readonly string[]>;
    dev?: Iterable<string | readonly string[]>;
    test?: Iterable<string | readonly string[]>;
  },
  options: LabelOptions = {},
): LabelledWord[] {
  const { vocabulary } = options;
  const textOf = (sequence: string | readonly string[]) =>
    vocabulary
      ? asSeen(sequence, vocabulary)
      : typeof sequence === "string"
      ? sequence
      : detokenize(sequence);
  const parts = (["train", "dev", "test"] as const).map((origin) => ({
    origin,
    words: new Set(Array.from(known[origin] ?? [], textOf)),
  }));
  return Array.from(words, (word) => ({
    word,
    origin: parts.find((part) => part.words.has(word))?.origin ?? "new",
  }));
}

function asSeen(
  sequence: string | readonly string[],
  vocabulary: Vocabulary,
): string {
  const tokens = typeof sequence === "string"
    ? vocabulary.split(sequence)
    : sequence;
  return vocabulary.join(
    tokens.map((token) => vocabulary.has(token) ? token : UNKNOWN),
  );
}
