import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeModel,
  encodeCheckpoint,
} from "../../lib/saving/checkpoint.ts";
import { CheckpointError } from "../../lib/errors/errors.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
} from "../../lib/saving/safetensors.ts";
import { smallCheckpoint } from "../checkpoints.ts";
import { shortHash } from "../oracles.ts";

const source = "a.safetensors";

const pytorch = Deno.readFileSync(
  new URL("fixtures/pytorch.safetensors", import.meta.url),
);

const f32 = (shape: number[], numbers: Iterable<number>): SafeTensor => ({
  dtype: "F32",
  shape,
  data: new Uint8Array(new Float32Array(numbers).buffer),
});

/** The small checkpoint's file, with a change to its tensors or metadata. */
function changed(
  change: (
    tensors: Map<string, SafeTensor>,
    metadata: Map<string, string>,
  ) => void,
): Uint8Array {
  const file = decodeSafetensors(encodeCheckpoint(smallCheckpoint()), {
    source,
  });
  const tensors = new Map(file.tensors);
  const metadata = new Map(file.metadata);
  change(tensors, metadata);
  return encodeSafetensors(tensors, metadata);
}

/** The small checkpoint's file, with another value of one metadata key. */
const withValue = (key: string, value: string) =>
  changed((_, metadata) => metadata.set(key, value));

Deno.test("decodeCheckpoint() gives what encodeCheckpoint() was given", () => {
  const checkpoint = smallCheckpoint();
  const decoded = decodeCheckpoint(encodeCheckpoint(checkpoint), { source });
  assertEquals({ ...decoded, config: { ...decoded.config } }, checkpoint);
});

Deno.test("encodeCheckpoint() gives equal bytes for equal checkpoints", () => {
  const checkpoint = smallCheckpoint();
  const bytes = encodeCheckpoint(checkpoint);
  const { seed, ...config } = checkpoint.config;
  assertEquals(
    encodeCheckpoint({ ...checkpoint, config: { ...config, seed } }),
    bytes,
  );
  assertEquals(encodeCheckpoint(decodeCheckpoint(bytes, { source })), bytes);
});

Deno.test("encodeCheckpoint() keeps every bit of float32 weights, negative zeros and denormal numbers too", () => {
  const checkpoint = smallCheckpoint();
  checkpoint.parameters.b2.set([
    -0,
    1.401298464324817e-45,
    3.4028234663852886e38,
  ]);
  const { parameters } = decodeCheckpoint(encodeCheckpoint(checkpoint), {
    source,
  });
  assert(Object.is(parameters.b2[0], -0));
  assertEquals(parameters.b2, checkpoint.parameters.b2);
});

Deno.test("encodeCheckpoint() takes weights that are views of a larger array", () => {
  const checkpoint = smallCheckpoint();
  const larger = new Float32Array(10);
  larger.set(checkpoint.parameters.b2, 5);
  const parameters = { ...checkpoint.parameters, b2: larger.subarray(5, 8) };
  assertEquals(
    encodeCheckpoint({ ...checkpoint, parameters }),
    encodeCheckpoint(checkpoint),
  );
});

Deno.test("decodeCheckpoint() gives parameters that share nothing with the bytes", () => {
  const bytes = encodeCheckpoint(smallCheckpoint());
  const { parameters } = decodeCheckpoint(bytes, { source });
  bytes.fill(0);
  assertEquals(parameters, smallCheckpoint().parameters);
});

Deno.test("decodeCheckpoint() gives a generator's state from which the same numbers follow", () => {
  const generator = new TorchGenerator(7);
  generator.randn(5); // leaves a spare number behind
  const checkpoint = {
    ...smallCheckpoint(),
    generatorState: generator.getState(),
  };
  const { generatorState } = decodeCheckpoint(encodeCheckpoint(checkpoint), {
    source,
  });
  const resumed = new TorchGenerator(0).setState(generatorState);
  assertEquals(resumed.randn(5), generator.randn(5));
  assertEquals(resumed.randint(0, 27, 700), generator.randint(0, 27, 700));
});

Deno.test("decodeCheckpoint() gives a config without a prototype", () => {
  const { config } = decodeCheckpoint(
    withValue("config", '{"constructor":"a","toString":1}'),
    { source },
  );
  assertEquals(Object.getPrototypeOf(config), null);
  assertEquals({ ...config } as object, { constructor: "a", toString: 1 });
});

Deno.test("decodeCheckpoint() leaves alone what others noted in the file", () => {
  const bytes = withValue("note", "from Python");
  assertEquals(decodeCheckpoint(bytes, { source }).step, 7);
});

Deno.test("decodeModel() reads what PyTorch saved, and the sizes off its shapes", () => {
  const { parameters, sizes } = decodeModel(pytorch, { source });
  assertEquals(sizes, {
    vocabularySize: 3,
    contextLength: 2,
    embeddingSize: 2,
    hiddenSize: 4,
  });
  // See fixtures/make_safetensors.py.
  const range = (count: number, divisor: number) =>
    Float32Array.from({ length: count }, (_, i) => i / divisor);
  assertEquals(parameters, {
    C: range(6, 8),
    W1: range(16, 16),
    b1: range(4, 4),
    W2: range(12, -8),
    b2: new Float32Array([1, 0, -1]),
  });
});

/** The small checkpoint's model, with direct connections. */
function directCheckpoint(): Checkpoint {
  const { parameters, sizes, ...rest } = smallCheckpoint();
  const Wd = Float32Array.from({ length: 12 }, (_, i) => i / 16);
  return {
    ...rest,
    parameters: { ...parameters, Wd },
    sizes: { ...sizes, directConnections: true },
  };
}

Deno.test("encodeCheckpoint() keeps Wd, in a sixth tensor", () => {
  const checkpoint = directCheckpoint();
  const bytes = encodeCheckpoint(checkpoint);
  const { tensors } = decodeSafetensors(bytes, { source });
  assertEquals(tensors.get("Wd")?.shape, [4, 3]);
  const decoded = decodeCheckpoint(bytes, { source });
  assertEquals({ ...decoded, config: { ...decoded.config } }, checkpoint);
  assertEquals(encodeCheckpoint(decoded), bytes);
  const { Wd: _, ...five } = checkpoint.parameters;
  assertThrows(
    () => encodeCheckpoint({ ...checkpoint, parameters: five }),
    CheckpointError,
    "Cannot write this checkpoint: it lacks the parameter Wd",
  );
  const { directConnections: _direct, ...sizes } = checkpoint.sizes;
  assertThrows(
    () => encodeCheckpoint({ ...checkpoint, sizes }),
    CheckpointError,
    "Cannot write this checkpoint: it has the parameter Wd, but its sizes " +
      "have no directConnections",
  );
});

Deno.test("encodeCheckpoint() writes the bytes of before for a model without Wd", async () => {
  // what the commit before direct connections wrote
  const hash = await shortHash(encodeCheckpoint(smallCheckpoint()));
  assertEquals(hash, "636b09347ae3");
});

Deno.test("decodeModel() reads Wd that PyTorch saved", () => {
  const { parameters } = directCheckpoint();
  const file = decodeSafetensors(pytorch, { source });
  const tensors = new Map(file.tensors).set("Wd", f32([4, 3], parameters.Wd!));
  const model = decodeModel(encodeSafetensors(tensors, new Map()), { source });
  assertEquals(model.sizes.directConnections, true);
  assertEquals(model.parameters.Wd, parameters.Wd);
});

Deno.test("decodeModel() reads a whole checkpoint", () => {
  const bytes = encodeCheckpoint(smallCheckpoint());
  assertEquals(
    decodeModel(bytes, { source }),
    decodeCheckpoint(bytes, { source }),
  );
});

const hostile: [what: string, bytes: Uint8Array, sentence: string][] = [
  [
    "parameters alone",
    pytorch,
    "it holds parameters alone, without a run: they can be sampled from, but " +
    "there is nothing to resume",
  ],
  [
    "a missing parameter",
    changed((tensors) => tensors.delete("b1")),
    "it lacks the parameter b1",
  ],
  [
    "a tensor that is no parameter",
    changed((tensors) => tensors.set("extra\n", f32([1], [0]))),
    'its tensor "extra\\n" is none of C, W1, b1, W2, b2, Wd',
  ],
  [
    "a tensor called __proto__",
    changed((tensors) => tensors.set("__proto__", f32([1], [0]))),
    'its tensor "__proto__" is none of C, W1, b1, W2, b2, Wd',
  ],
  [
    "a parameter of another dtype",
    changed((tensors) =>
      tensors.set("b2", {
        dtype: "F64",
        shape: [3],
        data: new Uint8Array(24),
      })
    ),
    "its parameter b2 is F64, but must be F32: save it as float32",
  ],
  [
    "a Wd without a second dimension",
    changed((tensors) => tensors.set("Wd", f32([12], Array(12).fill(0)))),
    "these shapes do not make a model: C [3,2], W1 [4,4], b1 [4], W2 [4,3], " +
    "b2 [3], Wd [12]",
  ],
  [
    "a Wd that its sizes do not speak of",
    changed((tensors) => tensors.set("Wd", f32([4, 3], Array(12).fill(0)))),
    'its directConnections is "undefined", but the shapes of the parameters ' +
    "say true",
  ],
  [
    "sizes that speak of a Wd",
    withValue(
      "sizes",
      '{"contextLength":2,"directConnections":true,"embeddingSize":2,' +
        '"hiddenSize":4,"vocabularySize":3}',
    ),
    "it lacks the parameter Wd, which its sizes speak of",
  ],
  [
    "a NaN weight",
    changed((tensors) => tensors.set("b2", f32([3], [0, NaN, 0]))),
    "its parameter b2 is NaN at index 1",
  ],
  [
    "an infinite weight",
    changed((tensors) => tensors.set("b1", f32([4], [0, 0, 0, -Infinity]))),
    "its parameter b1 is -Infinity at index 3",
  ],
  [
    "biases of another length",
    changed((tensors) => tensors.set("b1", f32([5], [0, 0, 0, 0, 0]))),
    "these shapes do not make a model: C [3,2], W1 [4,4], b1 [5], W2 [4,3], " +
    "b2 [3]",
  ],
  [
    "a transposed matrix",
    changed((tensors) => tensors.set("W2", f32([3, 4], Array(12).fill(0)))),
    "these shapes do not make a model: C [3,2], W1 [4,4], b1 [4], W2 [3,4], " +
    "b2 [3]",
  ],
  [
    "biases in a row of a matrix",
    changed((tensors) => tensors.set("b2", f32([1, 3], [0, 0, 0]))),
    "these shapes do not make a model: C [3,2], W1 [4,4], b1 [4], W2 [4,3], " +
    "b2 [1,3]",
  ],
  [
    "a matrix without a second dimension",
    changed((tensors) => tensors.set("C", f32([6], Array(6).fill(0)))),
    "these shapes do not make a model: C [6], W1 [4,4], b1 [4], W2 [4,3], b2 [3]",
  ],
  [
    "embeddings that do not fill the context",
    changed((tensors) => tensors.set("C", f32([3, 3], Array(9).fill(0)))),
    "these shapes do not make a model: C [3,3], W1 [4,4], b1 [4], W2 [4,3], " +
    "b2 [3]",
  ],
  [
    "embeddings of no numbers",
    changed((tensors) => tensors.set("C", f32([3, 0], []))),
    "these shapes do not make a model: C [3,0], W1 [4,4], b1 [4], W2 [4,3], " +
    "b2 [3]",
  ],
  [
    "a hidden layer of no neurons",
    changed((tensors) => {
      tensors.set("W1", f32([4, 0], [])).set("b1", f32([0], []));
      tensors.set("W2", f32([0, 3], []));
    }),
    "these shapes do not make a model: C [3,2], W1 [4,0], b1 [0], W2 [0,3], " +
    "b2 [3]",
  ],
  [
    "a context of no tokens",
    changed((tensors) => tensors.set("W1", f32([0, 4], []))),
    "these shapes do not make a model: C [3,2], W1 [0,4], b1 [4], W2 [4,3], " +
    "b2 [3]",
  ],
  [
    "a layout that is not known",
    withValue("makemore", "2"),
    'its layout is "2", but only "1" is known here',
  ],
  ...["sizes", "vocabulary", "step", "generator", "config", "losses"].map((
    key,
  ): [string, Uint8Array, string] => [
    `a run without its ${key}`,
    changed((_, metadata) => metadata.delete(key)),
    `it lacks the run's ${key}`,
  ]),
  [
    "a config of sizes that the shapes contradict",
    withValue(
      "sizes",
      '{"vocabularySize":3,"contextLength":2,"embeddingSize":2,"hiddenSize":5}',
    ),
    'its hiddenSize is "5", but the shapes of the parameters say 4',
  ],
  [
    "sizes beyond all measure",
    withValue(
      "sizes",
      '{"vocabularySize":3,"contextLength":1e15,"embeddingSize":2,"hiddenSize":4}',
    ),
    'its contextLength is "1000000000000000", but the shapes of the parameters ' +
    "say 2",
  ],
  [
    "a size in quotes",
    withValue(
      "sizes",
      '{"vocabularySize":3,"contextLength":"2","embeddingSize":2,"hiddenSize":4}',
    ),
    'its contextLength is "2", but the shapes of the parameters say 2',
  ],
  [
    "a missing size",
    withValue("sizes", "{}"),
    'its vocabularySize is "undefined", but the shapes of the parameters say 3',
  ],
  [
    "a size that stands there twice",
    withValue("sizes", '{"hiddenSize":4,"hiddenSize":4}'),
    'in its sizes, the key "hiddenSize" stands twice',
  ],
  [
    "a vocabulary of too few tokens",
    withValue("vocabulary", '[".","a"]'),
    "its vocabulary has 2 tokens, but the shapes of the parameters say 3",
  ],
  [
    "a vocabulary of one token",
    withValue("vocabulary", '["."]'),
    "cannot make a vocabulary: it needs the boundary token and at least one other",
  ],
  [
    "a vocabulary of too many tokens",
    withValue("vocabulary", JSON.stringify(Array(65_536).fill(""))),
    "in its vocabulary, the array up to character 196606 has more than " +
    "65535 items",
  ],
  [
    "a vocabulary without the boundary token",
    withValue("vocabulary", '["a",".","b"]'),
    'cannot make a vocabulary: its first token is "a", which must be "." or "<s>"',
  ],
  [
    "a token that stands there twice",
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
    "token 2 of its vocabulary has 65 characters",
  ],
  [
    "a token that steers terminals",
    withValue("vocabulary", JSON.stringify(["\x9b2J", "a", "b"])),
    'cannot make a vocabulary: its first token is "\\u{9b}2J", which must be "." or "<s>"',
  ],
  [
    "tokens that are not strings",
    withValue("vocabulary", '[".",1,2]'),
    'in its vocabulary, "1,2]" stands at character 5, where a string is expected',
  ],
  [
    "a negative step",
    withValue("step", "-1"),
    'in its step, "-1" stands at character 0, where a whole number from 0 to 2^53 - 1 ' +
    "is expected",
  ],
  [
    "a step that is not whole",
    withValue("step", "1.5"),
    'in its step, "1.5" stands at character 0, where a whole number from 0 to ' +
    "2^53 - 1 is expected",
  ],
  [
    "a step with something behind it",
    withValue("step", "1 2"),
    'in its step, "2" stands at character 2, where nothing more is expected',
  ],
  [
    "an empty step",
    withValue("step", ""),
    "in its step, the end stands at character 0, where a whole number from 0 to " +
    "2^53 - 1 is expected",
  ],
  [
    "a generator that is not base64",
    withValue("generator", "not base64!"),
    "its generator is not valid base64",
  ],
  [
    "a generator of too few bytes",
    withValue("generator", btoa("abc")),
    "a generator's state has 5056 bytes, not 3",
  ],
  [
    "a generator of zeros",
    withValue("generator", btoa("\0".repeat(5056))),
    "these bytes are not the state of a generator: seed 0, left 0 and next 0 " +
    "do not go together",
  ],
  [
    "a config that is not JSON",
    withValue("config", "seed=42"),
    'in its config, "seed=42" stands at character 0, where an object is expected',
  ],
  [
    "a config with a key twice",
    withValue("config", '{"seed":1,"seed":2}'),
    'in its config, the key "seed" stands twice',
  ],
  [
    "a config with a nested value",
    withValue("config", '{"seed":{"a":1}}'),
    'in its config, "{\\"a\\":1}}" stands at character 8, where a finite number is ' +
    "expected",
  ],
  [
    "a config with a number beyond float64",
    withValue("config", '{"seed":1e999}'),
    'in its config, "1e999}" stands at character 8, where a finite number is expected',
  ],
  [
    "a config that would change a prototype",
    withValue("config", '{"__proto__":null}'),
    'its config has the key "__proto__", which names no setting',
  ],
  [
    "a loss that is not finite",
    withValue("losses", '{"recent":[1,NaN],"logBytes":0}'),
    'in its losses, "NaN],\\"logBytes\\":0}" stands at character 13, where a finite ' +
    "number is expected",
  ],
  [
    "more losses than are kept",
    withValue("losses", `{"recent":[${Array(1001).fill(1)}],"logBytes":0}`),
    "in its losses, the array up to character 2011 has more than 1000 items",
  ],
  [
    "losses without the length of the log",
    withValue("losses", '{"recent":[]}'),
    "its losses lack logBytes",
  ],
  [
    "losses without the latest",
    withValue("losses", '{"logBytes":0}'),
    "its losses lack recent",
  ],
  [
    "losses with an unknown key",
    withValue("losses", '{"all":[]}'),
    'its losses have the unknown key "all"',
  ],
];

for (const [what, bytes, sentence] of hostile) {
  Deno.test(`decodeCheckpoint() refuses ${what}`, () => {
    const { message } = assertThrows(
      () => decodeCheckpoint(bytes, { source }),
      CheckpointError,
    );
    assertEquals(message, `Cannot read a.safetensors: ${sentence}`);
    assertEquals(Object.keys(Object.prototype), []);
  });
}

Deno.test("decodeCheckpoint() refuses each cut of a file", () => {
  const bytes = encodeCheckpoint(smallCheckpoint());
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(
      () => decodeCheckpoint(bytes.subarray(0, length), { source }),
      CheckpointError,
    );
  }
});

const unwritable: [what: string, change: object, sentence: string][] = [
  [
    "a weight that is not finite",
    {
      parameters: {
        ...smallCheckpoint().parameters,
        b2: new Float32Array([1, Infinity, 0]),
      },
    },
    "its parameter b2 is Infinity at index 1",
  ],
  [
    "a parameter of another length",
    {
      parameters: {
        ...smallCheckpoint().parameters,
        b2: new Float32Array(4),
      },
    },
    'the tensor "b2" of dtype F32 and shape [3] has 12 bytes, not 16',
  ],
  [
    "a step that is not whole",
    { step: 0.5 },
    'in its step, "0.5" stands at character 0, where a whole number from 0 to ' +
    "2^53 - 1 is expected",
  ],
  [
    "a vocabulary of another size",
    { tokens: [".", "a"] },
    "its vocabulary has 2 tokens, but the shapes of the parameters say 3",
  ],
  [
    "half a character in a setting",
    { config: { words: "\ud800" } },
    'in its config, "\\"\\\\ud800\\"}" stands at character 9, where a complete string of ' +
    "whole characters is expected",
  ],
  [
    "a setting that is NaN",
    { config: { seed: NaN } },
    'in its config, "NaN}" stands at character 8, where a finite number is expected',
  ],
  [
    "a setting that is undefined",
    { config: { seed: undefined } },
    'in its config, "undefined}" stands at character 8, where a finite number is ' +
    "expected",
  ],
  [
    "a state of no generator",
    { generatorState: new Uint8Array(5056) },
    "these bytes are not the state of a generator: seed 0, left 0 and next 0 " +
    "do not go together",
  ],
  [
    "a loss that is not finite",
    { losses: { recent: [1, -Infinity], logBytes: 0 } },
    'in its losses, "-Infinity],\\"logBytes" stands at character 13, where a finite ' +
    "number is expected",
  ],
];

for (const [what, change, sentence] of unwritable) {
  Deno.test(`encodeCheckpoint() refuses ${what}`, () => {
    const checkpoint: Checkpoint = { ...smallCheckpoint(), ...change };
    const { message } = assertThrows(
      () => encodeCheckpoint(checkpoint),
      CheckpointError,
    );
    assertEquals(message, `Cannot write this checkpoint: ${sentence}`);
  });
}
