import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CheckpointError } from "../../lib/errors/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
} from "../../lib/saving/safetensors.ts";

const fixture = (name: string) =>
  Deno.readFileSync(new URL(`fixtures/${name}.safetensors`, import.meta.url));

const f32 = (...numbers: number[]): SafeTensor => ({
  dtype: "F32",
  shape: [numbers.length],
  data: new Uint8Array(new Float32Array(numbers).buffer),
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

const decode = (bytes: Uint8Array) =>
  decodeSafetensors(bytes, { source: "a.safetensors" });

// What Python's safetensors wrote; see fixtures/make_safetensors.py.

Deno.test("decodeSafetensors() reads every dtype that NumPy writes", () => {
  const { tensors, metadata } = decode(fixture("dtypes"));
  assertEquals([...metadata], [["note", 'é " \\ \n \x01 \x7f / 😀']]);
  const summary = [...tensors].map(([name, { dtype, shape, data }]) =>
    `${name} ${dtype} [${shape}] ${[...data]}`
  );
  assertEquals(summary, [
    "uint64 U64 [1] 255,255,255,255,255,255,255,255",
    "int64 I64 [1] 255,255,255,255,255,255,255,255",
    "float64 F64 [] 85,85,85,85,85,85,213,63",
    "a F32 [1,2] 0,0,0,63,0,0,128,190",
    "b F32 [2] 0,0,128,63,0,0,0,64",
    "none F32 [0,5] ",
    "￮ F32 [1] 0,0,128,64",
    "😀 F32 [1] 0,0,64,64",
    "float16 F16 [1] 0,62",
    "int16 I16 [1] 212,254",
    "int8 I8 [2] 255,2",
    "uint8 U8 [2,1] 1,255",
    "bool BOOL [3] 1,0,1",
  ]);
});

Deno.test("encodeSafetensors() writes the bytes that Python writes, whatever the order of the tensors", () => {
  for (const name of ["dtypes", "pytorch"]) {
    const bytes = fixture(name);
    const { tensors, metadata } = decode(bytes);
    assertEquals(encodeSafetensors(tensors, metadata), bytes);
    const reversed = new Map([...tensors].reverse());
    assertEquals(encodeSafetensors(reversed, metadata), bytes);
  }
});

// The writer.

Deno.test("encodeSafetensors() sorts the metadata and lets the numbers begin at a multiple of 8", () => {
  for (let length = 0; length < 9; length++) {
    const metadata = new Map([["z", "-".repeat(length)], ["a", "1"], [
      "5",
      "",
    ]]);
    const bytes = encodeSafetensors(new Map([["b", f32(1)]]), metadata);
    const header = new DataView(bytes.buffer).getUint32(0, true);
    assertEquals(header % 8, 0);
    assertEquals(bytes.length, 8 + header + 4);
    assertEquals([...decode(bytes).metadata.keys()], ["5", "a", "z"]);
    assertEquals(
      bytes,
      encodeSafetensors(
        new Map([["b", f32(1)]]),
        new Map([...metadata].reverse()),
      ),
    );
  }
});

Deno.test("encodeSafetensors() writes files without tensors, without metadata, and without both", () => {
  assertEquals(encodeSafetensors(new Map()), file("{}      "));
  const { tensors, metadata } = decode(
    encodeSafetensors(new Map(), new Map([["k", "v"]])),
  );
  assertEquals([tensors.size, metadata.get("k")], [0, "v"]);
});

Deno.test("encodeSafetensors() refuses what could not be read again", () => {
  const refuses = (
    name: string,
    tensor: object,
    message: string,
    metadata = new Map<string, string>(),
  ) =>
    assertThrows(
      () =>
        encodeSafetensors(
          new Map([[name, { ...f32(1, 2), ...tensor } as SafeTensor]]),
          metadata,
        ),
      RangeError,
      message,
    );
  refuses(
    "w",
    { shape: [3] },
    "of dtype F32 and shape [3] has 12 bytes, not 8",
  );
  refuses("w", { shape: [0.5] }, "no possible number of bytes, not 8");
  refuses("w", { shape: [-2] }, "no possible number of bytes, not 8");
  refuses("w", { dtype: "F31" }, "no possible number of bytes, not 8");
  refuses("w", { dtype: "F4", shape: [3] }, "no possible number of bytes");
  refuses("__metadata__", {}, 'cannot be called "__metadata__"');
  refuses("\ud800", {}, "half a character");
  refuses("w", {}, "half a character", new Map([["k", "\udfff"]]));
  refuses(
    "w",
    {},
    "A header of 100000078 bytes is too long: safetensors allows 100000000",
    new Map([["k", "x".repeat(100_000_000)]]),
  );
});

Deno.test("encodeSafetensors() puts a name that begins another before it", () => {
  const bytes = encodeSafetensors(
    new Map([["ab", f32()], ["a", f32()], ["b", f32()]]),
  );
  assertEquals([...decode(bytes).tensors.keys()], ["a", "ab", "b"]);
  assertStringIncludes(
    new TextDecoder().decode(bytes),
    '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"ab":',
  );
});

// The reader.

Deno.test("decodeSafetensors() gives views of the bytes, and copies nothing", () => {
  const bytes = fixture("dtypes");
  for (const { data } of decode(bytes).tensors.values()) {
    assert(data.buffer === bytes.buffer);
  }
  // Also of bytes that are themselves a view, at an odd place.
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assertEquals(
    [...decode(shifted.subarray(3)).tensors],
    [...decode(bytes).tensors],
  );
});

Deno.test("decodeSafetensors() takes any order of entries and fields, and white space as JSON does", () => {
  const header = ' {"data_offsets":[4,8] ,"shape" : [ ],\n"dtype":"F32"}';
  const { tensors } = decode(
    file(`{"b":${header} ,\t${entry("a", [0, 4])}}  \r\n `, 8),
  );
  assertEquals([...tensors.keys()], ["a", "b"]);
  assertEquals(tensors.get("b")?.shape, []);
});

Deno.test("decodeSafetensors() reads NaN and infinite numbers, which are for others to judge", () => {
  const bytes = encodeSafetensors(new Map([["a", f32(NaN, -Infinity)]]));
  const { data } = decode(bytes).tensors.get("a")!;
  assertEquals(
    new Float32Array(data.slice().buffer),
    new Float32Array([NaN, -Infinity]),
  );
});

Deno.test("decodeSafetensors() keeps keys like __proto__ as plain names", () => {
  const { tensors, metadata } = decode(file(
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

const hostile: [what: string, bytes: Uint8Array, sentence: string][] = [
  [
    "an empty file",
    new Uint8Array(),
    "it has 0 bytes, but a safetensors file has at least 8",
  ],
  [
    "a file of seven bytes",
    new Uint8Array(7),
    "it has 7 bytes, but a safetensors file has at least 8",
  ],
  [
    "a header of 2^63 bytes",
    new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0x80]),
    "its first 8 bytes announce a header of 9223372036854775808 bytes, but " +
    "safetensors allows 100000000: it is another kind of file",
  ],
  [
    "a header one byte over 100 MB",
    new Uint8Array([0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0]),
    "its first 8 bytes announce a header of 100000001 bytes, but " +
    "safetensors allows 100000000: it is another kind of file",
  ],
  [
    "a header longer than the file",
    new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]),
    "its first 8 bytes announce a header of 3 bytes, but only 2 follow: the " +
    "file is cut off or of another kind",
  ],
  [
    "a header of no bytes",
    file(""),
    'its header is empty, but must start with "{"',
  ],
  [
    "a header that starts with white space",
    file(" {}"),
    'its header starts with the byte 0x20, but must start with "{"',
  ],
  [
    "a header that starts with a byte order mark",
    file("\uFEFF{}"),
    'its header starts with the byte 0xef, but must start with "{"',
  ],
  [
    "a header that is not UTF-8",
    file(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])),
    "its header is not valid UTF-8",
  ],
  [
    "a header that is not JSON",
    file("{tensors}"),
    'in its header, "tensors}" stands at character 1, where a string is expected',
  ],
  [
    "a header that ends early",
    file('{"a":{"dtype":"F32"'),
    'in its header, the end stands at character 19, where "," or "}" is expected',
  ],
  [
    "a header with something behind it",
    file("{} {}"),
    'in its header, "{}" stands at character 3, where nothing more is expected',
  ],
  [
    "a comma too much",
    file('{"__metadata__":{},}'),
    'in its header, "}" stands at character 19, where a string is expected',
  ],
  [
    "a string that does not end",
    file('{"abc\\"'),
    'in its header, "\\"abc\\\\\\"" stands at character 1, where a complete string of ' +
    "whole characters is expected",
  ],
  [
    "a raw line break in a string",
    file('{"a\n":0}'),
    'in its header, "\\"a\\n\\":0}" stands at character 1, where a complete string of ' +
    "whole characters is expected",
  ],
  [
    "half a character in a string",
    file('{"\\ud800":0}'),
    'in its header, "\\"\\\\ud800\\":0}" stands at character 1, where a complete string ' +
    "of whole characters is expected",
  ],
  [
    "two tensors of one name",
    file(`{${entry("a", [0, 4])},${entry("a", [4, 8])}}`, 8),
    'in its header, the key "a" stands twice',
  ],
  [
    "two tensors of one name, written differently",
    file(`{${entry("a", [0, 4])},"\\u0061":{}}`, 4),
    'in its header, the key "a" stands twice',
  ],
  [
    "two fields of one name",
    file('{"a":{"dtype":"F32","dtype":"F32"}}'),
    'in its header, the key "dtype" stands twice',
  ],
  [
    "two metadata of one name",
    file('{"__metadata__":{"step":"1","step":"2"}}'),
    'in its header, the key "step" stands twice',
  ],
  [
    "metadata that are no object",
    file('{"__metadata__":["step"]}'),
    'in its header, "[\\"step\\"]}" stands at character 16, where an object is expected',
  ],
  [
    "metadata that are not strings",
    file('{"__metadata__":{"step":1}}'),
    'in its header, "1}}" stands at character 24, where a string is expected',
  ],
  [
    "a tensor that is no object",
    file('{"a":7}'),
    'in its header, "7}" stands at character 5, where an object is expected',
  ],
  [
    "a tensor without a dtype",
    file('{"a":{"shape":[],"data_offsets":[0,4]}}', 4),
    'the tensor "a" lacks its dtype',
  ],
  [
    "a tensor without a shape",
    file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4),
    'the tensor "a" lacks its shape',
  ],
  [
    "a tensor without offsets",
    file('{"a":{"dtype":"F32","shape":[]}}', 4),
    'the tensor "a" lacks its data_offsets',
  ],
  [
    "a tensor with one offset",
    file(`{${entry("a", [0])}}`, 4),
    'the tensor "a" lacks its data_offsets',
  ],
  [
    "a tensor with three offsets",
    file(`{${entry("a", [0, 4, 8])}}`, 4),
    "in its header, the array up to character 52 has more than 2 items",
  ],
  [
    "a tensor of 65 dimensions",
    file(`{${entry("a", [0, 4], Array(65).fill(1))}}`, 4),
    "in its header, the array up to character 157 has more than 64 items",
  ],
  [
    "a field that the format does not know",
    file('{"a":{"dtype":"F32","strides":[1]}}'),
    'the tensor "a" has an unknown field, "strides"',
  ],
  [
    "a dtype that the format does not know",
    file(`{${entry("a", [0, 4], [1], "F33")}}`, 4),
    'the tensor "a" has the unknown dtype "F33"',
  ],
  [
    "a dtype that every object of JavaScript has",
    file(`{${entry("a", [0, 4], [1], "constructor")}}`, 4),
    'the tensor "a" has the unknown dtype "constructor"',
  ],
  [
    "a negative size",
    file(`{${entry("a", [0, 4], [-1])}}`, 4),
    'in its header, "-1],\\"data_offsets\\":[" stands at character 29, where a whole ' +
    "number from 0 to 2^53 - 1 is expected",
  ],
  [
    "a size that is not whole",
    file(`{${entry("a", [0, 4], [1.5])}}`, 4),
    'in its header, "1.5],\\"data_offsets\\":" stands at character 29, where a whole ' +
    "number from 0 to 2^53 - 1 is expected",
  ],
  [
    "a size written as a float",
    file('{"a":{"shape":[1.0]}}'),
    'in its header, "1.0]}}" stands at character 15, where a whole number from 0 to ' +
    "2^53 - 1 is expected",
  ],
  [
    "a size in scientific notation",
    file('{"a":{"shape":[1e2]}}'),
    'in its header, "1e2]}}" stands at character 15, where a whole number from 0 to ' +
    "2^53 - 1 is expected",
  ],
  [
    "a size with a leading zero",
    file('{"a":{"shape":[01]}}'),
    'in its header, "01]}}" stands at character 15, where a whole number from 0 to ' +
    "2^53 - 1 is expected",
  ],
  [
    "a size of 2^53",
    file(`{"a":{"shape":[${2 ** 53}]}}`),
    'in its header, "9007199254740992]}}" stands at character 15, where a whole ' +
    "number from 0 to 2^53 - 1 is expected",
  ],
  [
    "a size of a thousand digits",
    file(`{"a":{"shape":[${"9".repeat(1000)}]}}`),
    'in its header, "99999999999999999999" stands at character 15, where a whole ' +
    "number from 0 to 2^53 - 1 is expected",
  ],
  [
    "a size in quotes",
    file('{"a":{"shape":["1"]}}'),
    'in its header, "\\"1\\"]}}" stands at character 15, where a whole number from 0 ' +
    "to 2^53 - 1 is expected",
  ],
  [
    "a negative offset",
    file(`{${entry("a", [-4, 0])}}`, 4),
    'in its header, "-4,0]}}" stands at character 48, where a whole number from 0 to ' +
    "2^53 - 1 is expected",
  ],
  [
    "a shape whose product overflows",
    file(`{${entry("a", [0, 4], [2 ** 40, 2 ** 40])}}`, 4),
    'the tensor "a" of dtype F32 and shape [1099511627776,1099511627776] has ' +
    "no possible size",
  ],
  [
    "a shape whose product overflows before a zero",
    file(`{${entry("a", [0, 0], [2 ** 40, 2 ** 40, 0])}}`),
    'the tensor "a" of dtype F32 and shape [1099511627776,1099511627776,0] has ' +
    "no possible size",
  ],
  [
    "a shape whose bits overflow",
    file(`{${entry("a", [0, 4], [2 ** 52])}}`, 4),
    'the tensor "a" of dtype F32 and shape [4503599627370496] has no possible ' +
    "size",
  ],
  [
    "a tensor that ends within a byte",
    file(`{${entry("a", [0, 2], [3], "F4")}}`, 2),
    'the tensor "a" of dtype F4 and shape [3] has no possible size',
  ],
  [
    "a tensor that needs more bytes than its offsets give",
    file(`{${entry("a", [0, 4], [2])}}`, 4),
    'the tensor "a" of dtype F32 and shape [2] needs 8 bytes, but its offsets ' +
    "[0,4] give it 4",
  ],
  [
    "a tensor that needs fewer bytes than its offsets give",
    file(`{${entry("a", [0, 8], [])}}`, 8),
    'the tensor "a" of dtype F32 and shape [] needs 4 bytes, but its offsets ' +
    "[0,8] give it 8",
  ],
  [
    "a tensor that ends before it starts",
    file(`{${entry("a", [4, 0])}}`, 4),
    'the tensor "a" ends before it starts: [4,0]',
  ],
  [
    "a tensor beyond the end of the file",
    file(`{${entry("a", [0, 4])},${entry("b", [4, 8])}}`, 7),
    'the tensor "b" reaches from byte 4 to 8, but only 7 bytes of data are ' +
    "there: the file is cut off",
  ],
  [
    "a tensor far beyond the end of the file",
    file(`{${entry("a", [0, 2 ** 50], [2 ** 48])}}`, 4),
    'the tensor "a" reaches from byte 0 to 1125899906842624, but only 4 bytes ' +
    "of data are there: the file is cut off",
  ],
  [
    "two tensors on the same bytes",
    file(`{${entry("a", [0, 4])},${entry("b", [0, 4])}}`, 4),
    'the tensor "b" at [0,4] overlaps the one that ends at 4',
  ],
  [
    "two tensors that overlap in part",
    file(`{${entry("b", [2, 6])},${entry("a", [0, 4])}}`, 6),
    'the tensor "b" at [2,6] overlaps the one that ends at 4',
  ],
  [
    "a hole before the first tensor",
    file(`{${entry("a", [4, 8])}}`, 8),
    '4 bytes before the tensor "a" at [4,8] belong to no tensor',
  ],
  [
    "a hole between two tensors",
    file(`{${entry("a", [0, 4])},${entry("b", [5, 9])}}`, 9),
    '1 bytes before the tensor "b" at [5,9] belong to no tensor',
  ],
  [
    "bytes behind the last tensor",
    file(`{${entry("a", [0, 4])}}`, 5),
    "the last 1 of its 67 bytes belong to no tensor",
  ],
  [
    "bytes without a tensor",
    file("{}", 100),
    "the last 100 of its 110 bytes belong to no tensor",
  ],
];

for (const [what, bytes, sentence] of hostile) {
  Deno.test(`decodeSafetensors() refuses ${what}`, () => {
    const { message } = assertThrows(() => decode(bytes), CheckpointError);
    assertEquals(message, `Cannot read a.safetensors: ${sentence}`);
  });
}

Deno.test("decodeSafetensors() refuses each cut of a good file", () => {
  const bytes = fixture("pytorch");
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decode(bytes.subarray(0, length)), CheckpointError);
  }
});

Deno.test("decodeSafetensors() is not drawn into deep nesting, which would overflow a stack", () => {
  for (const opening of ["[", '{"a":', '{"shape":[']) {
    const header = `{"a":${opening.repeat(2_000_000)}`;
    assertThrows(() => decode(file(header)), CheckpointError);
  }
});

Deno.test("decodeSafetensors() shows a name of 10 MB in one short line that steers no terminal", () => {
  const { message } = assertThrows(
    () => decode(file(`{"\\u001b[2J\x9b\u202e${"x".repeat(1e7)}":{}}`)),
    CheckpointError,
  );
  assert(message.length < 200, message);
  assertMatch(message, /^[\x20-\x7e…]*$/);
});

Deno.test("decodeSafetensors() reads 100,000 tensors and refuses more, which would fill the memory", () => {
  const names = Array.from(
    { length: 100_001 },
    (_, i) => entry(`${i}`, [0, 0], [0]),
  );
  const { message } = assertThrows(
    () => decode(file(`{${names}}`)),
    CheckpointError,
  );
  assertStringIncludes(
    message,
    "in its header, there are more than 100000 keys",
  );
  assertEquals(decode(file(`{${names.slice(1)}}`)).tensors.size, 100_000);
});
