/**
 * The multilayer perceptron as a {@linkcode LanguageModel}, so that it can be
 * judged beside the counting models and mixed with them.
 *
 * Letters: `V` vocabulary, `T` context length, `N` rows.
 */

import { giveBackKernel, takeKernel } from "../kernel/held_kernels.ts";
import { Kernel } from "../kernel/kernel.ts";
import {
  checkToken,
  contextToken,
  type LanguageModel,
} from "./language_model.ts";
import {
  type ModelParameters,
  parameterArrays,
  sizesOf,
} from "../model/variables.ts";
import type { Windows } from "../kernel/rows.ts";

/**
 * The model of these parameters, as they are now, as a language model: what is
 * done to them later does not change it. It holds memory of WebAssembly until
 * it is disposed of, by `using` or by the collector.
 *
 * @param parameters the model; they are copied
 * @returns the language model; its probabilities are float32, and sum to 1 up
 * to 1e-6
 * @throws {RangeError} if the parameters make no model, or memory does not do
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
 *   evaluateModel,
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
 * using mlp = mlpModel(parameters);
 * const models = [mlp, addK(countNgrams(windows, vocabulary, 3), 0.1)];
 * const weights = fitMixtureWeights(
 *   models.map((model) => rowProbabilities(model, dev)),
 * );
 * const loss = evaluateModel(mixModels(models, weights), dev);
 * for (const model of models) assert(loss < evaluateModel(model, dev));
 * ```
 */
export function mlpModel(
  parameters: ModelParameters,
): LanguageModel & Disposable {
  const sizes = sizesOf(parameters);
  const weights = parameterArrays(parameters);
  const { vocabularySize, contextLength } = sizes;
  const kernel = new Kernel(sizes);
  kernel.loadWeights(weights);

  const probabilities = (context: ArrayLike<number>): Float32Array =>
    kernel.probabilities(Array.from(
      { length: contextLength },
      (_, t) => contextToken(context, contextLength - t, vocabularySize),
    ));

  return {
    vocabularySize,
    contextLength,
    probability: (context, token) =>
      probabilities(context)[checkToken(token, vocabularySize)],
    probabilities: (context) => Float64Array.from(probabilities(context)),
    rowProbabilities(windows) {
      const seen = lastTokens(windows, contextLength);
      if (seen.Y.length === 0) return new Float64Array();
      // not the kernel above: this one may know the rows already
      const kernel = takeKernel(sizes, seen);
      try {
        kernel.loadWeights(weights);
        return kernel.rowLosses().map((loss) => Math.exp(-loss));
      } finally {
        giveBackKernel(kernel, seen);
      }
    },
    [Symbol.dispose]: () => kernel.release(),
  };
}

/** The same rows with only the last `T` tokens of their contexts. */
function lastTokens(windows: Windows, T: number): Windows {
  const { contextLength, X, Y } = windows;
  if (contextLength === T) return windows;
  const shorter = new Uint16Array(Y.length * T);
  for (let row = 0; row < Y.length; row++) {
    const end = (row + 1) * contextLength;
    shorter.set(X.subarray(end - T, end), row * T);
  }
  return { ...windows, contextLength: T, X: shorter };
}
