/**
 * The network as a {@linkcode LanguageModel}, so that it can be evaluated,
 * sampled from and mixed like the models that count.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows.
 */

import { giveBackKernel, takeKernel } from "../kernel/held_kernels.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import { type Rows, shortened } from "../kernel/rows.ts";
import {
  arraysOf,
  parameterArrays,
  type Parameters,
  sizesOf,
} from "../model/parameters.ts";
import {
  checkToken,
  contextToken,
  type LanguageModel,
} from "./language_model.ts";

/** A network as a language model, with all the faster ways that it has. */
export type MlpModel = Required<LanguageModel>;

/**
 * The network as a language model, with the parameters as they are now: training
 * them further does not change it. Its WebAssembly memory is freed by `dispose`,
 * or when the model is collected.
 *
 * @param parameters the model; they are copied
 * @returns the language model; its probabilities are float32, and sum to 1 up
 * to 1e-6
 * @throws {RangeError} if the parameters do not fit together, or there is
 * not enough memory
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
 * } from "@makemore/mlp";
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

/** The same without a copy, for parameters that do not change meanwhile. */
export function borrowedMlpModel(parameters: Parameters): MlpModel {
  return networkOf(arraysOf(parameters));
}

function networkOf(weights: ParameterArrays): MlpModel {
  const sizes = sizesOf(weights);
  const { vocabularySize, contextLength } = sizes;
  let kernel: Kernel | undefined; // without rows
  const loaded = (): Kernel => {
    if (!kernel) {
      kernel = takeKernel(sizes);
      kernel.loadWeights(weights);
    }
    return kernel;
  };
  /** Calls a function with a kernel that has rows, perhaps from earlier. */
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
    Float64Array.from(
      loaded().probabilities(Array.from(
        { length: contextLength },
        (_, t) => contextToken(context, contextLength - t, vocabularySize),
      )),
    );
  return {
    vocabularySize,
    contextLength,
    probabilities,
    probability: (context, token) =>
      probabilities(context)[checkToken(token, vocabularySize)],
    rowProbabilities: (rows) =>
      rows.Y.length === 0 ? new Float64Array() : withRows(
        rows,
        (kernel) => kernel.rowLosses().map((loss) => Math.exp(-loss)),
      ),
    meanLoss: (rows) => withRows(rows, (kernel) => kernel.loss()),
    sampleIds(count, options) {
      const { tokens, ends } = options.generator.lendEngine((generator) =>
        loaded().sample(count, { ...options, generator })
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
