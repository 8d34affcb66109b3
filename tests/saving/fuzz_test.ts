/**
 * Damaged files by the thousand: each must either be read or be refused by one
 * sentence of the right class. `deno task fuzz` reads many more, from a new
 * seed that it prints, and how the files were refused:
 *
 *     deno task fuzz --seed 1 --checkpoints 100000 --word-lists 20000
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../lib/saving/checkpoint.ts";
import {
  CheckpointError,
  type MakemoreError,
  WordListError,
} from "../../lib/errors/errors.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { Vocabulary } from "../../lib/data/vocabulary.ts";
import { tidyText } from "../../lib/data/text.ts";
import { parseWords } from "../../lib/data/words.ts";
import { damaged, mutations } from "../mutations.ts";
import { sizeOption } from "../size_option.ts";

// A fixed seed, unless `deno task fuzz` gives another, so that a failure is not
// a matter of luck.
const checkpoints = sizeOption("checkpoints", 2000);
const lists = sizeOption("word-lists", 2000);
const isLong = Deno.args.length > 0;
const seed = sizeOption("seed", isLong ? Date.now() % 2 ** 31 : 1);

/** The longest sentence of a refusal, the file's name included. */
const LONGEST_SENTENCE = 2_000;

/** No file here is larger than 60 kB; a second for one would be a hang. */
const LONGEST_TIME = 1_000;

/** Checkpoints of several sizes, as they are written. */
function goodCheckpoints(): Uint8Array[] {
  return [
    { tokens: [".", "a", "😀"], T: 2, E: 2, H: 4 },
    { tokens: [".", "a", "b", "\u0301", "漢"], T: 1, E: 1, H: 1 },
    { tokens: [".", "a", "b"], T: 2, E: 1, H: 2, directConnections: true },
    {
      ...{ tokens: [".", "a", "b"], T: 1, E: 1, H: 2 },
      best: { step: 900, loss: 1.5 },
    },
    { tokens: [".", ..."abcdefghijklmnopqrstuvwxyz"], T: 3, E: 2, H: 100 },
    { tokens: [".", ..."abcdefghijklmnopqrstuvwxyz"], T: 3, E: 10, H: 200 },
  ].map(({ tokens, T, E, H, ...more }) => {
    const generator = new TorchGenerator(2147483647);
    const V = tokens.length;
    const network = () => ({
      C: generator.randn(V * E),
      W1: generator.randn(T * E * H),
      b1: generator.randn(H),
      W2: generator.randn(H * V),
      b2: generator.randn(V),
      ...("directConnections" in more
        ? { Wd: generator.randn(T * E * V) }
        : {}),
    });
    return encodeCheckpoint({
      parameters: network(),
      ...("best" in more ? { best: more.best, current: network() } : {}),
      vocabulary: new Vocabulary(tokens, { lowercase: V === 5 }),
      step: 1000,
      generatorState: generator.getState(),
      config: { seed: 2147483647, learningRate: 0.1, words: "names.txt" },
      losses: { recent: [...generator.rand(20)], logBytes: 300 },
    });
  });
}

/** Pieces of word lists: names, other scripts, and what is no list at all. */
const PIECES = [
  ..."emma olivia ava jean-luc o'neil Ærøskøbing 王小明 😀😀 नमस्ते e\u0301"
    .split(
      " ",
    ),
  ...["\n", "\r\n", "\r", "\n\n", " ", "\t", "\u2028", "\u0085", "\ufeff"],
  ...[".", "\0", "\u001b[2J", "\x7f", "\u202e", "x".repeat(5000), ""],
];

/** Any character: fast-check takes two seconds to make all of its "binary". */
const character = fc.nat(0x10ffff).map(
  (point) => String.fromCodePoint(point),
  (text) => String(text).codePointAt(0)!,
);

/** Word lists: sensible ones, damaged ones and mere bytes. */
const wordList = (() => {
  const text = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 4, arbitrary: fc.constant("\n") },
      fc.string({ unit: character, maxLength: 8 }),
    ),
    { maxLength: 30 },
  ).map((pieces) => new TextEncoder().encode(pieces.join("")));
  return fc.oneof(
    text,
    fc.tuple(text, mutations).map(([bytes, changes]) =>
      damaged(bytes, changes)
    ),
    fc.uint8Array({ maxLength: 300 }),
  );
})();

/**
 * Reads files that are damaged.
 *
 * @param files the files
 * @param numRuns how many
 * @param refusal the class of the error that refuses them
 * @param read reads one
 * @returns how many were read, how many were refused by which sentence without
 * its values, and how many milliseconds the slowest took
 */
function fuzz(
  files: fc.Arbitrary<Uint8Array>,
  numRuns: number,
  refusal: new (message: string) => MakemoreError,
  read: (bytes: Uint8Array) => void,
) {
  const result = {
    valid: 0,
    refusals: new Map<string, number>(),
    slowest: 0,
  };
  const property = fc.property(files, (bytes) => {
    const before = performance.now();
    try {
      read(bytes);
      result.valid++;
    } catch (error) {
      if (!(error instanceof refusal)) throw error;
      const { message } = error;
      if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(message)) {
        throw new Error(`Not one line: ${JSON.stringify(message)}`);
      }
      if (message.length > LONGEST_SENTENCE) {
        throw new Error(`A sentence of ${message.length} characters`);
      }
      const kind = kindOf(message);
      result.refusals.set(kind, (result.refusals.get(kind) ?? 0) + 1);
    }
    const time = performance.now() - before;
    result.slowest = Math.max(result.slowest, time);
    if (time > LONGEST_TIME) throw new Error(`It took ${time} ms`);
    const polluted = Object.keys(Object.prototype);
    if (polluted.length > 0) throw new Error(`Polluted by ${polluted}`);
  });
  fc.assert(property, { seed, numRuns, includeErrorInReport: true });
  if (isLong) report(result);
  return result;
}

/** A sentence without its values. */
function kindOf(message: string): string {
  return message
    .replace(/^Cannot read fuzzed: |^fuzzed(, line \d+)?:? ?/, "")
    .replace(/"(?:[^"\\]|\\.)*"/g, "“…”")
    .replace(/(C|W1|b1|W2|b2|Wd) \[[\d,]*\]/g, "$1 […]")
    .replace(/\[[\d,]*\]/g, "[…]")
    .replace(/its (C|W1|b1|W2|b2|Wd) is \S+ at/, "its … is … at")
    .replace(/-?\b\d+\b/g, "N");
}

/** Prints what became of the files. */
function report({ valid, refusals, slowest }: ReturnType<typeof fuzz>): void {
  const refused = [...refusals.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `seed ${seed}: ${valid} read, ${refused} refused in ${refusals.size} ways, ` +
      `none otherwise; the slowest took ${slowest.toFixed(1)} ms`,
  );
  const sorted = [...refusals].sort(([, a], [, b]) => b - a);
  for (const [kind, count] of sorted) {
    console.log(`${String(count).padStart(8)}  ${kind}`);
  }
}

Deno.test(`decodeCheckpoint() reads or refuses ${checkpoints} damaged checkpoints, seed ${seed}`, () => {
  const good = goodCheckpoints();
  const file = fc.tuple(fc.nat(good.length - 1), mutations)
    .map(([index, changes]) => damaged(good[index], changes));
  const options = { source: "fuzzed" };
  const result = fuzz(file, checkpoints, CheckpointError, (bytes) => {
    // What is read can be written, and is then read as the same.
    const again = encodeCheckpoint(decodeCheckpoint(bytes, options));
    assertEquals(encodeCheckpoint(decodeCheckpoint(again, options)), again);
  });
  assert(result.valid > 50, `${result.valid} were read`);
  const { size } = result.refusals;
  assert(size > 20, `refused in ${size} ways`);
});

Deno.test(`parseWords() reads or refuses ${lists} word lists, seed ${seed}`, () => {
  const result = fuzz(wordList, lists, WordListError, (bytes) => {
    const { words, source } = parseWords(bytes, "fuzzed");
    const faulty = words.find((word) =>
      word === "" || word !== word.trim() || /[\0\r\n]/.test(word) ||
      !word.isWellFormed() || word !== tidyText(word)
    );
    assert(words.length > 0 && faulty === undefined, JSON.stringify(words));
    assertEquals(source, "fuzzed");
  });
  assert(result.valid > 50, `${result.valid} were read`);
  const { size } = result.refusals;
  assert(size >= 4, `refused in ${size} ways`);
});
