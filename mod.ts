/**
 * Karpathy's makemore for Deno: a language model after Bengio et al. 2003, with
 * PyTorch's numbers. It learns from a list of words and makes more like them; or
 * it learns from a text, as in the paper, and makes sentences.
 *
 * The functions, in the order in which the data flows:
 *
 * | what | functions |
 * | --- | --- |
 * | words | {@linkcode embeddedWords}, {@linkcode defaultWords}, {@linkcode readWords}, {@linkcode parseWords}, {@linkcode wordsFrom}, {@linkcode readTable}, {@linkcode parseTable} |
 * | words of a text | {@linkcode tokenize}, {@linkcode detokenize} |
 * | vocabulary | {@linkcode buildVocabulary}, {@linkcode buildWordVocabulary}, {@linkcode Vocabulary} |
 * | train, dev, test | {@linkcode splitWords}, {@linkcode splitByPosition} |
 * | context windows X, Y | {@linkcode contextWindows}, {@linkcode windowStream}, {@linkcode formatWindows}, {@linkcode drawMinibatch}, {@linkcode takeRows} |
 * | randomness | {@linkcode TorchGenerator}, {@linkcode PythonRandom} |
 * | parameters C, W1, b1, W2, b2 | {@linkcode createParameters}, {@linkcode countParameters}, {@linkcode sizesOf}, {@linkcode parameterArrays}, {@linkcode parametersFrom}, {@linkcode disposeParameters} |
 * | forward pass, in tfjs | {@linkcode toTensors}, {@linkcode embed}, {@linkcode hidden}, {@linkcode logits}, {@linkcode softmax}, {@linkcode negativeLogLikelihood}, {@linkcode crossEntropy}, {@linkcode forward}, {@linkcode loss} |
 * | training | {@linkcode trainStep}, {@linkcode trainSteps}, {@linkcode train} |
 * | learning rates | {@linkcode constantRate}, {@linkcode stepDecay}, {@linkcode cosineDecay}, {@linkcode inverseDecay}, {@linkcode findLearningRate}, {@linkcode suggestLearningRate} |
 * | using a model | {@linkcode evaluate}, {@linkcode perplexity}, {@linkcode sample}, {@linkcode nextTokens}, {@linkcode nearestTokens}, {@linkcode scoreWords}, {@linkcode rowProbabilities}, {@linkcode labelWords}, {@linkcode projectToPlane}, {@linkcode pretrainedModel} |
 * | other models | {@linkcode countNgrams}, {@linkcode addK}, {@linkcode interpolate}, {@linkcode kneserNey}, {@linkcode createBigramNet}, {@linkcode bigramLoss}, {@linkcode trainBigramNet}, {@linkcode bigramNetModel}, {@linkcode languageModel} |
 * | mixtures | {@linkcode mlpModel}, {@linkcode fitMixtureWeights}, {@linkcode mixModels}, {@linkcode mixProbabilities} |
 * | settings to try | {@linkcode settingsGrid}, {@linkcode randomSettings} |
 * | saving | {@linkcode saveModel}, {@linkcode loadModel}, {@linkcode decodeParameters}, {@linkcode encodeCheckpoint}, {@linkcode decodeCheckpoint} |
 *
 * @example From a word list to new words
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   embeddedWords,
 *   evaluate,
 *   sample,
 *   splitWords,
 *   TorchGenerator,
 *   train,
 * } from "@makemore/mlp";
 * import { assert } from "@std/assert";
 *
 * const { words } = embeddedWords();
 * const vocabulary = buildVocabulary(words);
 * const splits = splitWords(words);
 * const generator = new TorchGenerator(2147483647);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 10,
 *   hiddenSize: 200,
 * }, { generator, initialization: "scaled" });
 *
 * const windows = contextWindows(splits.train, vocabulary, 3);
 * await train(parameters, windows, { steps: 2000, generator });
 * assert(evaluate(parameters, contextWindows(splits.dev, vocabulary, 3)) < 2.6);
 *
 * const names = sample(parameters, vocabulary, { generator, count: 5 });
 * assert(names.length === 5);
 * ```
 *
 * @module
 */

export * from "./core.ts";

// Functions that read files or work on tfjs tensors. They replace those of
// core.ts with the same names, which work on plain arrays.
export { readTable } from "./lib/data/tables.ts";
export { defaultWords, readWords } from "./lib/data/words.ts";
export {
  createParameters,
  disposeParameters,
  type ModelParameters,
  parametersFrom,
} from "./lib/model/variables.ts";
export * from "./lib/model/forward.ts";
export { train, trainStep, trainSteps } from "./lib/training/variables.ts";
export * from "./lib/language_models/tensor_model.ts";
export * from "./lib/language_models/bigram_net.ts";
export { pretrainedModel } from "./lib/language_models/pretrained_variables.ts";
export { type LoadedModel, loadModel } from "./lib/saving/variables.ts";
