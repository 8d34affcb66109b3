/**
 * A model in a file: the parameters as the float32 tensors of a safetensors
 * file, and the vocabulary beside them. Python reads it with `safetensors`, and
 * what PyTorch saves under the parameters' names is read here.
 *
 * The keys of the metadata: `makemore` (the version of this layout, "1"),
 * `sizes` and `vocabulary` (an array of the tokens) in JSON; `tokenizer`, the
 * settings of the vocabulary in JSON: of words, or where they are not the
 * defaults.
 */

import { fail, naming, parseJson, parseObject } from "./checks.ts";
import { CheckpointError } from "../errors/errors.ts";
import { quote } from "../errors/quote.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import {
  PARAMETER_NAMES,
  type ParameterArrays,
  parameterNames,
  PARAMETERS,
  parameterShapes,
  perParameter,
  sizesOf,
  sizesOfShapes,
} from "../kernel/parameters.ts";
import { arraysOf, type Parameters } from "../model/parameters.ts";
import {
  MAX_TOKEN_LENGTH,
  SENTENCE_BOUNDARY,
  Vocabulary,
} from "../data/vocabulary.ts";

/** A model as a file holds it. */
export interface SavedModel {
  /** The numbers of the parameters. */
  readonly parameters: ParameterArrays;
  /** The tokens that the model knows. */
  readonly vocabulary: Vocabulary;
}

/** Before the names of the tensors of a run that keeps its best network. */
const CURRENT = "current.";

/** Options of the functions that decode a file. */
export interface DecodeOptions {
  /** The file's path, for errors. Default: `"these bytes"`. */
  source?: string;
}

/**
 * Encodes a model as a safetensors file, for {@linkcode loadModel} and for
 * Python. Equal models have equal bytes.
 *
 * @param parameters the parameters, tfjs variables or float32 arrays: `C`
 * `[V, E]`, `W1` `[T·E, H]`, `b1` `[H]`, `W2` `[H, V]`, `b2` `[V]` and, with
 * direct connections, `Wd` `[T·E, V]`
 * @param vocabulary the vocabulary that the model was trained with, of V tokens
 * @throws {CheckpointError} if a parameter is not finite, or if the parameters
 * do not fit each other or the vocabulary
 *
 * @example
 * ```ts
 * import { loadModel, pretrainedModel, saveModel } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const bytes = saveModel(parameters, vocabulary);
 * // Deno.writeFileSync("names.safetensors", bytes);
 *
 * const model = loadModel(bytes);
 * assertEquals(model.vocabulary, vocabulary);
 * ```
 */
export function saveModel(
  parameters: Parameters,
  vocabulary: Vocabulary,
): Uint8Array<ArrayBuffer> {
  const model = { parameters: arraysOf(parameters), vocabulary };
  return naming("Cannot save this model", () => encodeFile(model));
}

/**
 * Decodes the model of a file: one that {@linkcode saveModel} or
 * {@linkcode encodeCheckpoint} wrote, or parameters that PyTorch saved with the
 * tokens in the metadata:
 *
 * ```py
 * import json
 * from safetensors.torch import save_file
 *
 * tensors = {"C": C, "W1": W1, "b1": b1, "W2": W2, "b2": b2}
 * save_file(tensors, "model.safetensors", {"vocabulary": json.dumps(tokens)})
 * ```
 *
 * @param bytes the whole file
 * @param options what to call the file in errors
 * @throws {CheckpointError} if the file is damaged, holds no vocabulary, or
 * does not fit together
 *
 * @example A file that is not a model
 * ```ts
 * import { CheckpointError, loadModel } from "@makemore/mlp/core";
 * import { assertThrows } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("emma");
 * assertThrows(
 *   () => loadModel(bytes, { source: "names.txt" }),
 *   CheckpointError,
 *   "Cannot read names.txt: its 4 bytes do not begin with",
 * );
 * ```
 */
export function loadModel(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): SavedModel {
  const { source = "these bytes" } = options;
  const { parameters, vocabulary } = decodeFile(bytes, source);
  if (vocabulary) return { parameters, vocabulary };
  throw new CheckpointError(
    `Cannot read ${source}: it holds parameters without a vocabulary: save ` +
      'it as "vocabulary" in the metadata, or read them with decodeParameters',
  );
}

/**
 * Decodes the parameters of a file, with or without a vocabulary: float32
 * tensors, as `safetensors.torch.save_file` writes them, under the names C, W1,
 * b1, W2 and b2, and Wd if the model has direct connections.
 *
 * @param bytes the whole file
 * @param options what to call the file in errors
 * @throws {CheckpointError} if the file is damaged, or if its tensors are not
 * the parameters of a model
 *
 * @example
 * ```ts
 * import { decodeParameters, pretrainedModel, saveModel } from "@makemore/mlp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { parameters, vocabulary } = pretrainedModel();
 * const bytes = saveModel(parameters, vocabulary); // or those of a file
 * const { C } = decodeParameters(bytes);
 * assertEquals(C.length, 27 * 24);
 * ```
 */
export function decodeParameters(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): ParameterArrays {
  return decodeFile(bytes, options.source).parameters;
}

/**
 * Encodes a model with further strings beside it.
 *
 * @param model the model
 * @param run the keys and the strings
 * @throws {RangeError} if {@linkcode loadModel} would refuse the bytes
 */
export function encodeFile(
  model: SavedModel & { readonly current?: ParameterArrays },
  run: [string, string][] = [],
) {
  const { parameters, vocabulary, current } = model;
  const sizes = sizesOf(parameters);
  checkModel(parameters, vocabulary);
  const shapes = parameterShapes(sizes);
  const tensorsOf = (prefix: string, arrays: ParameterArrays) =>
    parameterNames(arrays).map((name) =>
      [prefix + name, { shape: shapes[name]!, data: arrays[name]! }] as const
    );
  const tensors = tensorsOf("", parameters);
  if (current) {
    checkModel(current, vocabulary);
    if (sortedJson({ ...sizesOf(current) }) !== sortedJson({ ...sizes })) {
      fail("its current network has other sizes than the best");
    }
    tensors.push(...tensorsOf(CURRENT, current));
  }
  const { tokens, level, lowercase, locale } = vocabulary;
  const metadata = new Map([
    ["makemore", "1"],
    ["sizes", sortedJson({ ...sizes })],
    ["vocabulary", JSON.stringify(tokens)],
    ...run,
  ]);
  if (level === "words") {
    const { sentences, whole, blanks, spacing } = vocabulary;
    const settings = {
      ...{ lowercase, locale, sentences, whole, ...spacing },
      ...blanks && { blanks },
    };
    metadata.set("tokenizer", sortedJson(settings));
  } else if (lowercase || locale !== "en") {
    metadata.set("tokenizer", sortedJson({ lowercase, locale }));
  }
  return encodeSafetensors({ tensors: new Map(tensors), metadata });
}

/**
 * Decodes the parameters of a file, the vocabulary if it has one, and all
 * strings that it holds, those of a run too.
 *
 * @param bytes the whole file
 * @param source what to call the file in errors
 * @throws {CheckpointError} as {@linkcode decodeParameters} does, and if the
 * vocabulary is damaged or does not fit the parameters
 */
export function decodeFile(bytes: Uint8Array, source = "these bytes") {
  return naming(`Cannot read ${source}`, () => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const layout = metadata.get("makemore") ?? "1";
    if (layout !== "1") fail(`its layout is ${quote(layout)}, not "1"`);
    const names = PARAMETER_NAMES.filter((name) =>
      !PARAMETERS[name].direct || tensors.has(name)
    );
    const tensorOf = (name: string) =>
      tensors.get(name) ?? fail(`it lacks the tensor ${name}`);
    const parameters = perParameter(names, (name) => tensorOf(name).data);
    const shapes = perParameter(names, (name) => tensorOf(name).shape);
    const current = tensors.has(`${CURRENT}C`)
      ? perParameter(names, (name) => tensorOf(CURRENT + name).data)
      : undefined;
    if (tensors.size > names.length * (current ? 2 : 1)) {
      fail(`it has more tensors than ${names}`);
    }
    for (const name of current ? names : []) {
      if (String(tensorOf(CURRENT + name).shape) !== String(shapes[name])) {
        fail(`its tensors ${name} and ${CURRENT}${name} have other shapes`);
      }
    }
    const json = sortedJson({ ...sizesOfShapes(shapes) });
    const stated = parseObject(metadata.get("sizes") ?? json, "sizes");
    if (sortedJson(stated) !== json) fail(`its sizes are not ${json}`);
    const vocabulary = vocabularyOf(metadata);
    checkModel(parameters, vocabulary);
    if (current) checkModel(current, vocabulary);
    return { parameters, current, vocabulary, metadata };
  });
}

/** What must be true of a model when it is written and when it is read. */
function checkModel(parameters: ParameterArrays, vocabulary?: Vocabulary) {
  for (const name of parameterNames(parameters)) {
    const array = parameters[name]!;
    // Not by findIndex, whose calls take seconds for a large model.
    for (let i = 0; i < array.length; i++) {
      if (Number.isFinite(array[i])) continue;
      fail(`its parameter ${name} is ${array[i]} at index ${i}`);
    }
  }
  const V = parameters.b2.length;
  const { size, tokens } = vocabulary ?? { size: V, tokens: [] };
  if (size !== V) fail(`its vocabulary has ${size} tokens, its tensors ${V}`);
  for (const token of tokens) {
    if (token.length <= MAX_TOKEN_LENGTH && token.isWellFormed()) continue;
    fail(`its token ${quote(token)} is too long or has half a character`);
  }
}

/** The vocabulary of a file that has one. */
function vocabularyOf(metadata: ReadonlyMap<string, string>) {
  const text = metadata.get("vocabulary");
  if (text === undefined) return undefined;
  const tokens = parseJson(text, "vocabulary");
  if (!Array.isArray(tokens) || tokens.some((t) => typeof t !== "string")) {
    return fail("its vocabulary is not an array of strings");
  }
  // Version 0.1.0 kept lowercase only in the config of a run of words.
  const isOld = !metadata.has("tokenizer") &&
    tokens[0] === SENTENCE_BOUNDARY;
  const key = isOld ? "config" : "tokenizer";
  const settings = parseObject(metadata.get(key) ?? "{}", key);
  const setting = <Value>(name: string, absent: Value): Value => {
    const value = settings[name] === undefined ? absent : settings[name];
    if (typeof value === typeof absent) return value as Value;
    return fail(`its ${key} has a ${name} of the wrong type`);
  };
  const isLines = setting<string>("sentences", "text") === "lines";
  return new Vocabulary(tokens, {
    lowercase: setting("lowercase", false),
    locale: setting("locale", "en"),
    sentences: isLines ? "lines" : "text",
    // version 0.2.0 took words apart
    whole: setting("whole", tokens[0] !== SENTENCE_BOUNDARY),
    blanks: setting("blanks", false),
    spacing: "closing" in settings
      ? {
        closing: setting("closing", ""),
        opening: setting("opening", ""),
        quotes: setting("quotes", ""),
      }
      : undefined,
  });
}

/** A flat object in JSON, sorted by key. */
export function sortedJson(object: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(object, Object.keys(object).sort());
}
