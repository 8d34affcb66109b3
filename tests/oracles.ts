/**
 * Numbers that PyTorch 1.13 and CPython 3.11 print, see `pytorch.json`.
 */

import numbers from "./pytorch.json" with { type: "json" };

/** What PyTorch's generator gives, by seed. */
export const generators = Object.entries(numbers.generator).map((
  [seed, draws],
) => ({ seed: Number(seed), draws }));

/** What Python's random module gives, by seed. */
export const pythonRandom = numbers.python_random;

/** What PyTorch prints while it trains. */
export const training = numbers.training;

/** The first five names of the lecture. */
export const fiveNames = ["emma", "olivia", "ava", "isabella", "sophia"];

/** The 27 tokens of the lecture. */
export const letters = "abcdefghijklmnopqrstuvwxyz";

/** The lecture's seed. */
export const SEED = 2147483647;

/** The first 12 hexadecimal digits of the SHA-256 of numbers' bytes. */
export async function shortHash(array: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(
    array.buffer,
    array.byteOffset,
    array.byteLength,
  );
  const hash = await crypto.subtle.digest("SHA-256", bytes.slice());
  return new Uint8Array(hash).toHex().slice(0, 12);
}

/** Five words of the lecture's first part, sampled from counts of pairs. */
export const bigramWords = numbers.bigram[
  "lecture: 5 words from add-1 bigram table, multinomial(1, replacement=True) of torch 1.13 and before, seed 2147483647"
];
