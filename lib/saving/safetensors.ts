/**
 * The safetensors file format: named arrays of numbers and a few strings,
 * which Python's `safetensors`, PyTorch and many others read and write. It
 * cannot hold code, so a file from anywhere is safe to open. Of its dtypes,
 * this module reads and writes float32 alone, little-endian as the format and
 * every machine that runs JavaScript engines today.
 *
 * A file is 8 bytes with the length of the header, the header in JSON, and the
 * numbers of all tensors one after the other, little-endian and row-major. The
 * rules are those of the Rust crate (huggingface/safetensors, `tensor.rs`); a
 * few are stricter, which its own writer never meets: keys are unique,
 * `__metadata__` is not null, and a tensor has no fields but dtype, shape and
 * data_offsets, and at most 64 dimensions, as in NumPy.
 */

import {
  attempt,
  fail,
  isCount,
  isObject,
  parseObject,
  show,
} from "./checks.ts";
import { quote } from "../errors/quote.ts";

/** A float32 tensor of a file. */
export interface Tensor {
  /** Its dimensions; none for a single number. */
  readonly shape: readonly number[];
  /** Its numbers, row by row. */
  readonly data: Float32Array;
}

/** The contents of a safetensors file. */
export interface SafetensorsFile {
  /** The tensors by name, in the order of their numbers in the file. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The strings that the header holds beside them, by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The longest header, in bytes, that the format allows. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * The largest file that can hold a model, in bytes: as many parameters as the
 * kernel's memory of 4 GiB, and the longest header.
 */
export const MAX_MODEL_FILE_BYTES: number = 2 ** 32 + MAX_HEADER_BYTES + 8;

/** The key of the header under which the metadata are. */
const METADATA = "__metadata__";

/**
 * Encodes a safetensors file. The same tensors and metadata give the same
 * bytes, in whatever order they come: those that the Rust crate and Python
 * write, with the metadata, which they leave in random order, sorted by key.
 *
 * @param file the tensors and the strings to keep with them
 * @throws {RangeError} if the header is longer than 100 MB
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile) {
  const sorted = [...tensors].sort(byKey);
  const strings = Object.fromEntries([...metadata].sort(byKey));
  let end = 0;
  const entries = sorted.map(([name, { shape, data }]) => {
    const data_offsets = [end, end += data.byteLength];
    return [name, { dtype: "F32", shape, data_offsets }] as const;
  });
  const fields = { [METADATA]: strings, ...Object.fromEntries(entries) };
  const header = new TextEncoder().encode(JSON.stringify(fields));
  if (header.length > MAX_HEADER_BYTES) fail("its header is over 100 MB");
  // After the 8 bytes with its length, the header is padded with spaces, so
  // that the numbers begin at a multiple of 8.
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(header, 8);
  let offset = start;
  for (const [, { data }] of sorted) {
    new Float32Array(bytes.buffer, offset, data.length).set(data);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes a safetensors file. The numbers are copied once they are known to be
 * there, so nothing is allocated that only the header claims.
 *
 * @param bytes the whole file
 * @throws {RangeError} if the file breaks a rule of the format or has a tensor
 * that is not float32; it says which, where, and by what value
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { text, start } = headerOf(bytes);
  // Digits alone: Rust refuses sizes that are written 1.0, 1e2 or -0.
  const header = parseObject(text, "header", /[\s\d{}[\]:,]/);
  const { [METADATA]: strings = {}, ...entries } = header;
  if (!isObject(strings)) return fail(`its ${METADATA} is not an object`);
  const metadata = Object.entries(strings).map(([key, value]) => {
    if (typeof value !== "string") fail(`its ${quote(key)} is not a string`);
    return [key, value] as const;
  });
  const layout = Object.entries(entries)
    .map(([name, entry]) => layoutOf(name, entry))
    .sort((a, b) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1]);
  let end = 0n;
  for (const { name, shape, offsets } of layout) {
    const bytes = shape.reduce((bytes, size) => bytes * BigInt(size), 4n);
    const expected = [end, end += bytes];
    if (`${offsets}` !== `${expected}`) {
      fail(`its tensor ${quote(name)} is at [${offsets}], not [${expected}]`);
    }
  }
  if (end !== BigInt(bytes.length - start)) {
    fail(
      `its tensors have ${end} bytes, but ${bytes.length - start} follow the ` +
        "header: the file is cut off or has been changed",
    );
  }
  const tensors = layout.map(({ name, shape, offsets: [from, to] }) => {
    const data = new Float32Array((to - from) / 4);
    new Uint8Array(data.buffer).set(bytes.subarray(start + from, start + to));
    return [name, { shape, data }] as const;
  });
  return { tensors: new Map(tensors), metadata: new Map(metadata) };
}

/** The header, and where the data start. */
function headerOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes.length < 8 ? NaN : Number(view.getBigUint64(0, true));
  const start = 8 + length;
  if (!(start <= bytes.length && length <= MAX_HEADER_BYTES)) {
    fail(
      `its ${bytes.length} bytes do not begin with the length of a header: ` +
        "the file is cut off or not a safetensors file",
    );
  }
  const header = bytes.subarray(8, start);
  if (header[0] !== 0x7b) fail('its header does not begin with "{"');
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const reason = "its header is not valid UTF-8";
  return { text: attempt(reason, () => utf8.decode(header)), start };
}

/** What an entry of the header says of a tensor. */
function layoutOf(name: string, entry: unknown) {
  const fields = isObject(entry) ? entry : {};
  const { dtype, shape, data_offsets: offsets, ...others } = fields;
  if (dtype !== "F32") {
    fail(`its tensor ${quote(name)} is ${show(dtype)}: save it as float32`);
  }
  if (!isCounts(shape) || !isCounts(offsets) || Object.keys(others).length) {
    return fail(`its description of the tensor ${quote(name)} is not valid`);
  }
  return { name, shape, offsets };
}

/** Whether a value is an array of counts, at most 64 as in NumPy. */
function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isCount);
}

/** Sorts the entries of a map. */
const byKey = ([a]: [string, unknown], [b]: [string, unknown]) =>
  a < b ? -1 : 1;
