/**
 * Labels of words: known ones of each split, and new ones.
 */

import { checkList } from "../errors/checks.ts";
import { detokenize } from "../data/spacing.ts";
import { PARTS } from "../data/splits.ts";
import { UNKNOWN, type Vocabulary } from "../data/vocabulary.ts";

/** A word, and its origin. */
export interface LabelledWord {
  /** The word. */
  readonly word: string;
  /** The split that has the word, or `"new"`. */
  readonly origin: "train" | "dev" | "test" | "new";
}

/** Options of {@linkcode labelWords}. */
export interface LabelOptions {
  /**
   * The vocabulary of the model that made the words. With it, known sentences
   * are compared as the model sees them, with {@linkcode UNKNOWN} for each token
   * that is not in the vocabulary. Default: they are compared as they are.
   */
  vocabulary?: Vocabulary;
}

/**
 * Labels each word or sentence: the model was trained on it, it was held out, or
 * it is new.
 *
 * @param words the words, such as those of {@linkcode sample}
 * @param known the splits of a word list, from {@linkcode splitWords}, or of a
 * text, from {@linkcode splitByPosition}; a word of several splits counts as
 * train, then dev, then test
 * @param options the vocabulary of the words
 * @returns the words in the same order, with their origin
 *
 * @example
 * ```ts
 * import { labelWords } from "@makemore/mlp/core";
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
  checkList("words", words);
  const originOf = originsIn(known, options);
  return Array.from(words, (word) => ({ word, origin: originOf(word) }));
}

/** The origin of a word: the first split that has it, or `"new"`. */
export function originsIn(
  known: Parameters<typeof labelWords>[1],
  options: LabelOptions = {},
): (word: string) => LabelledWord["origin"] {
  const { vocabulary } = options;
  const textOf = (sequence: string | readonly string[]) => {
    const isText = typeof sequence === "string";
    if (!vocabulary) return isText ? sequence : detokenize(sequence);
    const tokens = isText ? vocabulary.split(sequence) : sequence;
    return vocabulary.join(
      tokens.map((token) => vocabulary.has(token) ? token : UNKNOWN),
    );
  };
  const parts = PARTS.map((origin) => ({
    origin,
    words: new Set(Array.from(known[origin] ?? [], textOf)),
  }));
  return (word) => parts.find(({ words }) => words.has(word))?.origin ?? "new";
}
