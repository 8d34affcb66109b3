/**
 * Small damage to files, as fast-check makes and shrinks it: flipped bits, cut
 * ends, doubled ranges, and in the JSON of a safetensors header what a hostile
 * hand would write there.
 */

import fc from "fast-check";
import {
  decodeSafetensors,
  encodeSafetensors,
} from "../../lib/saving/safetensors.ts";

/** Where in a file: a place between 0 and 1 of a region. */
interface Place {
  readonly at: number;
  readonly region: "edges of the header" | "header" | "file";
}

/** One change to a file. */
export type Mutation =
  | { readonly kind: "flip"; readonly place: Place; readonly bit: number }
  | { readonly kind: "set"; readonly place: Place; readonly byte: number }
  | { readonly kind: "cut"; readonly place: Place }
  | { readonly kind: "delete"; readonly place: Place; readonly count: number }
  | { readonly kind: "repeat"; readonly place: Place; readonly count: number }
  | {
    readonly kind: "insert";
    readonly place: Place;
    readonly bytes: Uint8Array;
  }
  | { readonly kind: "length"; readonly length: bigint }
  | { readonly kind: "token"; readonly at: number; readonly token: string }
  | {
    readonly kind: "metadata";
    readonly key: number;
    readonly at: number;
    readonly token: string;
  }
  | { readonly kind: "weight"; readonly place: Place; readonly weight: number };

/** What a hostile hand writes in the place of a value or a key. */
const TOKENS = [
  ..."0 1 3 4 8 -1 -0 1.0 1e2 1e999 NaN Infinity 00 4294967296".split(" "),
  ..."9007199254740991 9007199254740992 9223372036854775808".split(" "),
  ..."18446744073709551615 18446744073709551616".split(" "),
  ..."null true false [] {} [1] [[0]] [0,0] [-1] [1,1,1]".split(" "),
  ...'"" "a" "F32" "F64" "F16" "U8" "F4" "F33" "C" "W1" "b1"'.split(" "),
  ...'"__proto__" "constructor" "toString" "__metadata__"'.split(" "),
  ...'"dtype" "shape" "data_offsets" "makemore" "step" "sizes"'.split(" "),
  ...'"vocabulary" "generator" "config" "losses" "-1" "2" "1e999"'.split(" "),
  '"[]"',
  '"{}"',
  '"{\\"__proto__\\":1}"',
  '"[\\".\\",\\"a\\",\\"a\\"]"',
  '"{\\"recent\\":[NaN],\\"logBytes\\":0}"',
  '"\\ud800"',
  '"\\u0000"',
  '"' + "x".repeat(300) + '"',
  "[".repeat(50),
];

const WEIGHTS = [NaN, Infinity, -Infinity, -0, 1e-45, 3.4e38, 0, 1];

const fraction = fc.integer({ min: 0, max: 2 ** 30 - 1 })
  .map((part) => part / 2 ** 30);

// Most bytes of a checkpoint are weights, where little can go wrong, and most
// of its header is the generator's state, where always the same goes wrong.
const place: fc.Arbitrary<Place> = fc.record({
  at: fraction,
  region: fc.constantFrom(
    "edges of the header",
    "edges of the header",
    "header",
    "file",
  ),
});

const kind = <Kind extends string>(name: Kind) => fc.constant(name);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: kind("flip"), place, bit: fc.nat(7) }),
  fc.record({
    kind: kind("set"),
    place,
    byte: fc.oneof(fc.nat(255), fc.integer({ min: 0x20, max: 0x7e })),
  }),
  fc.record({ kind: kind("cut"), place }),
  fc.record({ kind: kind("delete"), place, count: fc.nat(40) }),
  fc.record({ kind: kind("repeat"), place, count: fc.nat(200) }),
  fc.record({
    kind: kind("insert"),
    place,
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      fc.constantFrom(...TOKENS).map(utf8),
    ),
  }),
  fc.record({
    kind: kind("length"),
    length: fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: 0n, max: 20_000n }),
    ),
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind("token"),
      at: fraction,
      token: fc.constantFrom(...TOKENS),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind("metadata"),
      key: fraction,
      at: fraction,
      token: fc.constantFrom(...TOKENS),
    }),
  },
  fc.record({
    kind: kind("weight"),
    place,
    weight: fc.constantFrom(...WEIGHTS),
  }),
);

/** From one change to a few. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, {
  minLength: 1,
  maxLength: 4,
});

/**
 * A damaged copy of a safetensors file. Where a change makes the header longer
 * or shorter, the length that the file states follows, so that the damage is
 * met by the check that is meant for it.
 *
 * @param file a file
 * @param changes what to do to it, one after the other
 */
export function damaged(
  file: Uint8Array,
  changes: readonly Mutation[],
): Uint8Array {
  return changes.reduce(damage, file);
}

function damage(file: Uint8Array, change: Mutation): Uint8Array {
  const headerEnd = headerEndOf(file);
  switch (change.kind) {
    case "length": {
      const bytes = file.slice();
      if (bytes.length >= 8) {
        new DataView(bytes.buffer).setBigUint64(0, change.length, true);
      }
      return bytes;
    }
    case "token": {
      const header = file.subarray(Math.min(8, file.length), headerEnd);
      // One character for each byte, so that places are the same.
      const text = Array.from(header, (byte) => String.fromCharCode(byte));
      const token = tokenAt(text.join(""), change.at);
      return spliced(file, 8 + token.from, 8 + token.to, utf8(change.token));
    }
    case "metadata":
      return withMetadata(file, change);
  }

  const index = indexOf(change.place, file, headerEnd);
  switch (change.kind) {
    case "flip": {
      const bytes = file.slice();
      bytes[index] ^= 1 << change.bit;
      return bytes;
    }
    case "set": {
      const bytes = file.slice();
      bytes[index] = change.byte;
      return bytes;
    }
    case "cut":
      return file.slice(0, index);
    case "delete":
      return spliced(file, index, index + change.count, new Uint8Array());
    case "repeat": {
      const range = file.slice(index, index + change.count);
      return spliced(file, index, index, range);
    }
    case "insert":
      return spliced(file, index, index, change.bytes);
    case "weight": {
      const bytes = file.slice();
      const weight = headerEnd + Math.floor((index - headerEnd) / 4) * 4;
      if (weight >= headerEnd && weight + 4 <= bytes.length) {
        new DataView(bytes.buffer).setFloat32(weight, change.weight, true);
      }
      return bytes;
    }
  }
}

function indexOf(place: Place, file: Uint8Array, headerEnd: number): number {
  const start = place.region === "file" ? 0 : Math.min(8, file.length);
  const end = place.region === "file" ? file.length : headerEnd;
  const offset = Math.floor(place.at * (end - start));
  if (place.region !== "edges of the header") return start + offset;
  // The first and the last 800 bytes.
  const near = Math.floor(place.at * Math.min(1600, end - start));
  return near < 800 ? start + near : end - (near - 799);
}

/** Another word in the JSON of one of the strings of the header. */
function withMetadata(
  file: Uint8Array,
  { key, at, token }: Mutation & { kind: "metadata" },
): Uint8Array {
  let read: ReturnType<typeof decodeSafetensors>;
  try {
    read = decodeSafetensors(file);
  } catch {
    return file; // damaged before: there is no metadata to be found
  }
  const keys = [...read.metadata.keys()];
  if (keys.length === 0) return file;
  const name = keys[Math.floor(key * keys.length)];
  const text = read.metadata.get(name)!;
  const { from, to } = tokenAt(text, at);
  const changed = text.slice(0, from) + token + text.slice(to);
  const metadata = new Map(read.metadata).set(name, changed);
  return encodeSafetensors(read.tensors, metadata);
}

/** A file with other bytes in a range, and the header's length set right. */
function spliced(
  file: Uint8Array,
  from: number,
  to: number,
  by: Uint8Array,
): Uint8Array {
  const end = Math.min(to, file.length);
  const bytes = new Uint8Array(file.length - (end - from) + by.length);
  bytes.set(file.subarray(0, from));
  bytes.set(by, from);
  bytes.set(file.subarray(end), from + by.length);
  const headerEnd = headerEndOf(file);
  if (from >= 8 && from <= headerEnd && bytes.length >= 8) {
    const change = by.length - (Math.min(end, headerEnd) - from);
    const length = Math.max(0, headerEnd - 8 + change);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  }
  return bytes;
}

function headerEndOf(file: Uint8Array): number {
  if (file.length < 8) return file.length;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const end = view.getBigUint64(0, true) + 8n;
  return end > file.length ? file.length : Number(end);
}

/** One of the strings, numbers and words of a JSON text, if it has any. */
function tokenAt(text: string, at: number): { from: number; to: number } {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[^\s{}[\]:,"]+/gs)];
  if (tokens.length === 0) return { from: 0, to: 0 };
  const token = tokens[Math.floor(at * tokens.length)];
  return { from: token.index, to: token.index + token[0].length };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
