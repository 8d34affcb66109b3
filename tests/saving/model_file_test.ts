import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  decodeFile,
  decodeParameters,
  loadModel,
  saveModel,
} from "../../lib/saving/model_file.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../lib/saving/checkpoint.ts";
import { CheckpointError } from "../../lib/errors/errors.ts";
import { buildVocabulary, Vocabulary } from "../../lib/data/vocabulary.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from "../../lib/saving/safetensors.ts";
import { smallCheckpoint } from "../checkpoints.ts";

const source = "a.safetensors";

const pytorch = Deno.readFileSync(
  new URL("fixtures/pytorch.safetensors", import.meta.url),
);

const { parameters, vocabulary } = smallCheckpoint();

const bytes = saveModel(parameters, vocabulary);

const f32 = (shape: number[], numbers?: number[]): Tensor => ({
  shape,
  data: new Float32Array(
    numbers ?? Array(shape.reduce((a, b) => a * b)).fill(0),
  ),
});

/** A file with changes to its tensors or metadata. */
function changed(
  file: Uint8Array,
  change: (
    tensors: Map<string, Tensor>,
    metadata: Map<string, string>,
  ) => void,
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(file);
  const changed = { tensors: new Map(tensors), metadata: new Map(metadata) };
  change(changed.tensors, changed.metadata);
  return encodeSafetensors(changed);
}

const withTensor = (name: string, tensor: Tensor) =>
  changed(bytes, (tensors) => tensors.set(name, tensor));

const withValue = (key: string, value: string) =>
  changed(bytes, (_, metadata) => metadata.set(key, value));

Deno.test("loadModel() gives what saveModel() was given", () => {
  assertEquals(loadModel(bytes), { parameters, vocabulary });
  const loaded = loadModel(bytes);
  assertEquals(saveModel(loaded.parameters, loaded.vocabulary), bytes);
});

Deno.test("saveModel() writes the metadata that a checkpoint has too", () => {
  const { metadata } = decodeSafetensors(bytes);
  assertEquals(Object.fromEntries(metadata), {
    makemore: "1",
    sizes: '{"contextLength":2,"embeddingSize":2,"hiddenSize":4,' +
      '"vocabularySize":3}',
    vocabulary: '[".","a","😀"]',
  });
});

Deno.test("saveModel() keeps every bit of float32 weights, negative zeros and denormal numbers too", () => {
  const b2 = new Float32Array([
    -0,
    1.401298464324817e-45,
    3.4028234663852886e38,
  ]);
  const loaded = loadModel(saveModel({ ...parameters, b2 }, vocabulary));
  assert(Object.is(loaded.parameters.b2[0], -0));
  assertEquals(loaded.parameters.b2, b2);
});

Deno.test("saveModel() takes weights that are views of a larger array", () => {
  const larger = new Float32Array(10);
  larger.set(parameters.b2, 5);
  const b2 = larger.subarray(5, 8);
  assertEquals(saveModel({ ...parameters, b2 }, vocabulary), bytes);
});

Deno.test("loadModel() gives parameters that share nothing with the bytes", () => {
  const copy = bytes.slice();
  const loaded = loadModel(copy);
  copy.fill(0);
  assertEquals(loaded.parameters, parameters);
});

Deno.test("loadModel() takes a Buffer, whose slice() copies nothing, as Node reads files", () => {
  const pool = Buffer.alloc(bytes.length + 1);
  pool.set(bytes, 1);
  assertEquals(loadModel(pool.subarray(1)).parameters, parameters);
});

Deno.test("loadModel() reads a run's checkpoint, and ignores the run", () => {
  const checkpoint = encodeCheckpoint(smallCheckpoint());
  assertEquals(loadModel(checkpoint), { parameters, vocabulary });
});

Deno.test("loadModel() ignores what others noted in the file", () => {
  assertEquals(loadModel(withValue("note", "from Python")).vocabulary.size, 3);
});

Deno.test("loadModel() reads what PyTorch saved with the tokens in the metadata", () => {
  const file = changed(
    pytorch,
    // as json.dumps writes it
    (_, metadata) => metadata.set("vocabulary", '[".", "a", "\\ud83d\\ude00"]'),
  );
  assertEquals(loadModel(file).vocabulary, vocabulary);
});

Deno.test("loadModel() says what to do about parameters without a vocabulary", () => {
  assertThrows(
    () => loadModel(pytorch, { source }),
    CheckpointError,
    "Cannot read a.safetensors: it holds parameters without a vocabulary: " +
      'save it as "vocabulary" in the metadata, or read them with ' +
      "decodeParameters",
  );
  assertEquals(decodeFile(pytorch).vocabulary, undefined);
});

Deno.test("decodeParameters() reads what PyTorch saved", () => {
  // See fixtures/make_safetensors.py.
  const range = (count: number, divisor: number) =>
    Float32Array.from({ length: count }, (_, i) => i / divisor);
  const five = {
    C: range(6, 8),
    W1: range(16, 16),
    b1: range(4, 4),
    W2: range(12, -8),
    b2: new Float32Array([1, 0, -1]),
  };
  assertEquals(decodeParameters(pytorch), five);
  const Wd = range(12, 16);
  const direct = changed(
    pytorch,
    (tensors) => tensors.set("Wd", { shape: [4, 3], data: Wd }),
  );
  assertEquals(decodeParameters(direct), { ...five, Wd });
});

Deno.test("saveModel() keeps how a vocabulary of words splits and joins texts", () => {
  const tokens = ["<s>", "<unk>", "the"];
  const spacing = { closing: ", .", opening: "(", quotes: '"' };
  for (
    const [options, tokenizer] of [
      [
        {},
        '{"locale":"en","lowercase":false,"sentences":"text","whole":true}',
      ],
      [
        { lowercase: true, locale: "de", sentences: "lines", whole: false },
        '{"locale":"de","lowercase":true,"sentences":"lines","whole":false}',
      ],
      [
        { spacing },
        '{"closing":", .","locale":"en","lowercase":false,"opening":"(",' +
        '"quotes":"\\"","sentences":"text","whole":true}',
      ],
    ] as const
  ) {
    const words = new Vocabulary(tokens, options);
    const file = saveModel(parameters, words);
    assertEquals(decodeSafetensors(file).metadata.get("tokenizer"), tokenizer);
    assertEquals(loadModel(file).vocabulary, words);
  }
});

Deno.test("saveModel() keeps lowercase and locale of characters where they are not the defaults", () => {
  for (
    const [options, tokenizer] of [
      [{}, undefined],
      [{ lowercase: true }, '{"locale":"en","lowercase":true}'],
      [{ locale: "de" }, '{"locale":"de","lowercase":false}'],
    ] as const
  ) {
    const letters = new Vocabulary([".", "a", "b"], options);
    const file = saveModel(parameters, letters);
    assertEquals(decodeSafetensors(file).metadata.get("tokenizer"), tokenizer);
    assertEquals(loadModel(file).vocabulary, letters);
  }
});

Deno.test("loadModel() splits and joins texts as 0.2.0 did where the file is of 0.2.0", () => {
  const words = new Vocabulary(["<s>", "<unk>", "the"]);
  for (
    const tokenizer of [undefined, '{"locale":"en","lowercase":true}']
  ) {
    const file = changed(saveModel(parameters, words), (_, metadata) => {
      metadata.delete("tokenizer");
      if (tokenizer) metadata.set("tokenizer", tokenizer);
    });
    const { vocabulary } = loadModel(file);
    assertEquals(vocabulary.whole, false);
    assertEquals(vocabulary.spacing, undefined);
    assertEquals(vocabulary.split("mr. a’s"), ["mr", ".", "a’s"]);
    assertEquals(vocabulary.join(["so", ",", "(", "no", ")"]), "so, (no)");
  }
});

Deno.test("saveModel() keeps the boundary <w> of words with dots", () => {
  const vocabulary = buildVocabulary(["a."], { lowercase: true });
  const read = loadModel(saveModel(parameters, vocabulary)).vocabulary;
  assertEquals(read.tokens, ["<w>", ".", "a"]);
  assertEquals([read.level, read.lowercase], ["characters", true]);
});

Deno.test("loadModel() takes lowercase from the config of a run of words of version 0.1.0", () => {
  const checkpoint = {
    ...smallCheckpoint(),
    vocabulary: new Vocabulary(["<s>", "<unk>", "the"]),
    config: { level: "words", lowercase: true },
  };
  const file = changed(
    encodeCheckpoint(checkpoint),
    (_, metadata) => metadata.delete("tokenizer"),
  );
  assertEquals(loadModel(file).vocabulary.lowercase, true);
  assertEquals(decodeCheckpoint(file).vocabulary.lowercase, true);
  // of characters it meant nothing
  const characters = { ...checkpoint, vocabulary };
  const { lowercase } = loadModel(encodeCheckpoint(characters)).vocabulary;
  assertEquals(lowercase, false);
});

const moreTensors = "it has more tensors than C,W1,b1,W2,b2";

const shapesAre = (shapes: string) => `cannot make a model of ${shapes}`;

const sizesAre = (more: string) =>
  `its sizes are not {"contextLength":2,${more}"embeddingSize":2,` +
  '"hiddenSize":4,"vocabularySize":3}';

const hostile: [what: string, bytes: Uint8Array, sentence: string][] = [
  [
    "a file that is cut off",
    bytes.subarray(0, 7),
    "its 7 bytes do not begin with the length of a header: the file is cut " +
    "off or not a safetensors file",
  ],
  [
    "a missing parameter",
    changed(bytes, (tensors) => tensors.delete("b1")),
    "it lacks the tensor b1",
  ],
  [
    "a tensor that is not a parameter",
    withTensor("extra\n", f32([1])),
    moreTensors,
  ],
  [
    "a tensor called __proto__",
    withTensor("__proto__", f32([1])),
    moreTensors,
  ],
  [
    "a Wd without a second dimension",
    withTensor("Wd", f32([12])),
    shapesAre("C [3,2], W1 [4,4], b1 [4], W2 [4,3], b2 [3], Wd [12]"),
  ],
  [
    "a Wd that its sizes do not have",
    withTensor("Wd", f32([4, 3])),
    sizesAre('"directConnections":true,'),
  ],
  [
    "sizes that have a Wd",
    withValue(
      "sizes",
      '{"contextLength":2,"directConnections":true,"embeddingSize":2,' +
        '"hiddenSize":4,"vocabularySize":3}',
    ),
    sizesAre(""),
  ],
  [
    "a NaN weight",
    withTensor("b2", f32([3], [0, NaN, 0])),
    "its parameter b2 is NaN at index 1",
  ],
  [
    "an infinite weight",
    withTensor("b1", f32([4], [0, 0, 0, -Infinity])),
    "its parameter b1 is -Infinity at index 3",
  ],
  [
    "biases of another length",
    withTensor("b1", f32([5])),
    shapesAre("C [3,2], W1 [4,4], b1 [5], W2 [4,3], b2 [3]"),
  ],
  [
    "a transposed matrix",
    withTensor("W2", f32([3, 4])),
    shapesAre("C [3,2], W1 [4,4], b1 [4], W2 [3,4], b2 [3]"),
  ],
  [
    "biases in a row of a matrix",
    withTensor("b2", f32([1, 3])),
    shapesAre("C [3,2], W1 [4,4], b1 [4], W2 [4,3], b2 [1,3]"),
  ],
  [
    "a matrix without a second dimension",
    withTensor("C", f32([6])),
    shapesAre("C [6], W1 [4,4], b1 [4], W2 [4,3], b2 [3]"),
  ],
  [
    "embeddings that do not fill the context",
    withTensor("C", f32([3, 3])),
    shapesAre("C [3,3], W1 [4,4], b1 [4], W2 [4,3], b2 [3]"),
  ],
  [
    "embeddings of no numbers",
    withTensor("C", f32([3, 0])),
    shapesAre("C [3,0], W1 [4,4], b1 [4], W2 [4,3], b2 [3]"),
  ],
  [
    "a hidden layer of no neurons",
    changed(bytes, (tensors) => {
      tensors.set("W1", f32([4, 0])).set("b1", f32([0]));
      tensors.set("W2", f32([0, 3]));
    }),
    shapesAre("C [3,2], W1 [4,0], b1 [0], W2 [0,3], b2 [3]"),
  ],
  [
    "a context of no tokens",
    withTensor("W1", f32([0, 4])),
    shapesAre("C [3,2], W1 [0,4], b1 [4], W2 [4,3], b2 [3]"),
  ],
  [
    "a layout that is not known",
    withValue("makemore", "2"),
    'its layout is "2", not "1"',
  ],
  ...["5", '"4"', "1e15", "[[4]]", "null"].map((
    size,
  ): [string, Uint8Array, string] => [
    `the hidden size ${size}`,
    withValue(
      "sizes",
      '{"vocabularySize":3,"contextLength":2,"embeddingSize":2,' +
        `"hiddenSize":${size}}`,
    ),
    sizesAre(""),
  ]),
  ["a missing size", withValue("sizes", "{}"), sizesAre("")],
  [
    "an empty tensor whose size overflows",
    withTensor("C", f32([2 ** 40, 2 ** 40, 0])),
    shapesAre(
      "C [1099511627776,1099511627776,0], W1 [4,4], b1 [4], W2 [4,3], b2 [3]",
    ),
  ],
  [
    "a size that is given twice",
    withValue("sizes", '{"hiddenSize":4,"hiddenSize":4}'),
    'the JSON of its sizes has "hiddenSize" twice',
  ],
  [
    "a vocabulary of too few tokens",
    withValue("vocabulary", '[".","a"]'),
    "its vocabulary has 2 tokens, its tensors 3",
  ],
  [
    "a vocabulary of one token",
    withValue("vocabulary", '["."]'),
    "cannot make a vocabulary: it needs the boundary token and at least one " +
    "other",
  ],
  [
    "a vocabulary of too many tokens",
    withValue("vocabulary", JSON.stringify(Array(65_536).fill("a"))),
    "cannot make a vocabulary: 65536 tokens are over the limit, 65535",
  ],
  [
    "a vocabulary of millions of values",
    withValue("vocabulary", `[${"[],".repeat(1e6)}"."]`),
    "the JSON of its vocabulary has over 200000 values",
  ],
  [
    "a vocabulary without the boundary token",
    withValue("vocabulary", '["a",".","b"]'),
    'cannot make a vocabulary: its first token is "a", which must be ".", ' +
    '"<w>" or "<s>"',
  ],
  [
    "a token that is repeated",
    withValue("vocabulary", '[".","a","a"]'),
    'cannot make a vocabulary: the token "a" is repeated',
  ],
  [
    "an empty token",
    withValue("vocabulary", '[".","a",""]'),
    "cannot make a vocabulary: a token is empty",
  ],
  [
    "a token of 65 characters",
    withValue("vocabulary", JSON.stringify([".", "a", "b".repeat(65)])),
    `its token "${"b".repeat(60)}…" is too long or has half a character`,
  ],
  [
    "half a character in a token",
    withValue("vocabulary", '[".","a","\\ud800"]'),
    "the JSON of its vocabulary has half a character",
  ],
  [
    "a token that steers terminals",
    withValue("vocabulary", JSON.stringify(["\x9b2J", "a", "b"])),
    'cannot make a vocabulary: its first token is "\\u{9b}2J", which must be ' +
    '".", "<w>" or "<s>"',
  ],
  [
    "tokens that are not strings",
    withValue("vocabulary", '[".",1,2]'),
    "its vocabulary is not an array of strings",
  ],
  [
    "a vocabulary that is an object",
    withValue("vocabulary", '{"length":3}'),
    "its vocabulary is not an array of strings",
  ],
  [
    "a lowercase that is not a boolean",
    withValue("tokenizer", '{"lowercase":"no"}'),
    "its tokenizer has a lowercase of the wrong type",
  ],
  [
    "a locale that is not a string",
    withValue("tokenizer", '{"locale":["de"]}'),
    "its tokenizer has a locale of the wrong type",
  ],
  [
    "a list of marks that is not a string",
    withValue("tokenizer", '{"closing":[",","."]}'),
    "its tokenizer has a closing of the wrong type",
  ],
  [
    "a whole that is null",
    withValue("tokenizer", '{"whole":null}'),
    "its tokenizer has a whole of the wrong type",
  ],
  [
    "a locale that is not a language",
    withValue("tokenizer", '{"locale":"\\u001b[2J"}'),
    'cannot use the locale "\\u001b[2J": it is not a BCP 47 tag, such as ' +
    '"en" or "pt-BR"',
  ],
];

for (const [what, bytes, sentence] of hostile) {
  Deno.test(`loadModel() refuses ${what}`, () => {
    const { message } = assertThrows(
      () => loadModel(bytes, { source }),
      CheckpointError,
    );
    assertEquals(message, `Cannot read a.safetensors: ${sentence}`);
    assertEquals(Object.keys(Object.prototype), []);
  });
}

Deno.test("saveModel() refuses what could not be read again", () => {
  const refuses = (
    change: Partial<typeof parameters>,
    words: Vocabulary,
    reason: string,
  ) =>
    assertThrows(
      () => saveModel({ ...parameters, ...change }, words),
      CheckpointError,
      `Cannot save this model: ${reason}`,
    );
  const b2 = new Float32Array([0, NaN, 0]);
  refuses({ b2 }, vocabulary, "its parameter b2 is NaN at index 1");
  const four = new Float32Array(4);
  refuses(
    { b2: four },
    vocabulary,
    "cannot make a model of ",
  );
  const words = (token: string) => new Vocabulary([".", "a", token]);
  refuses({}, new Vocabulary([".", "a"]), "its vocabulary has 2 tokens");
  refuses({}, words("b".repeat(65)), 'its token "bbb');
  refuses({}, words("\ud800"), 'its token "\\ud800" is too long or has half');
});
