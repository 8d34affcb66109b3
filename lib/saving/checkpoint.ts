/**
 * What is kept of a run, so that it can go on as if it had never stopped: its
 * model, see `model_file.ts`, and strings beside it. Their keys: `step`,
 * `config`, `losses` and, of a run that keeps its best network, `best` in JSON,
 * and `generator`, the bytes of `torch.Generator.get_state()` in base64.
 */

import { attempt, fail, isCount, naming, parseObject, show } from "./checks.ts";
import {
  decodeFile,
  type DecodeOptions,
  encodeFile,
  type SavedModel,
  sortedJson,
} from "./model_file.ts";
import { quote } from "../errors/quote.ts";
import { fromBase64, toBase64 } from "../kernel/base64.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import { TorchGenerator } from "../random/torch_generator.ts";

/** The losses that are kept, bounded however long the run. */
export interface SavedLosses {
  /** The latest losses, the oldest first: at most 1,000. */
  readonly recent: readonly number[];
  /** How many bytes of the run's loss log belong to the steps so far. */
  readonly logBytes: number;
}

/** What a run knows between two steps, beside its model. */
export interface SavedRun {
  /** How many steps are done. */
  readonly step: number;
  /** The 5,056 bytes of `torch.Generator.get_state()`. */
  readonly generatorState: Uint8Array;
  /** The settings that the run was started with, by name. */
  readonly config: Readonly<Record<string, string | number | boolean | null>>;
  /** The losses so far, in short. */
  readonly losses: SavedLosses;
  /**
   * Where the run goes on, if it keeps the best network on dev: the parameters
   * of the model are then those of the best, and these those of the last step.
   */
  readonly current?: ParameterArrays;
  /** What dev says of the best network, and the steps that made it. */
  readonly best?: { readonly step: number; readonly loss: number };
}

/** A run between two steps. */
export type Checkpoint = SavedModel & SavedRun;

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
 * } from "@makemore/mlp/core";
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
    const { step, generatorState, config, losses, best } = checkpoint;
    const { recent, logBytes } = losses;
    return encodeFile(checkpoint, [
      ...best ? [["best", sortedJson(best)]] as [string, string][] : [],
      ["step", String(step)],
      ["generator", toBase64(generatorState)],
      ["config", sortedJson(config)],
      ["losses", JSON.stringify({ recent, logBytes })],
    ]);
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
 * } from "@makemore/mlp/core";
 * import { assertThrows } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const bytes = saveModel(parameterArrays(parameters), vocabulary);
 * assertThrows(
 *   () => decodeCheckpoint(bytes, { source: "names.safetensors" }),
 *   CheckpointError,
 *   "Cannot read names.safetensors: it holds a model, but no step of a run",
 * );
 * ```
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Checkpoint {
  const { source = "these bytes" } = options;
  const { metadata, parameters, current, vocabulary } = decodeFile(
    bytes,
    source,
  );
  return naming(`Cannot read ${source}`, () => {
    const lacks = (key: string) =>
      fail(`it holds a model, but no ${key} of a run that could be resumed`);
    const text = (key: string) => metadata.get(key) ?? lacks(key);
    const step = Number(/^\d+$/.exec(text("step"))?.[0]);
    const base64 = text("generator");
    const reason = "its generator is not valid base64";
    const generatorState = attempt(reason, () => fromBase64(base64));
    const config = parseObject(text("config"), "config");
    const losses = parseObject(text("losses"), "losses");
    const best = current && parseObject(text("best"), "best");
    const run = {
      ...{ step, generatorState, config, losses },
      ...best && { current, best: { step: best.step, loss: best.loss } },
    } as unknown as SavedRun;
    checkRun(run);
    if (!vocabulary) return lacks("vocabulary");
    return { parameters, vocabulary, ...run };
  });
}

/** What must be true of a run when it is written and when it is read. */
function checkRun(run: SavedRun): void {
  const { step, generatorState, config, losses, current, best } = run;
  if (!isCount(step)) fail(`its step is ${step}, not a whole number from 0`);
  const hasBest = best && isCount(best.step) && best.step <= step &&
    Number.isFinite(best.loss);
  if (current ? !hasBest : best) {
    fail("its best network is not of a step so far, with a finite loss");
  }
  for (const [name, value] of Object.entries(config)) {
    const isScalar = typeof value === "string"
      ? value.isWellFormed()
      : value === null || typeof value === "boolean" || Number.isFinite(value);
    if (!isScalar || !/^[A-Za-z][\w-]*$/.test(name)) {
      fail(`its setting ${quote(name)} is ${show(value)}: it cannot be kept`);
    }
  }
  new TorchGenerator(0).setState(generatorState);
  const { recent, logBytes } = losses;
  const areNumbers = Array.isArray(recent) && recent.every(Number.isFinite);
  if (!areNumbers || recent.length > MAX_RECENT_LOSSES || !isCount(logBytes)) {
    fail("its losses are not up to 1000 finite numbers and the bytes of a log");
  }
}
