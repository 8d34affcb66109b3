import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../lib/saving/checkpoint.ts";
import { loadModel, saveModel } from "../../lib/saving/model_file.ts";
import { CheckpointError } from "../../lib/errors/errors.ts";
import { Vocabulary } from "../../lib/data/vocabulary.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from "../../lib/saving/safetensors.ts";
import { checkpointWithBest, smallCheckpoint } from "../checkpoints.ts";
import { shortHash } from "../oracles.ts";

const source = "a.safetensors";

/** The small checkpoint's file, with another value of one metadata key. */
function withValue(key: string, value: string): Uint8Array {
  const file = decodeSafetensors(encodeCheckpoint(smallCheckpoint()));
  const metadata = new Map(file.metadata).set(key, value);
  return encodeSafetensors({ ...file, metadata });
}

/** The small checkpoint's file, without one metadata key. */
function without(key: string): Uint8Array {
  const file = decodeSafetensors(encodeCheckpoint(smallCheckpoint()));
  const metadata = new Map(file.metadata);
  metadata.delete(key);
  return encodeSafetensors({ ...file, metadata });
}

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

Deno.test("decodeCheckpoint() takes settings that are called like methods of JavaScript", () => {
  const { config } = decodeCheckpoint(
    withValue("config", '{"constructor":"a","toString":1}'),
  );
  assertEquals(Object.entries(config), [["constructor", "a"], ["toString", 1]]);
});

Deno.test("decodeCheckpoint() leaves alone what others noted in the file", () => {
  const bytes = withValue("note", "from Python");
  assertEquals(decodeCheckpoint(bytes, { source }).step, 7);
});

Deno.test("encodeCheckpoint() keeps Wd, in a sixth tensor", () => {
  const { parameters, ...rest } = smallCheckpoint();
  const Wd = Float32Array.from({ length: 12 }, (_, i) => i / 16);
  const checkpoint = { ...rest, parameters: { ...parameters, Wd } };
  const bytes = encodeCheckpoint(checkpoint);
  const { tensors, metadata } = decodeSafetensors(bytes);
  assertEquals(tensors.get("Wd")?.shape, [4, 3]);
  assertEquals(
    metadata.get("sizes"),
    '{"contextLength":2,"directConnections":true,"embeddingSize":2,' +
      '"hiddenSize":4,"vocabularySize":3}',
  );
  const decoded = decodeCheckpoint(bytes);
  assertEquals({ ...decoded, config: { ...decoded.config } }, checkpoint);
  assertEquals(encodeCheckpoint(decoded), bytes);
});

Deno.test("encodeCheckpoint() keeps a model of direct connections alone", () => {
  const { parameters, ...rest } = smallCheckpoint();
  const empty = new Float32Array();
  const Wd = Float32Array.from({ length: 12 }, (_, i) => i / 16);
  const alone = { ...parameters, W1: empty, b1: empty, W2: empty, Wd };
  const checkpoint = { ...rest, parameters: alone };
  const bytes = encodeCheckpoint(checkpoint);
  assertEquals(decodeSafetensors(bytes).tensors.get("W2")?.shape, [0, 3]);
  const decoded = decodeCheckpoint(bytes);
  assertEquals({ ...decoded, config: { ...decoded.config } }, checkpoint);
});

Deno.test("encodeCheckpoint() keeps the best network as the model, and beside it where the run goes on", () => {
  const checkpoint = checkpointWithBest();
  const bytes = encodeCheckpoint(checkpoint);
  const decoded = decodeCheckpoint(bytes);
  assertEquals({ ...decoded, config: { ...decoded.config } }, checkpoint);
  assertEquals(encodeCheckpoint(decoded), bytes);
  const { tensors, metadata } = decodeSafetensors(bytes);
  const names = ["C", "W1", "W2", "b1", "b2"];
  assertEquals(
    [...tensors.keys()].sort(),
    [...names, ...names.map((name) => `current.${name}`)].sort(),
  );
  assertEquals(metadata.get("best"), '{"loss":1.0625,"step":5}');
  assertEquals(tensors.get("current.W1")?.data, checkpoint.current!.W1);
  assertEquals(tensors.get("current.W1")?.shape, [4, 4]);
  // for all who want a model it is the best one
  const { parameters, vocabulary } = checkpoint;
  assertEquals(loadModel(bytes), { parameters, vocabulary });
});

Deno.test("encodeCheckpoint() keeps Wd of both networks", () => {
  const { parameters, current, ...rest } = checkpointWithBest();
  const Wd = Float32Array.from({ length: 12 }, (_, i) => i / 16);
  const checkpoint: Checkpoint = {
    ...rest,
    parameters: { ...parameters, Wd },
    current: { ...current!, Wd: Wd.map((weight) => -weight) },
  };
  const decoded = decodeCheckpoint(encodeCheckpoint(checkpoint));
  assertEquals(decoded.current, checkpoint.current);
  assertEquals(decoded.parameters, checkpoint.parameters);
});

Deno.test("encodeCheckpoint() writes the bytes of version 0.1.0 for characters", async () => {
  // what the commit before direct connections wrote, and 0.1.0
  const hash = await shortHash(encodeCheckpoint(smallCheckpoint()));
  assertEquals(hash, "636b09347ae3");
});

const kept = (name: string, value: string) =>
  `its setting "${name}" is ${value}: it cannot be kept`;

const oddLosses = "its losses are not up to 1000 finite numbers and the " +
  "bytes of a log";

const oddState = "cannot set the state of a generator: seed 0, left 0 and " +
  "next 0 contradict each other";

const hostile: [what: string, bytes: Uint8Array, sentence: string][] = [
  [
    "a model without a run",
    saveModel(smallCheckpoint().parameters, smallCheckpoint().vocabulary),
    "it holds a model, but no step of a run that could be resumed",
  ],
  [
    "parameters alone",
    Deno.readFileSync(
      new URL("fixtures/pytorch.safetensors", import.meta.url),
    ),
    "it holds a model, but no step of a run that could be resumed",
  ],
  ...["vocabulary", "generator", "config", "losses"].map((
    key,
  ): [string, Uint8Array, string] => [
    `a run without its ${key}`,
    without(key),
    `it holds a model, but no ${key} of a run that could be resumed`,
  ]),
  ...["-1", "1.5", "1 2", "", "0x7", "1e2", "9".repeat(400)].map((
    step,
  ): [string, Uint8Array, string] => [
    `the step ${JSON.stringify(step.slice(0, 9))}`,
    withValue("step", step),
    `its step is ${step[0] === "9" ? "Infinity" : "NaN"}, not a whole number ` +
    "from 0",
  ]),
  [
    "a generator that is not base64",
    withValue("generator", "not base64!"),
    "its generator is not valid base64",
  ],
  [
    "a generator of too few bytes",
    withValue("generator", btoa("abc")),
    "cannot set the state of a generator: it has 3 bytes, not 5056",
  ],
  [
    "a generator of zeros",
    withValue("generator", btoa("\0".repeat(5056))),
    oddState,
  ],
  [
    "a config that is not JSON",
    withValue("config", "seed=42"),
    "the JSON of its config is not valid",
  ],
  [
    "a config that is an array",
    withValue("config", "[]"),
    "its config must be a JSON object",
  ],
  [
    "a config with a key twice",
    withValue("config", '{"seed":1,"seed":2}'),
    'the JSON of its config has "seed" twice',
  ],
  [
    "a config with a nested value",
    withValue("config", '{"seed":{"toString":1}}'),
    kept("seed", "an array or object"),
  ],
  [
    "a config with a number beyond float64",
    withValue("config", '{"seed":1e999}'),
    kept("seed", "Infinity"),
  ],
  [
    "a config that would change a prototype",
    withValue("config", '{"__proto__":null}'),
    kept("__proto__", "null"),
  ],
  [
    "a config with a key that steers terminals",
    withValue("config", '{"\x9b2J":null}'),
    kept("\\u{9b}2J", "null"),
  ],
  [
    "losses that are not numbers",
    withValue("losses", '{"recent":[1,"2"],"logBytes":0}'),
    oddLosses,
  ],
  [
    "a loss that is not finite",
    withValue("losses", '{"recent":[1,1e999],"logBytes":0}'),
    oddLosses,
  ],
  [
    "losses without the latest",
    withValue("losses", '{"logBytes":0}'),
    oddLosses,
  ],
  [
    "more losses than are kept",
    withValue("losses", `{"recent":[${Array(1001).fill(1)}],"logBytes":0}`),
    oddLosses,
  ],
  [
    "losses without the length of the log",
    withValue("losses", '{"recent":[]}'),
    oddLosses,
  ],
];

const oddBest = "its best network is not of a step so far, with a finite loss";

/** The file of a run with a best network, with other tensors or strings. */
function changedBest(
  change: (file: {
    tensors: Map<string, Tensor>;
    metadata: Map<string, string>;
  }) => unknown,
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(
    encodeCheckpoint(checkpointWithBest()),
  );
  const file = { tensors: new Map(tensors), metadata: new Map(metadata) };
  change(file);
  return encodeSafetensors(file);
}

const withBest = (best: string) =>
  changedBest(({ metadata }) => metadata.set("best", best));

hostile.push(
  [
    "two networks without what dev says of the best",
    changedBest(({ metadata }) => metadata.delete("best")),
    "it holds a model, but no best of a run that could be resumed",
  ],
  ["a best of a later step", withBest('{"loss":1,"step":8}'), oddBest],
  ["a best of no step", withBest('{"loss":1}'), oddBest],
  ["a best of half a step", withBest('{"loss":1,"step":0.5}'), oddBest],
  ["a best without a loss", withBest('{"step":5}'), oddBest],
  ["a best of endless loss", withBest('{"loss":1e999,"step":5}'), oddBest],
  ["a best whose loss is a string", withBest('{"loss":"1","step":5}'), oddBest],
  ["a best that is an array", withBest("[]"), "its best must be a JSON object"],
  [
    "a best that is not JSON",
    withBest("5"),
    "its best must be a JSON object",
  ],
  [
    "half a current network",
    changedBest(({ tensors }) => tensors.delete("current.b1")),
    "it lacks the tensor current.b1",
  ],
  [
    "a current network without its embeddings",
    changedBest(({ tensors }) => tensors.delete("current.C")),
    "it has more tensors than C,W1,b1,W2,b2",
  ],
  [
    "a current network and more",
    changedBest(({ tensors }) =>
      tensors.set("current.Wd", {
        shape: [4, 3],
        data: new Float32Array(12),
      })
    ),
    "it has more tensors than C,W1,b1,W2,b2",
  ],
  [
    "a current network of another shape",
    changedBest(({ tensors }) =>
      tensors.set("current.W1", {
        shape: [2, 8],
        data: new Float32Array(16),
      })
    ),
    "its tensors W1 and current.W1 have other shapes",
  ],
  [
    "a current network that is not finite",
    changedBest(({ tensors }) =>
      tensors.set("current.b2", {
        shape: [3],
        data: Float32Array.of(0, NaN, 0),
      })
    ),
    "its parameter b2 is NaN at index 1",
  ],
);

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
    "a step that is not whole",
    { step: 0.5 },
    "its step is 0.5, not a whole number from 0",
  ],
  [
    "a vocabulary of another size",
    { vocabulary: new Vocabulary([".", "a"]) },
    "its vocabulary has 2 tokens, its tensors 3",
  ],
  [
    "half a character in a setting",
    { config: { words: "\ud800" } },
    kept("words", '"\\ud800"'),
  ],
  ["a setting that is NaN", { config: { seed: NaN } }, kept("seed", "NaN")],
  [
    "a setting that is undefined",
    { config: { seed: undefined } },
    kept("seed", "undefined"),
  ],
  [
    "a state that is not a generator's",
    { generatorState: new Uint8Array(5056) },
    oddState,
  ],
  [
    "a loss that is not finite",
    { losses: { recent: [1, -Infinity], logBytes: 0 } },
    oddLosses,
  ],
];

const { current, best } = checkpointWithBest();
unwritable.push(
  ["a best without the current network", { best }, oddBest],
  ["a current network without the best", { current }, oddBest],
  ["a best of a later step", { current, best: { ...best, step: 8 } }, oddBest],
  [
    "a best without a number",
    { current, best: { ...best, loss: NaN } },
    oddBest,
  ],
  [
    "a current network of another size",
    { best, current: { ...current!, b2: new Float32Array(2) } },
    "its vocabulary has 3 tokens, its tensors 2",
  ],
  [
    "a current network with direct connections alone",
    { best, current: { ...current!, Wd: new Float32Array(12) } },
    "its current network has other sizes than the best",
  ],
);

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
