/**
 * The library without tfjs, Observable Plot and Deno: parameters are plain
 * float32 arrays. It runs in a page, a worker, Node and Bun. It has all
 * functions of `@makemore/mlp` but those that work on tfjs tensors or read
 * files.
 *
 * @example From a word list to new words
 * ```ts
 * import {
 *   buildVocabulary,
 *   contextWindows,
 *   createParameters,
 *   evaluate,
 *   parseWords,
 *   sample,
 *   TorchGenerator,
 *   train,
 * } from "@makemore/mlp/core";
 * import { assert } from "@std/assert";
 *
 * const { words } = parseWords("emma\nolivia\nava\nisabella\nsophia", "my list");
 * const vocabulary = buildVocabulary(words);
 * const windows = contextWindows(words, vocabulary, 3);
 * const generator = new TorchGenerator(2147483647);
 * const parameters = createParameters({
 *   vocabularySize: vocabulary.size,
 *   contextLength: 3,
 *   embeddingSize: 10,
 *   hiddenSize: 50,
 * }, { generator, initialization: "scaled" });
 *
 * await train(parameters, windows, { steps: 1000, generator });
 * assert(evaluate(parameters, windows) < 1);
 * const names = sample(parameters, vocabulary, { generator, count: 5 });
 * assert(names.length === 5);
 * ```
 *
 * @module
 */

export {
  embeddedWords,
  parseWords,
  type WordList,
  type WordListOptions,
  wordsFrom,
} from "./lib/data/words.ts";
export {
  MAX_COUNTED_WORDS,
  parseTable,
  type TableOptions,
} from "./lib/data/tables.ts";
export {
  detokenize,
  type DetokenizeOptions,
  type Spacing,
} from "./lib/data/spacing.ts";
export { tokenize, type TokenizeOptions } from "./lib/data/tokens.ts";
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
  WORD_BOUNDARY,
  type WordVocabularyOptions,
} from "./lib/data/vocabulary.ts";
export {
  type PositionSplitOptions,
  splitByPosition,
  type SplitOptions,
  type Splits,
  splitWords,
} from "./lib/data/splits.ts";
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
export {
  type ModelSizes,
  PARAMETER_NAMES,
  type ParameterArrays,
  type ParameterName,
  parameterNames,
  type PerParameter,
} from "./lib/kernel/parameters.ts";
export * from "./lib/kernel/kernel.ts";
export {
  type Arithmetic,
  arithmetic,
  setArithmetic,
} from "./lib/kernel/instances.ts";
export { setThreads } from "./lib/kernel/threads.ts";
export * from "./lib/random/torch_generator.ts";
export * from "./lib/random/python_random.ts";
export * from "./lib/model/initial_weights.ts";
export {
  countParameters,
  parameterArrays,
  type Parameters,
  type ParameterTensor,
  type ParameterTensors,
  sizesOf,
} from "./lib/model/parameters.ts";
export * from "./lib/model/principal_components.ts";
export { trainStep, type TrainStepOptions } from "./lib/training/step.ts";
export {
  train,
  type TrainCallbacks,
  type TrainOptions,
  type TrainProgress,
  trainSteps,
} from "./lib/training/loop.ts";
export {
  constantRate,
  cosineDecay,
  inverseDecay,
  type Schedule,
  stepDecay,
} from "./lib/training/schedules.ts";
export * from "./lib/training/rate_finder.ts";
export type {
  LanguageModel,
  SampleIdsOptions,
} from "./lib/language_models/language_model.ts";
export type { Model } from "./lib/language_models/model.ts";
export { type MlpModel, mlpModel } from "./lib/language_models/mlp.ts";
export * from "./lib/language_models/ngram/mod.ts";
export * from "./lib/language_models/mixture.ts";
export {
  evaluate,
  perplexity,
  rowProbabilities,
} from "./lib/language_models/evaluate.ts";
export { sample, type SampleOptions } from "./lib/language_models/sample.ts";
export type { TemperOptions } from "./lib/language_models/temper.ts";
export * from "./lib/language_models/next_tokens.ts";
export * from "./lib/language_models/nearest_tokens.ts";
export * from "./lib/language_models/score.ts";
export {
  type LabelledWord,
  type LabelOptions,
  labelWords,
} from "./lib/language_models/labels.ts";
export * from "./lib/language_models/pretrained.ts";
export {
  type DecodeOptions,
  decodeParameters,
  loadModel,
  type SavedModel,
  saveModel,
} from "./lib/saving/model_file.ts";
export * from "./lib/saving/checkpoint.ts";
export {
  autoRecipe,
  lectureRecipe,
  type Recipe,
  type RecipeData,
} from "./lib/recipes/recipe.ts";
export {
  randomSettings,
  type RandomSettingsOptions,
  type SettingChoices,
  type SettingRange,
  settingsGrid,
  type SettingValues,
} from "./lib/recipes/sweep.ts";
export { type BestNgram, bestNgram } from "./lib/recipes/best_ngram.ts";
export {
  learn,
  type Learned,
  type LearnOptions,
  type Offer,
} from "./lib/recipes/learn.ts";
export * from "./lib/errors/errors.ts";
