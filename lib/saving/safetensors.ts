/**
 * The safetensors file format: named arrays of numbers and a few strings,
 * which Python's `safetensors`, PyTorch and many others read and write. It can
 * hold no code, so that a file from anywhere is safe to open.
 *
 * A file is 8 bytes with the length of the header, the header in JSON, and the
 * numbers of all tensors one after the other, little-endian and row-major. The
 * rules are those of the Rust crate (huggingface/safetensors, `tensor.rs`); a
 * few are stricter, which its own writer never notices: keys stand there once,
 * `__metadata__` is not null, a tensor has nothing but dtype, shape and
 * data_offsets and at most 64 dimensions, as in NumPy, and there are no more
 * than 100,000 tensors.
 */

import { CheckpointError } from "../errors/errors.ts";
import { JsonScanner } from "./json_scanner.ts";
import { quote } from "../errors/quote.ts";

/** The bits of one number of each dtype, in the order of the Rust crate. */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** What the numbers of a tensor are, in the names of the format. */
export type Dtype = keyof typeof BITS;

const DTYPES = Object.keys(BITS) as Dtype[];

/** One tensor of a file. */
export interface SafeTensor {
  /** What its numbers are. */
  readonly dtype: Dtype;
  /** Its dimensions, none of them for a single number. */
  readonly shape: readonly number[];
  /** Its numbers, little-endian and row-major. */
  readonly data: Uint8Array;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** The tensors by name, in the order of their numbers in the file. */
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  /** The strings that the header holds beside them, by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The longest header, in bytes, that the format allows. */
const MAX_HEADER_BYTES = 100_000_000;

/** The most dimensions of a tensor, as in NumPy. */
const MAX_RANK = 64;

/** How many bytes say how long the header is. */
const LENGTH_BYTES = 8;

const METADATA = "__metadata__";

/**
 * The bytes of a safetensors file. The same tensors and metadata give the same
 * bytes, whatever order they come in: those that the Rust crate and Python
 * write, with the metadata, which they leave in random order, sorted by key.
 *
 * @param tensors the tensors by name
 * @param metadata strings to keep with them
 * @throws {RangeError} if a tensor's data is not as long as its shape and
 * dtype say, if a tensor is called `__metadata__`, if a string holds half a
 * character, or if the header gets longer than 100 MB
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([a, left], [b, right]) =>
    DTYPES.indexOf(right.dtype) - DTYPES.indexOf(left.dtype) || byUtf8(a, b)
  );
  const fields: string[] = [];
  if (metadata.size > 0) {
    const strings = [...metadata].sort(([a], [b]) => byUtf8(a, b))
      .map(([key, value]) => `${toJson(key)}:${toJson(value)}`);
    fields.push(`"${METADATA}":{${strings}}`);
  }
  let end = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    const size = byteLength(dtype, shape);
    if (size !== data.length) {
      throw new RangeError(
        `The tensor ${quote(name)} of dtype ${dtype} and shape [${shape}] ` +
          `has ${size ?? "no possible number of"} bytes, not ${data.length}`,
      );
    }
    if (name === METADATA) {
      throw new RangeError(`A tensor cannot be called "${METADATA}"`);
    }
    fields.push(
      `${toJson(name)}:{"dtype":"${dtype}","shape":[${shape}],` +
        `"data_offsets":[${end},${end += size}]}`,
    );
  }

  const header = new TextEncoder().encode(`{${fields}}`);
  // Padded so that the numbers begin at a multiple of 8, as the widest need.
  const start = LENGTH_BYTES + Math.ceil(header.length / 8) * 8;
  if (start - LENGTH_BYTES > MAX_HEADER_BYTES) {
    throw new RangeError(
      `A header of ${header.length} bytes is too long: safetensors allows ` +
        MAX_HEADER_BYTES,
    );
  }
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer)
    .setBigUint64(0, BigInt(start - LENGTH_BYTES), true);
  bytes.set(header, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + header.length, start);
  let offset = start;
  for (const [, { data }] of ordered) {
    bytes.set(data, offset);
    offset += data.length;
  }
  return bytes;
}

/**
 * What a safetensors file holds. The tensors' data are views of the bytes, so
 * that nothing is allocated that the header alone claims.
 *
 * @param bytes the whole file
 * @param options `source`: what to call the file in errors
 * @throws {CheckpointError} if the file breaks a rule of the format; the
 * sentence says which, where, and by what value
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  { source }: { source: string },
): SafetensorsFile {
  const fail: Fail = (fault) => {
    throw new CheckpointError(`Cannot read ${source}: ${fault}`);
  };
  const header = headerOf(bytes, fail);
  let entries: Entries;
  try {
    entries = parseHeader(header.text, fail);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail(error.message);
  }

  const data = bytes.subarray(header.end);
  const tensors = new Map<string, SafeTensor>();
  let covered = 0;
  const byOffsets = [...entries.tensors].sort(([, a], [, b]) =>
    a.start - b.start || a.end - b.end
  );
  for (const [name, { dtype, shape, start, end }] of byOffsets) {
    const tensor = `the tensor ${quote(name)}`;
    const offsets = `[${start},${end}]`;
    if (end < start) fail(`${tensor} ends before it starts: ${offsets}`);
    if (end > data.length) {
      fail(
        `${tensor} reaches from byte ${start} to ${end}, but only ` +
          `${data.length} bytes of data are there: the file is cut off`,
      );
    }
    if (start < covered) {
      fail(`${tensor} at ${offsets} overlaps the one that ends at ${covered}`);
    }
    if (start > covered) {
      fail(
        `${start - covered} bytes before ${tensor} at ${offsets} ` +
          "belong to no tensor",
      );
    }
    const size = byteLength(dtype, shape) ?? fail(
      `${tensor} of dtype ${dtype} and shape [${shape}] has no possible size`,
    );
    if (size !== end - start) {
      fail(
        `${tensor} of dtype ${dtype} and shape [${shape}] needs ${size} ` +
          `bytes, but its offsets ${offsets} give it ${end - start}`,
      );
    }
    tensors.set(name, { dtype, shape, data: data.subarray(start, end) });
    covered = end;
  }
  if (covered < data.length) {
    fail(
      `the last ${data.length - covered} of its ${bytes.length} bytes belong ` +
        "to no tensor",
    );
  }
  return { tensors, metadata: entries.metadata };
}

/** Refuses the file in a sentence that ends with the fault. */
type Fail = (fault: string) => never;

/** What the header says, before it is held against the data. */
interface Entries {
  tensors: Map<string, {
    dtype: Dtype;
    shape: number[];
    start: number;
    end: number;
  }>;
  metadata: Map<string, string>;
}

function headerOf(
  bytes: Uint8Array,
  fail: Fail,
): { text: string; end: number } {
  if (bytes.length < LENGTH_BYTES) {
    fail(
      `it has ${bytes.length} bytes, but a safetensors file has at least ` +
        LENGTH_BYTES,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    fail(
      `its first 8 bytes announce a header of ${length} bytes, but ` +
        `safetensors allows ${MAX_HEADER_BYTES}: it is another kind of file`,
    );
  }
  const end = LENGTH_BYTES + Number(length);
  if (end > bytes.length) {
    fail(
      `its first 8 bytes announce a header of ${length} bytes, but only ` +
        `${bytes.length - LENGTH_BYTES} follow: the file is cut off or of ` +
        "another kind",
    );
  }
  const header = bytes.subarray(LENGTH_BYTES, end);
  if (header[0] !== 0x7b) {
    const found = header.length === 0 ? "is empty" : `starts with the byte ` +
      `0x${header[0].toString(16).padStart(2, "0")}`;
    fail(`its header ${found}, but must start with "{"`);
  }
  try {
    const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { text: utf8.decode(header), end };
  } catch {
    return fail("its header is not valid UTF-8");
  }
}

function parseHeader(text: string, fail: Fail): Entries {
  const scanner = new JsonScanner(text, "its header");
  const tensors: Entries["tensors"] = new Map();
  const metadata: Entries["metadata"] = new Map();
  for (const name of scanner.keys()) {
    if (name === METADATA) {
      for (const key of scanner.keys()) metadata.set(key, scanner.string());
      continue;
    }
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    for (const key of scanner.keys()) {
      if (key === "dtype") dtype = scanner.string();
      else if (key === "shape") shape = countsOf(scanner, MAX_RANK);
      else if (key === "data_offsets") offsets = countsOf(scanner, 2);
      else {
        fail(`the tensor ${quote(name)} has an unknown field, ${quote(key)}`);
      }
    }
    if (!dtype || !shape || !offsets || offsets.length < 2) {
      fail(
        `the tensor ${quote(name)} lacks its ` +
          (!dtype ? "dtype" : !shape ? "shape" : "data_offsets"),
      );
    }
    if (!Object.hasOwn(BITS, dtype)) {
      fail(`the tensor ${quote(name)} has the unknown dtype ${quote(dtype)}`);
    }
    const [start, end] = offsets;
    tensors.set(name, { dtype: dtype as Dtype, shape, start, end });
  }
  scanner.end();
  return { tensors, metadata };
}

function countsOf(scanner: JsonScanner, limit: number): number[] {
  const counts: number[] = [];
  for (const _ of scanner.items(limit)) counts.push(scanner.count());
  return counts;
}

/**
 * How many bytes the numbers of a tensor take, if that is a whole number that
 * can be counted exactly.
 */
function byteLength(
  dtype: Dtype,
  shape: readonly number[],
): number | undefined {
  let bits: number = BITS[dtype];
  for (const size of shape) {
    // A product above 2^53 is inexact, but no smaller than 2^53.
    bits *= size;
    if (
      !(size >= 0 && Number.isSafeInteger(size) && Number.isSafeInteger(bits))
    ) {
      return undefined;
    }
  }
  return bits % 8 === 0 ? bits / 8 : undefined;
}

/** A string as the Rust crate writes it, which refuses what UTF-8 cannot hold. */
function toJson(text: string): string {
  if (!text.isWellFormed()) {
    throw new RangeError(
      `Cannot store ${quote(text)}: it contains half a character ` +
        "(a lone surrogate)",
    );
  }
  return JSON.stringify(text);
}

/** The order of the strings' bytes in UTF-8, which is that of code points. */
function byUtf8(a: string, b: string): number {
  const left = new TextEncoder().encode(a);
  const right = new TextEncoder().encode(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    if (left[i] !== right[i]) return left[i] - right[i];
  }
  return left.length - right.length;
}
