/**
 * Large lists and texts as numbers. While one is read, its tokens are numbered
 * as they come; a vocabulary then gives them their ids.
 */

import { checkWhole } from "../errors/checks.ts";
import { counted } from "../errors/counted.ts";
import type { WindowStream } from "../kernel/rows.ts";
import { PythonRandom } from "../random/python_random.ts";
import { endsOf, PARTS, type SplitOptions } from "./splits.ts";
import { encodeWord, type Vocabulary } from "./vocabulary.ts";

/**
 * How many numbers are kept in one array while a text is read: 32 MiB at least,
 * which the system takes back at once where smaller pieces of memory wait.
 */
const ARRAY_LENGTH = 2 ** 24;
/** So many different tokens have numbers of two bytes, more of four. */
const SHORT = 2 ** 16;

/** What follows each word or sentence. */
const END = 0;

/** Contexts may be so long without a copy of a part. */
const BOUNDARIES = 32;

/** A part of a list or a text as the ids of a vocabulary. */
export class EncodedPart {
  /** How many words or sentences it has. */
  readonly length: number;
  /** The vocabulary of the ids. */
  readonly vocabulary: Vocabulary;
  /** Some boundary tokens, then each sentence and a boundary token after it. */
  readonly #ids: Uint16Array;

  /** Use {@linkcode TokenIds.encode}. */
  constructor(ids: Uint16Array, length: number, vocabulary: Vocabulary) {
    this.#ids = ids;
    this.length = length;
    this.vocabulary = vocabulary;
  }

  /** The rows of `windowsOf`, without a copy of the ids. */
  rows(contextLength: number): WindowStream {
    checkWhole("context length", contextLength, 1);
    const withinWords = this.vocabulary.level === "characters";
    const Y = this.#ids.subarray(BOUNDARIES);
    if (contextLength <= BOUNDARIES) {
      const ids = this.#ids.subarray(BOUNDARIES - contextLength);
      return { contextLength, ids, Y, withinWords };
    }
    const ids = new Uint16Array(contextLength + Y.length);
    ids.set(Y, contextLength);
    return { contextLength, ids, Y: ids.subarray(contextLength), withinWords };
  }
}

/** The tokens of a list or a text in the order in which they come. */
export class TokenIds {
  /** The different tokens, by their number; the first marks an end. */
  readonly tokens: string[] = [""];
  /** How many words or sentences there are. */
  sequences: number = 0;
  /** How many tokens and ends there are. */
  length: number = 0;
  /** The numbers of the tokens, in a hash table: twice as fast as a map. */
  #table: Uint32Array = new Uint32Array(2 ** 16);
  readonly #arrays: (Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>)[] =
    [];
  /** The part of each word or sentence, once they are split. */
  #parts: Uint8Array = new Uint8Array();

  /** Takes in the next word or sentence. */
  add(sequence: Iterable<string>): void {
    for (const token of sequence) {
      const at = this.#placeOf(token);
      this.#push(this.#table[at] || this.#newNumber(token, at));
    }
    this.#push(END);
    this.sequences++;
  }

  #push(number: number): void {
    const arrays = this.#arrays;
    const at = this.length++ % ARRAY_LENGTH;
    if (at === 0) {
      const kind = this.tokens.length > SHORT ? Uint32Array : Uint16Array;
      arrays.push(new kind(ARRAY_LENGTH));
    }
    const last = arrays.length - 1;
    if (number >= SHORT && arrays[last].BYTES_PER_ELEMENT === 2) {
      const short = arrays[last].subarray(0, at);
      arrays[last] = new Uint32Array(ARRAY_LENGTH);
      arrays[last].set(short);
    }
    arrays[last][at] = number;
  }

  /** Where the number of a token is in the table, or belongs. */
  #placeOf(token: string): number {
    let hash = token.length;
    for (let i = 0; i < token.length; i++) {
      hash = Math.imul(hash ^ token.charCodeAt(i), 0x9e3779b1);
    }
    const mask = this.#table.length - 1;
    let at = (hash ^ hash >>> 15) & mask;
    while (this.#table[at] !== 0 && this.tokens[this.#table[at]] !== token) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #newNumber(token: string, at: number): number {
    // a part of a string keeps all of it in memory, a copy does not
    const number = this.tokens.push(` ${token}`.slice(1)) - 1;
    this.#table[at] = number;
    if (2 * number < this.#table.length) return number;
    this.#table = new Uint32Array(4 * this.#table.length);
    for (let known = 1; known <= number; known++) {
      this.#table[this.#placeOf(this.tokens[known])] = known;
    }
    return number;
  }

  /**
   * Splits the sentences of a text as `splitByPosition` does, and the words of a
   * list at random: each goes into a part of its own, with the odds 80, 10 and
   * 10 %, or equal ones go together.
   *
   * @param list how to split a list
   * @returns how many words or sentences of dev and test are also in train
   * @throws {RangeError} if there are fewer than ten, or a part would be empty
   */
  split(list?: Required<SplitOptions>): { dev: number; test: number } {
    const [trainEnd, devEnd] = endsOf(
      this.sequences,
      list ? "words" : "sentences",
    );
    const parts = this.#parts = new Uint8Array(this.sequences);
    if (list) {
      const random = new PythonRandom(list.seed);
      const salt = 2 ** 32 * random.random();
      const draw = (hash: number) =>
        list.keepEqualTogether
          ? (Math.imul(hash ^ salt, 0x9e3779b1) >>> 0) / 2 ** 32
          : random.random();
      this.#eachHash((hash, sequence) => {
        const share = draw(hash);
        parts[sequence] = share < 0.8 ? 0 : share < 0.9 ? 1 : 2;
      });
    } else parts.fill(1, trainEnd, devEnd).fill(2, devEnd);
    const lengths = this.#lengths();
    const none = lengths.indexOf(0);
    if (none >= 0) {
      throw new RangeError(
        `Cannot split ${counted(this.sequences, "words")} into train, dev ` +
          `and test: ${PARTS[none]} would be empty`,
      );
    }
    const alsoInTrain = [lengths[0], 0, 0];
    if (!list?.keepEqualTogether) {
      const learned = new Float64Array(lengths[0]);
      let at = 0;
      this.#eachHash((hash, sequence) => {
        if (parts[sequence] === 0) learned[at++] = hash;
      });
      learned.sort();
      this.#eachHash((hash, sequence) => {
        const part = parts[sequence];
        if (part > 0 && isIn(learned, hash)) alsoInTrain[part]++;
      });
    }
    return { dev: alsoInTrain[1], test: alsoInTrain[2] };
  }

  /** How many words or sentences each part has. */
  #lengths(): number[] {
    const lengths = [0, 0, 0];
    for (const part of this.#parts) lengths[part]++;
    return lengths;
  }

  /** Shows each number, and of which word or sentence it is. */
  #each(visit: (number: number, sequence: number) => void, isLast = false) {
    let sequence = 0;
    for (const [i, array] of this.#arrays.entries()) {
      const length = Math.min(ARRAY_LENGTH, this.length - i * ARRAY_LENGTH);
      for (let at = 0; at < length; at++) {
        const number = array[at];
        visit(number, sequence);
        if (number === END) sequence++;
      }
      if (isLast) array.buffer.transfer(0); // gives the memory back at once
    }
  }

  /** Shows a hash of 53 bits of each word or sentence. */
  #eachHash(visit: (hash: number, sequence: number) => void): void {
    let [high, low] = [0, 0];
    this.#each((number, sequence) => {
      high = Math.imul(high ^ number, 0x9e3779b1);
      low = Math.imul(low + number, 0x85ebca6b);
      high ^= high >>> 15;
      low ^= low >>> 13;
      if (number !== END) return;
      visit((high >>> 11) * 2 ** 32 + (low >>> 0), sequence);
      [high, low] = [0, 0];
    });
  }

  /** How often each token occurs in train. */
  counts(): Map<string, number> {
    const counts = new Uint32Array(this.tokens.length);
    this.#each((number, sequence) => {
      if (this.#parts[sequence] === 0) counts[number]++;
    });
    const words = new Map<string, number>();
    for (let number = 1; number < counts.length; number++) {
      if (counts[number] > 0) words.set(this.tokens[number], counts[number]);
    }
    return words;
  }

  /** The sentences of train, which come first, each made when it is asked for. */
  *train(): Generator<string[], void> {
    let sentence: string[] = [];
    let rest = this.#lengths()[0];
    for (const array of this.#arrays) {
      for (const number of array) {
        if (number !== END) sentence.push(this.tokens[number]);
        else {
          if (rest-- === 0) return;
          yield sentence;
          sentence = [];
        }
      }
    }
  }

  /**
   * The parts as ids. What was read is given up meanwhile, and can no longer be
   * used.
   *
   * @throws {RangeError} if the vocabulary lacks a token, or a token is that of
   * boundaries
   */
  encode(vocabulary: Vocabulary): Record<typeof PARTS[number], EncodedPart> {
    const idOf = Uint16Array.from(
      this.tokens,
      (token, number) =>
        number === END ? 0 : encodeWord(vocabulary, [token])[0],
    );
    const ends = PARTS.map(() => BOUNDARIES);
    this.#each((_, sequence) => ends[this.#parts[sequence]]++);
    const ids = ends.map((end) => new Uint16Array(end));
    ends.fill(BOUNDARIES);
    this.#each((number, sequence) => {
      const part = this.#parts[sequence];
      ids[part][ends[part]++] = idOf[number];
    }, true);
    const lengths = this.#lengths();
    const parts = PARTS.map((name, part) =>
      [name, new EncodedPart(ids[part], lengths[part], vocabulary)] as const
    );
    return Object.fromEntries(parts) as ReturnType<TokenIds["encode"]>;
  }
}

/** Whether a value is in an ascending list. */
function isIn(ascending: Float64Array, value: number): boolean {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === value;
}
