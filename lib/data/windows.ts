/**
 * Context windows: every token of every word, and the tokens before it. The
 * lecture's `X` and `Y`. With a vocabulary of words, every word of every
 * sentence, and the words before it.
 *
 * Letters: `N` rows, `T` context length, `B` batch size.
 */

import { OutOfMemoryError } from "../errors/errors.ts";
import { checkHas, checkList, checkWhole } from "../errors/checks.ts";
import {
  contextOf,
  type Rows,
  type Windows,
  type WindowStream,
} from "../kernel/rows.ts";
import type { TorchGenerator } from "../random/torch_generator.ts";
import { EncodedPart } from "./token_ids.ts";
import { encodeWord, type Vocabulary } from "./vocabulary.ts";

/** The most numbers that `X` may have, one gigabyte. */
const MAX_NUMBERS = 2 ** 29;

/** Options of {@linkcode contextWindows}. */
export interface WindowOptions {
  /**
   * Whether contexts reach across the beginning of a word or sentence, to the
   * boundary token and the end of the one before, as in Bengio et al. 2003.
   * Default: `false`, which fills contexts with boundary tokens, as in the
   * lecture.
   */
  acrossBoundaries?: boolean;
}

/**
 * The context windows of words, as the lecture builds its dataset: each word is
 * preceded by boundary tokens and ends with one. A word of n characters gives
 * n + 1 rows.
 *
 * @param words the words or sentences, each a string, which the vocabulary
 * splits, or its tokens
 * @param vocabulary the vocabulary of their tokens
 * @param contextLength how many tokens a context has, `T`; the lecture's
 * `block_size`, 3
 * @param options whether contexts reach into the word before
 * @returns `X`, uint16 `[N, T]`, and `Y`, uint16 `[N]`
 * @throws {TypeError} if `words` is not a list, or there is no vocabulary
 * @throws {RangeError} if the context length is not a whole number from 1, the
 * vocabulary does not have a token, a word contains the boundary token, or `X`
 * would have more than 2²⁹ numbers
 *
 * @example
 * ```ts
 * import { buildVocabulary, contextWindows } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const words = ["ab"];
 * const { X, Y } = contextWindows(words, buildVocabulary(words), 3);
 * assertEquals([...X], [0, 0, 0, 0, 0, 1, 0, 1, 2]); // ... ..a .ab
 * assertEquals([...Y], [1, 2, 0]); // a b .
 * ```
 *
 * @example Words of a text, in contexts that reach across its sentences
 * ```ts
 * import { contextWindows, tokenize, Vocabulary } from "@makemore/mlp/core";
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
  options: WindowOptions = {},
): Windows {
  const { acrossBoundaries = false } = options;
  checkWhole("context length", contextLength, 1);
  const Y = encodeAll(words, vocabulary, 0); // [N]
  if (Y.length * contextLength > MAX_NUMBERS) {
    throw new OutOfMemoryError(
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

/**
 * The context windows of a text, in contexts that reach across its sentences.
 * They are the rows of {@linkcode contextWindows} with `acrossBoundaries`, in
 * about 1 / T of the memory: contexts overlap, and each token is kept once.
 *
 * @experimental Streams of large texts may need more than one array.
 *
 * @param sentences the sentences, each a string, which the vocabulary splits,
 * or its tokens
 * @param vocabulary the vocabulary of their tokens
 * @param contextLength how many tokens a context has, `T`
 * @returns `ids`, uint16 `[T + N]`, and `Y`, uint16 `[N]`
 * @throws {RangeError} as {@linkcode contextWindows} does
 *
 * @example
 * ```ts
 * import { tokenize, Vocabulary, windowStream } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = new Vocabulary(["<s>", "<unk>", ".", "dogs", "ran"]);
 * const sentences = tokenize("Dogs ran. Dogs sat.", { lowercase: true });
 * const { ids, Y } = windowStream(sentences, vocabulary, 2);
 * assertEquals([...ids], [0, 0, 3, 4, 2, 0, 3, 1, 2, 0]);
 * assertEquals([...Y], [3, 4, 2, 0, 3, 1, 2, 0]);
 * ```
 */
export function windowStream(
  sentences: Iterable<Iterable<string>>,
  vocabulary: Vocabulary,
  contextLength: number,
): WindowStream {
  checkWhole("context length", contextLength, 1);
  const ids = encodeAll(sentences, vocabulary, contextLength);
  return { contextLength, ids, Y: ids.subarray(contextLength) };
}

/**
 * The rows of a part of a list or a text: within words, but across the sentences
 * of a text.
 */
export function windowsOf(
  part: readonly Iterable<string>[] | EncodedPart,
  vocabulary: Vocabulary,
  contextLength: number,
): Rows {
  if (part instanceof EncodedPart) {
    if (part.vocabulary === vocabulary) return part.rows(contextLength);
    throw new TypeError(
      "Cannot use ids of a large text with another vocabulary: read it again",
    );
  }
  const rows = vocabulary.level === "words" ? windowStream : contextWindows;
  return rows(part, vocabulary, contextLength);
}

/** Boundary tokens, then the ids of each word and a boundary token after it. */
function encodeAll(
  words: Iterable<Iterable<string>>,
  vocabulary: Vocabulary,
  boundaries: number,
): Uint16Array {
  checkList("words", words);
  checkHas("vocabulary", vocabulary, "encode", "buildVocabulary(words)");
  let ids = new Uint16Array(boundaries + 1024);
  let length = boundaries;
  for (const word of words) {
    const encoded = encodeWord(vocabulary, word);
    const end = length + encoded.length + 1; // a 0 after the word
    if (end > ids.length) {
      ids = new Uint16Array(ids.buffer.transfer(4 * end)); // twice as many
    }
    ids.set(encoded, length);
    length = end;
  }
  return ids.slice(0, length);
}

/**
 * Prints context windows as the lecture does: each word, then a line for each
 * of its rows, such as `..e ---> m`.
 *
 * @param words the words, each a string or its tokens
 * @param vocabulary the vocabulary of their tokens
 * @param contextLength how many tokens a context has, `T`
 * @throws {RangeError} as {@linkcode contextWindows} does
 *
 * @example
 * ```ts
 * import { buildVocabulary, formatWindows } from "@makemore/mlp/core";
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
  checkList("words", words);
  const lines: string[] = [];
  for (const word of words) {
    const windows = contextWindows([word], vocabulary, contextLength);
    lines.push(typeof word === "string" ? word : vocabulary.join(word));
    windows.Y.forEach((next, row) => {
      const context = vocabulary.decode(contextOf(windows, row));
      lines.push(`${context} ---> ${vocabulary.tokens[next]}`);
    });
  }
  return lines.join("\n");
}

/**
 * Some of the rows, in a given order: `X[ix], Y[ix]`.
 *
 * @param windows the rows to take from
 * @param rows the index of each row to take, from 0; indices may repeat
 * @returns the rows, `X` uint16 `[B, T]` and `Y` uint16 `[B]`
 * @throws {RangeError} if an index is out of range
 *
 * @example
 * ```ts
 * import { buildVocabulary, contextWindows, takeRows } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const windows = contextWindows(["ab"], buildVocabulary(["ab"]), 2);
 * const { X, Y } = takeRows(windows, [2, 0]);
 * assertEquals([...X], [1, 2, 0, 0]); // ab ..
 * assertEquals([...Y], [0, 1]); // . a
 * ```
 */
export function takeRows(windows: Rows, rows: ArrayLike<number>): Windows {
  const { contextLength } = windows;
  const X = new Uint16Array(rows.length * contextLength); // [B, T]
  const Y = new Uint16Array(rows.length); // [B]
  for (let b = 0; b < rows.length; b++) {
    const row = rows[b];
    if (!(Number.isInteger(row) && row >= 0 && row < windows.Y.length)) {
      throw new RangeError(
        `Cannot take row ${row}: the rows are 0 to ${windows.Y.length - 1}`,
      );
    }
    X.set(contextOf(windows, row), b * contextLength);
    Y[b] = windows.Y[row];
  }
  return { contextLength, X, Y };
}

/** Options of {@linkcode drawMinibatch}. */
export interface MinibatchOptions {
  /** How many rows to draw, `B`. Default: 32, as in the lecture. */
  batchSize?: number;
  /** The generator, from which `B` integers are drawn. */
  generator: TorchGenerator;
}

/**
 * Draws a minibatch, with replacement, as the lecture does:
 * `ix = torch.randint(0, X.shape[0], (32,), generator=g)`.
 *
 * @param windows the rows to draw from
 * @param options how many rows, and the generator
 * @returns the rows, `X` uint16 `[B, T]` and `Y` uint16 `[B]`
 * @throws {RangeError} if there are no rows, or the batch size is not a whole
 * number from 1
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   drawMinibatch,
 *   TorchGenerator,
 * } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const words = ["emma", "ava"];
 * const windows = contextWindows(words, buildVocabulary(words));
 * const generator = new TorchGenerator(42);
 * const batch = drawMinibatch(windows, { batchSize: 32, generator });
 * assertEquals(batch.Y.length, 32);
 * ```
 */
export function drawMinibatch(
  windows: Rows,
  options: MinibatchOptions,
): Windows {
  const { batchSize = 32, generator } = options;
  checkWhole("batch size", batchSize, 1);
  const rows = windows.Y.length;
  if (rows === 0) {
    throw new RangeError("Cannot draw a minibatch: there are no rows");
  }
  return takeRows(windows, generator.randint(0, rows, batchSize));
}
