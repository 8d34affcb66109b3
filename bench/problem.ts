/**
 * What a peer is given: the same numbers for all of them.
 */

import {
  buildVocabulary,
  contextWindows,
  createParameters,
  disposeParameters,
  type ModelSizes,
  type ParameterArrays,
  parameterArrays,
  pretrainedModel,
  sizesOf,
  splitWords,
  TorchGenerator,
  type Windows,
} from "../mod.ts";
import type { Kind, Task } from "./tasks.ts";

/** Everything that a peer has to know to do a task. */
export interface Problem {
  readonly kind: Kind;
  readonly sizes: ModelSizes;
  /** The parameters to begin with. */
  readonly parameters: ParameterArrays;
  /** The tokens by their ids. */
  readonly tokens: readonly string[];
  /** The rows to learn from, to draw minibatches from, or to judge. */
  readonly windows: Windows;
  /** How many rows go through the model at once. */
  readonly rowsAtOnce: number;
  readonly learningRate: number;
  /** The seed of the generator that draws minibatches, or names. */
  readonly seed: number;
  /** How many tokens a sampled softmax is over. Without it, the full softmax. */
  readonly candidates?: number;
}

/** Makes the problem of each task from a word list. */
export class Problems {
  readonly #tokens: readonly string[];
  readonly #rows: { readonly train: Windows; readonly all: Windows };

  constructor(words: readonly string[]) {
    const vocabulary = buildVocabulary(words);
    this.#tokens = vocabulary.tokens;
    this.#rows = {
      train: contextWindows(splitWords(words).train, vocabulary, 3),
      all: contextWindows(words, vocabulary, 3),
    };
  }

  /** The problem of a task. */
  of({ kind, model, rows, rowsAtOnce }: Task): Problem {
    const windows = this.#rows[rows];
    return {
      kind,
      ...(kind === "names" ? trained() : this.#untrained(model)),
      windows,
      rowsAtOnce: rowsAtOnce ?? windows.Y.length,
      learningRate: 0.1,
      seed: 42,
    };
  }

  /** The title of a task, with the number of its rows. */
  titleOf({ title, rows }: Task): string {
    const count = this.#rows[rows].Y.length.toLocaleString("en");
    return title.replace("{N}", count);
  }

  /** The lecture's parameters, as they are before the first step. */
  #untrained(model: Task["model"]) {
    const sizes = {
      vocabularySize: this.#tokens.length,
      contextLength: 3,
      ...model,
    };
    const parameters = createParameters(sizes, {
      generator: new TorchGenerator(2147483647),
    });
    const arrays = parameterArrays(parameters);
    disposeParameters(parameters);
    return { sizes, parameters: arrays, tokens: this.#tokens };
  }
}

/** The package's own model, which makes names as long as names are. */
function trained() {
  const { parameters, vocabulary } = pretrainedModel();
  const problem = {
    sizes: sizesOf(parameters),
    parameters: parameterArrays(parameters),
    tokens: vocabulary.tokens,
  };
  disposeParameters(parameters);
  return problem;
}
