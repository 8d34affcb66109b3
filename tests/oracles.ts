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

/** The sizes of the lecture's first model: 3,481 parameters. */
export const smallModel = {
  vocabularySize: 27,
  contextLength: 3,
  embeddingSize: 2,
  hiddenSize: 100,
};

/** The sizes of its last: 11,897 parameters. */
export const largeModel = { ...smallModel, embeddingSize: 10, hiddenSize: 200 };

/**
 * The losses of the last model's steps 0 to 20 that PyTorch prints: minibatches
 * of 32 of the train split, learning rate 0.1, one generator. The first ten are
 * those of torch 2.13 with AVX2, the others of torch 1.13, whose first ten are
 * within 1e-4 of these.
 */
export const torchLosses = [
  27.881732940673828,
  24.00319480895996,
  24.807373046875,
  24.94935417175293,
  23.823532104492188,
  19.059764862060547,
  18.85731315612793,
  23.34536361694336,
  20.913677215576172,
  22.175504684448242,
  16.694419860839844,
  17.08818817138672,
  19.137144088745117,
  21.2144775390625,
  15.580334663391113,
  12.393592834472656,
  17.54862403869629,
  16.53469467163086,
  12.672542572021484,
  11.359186172485352,
  12.298004150390625,
];
