/**
 * Karpathy's makemore for Deno: a language model after Bengio et al. 2003 that
 * learns from a list of words and makes more like them, with PyTorch's numbers;
 * or, as in the paper, from a text, and makes sentences.
 *
 * In the order in which the data flows:
 *
 * | what | functions |
 * | --- | --- |
 * | words | {@linkcode embeddedWords}, {@linkcode defaultWords}, {@linkcode readWords}, {@linkcode parseWords}, {@linkcode wordsFrom} |
 * | vocabulary | {@linkcode buildVocabulary}, {@linkcode buildWordVocabulary}, {@linkcode Vocabulary} |
 * | train, dev, test | {@linkcode splitWords}, {@linkcode splitByPosition} |
 * | context windows X, Y | {@linkcode contextWindows}, {@linkcode windowStream}, {@linkcode formatWindows}, {@linkcode drawMinibatch}, {@linkcode takeRows} |
 * | randomness | {@linkcode TorchGenerator}, {@linkcode PythonRandom} |
 * | parameters C, W1, b1, W2, b2 | {@linkcode createParameters}, {@linkcode countParameters}, {@linkcode parameterNames}, {@linkcode parameterArrays}, {@linkcode parametersFrom}, {@linkcode disposeParameters} |
 * | forward pass, in tfjs | {@linkcode toTensors}, {@linkcode embed}, {@linkcode hidden}, {@linkcode logits}, {@linkcode softmax}, {@linkcode negativeLogLikelihood}, {@linkcode crossEntropy}, {@linkcode forward} |
 * | training | {@linkcode trainStep}, {@linkcode trainSteps}, {@linkcode train} |
 * | learning rates | {@linkcode constantRate}, {@linkcode stepDecay}, {@linkcode cosineDecay}, {@linkcode inverseDecay}, {@linkcode findLearningRate}, {@linkcode suggestLearningRate} |
 * | using a model | {@linkcode evaluate}, {@linkcode perplexity}, {@linkcode sample}, {@linkcode nextTokenProbabilities}, {@linkcode labelWords}, {@linkcode projectToPlane}, {@linkcode pretrainedModel} |
 * | counting models | {@linkcode countNgrams}, {@linkcode addK}, {@linkcode interpolate}, {@linkcode kneserNey} |
 * | the bigram net | {@linkcode createBigramNet}, {@linkcode bigramLoss}, {@linkcode trainBigramNet}, {@linkcode bigramNetModel} |
 * | using any of these | {@linkcode mlpModel}, {@linkcode evaluateModel}, {@linkcode rowProbabilities}, {@linkcode sampleModel}, {@linkcode fitMixtureWeights}, {@linkcode mixModels}, {@linkcode mixProbabilities} |
 * | words of a text | {@linkcode tokenize}, {@linkcode detokenize} |
 * | both cores | {@linkcode setThreads}, {@linkcode threadsRunning} |
 * | keeping a model | {@linkcode encodeCheckpoint}, {@linkcode decodeCheckpoint}, {@linkcode decodeModel} |
 *
 * @example From a word list to new words
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   embeddedWords,
 *   evaluate,
 *   TorchGenerator,
 *   sample,
 *   splitWords,
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

export * from "./lib/data/words.ts";
export {
  BOUNDARY,
  buildVocabulary,
  buildWordVocabulary,
  type Level,
  MAX_TOKEN_LENGTH,
  MAX_VOCABULARY_SIZE,
  SENTENCE_BOUNDARY,
  UNKNOWN,
  Vocabulary,
  type VocabularyOptions,
  type WordVocabularyOptions,
} from "./lib/data/vocabulary.ts";
export * from "./lib/data/splits.ts";
export {
  contextWindows,
  drawMinibatch,
  formatWindows,
  type MinibatchOptions,
  takeRows,
  type WindowOptions,
  windowStream,
} from "./lib/data/windows.ts";
export type { Rows, Windows, WindowStream } from "./lib/kernel/rows.ts";
export * from "./lib/random/torch_generator.ts";
export * from "./lib/random/python_random.ts";
export {
  countParameters,
  createParameters,
  disposeParameters,
  type Initialization,
  type ModelParameters,
  parameterArrays,
  type ParameterOptions,
  parametersFrom,
  sizesOf,
} from "./lib/model/variables.ts";
export {
  type ModelSizes,
  PARAMETER_NAMES,
  type ParameterArrays,
  type ParameterName,
  parameterNames,
} from "./lib/kernel/parameters.ts";
export * from "./lib/model/forward.ts";
export {
  constantRate,
  cosineDecay,
  inverseDecay,
  type Schedule,
  stepDecay,
} from "./lib/training/schedules.ts";
export * from "./lib/training/step.ts";
export * from "./lib/training/loop.ts";
export * from "./lib/training/rate_finder.ts";
export * from "./lib/language_models/evaluate.ts";
export * from "./lib/language_models/sample.ts";
export {
  evaluateModel,
  type LanguageModel,
  rowProbabilities,
  sampleModel,
  type SampleModelOptions,
} from "./lib/language_models/language_model.ts";
export * from "./lib/language_models/mlp.ts";
export * from "./lib/language_models/ngram.ts";
export * from "./lib/language_models/bigram_net.ts";
export * from "./lib/language_models/mixture.ts";
export * from "./lib/data/tokens.ts";
export * from "./lib/language_models/pretrained.ts";
export * from "./lib/model/principal_components.ts";
export * from "./lib/saving/checkpoint.ts";
export { setThreads, threadsRunning } from "./lib/kernel/threads.ts";
export * from "./lib/errors/errors.ts";
