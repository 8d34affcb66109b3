/**
 * The state of a generator in the bytes that PyTorch saves.
 *
 * PyTorch: `CPUGeneratorImplState` in `aten/src/ATen/CPUGeneratorImpl.cpp`.
 */

import { Mt19937, STATE_WORDS } from "./mersenne_twister.ts";

/** The size of a state, as `torch.Generator.get_state()` returns it. */
export const STATE_BYTES = 5056;

/** All that decides which numbers a generator draws next. */
export interface TorchState {
  /** The seed, 0 to 2⁵³ − 1. */
  readonly seed: number;
  /** The words of the Mersenne Twister, uint32 `[624]`. */
  readonly words: Uint32Array;
  /** How many of the words are used, 0 to 624. */
  readonly position: number;
  /** The second normal number of a pair, if it has not been drawn. */
  readonly spareNormal: number | undefined;
}

// The offset of each field, little-endian. The bytes between are zero here.
const SEED_AT = 0;
const LEFT_AT = 8;
const SEEDED_AT = 12;
const NEXT_AT = 16;
const WORDS_AT = 24;
const SPARE_AT = 5024;
const SPARE_VALID_AT = 5040;

/** The bytes of a state, as `torch.Generator.get_state()` returns them. */
export function encodeState(state: TorchState): Uint8Array {
  const { seed, words, position, spareNormal } = state;
  // PyTorch marks a generator that has not drawn yet by a `next` of 0.
  const seeded = new Mt19937(seed).words;
  const fresh = position === STATE_WORDS &&
    words.every((word, i) => word === seeded[i]);
  const view = new DataView(new ArrayBuffer(STATE_BYTES));
  view.setBigUint64(SEED_AT, BigInt(seed), true);
  view.setInt32(LEFT_AT, STATE_WORDS + 1 - position, true);
  view.setInt32(SEEDED_AT, 1, true);
  view.setBigUint64(NEXT_AT, BigInt(fresh ? 0 : position), true);
  for (let i = 0; i < STATE_WORDS; i++) {
    view.setBigUint64(WORDS_AT + 8 * i, BigInt(words[i]), true);
  }
  if (spareNormal !== undefined) {
    view.setFloat64(SPARE_AT, spareNormal, true);
    view.setInt32(SPARE_VALID_AT, 1, true);
  }
  return new Uint8Array(view.buffer);
}

/**
 * The state of bytes from {@linkcode encodeState} or from PyTorch.
 *
 * @throws {RangeError} if the bytes are not a state
 */
export function decodeState(bytes: Uint8Array): TorchState {
  const fail = (reason: string): never => {
    throw new RangeError(`Cannot set the state of a generator: ${reason}`);
  };
  if (bytes.length !== STATE_BYTES) {
    fail(`it has ${bytes.length} bytes, not ${STATE_BYTES}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // PyTorch's seeds have 64 bits; as many as fit are kept, of which 32 count
  const seed = Number(BigInt.asUintN(53, view.getBigUint64(SEED_AT, true)));
  const left = view.getInt32(LEFT_AT, true);
  const next = Number(view.getBigUint64(NEXT_AT, true));
  const position = STATE_WORDS + 1 - left;
  const consistent = next === position
    ? 1 <= position && position <= STATE_WORDS
    : next === 0 && position === STATE_WORDS;
  const seeded = view.getInt32(SEEDED_AT, true) === 1;
  if (!seeded || !consistent) {
    fail(`seed ${seed}, left ${left} and next ${next} contradict each other`);
  }
  const spare = view.getFloat64(SPARE_AT, true);
  const hasSpare = view.getInt32(SPARE_VALID_AT, true) === 1;
  if (hasSpare && !Number.isFinite(spare)) {
    fail(`its spare normal number is ${spare}`);
  }
  const words = new Uint32Array(STATE_WORDS)
    .map((_, i) => view.getUint32(WORDS_AT + 8 * i, true));
  return { seed, words, position, spareNormal: hasSpare ? spare : undefined };
}
