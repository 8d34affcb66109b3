/**
 * What is kept of a run, so that it can go on as if it had never stopped: its
 * model, see `model_file.ts`, and strings beside it. Their keys: `step`,
 * `config` and `losses` in JSON, and `generator`, the bytes of
 * `torch.Generator.get_state()` in base64.
 */

import {
  attempt,
  fail,
  isCount,
  naming,
  parseObject,
  shown,
} from "./checks.ts";
import {
  decodeModelFile,
  type DecodeOptions,
  encodeModelFile,
  type SavedModel,
  sortedJson,
} from "./model_file.ts";
import { quote } from "../errors/quote.ts";
import { fromBase64, toBase64 } from "../kernel/base64.ts";
import { TorchGenerator } from "../random/torch_generator.ts";

/** What a setting can be. */
export type Scalar = string | number | boolean | null;

/** The losses that are kept, bounded however long the run. */
export interface SavedLosses {
  /** The latest losses, the oldest first: at most 1,000. */
  readonly recent: readonly number[];
  /** How many bytes of the run's loss log belong to the steps so far. */
  readonly logBytes: number;
}

/** What a run knows between two steps, beside its model. */
interface SavedRun {
  /** How many steps are done. */
  readonly step: number;
  /** The 5,056 bytes of `torch.Generator.get_state()`. */
  readonly generatorState: Uint8Array;
  /** The settings that the run was started with, by name. */
  readonly config: Readonly<Record<string, Scalar>>;
  /** The losses so far, in short. */
  readonly losses: SavedLosses;
}

/** A run between two steps. */
export interface Checkpoint extends SavedModel, SavedRun {}

/** How many of the latest losses a checkpoint keeps. */
export const MAX_RECENT_LOSSES = 1000;

/**
 * Encodes a run as a safetensors file, which {@linkcode loadModel} reads too.
 * Equal checkpoints have equal bytes.
 *
 * @param checkpoint the run
 * @throws {CheckpointError} if {@linkcode decodeCheckpoint} would refuse the
 * bytes: a weight is not finite, or something does not fit together
 *
 * @example
 * ```ts
 * import {
 *   buildVocabulary,
 *   createParameters,
 *   decodeCheckpoint,
 *   encodeCheckpoint,
 *   parameterArrays,
 *   TorchGenerator,
 * } from "@makemore/mlp";
 * import { assertEquals } from "@std/assert";
 *
 * const vocabulary = buildVocabulary(["ab"]);
 * const sizes = {
 *   vocabularySize: vocabulary.size,
 *   contextLength: 2,
 *   embeddingSize: 2,
 *   hiddenSize: 4,
 * };
 * const generator = new TorchGenerator(2147483647);
 * const parameters = parameterArrays(createParameters(sizes, { generator }));
 * const bytes = encodeCheckpoint({
 *   parameters,
 *   vocabulary,
 *   step: 0,
 *   generatorState: generator.getState(),
 *   config: { seed: 2147483647, learningRate: 0.1 },
 *   losses: { recent: [], logBytes: 0 },
 * });
 *
 * const checkpoint = decodeCheckpoint(bytes);
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
  return naming("Cannot write this checkpoint", () => {
    checkRun(checkpoint);
    const { step, generatorState, config, losses } = checkpoint;
    const { recent, logBytes } = losses;
    const run = new Map([
      ["step", String(step)],
      ["generator", toBase64(generatorState)],
      ["config", sortedJson(config)],
      ["losses", JSON.stringify({ recent, logBytes })],
    ]);
    return encodeModelFile(checkpoint, run);
  });
}

/**
 * Decodes the run that a checkpoint holds.
 *
 * @param bytes the whole file
 * @param options what to call the file in errors
 * @throws {CheckpointError} if the file is damaged, does not fit together, or
 * holds a model without a run
 *
 * @example A model without a run
 * ```ts
 * import {
 *   CheckpointError,
 *   decodeCheckpoint,
 *   parameterArrays,
 *   pretrainedModel,
 *   saveModel,
 * } from "@makemore/mlp";
 * import { assertThrows } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const bytes = saveModel(parameterArrays(parameters), vocabulary);
 * assertThrows(
 *   () => decodeCheckpoint(bytes, { source: "names.safetensors" }),
 *   CheckpointError,
 *   "Cannot read names.safetensors: it holds a model without a run",
 * );
 * ```
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Checkpoint {
  const { source = "these bytes" } = options;
  const { metadata, parameters, vocabulary } = decodeModelFile(bytes, options);
  return naming(`Cannot read ${source}`, () => {
    if (!metadata.has("makemore") || !metadata.has("step")) {
      fail("it holds a model without a run: there is nothing to resume");
    }
    const text = (key: string) =>
      metadata.get(key) ?? fail(`it lacks the run's ${key}`);
    const object = (key: string) => parseObject(text(key), key);
    const base64 = text("generator");
    const run = {
      step: Number(/^\d+$/.exec(text("step"))?.[0]),
      generatorState: attempt(
        "its generator is not valid base64",
        () => fromBase64(base64),
      ),
      // Without a prototype, so that any key is only a key.
      config: Object.assign(Object.create(null), object("config")),
      losses: object("losses"),
    };
    checkRun(run);
    text("vocabulary");
    return { parameters, vocabulary: vocabulary!, ...run };
  });
}

/** What must be true of a run when it is written and when it is read. */
function checkRun(
  run: { readonly [key in keyof SavedRun]: unknown },
): asserts run is SavedRun {
  const { step, generatorState, config, losses } = run as SavedRun;
  if (!isCount(step)) fail(`its step is ${step}, not a whole number from 0`);
  for (const [name, value] of Object.entries(config)) {
    if (!/^[A-Za-z][\w-]*$/.test(name)) {
      fail(`its config has the key ${quote(name)}, which names no setting`);
    }
    const isText = typeof value === "string" && value.isWellFormed();
    const isScalar = isText || typeof value === "boolean" || value === null;
    if (!isScalar && !Number.isFinite(value)) {
      fail(`its setting ${name} is ${shown(value)}, which cannot be kept`);
    }
  }
  new TorchGenerator(0).setState(generatorState);
  const { recent, logBytes } = losses;
  if (!Array.isArray(recent) || !recent.every(Number.isFinite)) {
    fail("its recent losses are not an array of finite numbers");
  }
  if (recent.length > MAX_RECENT_LOSSES || !isCount(logBytes)) {
    fail("its losses have over 1000 recent or no whole number of logBytes");
  }
}
