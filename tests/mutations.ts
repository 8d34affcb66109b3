/**
 * Small damage to files, as fast-check makes and shrinks it: other bytes, cut
 * ends, repeated ranges, and what an attacker writes into the JSON of a
 * safetensors header.
 */

import fc from "fast-check";

/** One change to a file: gives a damaged copy. */
export type Mutation = (file: Uint8Array) => Uint8Array;

/** What replaces a value or a key of the JSON. */
const TOKENS = [
  ...String.raw`0 1 3 4 8 -1 -0 1.0 1e2 1e999 NaN Infinity 00 4294967296
    9007199254740991 9007199254740992 9223372036854775808
    18446744073709551615 18446744073709551616
    null true false [] {} [1] [[0]] [0,0] [-1] [1,1,1]
    "" "a" "F32" "F64" "F16" "U8" "F4" "F33" "C" "W1" "b1"
    "__proto__" "constructor" "toString" "__metadata__"
    "dtype" "shape" "data_offsets" "makemore" "step" "sizes"
    "vocabulary" "generator" "config" "losses" "best" "current.C" "current.W1" "-1" "2" "1e999" "[]" "{}"
    "{\"__proto__\":1}" "[\".\",\"a\",\"a\"]" "\ud800" "\u0000"
    "{\"recent\":[NaN],\"logBytes\":0}"`.split(/\s+/),
  '"' + "x".repeat(300) + '"',
  "[".repeat(50),
];

/** The strings, numbers and words of the header, and of JSON in its strings. */
const IN_HEADER = /"(?:[^"\\]|\\.)*"|[^\s{}[\]:,"]+/gs;
const IN_STRING = /\\"(?:[^"\\]|\\[^"])*\\"|[^\s{}[\]:,"\\]+/gs;
const HEADER = /^.*/s;
const METADATA = /(?<="__metadata__":)\{(?:"(?:[^"\\]|\\.)*"[:,]?)*\}/s;

const WEIGHTS = [NaN, Infinity, -Infinity, -0, 1e-45, 3.4e38, 0, 1];

const fraction = fc.integer({ min: 0, max: 2 ** 30 - 1 })
  .map((part) => part / 2 ** 30);
const token = fc.constantFrom(...TOKENS);

// Most bytes of a checkpoint are weights, where little can go wrong, and most
// of its header is the generator's state, where the same always goes wrong.
const place = fc.tuple(
  fraction,
  fc.constantFrom("edges of the header", "edges of the header", "header", ""),
).map(([at, region]) => (file: Uint8Array): number => {
  const start = region === "" ? 0 : Math.min(8, file.length);
  const size = (region === "" ? file.length : headerEnd(file)) - start;
  if (region !== "edges of the header") return start + Math.floor(at * size);
  const near = Math.floor(at * Math.min(1600, size)); // 800 bytes on each side
  return near < 800 ? start + near : start + size - (near - 799);
});

/** A change at some place, by a value of its own. */
function atPlace<Value>(
  values: fc.Arbitrary<Value>,
  change: (file: Uint8Array, at: number, value: Value) => Uint8Array,
): fc.Arbitrary<Mutation> {
  return fc.tuple(place, values)
    .map(([place, value]) => (file) => change(file, place(file), value));
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  // a byte, a weight
  atPlace(
    fc.nat(255),
    (file, at, byte) => patched(file, at, [byte]),
  ),
  atPlace(fc.constantFrom(...WEIGHTS), (file, at, weight) => {
    const start = headerEnd(file);
    const index = start + Math.floor(Math.max(0, at - start) / 4) * 4;
    return patched(file, index, bytesOf(Float32Array.of(weight)));
  }),
  // a missing end, a missing range, a range twice, more bytes
  atPlace(fc.constant(0), (file, at) => file.slice(0, at)),
  atPlace(fc.nat(40), (file, at, count) => spliced(file, at, at + count, [])),
  atPlace(
    fc.nat(200),
    (file, at, count) => spliced(file, at, at, file.slice(at, at + count)),
  ),
  atPlace(
    fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 12 }), token.map(utf8)),
    (file, at, bytes) => spliced(file, at, at, bytes),
  ),
  // another length of the header
  fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: 0n, max: 20_000n }),
  ).map((length): Mutation => (file) => withLength(file, length)),
  // another token in the header, or in one of the strings of its metadata
  {
    weight: 8,
    arbitrary: fc.tuple(fraction, token, fc.boolean())
      .map(([at, token, inString]): Mutation => (file) => {
        // One character for each byte, so that the places are the same.
        const header = String.fromCharCode(...file.slice(8, headerEnd(file)));
        const region = (inString ? METADATA : HEADER).exec(header);
        if (!region) return file;
        const pattern = inString ? IN_STRING : IN_HEADER;
        const tokens = [...region[0].matchAll(pattern)];
        if (tokens.length === 0) return file;
        const { index, 0: old } = tokens[Math.floor(at * tokens.length)];
        const from = 8 + region.index + index;
        const bytes = utf8(inString ? token.replace(/["\\]/g, "\\$&") : token);
        return spliced(file, from, from + old.length, bytes);
      }),
  },
);

/** From one change to four. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, {
  minLength: 1,
  maxLength: 4,
});

/**
 * A damaged copy of a safetensors file. Where a change makes the header longer
 * or shorter, the length that the file states follows, so that the check that
 * is meant for the damage meets it.
 *
 * @param file a file
 * @param changes what to do to it, one after the other
 */
export function damaged(
  file: Uint8Array,
  changes: readonly Mutation[],
): Uint8Array {
  return changes.reduce((bytes, change) => change(bytes), file);
}

/** A copy with other bytes from a place on, if they fit in. */
function patched(
  file: Uint8Array,
  at: number,
  bytes: ArrayLike<number>,
): Uint8Array {
  const copy = file.slice();
  if (at + bytes.length <= copy.length) copy.set(bytes, at);
  return copy;
}

/** A copy with other bytes in a range, and the header's length set right. */
function spliced(
  file: Uint8Array,
  from: number,
  to: number,
  bytes: ArrayLike<number>,
): Uint8Array {
  const end = Math.min(to, file.length);
  const copy = new Uint8Array(file.length - (end - from) + bytes.length);
  copy.set(file.subarray(0, from));
  copy.set(bytes, from);
  copy.set(file.subarray(end), from + bytes.length);
  const header = headerEnd(file);
  if (from < 8 || from > header) return copy;
  const length = header - 8 + bytes.length - (Math.min(end, header) - from);
  return withLength(copy, BigInt(Math.max(0, length)));
}

/** A copy that states another length of its header. */
function withLength(file: Uint8Array, length: bigint): Uint8Array {
  return patched(file, 0, bytesOf(BigUint64Array.of(length)));
}

function headerEnd(file: Uint8Array): number {
  if (file.length < 8) return file.length;
  const view = new DataView(file.buffer, file.byteOffset);
  return Math.min(file.length, Number(view.getBigUint64(0, true)) + 8);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function bytesOf({ buffer }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer);
}
