/**
 * Damaged files by the ten thousand: each must either be read or be refused by
 * one sentence of the right class. Anything else ends with the seed, the
 * smallest file that shows it, and a non-zero exit code.
 *
 *     deno task fuzz --seed 1 --checkpoints 100000 --word-lists 20000
 */

import fc from "fast-check";
import { decodeSafetensors } from "../lib/saving/safetensors.ts";
import { damaged, mutations } from "./mutations.ts";
import { wholeOptions } from "./whole_options.ts";
import {
  CheckpointError,
  decodeCheckpoint,
  encodeCheckpoint,
  type MakemoreError,
  parseWords,
  TorchGenerator,
  WordListError,
} from "../mod.ts";

/** How much to try, and from which seed. */
export interface FuzzOptions {
  /** The seed of fast-check, from −2³¹ to 2³¹ − 1. */
  seed: number;
  /** How many files. */
  runs: number;
}

/** What became of the files. */
export interface FuzzResult {
  /** How many were read. */
  valid: number;
  /** How many were refused, by the sentence without its values. */
  refusals: Map<string, number>;
  /** How long the slowest took, in milliseconds. */
  slowest: number;
}

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
    { tokens: [".", ..."abcdefghijklmnopqrstuvwxyz"], T: 3, E: 2, H: 100 },
    { tokens: [".", ..."abcdefghijklmnopqrstuvwxyz"], T: 3, E: 10, H: 200 },
  ].map(({ tokens, T, E, H, ...direct }) => {
    const generator = new TorchGenerator(2147483647);
    const V = tokens.length;
    return encodeCheckpoint({
      parameters: {
        C: generator.randn(V * E),
        W1: generator.randn(T * E * H),
        b1: generator.randn(H),
        W2: generator.randn(H * V),
        b2: generator.randn(V),
        ...("directConnections" in direct
          ? { Wd: generator.randn(T * E * V) }
          : {}),
      },
      sizes: {
        vocabularySize: V,
        contextLength: T,
        embeddingSize: E,
        hiddenSize: H,
        ...direct,
      },
      tokens,
      step: 1000,
      generatorState: generator.getState(),
      config: { seed: 2147483647, learningRate: 0.1, words: "names.txt" },
      losses: { recent: [...generator.rand(20)], logBytes: 300 },
    });
  });
}

/**
 * Reads damaged checkpoints. One that is read must be a checkpoint that can be
 * written, and read as the same again.
 */
export function fuzzCheckpoints({ seed, runs }: FuzzOptions): FuzzResult {
  const good = goodCheckpoints();
  const file = fc.tuple(fc.nat(good.length - 1), mutations)
    .map(([index, changes]) => damaged(good[index], changes));
  const source = "fuzzed";
  return fuzz(file, { seed, runs }, CheckpointError, (bytes) => {
    const { metadata } = decodeSafetensors(bytes, { source });
    const checkpoint = decodeCheckpoint(bytes, { source });
    const again = encodeCheckpoint(checkpoint);
    if (metadata.get("makemore") !== "1") throw new Error("No such layout");
    const same = encodeCheckpoint(decodeCheckpoint(again, { source }));
    if (same.some((byte, index) => byte !== again[index])) {
      throw new Error("What was read is not what is written");
    }
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

/** Reads word lists: sensible ones, damaged ones and mere bytes. */
export function fuzzWordLists({ seed, runs }: FuzzOptions): FuzzResult {
  const text = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 4, arbitrary: fc.constant("\n") },
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    { maxLength: 30 },
  ).map((pieces) => new TextEncoder().encode(pieces.join("")));
  const list = fc.oneof(
    text,
    fc.tuple(text, mutations).map(([bytes, changes]) =>
      damaged(bytes, changes)
    ),
    fc.uint8Array({ maxLength: 300 }),
  );
  return fuzz(list, { seed, runs }, WordListError, (bytes) => {
    const { words, source } = parseWords(bytes, "fuzzed");
    const faulty = words.find((word) =>
      word === "" || word !== word.trim() || /[.\0\r\n]/.test(word) ||
      !word.isWellFormed()
    );
    if (words.length === 0 || faulty !== undefined || source !== "fuzzed") {
      throw new Error(`This is no list of words: ${JSON.stringify(words)}`);
    }
  });
}

function fuzz(
  files: fc.Arbitrary<Uint8Array>,
  { seed, runs }: FuzzOptions,
  refusal: new (message: string) => MakemoreError,
  read: (bytes: Uint8Array) => void,
): FuzzResult {
  const result: FuzzResult = { valid: 0, refusals: new Map(), slowest: 0 };
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
  fc.assert(property, { seed, numRuns: runs, includeErrorInReport: true });
  return result;
}

/** A sentence without the values that it quotes. */
function kindOf(message: string): string {
  return message
    .replace(/^Cannot read fuzzed: |^fuzzed(, line \d+)?:? ?/, "")
    .replace(/"(?:[^"\\]|\\.)*"/g, "“…”")
    .replace(/(C|W1|b1|W2|b2|Wd) \[[\d,]*\]/g, "$1 […]")
    .replace(/\[[\d,]*\]/g, "[…]")
    .replace(/(parameter|dtype) [A-Z]\w*/gi, "$1 …")
    .replace(/is (NaN|-?Infinity) at/, "is not finite at")
    .replace(/is (BOOL|BF16|[FUIC]\d+\w*), but/, "is …, but")
    .replace(/0x[0-9a-f]{2}/, "0x…")
    .replace("0 to 2^53 - 1", "zero to a limit")
    .replace(/(?<!UTF-)\b\d+\b/g, "N");
}

function report(what: string, { valid, refusals, slowest }: FuzzResult): void {
  const refused = [...refusals.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${valid + refused} ${what}: ${valid} read, ${refused} refused in ` +
      `${refusals.size} ways, none otherwise; the slowest took ` +
      `${slowest.toFixed(1)} ms`,
  );
  const sorted = [...refusals].sort(([, a], [, b]) => b - a);
  for (const [kind, count] of sorted) {
    console.log(`${String(count).padStart(8)}  ${kind}`);
  }
}

if (import.meta.main) {
  const options = wholeOptions({
    seed: crypto.getRandomValues(new Int32Array(1))[0],
    checkpoints: 100_000,
    "word-lists": 20_000,
  });
  const { seed, checkpoints, "word-lists": lists } = options;
  console.log(
    `deno task fuzz --seed ${seed} --checkpoints ${checkpoints} ` +
      `--word-lists ${lists}`,
  );
  report("damaged checkpoints", fuzzCheckpoints({ seed, runs: checkpoints }));
  report("word lists", fuzzWordLists({ seed, runs: lists }));
}
