/**
 * What is kept of a run, so that it can go on as if it had never stopped: the
 * parameters as float32 tensors of a safetensors file, and the rest as
 * strings beside them. Python reads it with `safetensors`; what PyTorch saved
 * under the parameters' names is read here.
 *
 * The keys of the strings: `makemore` (the version of this layout, "1"),
 * `sizes`, `vocabulary`, `step`, `config` and `losses` in JSON, and
 * `generator`, the bytes of `torch.Generator.get_state()` in base64.
 */

import { CheckpointError } from "../errors/errors.ts";
import { TorchGenerator } from "../random/torch_generator.ts";
import { JsonScanner, type Scalar } from "./json_scanner.ts";
import { quote, visible } from "../errors/quote.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
} from "./safetensors.ts";
import {
  type ModelSizes,
  PARAMETER_NAMES,
  type ParameterArrays,
  type ParameterName,
  parameterNames,
  parameterShapes,
  sizesOfShapes,
} from "../kernel/parameters.ts";
import {
  MAX_TOKEN_LENGTH,
  MAX_VOCABULARY_SIZE,
  Vocabulary,
} from "../data/vocabulary.ts";

export type { Scalar } from "./json_scanner.ts";

/** Parameters and their sizes: all that the model itself is. */
export interface SavedParameters {
  /** The numbers of the parameters. */
  readonly parameters: ParameterArrays;
  /** The sizes, from which the shapes follow. */
  readonly sizes: ModelSizes;
}

/** What is kept of the losses, bounded however long the run. */
export interface SavedLosses {
  /** The latest losses, the oldest first: at most 1,000. */
  readonly recent: readonly number[];
  /** How many bytes of the run's loss log belong to the steps so far. */
  readonly logBytes: number;
}

/** A run between two steps. */
export interface Checkpoint extends SavedParameters {
  /** The tokens; the index of a token is its id, and that of "." is 0. */
  readonly tokens: readonly string[];
  /** How many steps are done. */
  readonly step: number;
  /** The 5,056 bytes of `torch.Generator.get_state()`. */
  readonly generatorState: Uint8Array;
  /** The settings that the run was started with, by name. */
  readonly config: Readonly<Record<string, Scalar>>;
  /** The losses so far, in short. */
  readonly losses: SavedLosses;
}

/** What to call a file in errors. */
export interface SourceOptions {
  /** The file's path, or what else it is known by. */
  source: string;
}

/** The largest file that is read as a checkpoint: 67 million parameters. */
export const MAX_CHECKPOINT_BYTES: number = 256 * 2 ** 20;

/** How many of the latest losses a checkpoint keeps. */
export const MAX_RECENT_LOSSES = 1000;

/** The layout that is written and read. */
const VERSION = "1";

/**
 * The bytes of a checkpoint: a safetensors file. Equal checkpoints have equal
 * bytes.
 *
 * @param checkpoint the run
 * @throws {CheckpointError} if {@linkcode decodeCheckpoint} would refuse the
 * bytes: a weight is not finite, or something does not fit together
 *
 * @example
 * ```ts
 * import {
 *   createParameters,
 *   decodeCheckpoint,
 *   encodeCheckpoint,
 *   TorchGenerator,
 *   parameterArrays,
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const sizes = {
 *   vocabularySize: 3,
 *   contextLength: 2,
 *   embeddingSize: 2,
 *   hiddenSize: 4,
 * };
 * const generator = new TorchGenerator(2147483647);
 * const parameters = parameterArrays(createParameters(sizes, { generator }));
 * const bytes = encodeCheckpoint({
 *   parameters,
 *   sizes,
 *   tokens: [".", "a", "b"],
 *   step: 0,
 *   generatorState: generator.getState(),
 *   config: { seed: 2147483647, learningRate: 0.1 },
 *   losses: { recent: [], logBytes: 0 },
 * });
 *
 * const checkpoint = decodeCheckpoint(bytes, { source: "these bytes" });
 * assertEquals(checkpoint.parameters, parameters);
 * assertEquals(checkpoint.config.learningRate, 0.1);
 *
 * const resumed = new TorchGenerator(0).setState(checkpoint.generatorState);
 * assertEquals(resumed.randint(0, 3, 5), generator.randint(0, 3, 5));
 * ```
 */
export function encodeCheckpoint(
  checkpoint: Checkpoint,
): Uint8Array<ArrayBuffer> {
  const { parameters, sizes, config, losses } = checkpoint;
  const fail = failing("Cannot write this checkpoint");
  const { vocabularySize, contextLength, embeddingSize, hiddenSize } = sizes;
  const { directConnections } = sizes;
  const shapes = parameterShapes(sizes);
  if (parameters.Wd && !shapes.Wd) {
    fail("it has the parameter Wd, but its sizes have no directConnections");
  }
  const tensors = new Map(
    parameterNames(shapes).map((name) => {
      const array = parameters[name] ??
        fail(`it lacks the parameter ${name}`);
      const { buffer, byteOffset, byteLength } = array;
      const data = new Uint8Array(buffer, byteOffset, byteLength);
      return [name, { dtype: "F32", shape: shapes[name]!, data }] as const;
    }),
  );
  const metadata = new Map([
    ["makemore", VERSION],
    [
      "sizes",
      flatJson({
        vocabularySize,
        contextLength,
        embeddingSize,
        hiddenSize,
        ...(directConnections ? { directConnections } : {}),
      }),
    ],
    ["vocabulary", JSON.stringify(checkpoint.tokens)],
    ["step", String(checkpoint.step)],
    ["generator", toBase64(checkpoint.generatorState)],
    ["config", flatJson(config)],
    ["losses", `{"recent":[${losses.recent}],"logBytes":${losses.logBytes}}`],
  ]);
  const bytes = refusing(
    RangeError,
    fail,
    () => encodeSafetensors(tensors, metadata),
  );
  // What could not be read again must not replace a file that can.
  runOf(decodeSafetensors(bytes, { source: "it" }), fail);
  return bytes;
}

/**
 * The run that a checkpoint holds.
 *
 * @param bytes the whole file
 * @param options `source`: what to call the file in errors
 * @throws {CheckpointError} if the file is damaged, does not fit together, or
 * holds parameters without a run
 *
 * @example A file that is none
 * ```ts
 * import { CheckpointError, decodeCheckpoint } from "@makemore/mlp";
 * import { assertThrows } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("emma");
 * assertThrows(
 *   () => decodeCheckpoint(bytes, { source: "names.txt" }),
 *   CheckpointError,
 *   "Cannot read names.txt: it has 4 bytes",
 * );
 * ```
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  { source }: SourceOptions,
): Checkpoint {
  const fail = failing(`Cannot read ${source}`);
  return runOf(decodeSafetensors(bytes, { source }), fail);
}

/**
 * The model that a file holds: a checkpoint, or float32 tensors that
 * `safetensors.torch.save_file` wrote under the names C, W1, b1, W2 and b2, and
 * Wd if the model has direct connections. The sizes follow from their shapes.
 *
 * @param bytes the whole file
 * @param options `source`: what to call the file in errors
 * @returns the whole checkpoint, or the parameters alone, which have no
 * `tokens`
 * @throws {CheckpointError} if the file is damaged, or if these are not the
 * parameters of a model
 *
 * @example
 * ```ts ignore
 * import { decodeModel, parametersFrom } from "@makemore/mlp";
 *
 * const source = "pytorch.safetensors";
 * const { parameters, sizes } = decodeModel(
 *   await Deno.readFile(source),
 *   { source },
 * );
 * const model = parametersFrom(parameters, sizes);
 * ```
 */
export function decodeModel(
  bytes: Uint8Array,
  { source }: SourceOptions,
): Checkpoint | SavedParameters {
  const fail = failing(`Cannot read ${source}`);
  const file = decodeSafetensors(bytes, { source });
  return file.metadata.has("makemore")
    ? runOf(file, fail)
    : parametersOf(file, fail);
}

/** Refuses a file in a sentence that ends with the fault. */
type Fail = (fault: string) => never;

function failing(what: string): Fail {
  return (fault) => {
    throw new CheckpointError(`${what}: ${fault}`);
  };
}

/** What a function gives; its error of one class is the file's fault. */
function refusing<Value>(
  error: new (message: string) => Error,
  fail: Fail,
  take: () => Value,
): Value {
  try {
    return take();
  } catch (thrown) {
    if (!(thrown instanceof error)) throw thrown;
    const { message } = thrown;
    return fail(visible(message[0].toLowerCase() + message.slice(1)));
  }
}

/** The names that a tensor may have. */
const KNOWN_NAMES: readonly string[] = PARAMETER_NAMES;

function parametersOf(file: SafetensorsFile, fail: Fail): SavedParameters {
  for (const [name, { dtype }] of file.tensors) {
    if (!KNOWN_NAMES.includes(name)) {
      fail(`its tensor ${quote(name)} is none of ${KNOWN_NAMES.join(", ")}`);
    }
    if (dtype !== "F32") {
      fail(
        `its parameter ${name} is ${dtype}, but must be F32: save it as float32`,
      );
    }
  }
  const tensor = (name: ParameterName) =>
    file.tensors.get(name) ?? fail(`it lacks the parameter ${name}`);

  const sizes = refusing(RangeError, fail, () =>
    sizesOfShapes({
      C: tensor("C").shape,
      W1: tensor("W1").shape,
      b1: tensor("b1").shape,
      W2: tensor("W2").shape,
      b2: tensor("b2").shape,
      ...(file.tensors.has("Wd") ? { Wd: tensor("Wd").shape } : {}),
    }));

  const numbers = (name: ParameterName) => {
    // Copied to where float32 may stand; every machine that runs JavaScript
    // engines today is little-endian, as the format is.
    const array = new Float32Array(tensor(name).data.slice().buffer);
    const index = array.findIndex((weight) => !Number.isFinite(weight));
    if (index >= 0) {
      fail(`its parameter ${name} is ${array[index]} at index ${index}`);
    }
    return array;
  };
  const parameters = {
    C: numbers("C"),
    W1: numbers("W1"),
    b1: numbers("b1"),
    W2: numbers("W2"),
    b2: numbers("b2"),
    ...(sizes.directConnections ? { Wd: numbers("Wd") } : {}),
  };
  return { parameters, sizes };
}

function runOf(file: SafetensorsFile, fail: Fail): Checkpoint {
  const { parameters, sizes } = parametersOf(file, fail);
  const { metadata } = file;
  const version = metadata.get("makemore") ?? fail(
    "it holds parameters alone, without a run: they can be sampled from, " +
      "but there is nothing to resume",
  );
  if (version !== VERSION) {
    fail(
      `its layout is ${quote(version)}, but only "${VERSION}" is known here`,
    );
  }
  const read = <Value>(
    key: string,
    take: (scanner: JsonScanner) => Value,
  ): Value => {
    const text = metadata.get(key) ?? fail(`it lacks the run's ${key}`);
    const scanner = new JsonScanner(text, `its ${key}`);
    return refusing(SyntaxError, fail, () => {
      const value = take(scanner);
      scanner.end();
      return value;
    });
  };

  const stated = read("sizes", flatObject);
  for (const [name, size] of Object.entries(sizes)) {
    if (stated[name] !== size) {
      const found = quote(String(stated[name]));
      fail(
        `its ${name} is ${found}, but the shapes of the parameters say ${size}`,
      );
    }
  }
  if (stated.directConnections && !sizes.directConnections) {
    fail("it lacks the parameter Wd, which its sizes speak of");
  }
  const tokens = read("vocabulary", (scanner) => {
    const tokens: string[] = [];
    for (const id of scanner.items(MAX_VOCABULARY_SIZE)) {
      const token = scanner.string();
      if (token.length > MAX_TOKEN_LENGTH) {
        fail(`token ${id} of its vocabulary has ${token.length} characters`);
      }
      tokens.push(token);
    }
    return refusing(RangeError, fail, () => new Vocabulary(tokens)).tokens;
  });
  if (tokens.length !== sizes.vocabularySize) {
    fail(
      `its vocabulary has ${tokens.length} tokens, but the shapes of the ` +
        `parameters say ${sizes.vocabularySize}`,
    );
  }
  const config = read("config", flatObject);
  for (const key of Object.keys(config)) {
    if (!/^[A-Za-z][\w-]*$/.test(key)) {
      fail(`its config has the key ${quote(key)}, which names no setting`);
    }
  }
  const generatorState = fromBase64(
    metadata.get("generator") ?? fail("it lacks the run's generator"),
  ) ?? fail("its generator is not valid base64");
  refusing(
    RangeError,
    fail,
    () => new TorchGenerator(0).setState(generatorState),
  );
  return {
    parameters,
    sizes,
    tokens,
    step: read("step", (scanner) => scanner.count()),
    generatorState,
    config,
    losses: read("losses", (scanner) => lossesOf(scanner, fail)),
  };
}

function lossesOf(scanner: JsonScanner, fail: Fail): SavedLosses {
  let recent: number[] | undefined;
  let logBytes: number | undefined;
  for (const key of scanner.keys()) {
    if (key === "logBytes") logBytes = scanner.count();
    else if (key === "recent") {
      recent = [];
      for (const _ of scanner.items(MAX_RECENT_LOSSES)) {
        recent.push(scanner.number());
      }
    } else fail(`its losses have the unknown key ${quote(key)}`);
  }
  return {
    recent: recent ?? fail("its losses lack recent"),
    logBytes: logBytes ?? fail("its losses lack logBytes"),
  };
}

/** Without a prototype, so that a key can be no more than a key. */
function flatObject(scanner: JsonScanner): Record<string, Scalar> {
  const object: Record<string, Scalar> = Object.create(null);
  for (const key of scanner.keys()) object[key] = scanner.scalar();
  return object;
}

/** Sorted by key. NaN and undefined are written as such, to be refused. */
function flatJson(object: object): string {
  const members = Object.entries(object)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, value]) => {
      const json = typeof value === "number" ? value : JSON.stringify(value);
      return `${JSON.stringify(key)}:${json}`;
    });
  return `{${members}}`;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined; // atob refuses nothing but what is not base64
  }
}
