/**
 * The network as a {@linkcode LanguageModel}, to mix it with other models.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows.
 */

import { giveBackKernel, takeKernel } from "../kernel/held_kernels.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import { type Rows, shortened } from "../kernel/rows.ts";
import {
  parameterArrays,
  type Parameters,
  sizesOf,
} from "../model/parameters.ts";
import {
  checkToken,
  type LanguageModel,
  lastTokens,
} from "./language_model.ts";

/** A network as a language model, with all optional members. */
export type MlpModel = Required<LanguageModel>;

/**
 * Makes a language model of the parameters as they are now: further training
 * does not change it. `dispose` frees its WebAssembly memory, which is otherwise
 * freed when the model is collected.
 *
 * @param parameters the parameters, which are copied
 * @returns the language model; its probabilities are float32, and sum to 1 up
 * to 1e-6
 * @throws {RangeError} if the parameters do not fit together
 *
 * @example A mixture with a counting model, weights fitted on held-out words
 * ```ts
 * import {
 *   addK,
 *   buildVocabulary,
 *   contextWindows,
 *   countNgrams,
 *   createParameters,
 *   embeddedWords,
 *   evaluate,
 *   fitMixtureWeights,
 *   TorchGenerator,
 *   mixModels,
 *   mlpModel,
 *   rowProbabilities,
 *   splitWords,
 *   train,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const { words } = embeddedWords();
 * const vocabulary = buildVocabulary(words);
 * const splits = splitWords(words);
 * const windows = contextWindows(splits.train, vocabulary, 3);
 * const dev = contextWindows(splits.dev, vocabulary, 3);
 *
 * const generator = new TorchGenerator(2147483647);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 5,
 *   hiddenSize: 50,
 * }, { generator, initialization: "scaled" });
 * await train(parameters, windows, { steps: 2000, generator });
 *
 * const mlp = mlpModel(parameters);
 * const models = [mlp, addK(countNgrams(windows, vocabulary, 3), 0.1)];
 * const weights = fitMixtureWeights(
 *   models.map((model) => rowProbabilities(model, dev)),
 * );
 * const loss = evaluate(mixModels(models, weights), dev);
 * for (const model of models) assert(loss < evaluate(model, dev));
 * ```
 */
export function mlpModel(parameters: Parameters): MlpModel {
  return networkOf(parameterArrays(parameters));
}

/** The same without a copy, for arrays that do not change meanwhile. */
export function networkOf(weights: ParameterArrays): MlpModel {
  const sizes = sizesOf(weights);
  const { vocabularySize, contextLength } = sizes;
  let kernel: Kernel | undefined; // without rows
  let without: number | undefined; // the token that it never expects
  const loaded = (excluded?: number): Kernel => {
    if (!kernel || excluded !== without) {
      kernel ??= takeKernel(sizes);
      const b2 = weights.b2.slice();
      if (excluded !== undefined) b2[excluded] = -Infinity;
      kernel.loadWeights({ ...weights, b2 });
      without = excluded;
    }
    return kernel;
  };
  /** Calls a function with a kernel that holds the rows. */
  const withRows = <Result>(
    rows: Rows,
    use: (kernel: Kernel) => Result,
  ): Result => {
    const seen = shortened(rows, contextLength);
    const kernel = takeKernel(sizes, seen);
    try {
      kernel.loadWeights(weights);
      return use(kernel);
    } finally {
      giveBackKernel(kernel, seen);
    }
  };
  const probabilities = (context: ArrayLike<number>): Float64Array =>
    Float64Array.from(loaded().probabilities(lastTokens(context, sizes)));
  return {
    vocabularySize,
    contextLength,
    probabilities,
    probability: (context, token) =>
      probabilities(context)[checkToken(token, vocabularySize)],
    rowProbabilities(rows) {
      if (rows.Y.length === 0) return new Float64Array();
      return withRows(rows, (kernel) => kernel.rowLosses())
        .map((loss) => Math.exp(-loss));
    },
    meanLoss: (rows) => withRows(rows, (kernel) => kernel.loss()),
    sampleIds(count, options) {
      const { tokens, ends } = options.generator.lendEngine((generator) =>
        loaded(options.excluded).sample(count, { ...options, generator })
      );
      return Array.from(
        ends,
        (end, word) => tokens.slice(word === 0 ? 0 : ends[word - 1], end),
      );
    },
    dispose() {
      kernel?.release();
      kernel = undefined;
    },
  };
}
