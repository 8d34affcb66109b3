import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from "../../lib/saving/safetensors.ts";

const fixture = (name: string) =>
  Deno.readFileSync(new URL(`fixtures/${name}.safetensors`, import.meta.url));

const f32 = (...numbers: number[]): Tensor => ({
  shape: [numbers.length],
  data: new Float32Array(numbers),
});

/** A file with this header, right or wrong, and that many bytes of data. */
function file(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const text = typeof header === "string"
    ? new TextEncoder().encode(header)
    : header;
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** One entry of a header. */
function entry(
  name: string,
  offsets: unknown,
  shape: unknown = [1],
  dtype: unknown = "F32",
): string {
  return JSON.stringify(name) + ":" +
    JSON.stringify({ dtype, shape, data_offsets: offsets });
}

// What Python's safetensors wrote; see fixtures/make_safetensors.py.

Deno.test("decodeSafetensors() reads what PyTorch wrote", () => {
  const { tensors, metadata } = decodeSafetensors(fixture("pytorch"));
  assertEquals([...metadata], [["format", "pt"]]);
  const range = (count: number, divisor: number) =>
    Float32Array.from({ length: count }, (_, i) => i / divisor);
  assertEquals(Object.fromEntries(tensors), {
    C: { shape: [3, 2], data: range(6, 8) },
    W1: { shape: [4, 4], data: range(16, 16) },
    b1: { shape: [4], data: range(4, 4) },
    W2: { shape: [4, 3], data: range(12, -8) },
    b2: { shape: [3], data: new Float32Array([1, 0, -1]) },
  });
});

Deno.test("decodeSafetensors() refuses other dtypes by name", () => {
  assertThrows(
    () => decodeSafetensors(fixture("dtypes")),
    RangeError,
    'its tensor "uint64" is "U64": save it as float32',
  );
});

Deno.test("encodeSafetensors() writes the bytes that Python writes, whatever the order of the tensors", () => {
  const bytes = fixture("pytorch");
  const { tensors, metadata } = decodeSafetensors(bytes);
  assertEquals(encodeSafetensors({ tensors, metadata }), bytes);
  const reversed = new Map([...tensors].reverse());
  assertEquals(encodeSafetensors({ tensors: reversed, metadata }), bytes);
});

// The writer.

Deno.test("encodeSafetensors() sorts the metadata and begins the numbers at a multiple of 8", () => {
  for (let length = 0; length < 9; length++) {
    const strings: [string, string][] = [["z", "-".repeat(length)], ["a", "1"]];
    const tensors = new Map([["b", f32(1)]]);
    const bytes = encodeSafetensors({ tensors, metadata: new Map(strings) });
    const header = new DataView(bytes.buffer).getUint32(0, true);
    assertEquals(header % 8, 0);
    assertEquals(bytes.length, 8 + header + 4);
    const { metadata } = decodeSafetensors(bytes);
    assertEquals([...metadata], strings.toReversed());
    assertEquals(encodeSafetensors({ tensors, metadata }), bytes);
  }
});

Deno.test("encodeSafetensors() writes a file without tensors and metadata", () => {
  const empty = { tensors: new Map(), metadata: new Map() };
  const bytes = encodeSafetensors(empty);
  assertEquals(bytes, file('{"__metadata__":{}}     '));
  assertEquals(decodeSafetensors(bytes), empty);
  assertEquals(decodeSafetensors(file("{}")), empty);
});

Deno.test("encodeSafetensors() refuses a header of more than 100 MB, which could not be read", () => {
  const metadata = new Map([["k", "x".repeat(100_000_000)]]);
  assertThrows(
    () => encodeSafetensors({ tensors: new Map(), metadata }),
    RangeError,
    "its header is over 100 MB",
  );
});

// The reader.

Deno.test("decodeSafetensors() takes bytes that begin at an odd place, and shares no memory with them", () => {
  const bytes = fixture("pytorch");
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const { tensors } = decodeSafetensors(shifted.subarray(3));
  shifted.fill(0);
  assertEquals(tensors, decodeSafetensors(bytes).tensors);
});

Deno.test("decodeSafetensors() takes any order of entries and fields, and white space as JSON does", () => {
  const header = ' {"data_offsets":[4,8] ,"shape" : [ ],\n"dtype":"F32"}';
  const { tensors } = decodeSafetensors(
    file(`{"b":${header} ,\t${entry("a", [0, 4])}}  \r\n `, 8),
  );
  assertEquals([...tensors.keys()], ["a", "b"]);
  assertEquals(tensors.get("b")?.shape, []);
});

Deno.test("decodeSafetensors() reads NaN and infinite numbers, which are for others to judge", () => {
  const tensors = new Map([["a", f32(NaN, -Infinity)]]);
  const bytes = encodeSafetensors({ tensors, metadata: new Map() });
  const { data } = decodeSafetensors(bytes).tensors.get("a")!;
  assertEquals(data, new Float32Array([NaN, -Infinity]));
});

Deno.test("decodeSafetensors() keeps keys like __proto__ as plain names", () => {
  const { tensors, metadata } = decodeSafetensors(file(
    '{"__metadata__":{"__proto__":"a","constructor":"b"},' +
      `${entry("__proto__", [0, 4])},${entry("toString", [4, 8])}}`,
    8,
  ));
  assertEquals([...tensors.keys()], ["__proto__", "toString"]);
  assertEquals([...metadata.keys()], ["__proto__", "constructor"]);
  assertEquals(Object.keys(Object.prototype), []);
  assertEquals(({} as Record<string, unknown>).dtype, undefined);
});

// Each file breaks one rule and is refused by a sentence of its own.

const noHeader = (length: number) =>
  `its ${length} bytes do not begin with the length of a header: the file is ` +
  "cut off or not a safetensors file";

const outside = (mark: string) =>
  `the JSON of its header has "${mark}" outside of strings`;

const notCounts = 'its description of the tensor "a" is not valid';

const noDtype = (dtype: string) =>
  `its tensor "a" is ${dtype}: save it as float32`;

const place = (tensor: string, found: string, expected: string) =>
  `its tensor "${tensor}" is at [${found}], not [${expected}]`;

const ends = (end: number, bytes: number) =>
  `its tensors have ${end} bytes, but ${bytes} follow the header: the file is ` +
  "cut off or has been changed";

const hostile: [what: string, bytes: Uint8Array, sentence: string][] = [
  [
    "an empty file",
    new Uint8Array(),
    noHeader(0),
  ],
  [
    "a file of seven bytes",
    new Uint8Array(7),
    noHeader(7),
  ],
  [
    "a header of 2^63 bytes",
    new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0x80]),
    noHeader(8),
  ],
  [
    "a header one byte over 100 MB",
    file(new Uint8Array(100_000_001)),
    noHeader(100_000_009),
  ],
  [
    "a header longer than the file",
    new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]),
    noHeader(10),
  ],
  ["a header of no bytes", file(""), 'its header does not begin with "{"'],
  [
    "a header that begins with white space",
    file(" {}"),
    'its header does not begin with "{"',
  ],
  [
    "a header that begins with a byte order mark",
    file("\uFEFF{}"),
    'its header does not begin with "{"',
  ],
  [
    "a header that is not UTF-8",
    file(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])),
    "its header is not valid UTF-8",
  ],
  ["a header that is not JSON", file("{tensors}"), outside("t")],
  [
    "a header that ends early",
    file('{"a":{"dtype":"F32"'),
    "the JSON of its header is not valid",
  ],
  [
    "a header with something behind it",
    file("{} {}"),
    "the JSON of its header is not valid",
  ],
  [
    "a comma too much",
    file('{"__metadata__":{},}'),
    "the JSON of its header is not valid",
  ],
  [
    "a string that does not end",
    file('{"abc\\"'),
    "the JSON of its header is not valid",
  ],
  [
    "a raw line break in a string",
    file('{"a\n":0}'),
    "the JSON of its header is not valid",
  ],
  [
    "half a character in a string",
    file('{"\\ud800":0}'),
    "the JSON of its header has half a character",
  ],
  [
    "two tensors of one name",
    file(`{${entry("a", [0, 4])},${entry("a", [4, 8])}}`, 8),
    'the JSON of its header has "a" twice',
  ],
  [
    "two tensors of one name, written differently",
    file(`{${entry("a", [0, 4])},"\\u0061":{}}`, 4),
    'the JSON of its header has "a" twice',
  ],
  [
    "two fields of one name",
    file('{"a":{"dtype":"F32","dtype" :"F32"}}'),
    'the JSON of its header has "dtype" twice',
  ],
  [
    "two metadata of one name",
    file('{"__metadata__":{"step":"1","step":"2"}}'),
    'the JSON of its header has "step" twice',
  ],
  ...['["step"]', '"step"', "1", '{"step":1}', '{"step":{}}'].map((
    json,
  ): [string, Uint8Array, string] => [
    `the metadata ${json}`,
    file(`{"__metadata__":${json}}`),
    json.startsWith("{")
      ? 'its "step" is not a string'
      : "its __metadata__ is not an object",
  ]),
  ["metadata that are null", file('{"__metadata__":null}'), outside("n")],
  ["a tensor that is not an object", file('{"a":7}'), noDtype("undefined")],
  [
    "a tensor without a dtype",
    file('{"a":{"shape":[],"data_offsets":[0,4]}}', 4),
    noDtype("undefined"),
  ],
  [
    "a tensor without a shape",
    file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4),
    notCounts,
  ],
  [
    "a tensor without offsets",
    file('{"a":{"dtype":"F32","shape":[]}}', 4),
    notCounts,
  ],
  [
    "a tensor with one offset",
    file(`{${entry("a", [0])}}`, 4),
    place("a", "0", "0,4"),
  ],
  [
    "a tensor with three offsets",
    file(`{${entry("a", [0, 4, 8])}}`, 4),
    place("a", "0,4,8", "0,4"),
  ],
  [
    "a tensor of 65 dimensions",
    file(`{${entry("a", [0, 4], Array(65).fill(1))}}`, 4),
    notCounts,
  ],
  [
    "a field that the format does not know",
    file(
      '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"strides":[1]}}',
      4,
    ),
    notCounts,
  ],
  [
    "a field that is called __proto__",
    file(
      '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"__proto__":{}}}',
      4,
    ),
    notCounts,
  ],
  [
    "a dtype that the format does not know",
    file(`{${entry("a", [0, 4], [1], "F33")}}`, 4),
    noDtype('"F33"'),
  ],
  [
    "a dtype that is an object with a method of JavaScript",
    file('{"a":{"dtype":{"toString":"F32"}}}'),
    noDtype("an array or object"),
  ],
  ...["-1", "1.5", "1.0", "-0", "1e2", "9e999"].map((
    size,
  ): [string, Uint8Array, string] => [
    `the size ${size}`,
    file(`{"a":{"shape":[${size}]}}`),
    outside(/[-.e]/.exec(size)![0]),
  ]),
  [
    "a size with a leading zero",
    file('{"a":{"shape":[01]}}'),
    "the JSON of its header is not valid",
  ],
  ...[String(2 ** 53), "9".repeat(1000), '"1"', "[1]"].map((
    size,
  ): [string, Uint8Array, string] => [
    `the size ${size.slice(0, 20)}`,
    file(`{"a":{"dtype":"F32","shape":[${size}],"data_offsets":[0,4]}}`),
    notCounts,
  ]),
  [
    "a negative offset",
    file(`{${entry("a", [-4, 0])}}`, 4),
    outside("-"),
  ],
  [
    "a shape whose product overflows",
    file(`{${entry("a", [0, 4], [2 ** 40, 2 ** 40])}}`, 4),
    place("a", "0,4", "0,4835703278458516698824704"),
  ],
  [
    "a shape whose bytes overflow",
    file(`{${entry("a", [0, 4], [2 ** 52])}}`, 4),
    place("a", "0,4", "0,18014398509481984"),
  ],
  [
    "a tensor that needs more bytes than its offsets give",
    file(`{${entry("a", [0, 4], [2])}}`, 4),
    place("a", "0,4", "0,8"),
  ],
  [
    "a tensor that needs fewer bytes than its offsets give",
    file(`{${entry("a", [0, 8], [])}}`, 8),
    place("a", "0,8", "0,4"),
  ],
  [
    "a tensor that ends before it begins",
    file(`{${entry("a", [4, 0])}}`, 4),
    place("a", "4,0", "0,4"),
  ],
  [
    "a tensor beyond the end of the file",
    file(`{${entry("a", [0, 4])},${entry("b", [4, 8])}}`, 7),
    ends(8, 7),
  ],
  [
    "a tensor far beyond the end of the file",
    file(`{${entry("a", [0, 2 ** 50], [2 ** 48])}}`, 4),
    ends(2 ** 50, 4),
  ],
  [
    "two tensors on the same bytes",
    file(`{${entry("a", [0, 4])},${entry("b", [0, 4])}}`, 4),
    place("b", "0,4", "4,8"),
  ],
  [
    "two tensors that overlap in part",
    file(`{${entry("b", [2, 6])},${entry("a", [0, 4])}}`, 6),
    place("b", "2,6", "4,8"),
  ],
  [
    "a gap before the first tensor",
    file(`{${entry("a", [4, 8])}}`, 8),
    place("a", "4,8", "0,4"),
  ],
  [
    "a gap between two tensors",
    file(`{${entry("a", [0, 4])},${entry("b", [5, 9])}}`, 9),
    place("b", "5,9", "4,8"),
  ],
  [
    "bytes behind the last tensor",
    file(`{${entry("a", [0, 4])}}`, 5),
    ends(4, 5),
  ],
  ["bytes without a tensor", file("{}", 100), ends(0, 100)],
];

for (const [what, bytes, sentence] of hostile) {
  Deno.test(`decodeSafetensors() refuses ${what}`, () => {
    const { message } = assertThrows(
      () => decodeSafetensors(bytes),
      RangeError,
    );
    assertEquals(message, sentence);
  });
}

Deno.test("decodeSafetensors() refuses each cut of a good file", () => {
  const bytes = fixture("pytorch");
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(
      () => decodeSafetensors(bytes.subarray(0, length)),
      RangeError,
    );
  }
});

Deno.test("decodeSafetensors() refuses deep nesting and many values before they fill the memory", () => {
  for (const piece of ["[", '{"a":', '{"shape":[', "[],", '{"":{}},']) {
    const header = `{"a":[${piece.repeat(2_000_000)}`;
    assertThrows(
      () => decodeSafetensors(file(header)),
      RangeError,
      "the JSON of its header has over 200000 values",
    );
  }
});

Deno.test("decodeSafetensors() shows a name of 10 MB in one short line that steers no terminal", () => {
  const { message } = assertThrows(
    () =>
      decodeSafetensors(
        file(`{"\\u001b[2J\x9b\u202e${"x".repeat(1e7)}":{}}`),
      ),
    RangeError,
  );
  assert(message.length < 200, message);
  assertMatch(message, /^[\x20-\x7e…]*$/);
});
