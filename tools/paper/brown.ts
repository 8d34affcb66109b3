/** The text of the paper, the Brown corpus, as the paper divides it. */

import { strFromU8, unzipSync } from "fflate";
import {
  buildWordVocabulary,
  type Vocabulary,
  type WindowStream,
  windowStream,
} from "../../core.ts";

/** How many words train, and how many are for validation; the rest are test. */
const TRAIN = 800_000, VALIDATION = 200_000;

/** The most words that a row of the table sees, n − 1. */
const LONGEST_CONTEXT = 4;

/** Words that occur more seldom in the whole corpus are one token. */
const MINIMUM_COUNT = 4;

/** A text as one stream of tokens, in three parts. */
export interface Text {
  /** The tokens: `<s>`, which never occurs, `<unk>`, and the words. */
  readonly vocabulary: Vocabulary;
  /** The stream, uint16. */
  readonly ids: Uint16Array;
  /** Where train, validation and test end. */
  readonly ends: readonly [train: number, validation: number, test: number];
}

/**
 * The words of the corpus: its 500 files in the order of their names, in which
 * each word has its part of speech after a slash, `The/at`.
 *
 * @param zip the bytes of brown.zip
 */
export function brownWords(zip: Uint8Array): string[] {
  const files = unzipSync(zip, {
    filter: ({ name }) => /\/c[a-r]\d\d$/.test(name),
  });
  return Object.keys(files).sort().flatMap((name) =>
    strFromU8(files[name]).split(/\s+/).filter(Boolean)
      .map((tagged) => tagged.slice(0, tagged.lastIndexOf("/")))
  );
}

/**
 * The text that some words are, without sentences.
 *
 * @param words the words in their order
 * @param share which part of each part to take, from its beginning: 1 is all
 */
export function paperText(words: readonly string[], share = 1): Text {
  const ends = [TRAIN, TRAIN + VALIDATION, words.length];
  const taken = ends.map((end, part) => {
    const first = part === 0 ? 0 : ends[part - 1];
    return words.slice(first, first + Math.round((end - first) * share));
  });
  const stream = taken.flat();
  const vocabulary = buildWordVocabulary([stream], {
    minimumCount: MINIMUM_COUNT,
  });
  const { Y } = windowStream([stream], vocabulary, 1);
  const [train, validation] = taken.map(({ length }) => length);
  return {
    vocabulary,
    ids: Y.subarray(0, -1), // without the boundary at the end
    ends: [train, train + validation, stream.length],
  };
}

/**
 * The rows of a part, whose contexts reach into the part before. The first four
 * words of the text have no whole context, so they are no rows.
 *
 * @param text the text
 * @param part 0 for train, 1 for validation, 2 for test
 * @param contextLength how many tokens a context has, at most 4
 */
export function rowsOfPart(
  { ids, ends }: Text,
  part: number,
  contextLength: number,
): WindowStream {
  const first = part === 0 ? LONGEST_CONTEXT : ends[part - 1];
  return {
    contextLength,
    ids: ids.subarray(first - contextLength, ends[part]),
    Y: ids.subarray(first, ends[part]),
  };
}
