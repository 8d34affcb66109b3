/**
 * Context windows: from each word, every character to be predicted and the
 * few before it. The lecture's `X` and `Y`. Or, with a vocabulary of words,
 * from each sentence every word and the few before it.
 *
 * Letters: `N` rows, `T` context length.
 */

import type { Windows } from "../kernel/rows.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { checkWhole } from "../errors/checks.ts";

/** The most numbers that `X` may have: a gigabyte of them. */
const MOST_NUMBERS = 2 ** 29;

/** Choices of {@linkcode contextWindows}. */
export interface WindowOptions {
  /**
   * Whether a context goes on before the beginning of its word or sentence: to
   * the boundary token, and to the end of the one before. So a model of a text
   * sees it, as in Bengio et al. 2003. Default: `false`, the context before the
   * beginning is boundary tokens alone, as in the lecture.
   */
  acrossBoundaries?: boolean;
}

/**
 * Every context window of a list of words, as the lecture builds its dataset:
 * a word is padded with boundary tokens before it, and ends with one.
 *
 * A word of n characters gives n + 1 rows.
 *
 * @param words the words; each a string, which the vocabulary splits, or its
 * tokens. With a vocabulary of words these are the sentences of a text
 * @param vocabulary the vocabulary that holds all their tokens
 * @param contextLength how many tokens a context has, `T`; the lecture's
 * `block_size`, 3
 * @param options whether contexts go on into the word before
 * @throws {RangeError} if the context length is not a positive whole number, a
 * token does not stand in the vocabulary, or `X` would have over 2²⁹ numbers
 *
 * @example
 * ```ts
 * import { buildVocabulary, contextWindows } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const words = ["ab"];
 * const { X, Y } = contextWindows(words, buildVocabulary(words), 3);
 * assertEquals([...X], [0, 0, 0, 0, 0, 1, 0, 1, 2]); // ... ..a .ab
 * assertEquals([...Y], [1, 2, 0]); // a b .
 * ```
 *
 * @example Words of a text, in contexts that go on over its sentences
 * ```ts
 * import { contextWindows, tokenize, Vocabulary } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = new Vocabulary(["<s>", "<unk>", ".", "dogs", "ran"]);
 * const sentences = tokenize("Dogs ran. Dogs sat.", { lowercase: true });
 * const { X, Y } = contextWindows(sentences, vocabulary, 2, {
 *   acrossBoundaries: true,
 * });
 * // <s> <s>, <s> dogs, dogs ran, ran ., . <s>, <s> dogs, dogs <unk>, <unk> .
 * assertEquals([...X], [0, 0, 0, 3, 3, 4, 4, 2, 2, 0, 0, 3, 3, 1, 1, 2]);
 * assertEquals([...Y], [3, 4, 2, 0, 3, 1, 2, 0]);
 * ```
 */
export function contextWindows(
  words: Iterable<Iterable<string>>,
  vocabulary: Vocabulary,
  contextLength: number = 3,
  { acrossBoundaries = false }: WindowOptions = {},
): Windows {
  checkWhole("context length", contextLength, 1);
  const Y = encodeAll(words, vocabulary); // [N]
  if (Y.length * contextLength > MOST_NUMBERS) {
    throw new RangeError(
      `Cannot lay out ${Y.length} contexts of ${contextLength} tokens: take ` +
        "fewer words or a shorter context length",
    );
  }
  const X = new Uint16Array(Y.length * contextLength); // [N, T]
  for (let row = 1; row < Y.length; row++) {
    // The row after a boundary begins a word: its context is all boundaries.
    if (Y[row - 1] === 0 && !acrossBoundaries) continue;
    const at = row * contextLength;
    X.copyWithin(at, at - contextLength + 1, at);
    X[at + contextLength - 1] = Y[row - 1];
  }
  return { contextLength, X, Y };
}

/** All tokens in a row, a boundary token after each word. */
function encodeAll(
  words: Iterable<Iterable<string>>,
  vocabulary: Vocabulary,
): Uint16Array {
  let ids = new Uint16Array(1024);
  let length = 0;
  const push = (id: number) => {
    if (length === ids.length) {
      const larger = new Uint16Array(2 * length);
      larger.set(ids);
      ids = larger;
    }
    ids[length++] = id;
  };
  for (const word of words) {
    for (const id of vocabulary.encode(word)) push(id);
    push(0);
  }
  return ids.slice(0, length);
}

/**
 * Prints context windows as the lecture does: each word, then a line for each
 * of its rows, such as `..e ---> m`.
 *
 * @param words the words, each a string or its tokens
 * @param vocabulary the vocabulary that holds all their tokens
 * @param contextLength how many tokens a context has
 * @throws {RangeError} as {@linkcode contextWindows} does
 *
 * @example
 * ```ts
 * import { buildVocabulary, formatWindows } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const text = formatWindows(["ava"], buildVocabulary(["ava"]), 3);
 * assertEquals(text, "ava\n... ---> a\n..a ---> v\n.av ---> a\nava ---> .");
 * ```
 */
export function formatWindows(
  words: Iterable<string | readonly string[]>,
  vocabulary: Vocabulary,
  contextLength: number = 3,
): string {
  const lines: string[] = [];
  for (const word of words) {
    const { X, Y } = contextWindows([word], vocabulary, contextLength);
    lines.push(typeof word === "string" ? word : vocabulary.join(word));
    for (let row = 0; row < Y.length; row++) {
      const context = X.subarray(
        row * contextLength,
        (row + 1) * contextLength,
      );
      const next = vocabulary.tokens[Y[row]];
      lines.push(`${vocabulary.decode(context)} ---> ${next}`);
    }
  }
  return lines.join("\n");
}

/**
 * Some rows of many, in the order asked for: `X[ix], Y[ix]`.
 *
 * @param windows all rows
 * @param rows the index of each row wanted, repeated ones included
 * @throws {RangeError} if an index is out of range
 */
export function takeRows(windows: Windows, rows: ArrayLike<number>): Windows {
  const { contextLength, X, Y } = windows;
  const batch = {
    contextLength,
    X: new Uint16Array(rows.length * contextLength), // [B, T]
    Y: new Uint16Array(rows.length), // [B]
  };
  for (let b = 0; b < rows.length; b++) {
    const row = rows[b];
    if (!(Number.isInteger(row) && row >= 0 && row < Y.length)) {
      throw new RangeError(
        `There is no row ${row}: rows go from 0 to ${Y.length - 1}`,
      );
    }
    const context = X.subarray(row * contextLength, (row + 1) * contextLength);
    batch.X.set(context, b * contextLength);
    batch.Y[b] = Y[row];
  }
  return batch;
}

/** Options of {@linkcode drawMinibatch}. */
export interface MinibatchOptions {
  /** How many rows to draw, `B`. Default: 32, as in the lecture. */
  batchSize?: number;
  /** The generator that draws them; `B` integers are drawn from it. */
  generator: TorchGenerator;
}

/**
 * Draws a minibatch, with replacement, as the lecture does:
 * `ix = torch.randint(0, X.shape[0], (32,), generator=g)`.
 *
 * @param windows the rows to draw from
 * @param options how many rows, and what draws them
 * @throws {RangeError} if there are no rows, or the batch size is not a
 * positive whole number
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   drawMinibatch,
 *   TorchGenerator,
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const words = ["emma", "ava"];
 * const windows = contextWindows(words, buildVocabulary(words));
 * const batch = drawMinibatch(windows, { batchSize: 32, generator: new TorchGenerator(42) });
 * assertEquals(batch.Y.length, 32);
 * ```
 */
export function drawMinibatch(
  windows: Windows,
  options: MinibatchOptions,
): Windows {
  const { batchSize = 32, generator } = options;
  checkBatchSize(batchSize);
  const rows = windows.Y.length;
  if (rows === 0) throw new RangeError("There are no rows to draw from");
  return takeRows(windows, generator.randint(0, rows, batchSize));
}

/** Refuses what cannot be the number of rows of a minibatch. */
export function checkBatchSize(batchSize: number): void {
  checkWhole("batch size", batchSize, 1);
}
