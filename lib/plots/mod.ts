/**
 * Pictures of what a model learns, with Observable Plot: functions from plain
 * numbers to a `Figure`, which is an SVG document that shows itself in a
 * notebook and says in words what it shows.
 *
 * | figure | shows |
 * | --- | --- |
 * | `bigramTable()` | how often each pair of characters occurs |
 * | `weightTables()` | whether two tables say the same |
 * | `contextRows()` | how few contexts occur as they grow, and how many once |
 * | `lossByOrder()` | what longer n-grams gain and lose |
 * | `contextCounts()` | why counting stops working as contexts grow |
 * | `activationHeatMap()` | the hidden layer, one cell a number |
 * | `activationHistogram()` | how many of its units are saturated |
 * | `lossCurve()` | the loss while training, raw and smoothed |
 * | `learningRateFinder()` | the loss against the learning rate |
 * | `embeddingMap()` | the two-dimensional embeddings with their letters |
 * | `nextCharacterProbabilities()` | what the model expects to come next |
 * | `wordProbabilities()` | what several models expect, side by side |
 * | `probabilityRanges()` | what they gave to what was right |
 * | `wordMap()` | words in the plane, each kind with a sign of its own |
 * | `outputShare()` | how the softmax comes to take all the arithmetic |
 *
 * `display()` shows a figure from the middle of a notebook cell, and
 * `liveFigure()` one that changes while the model trains.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { lossCurve } from "@makemore/mlp/plots";
 *
 * const figure = lossCurve([3.3, 2.9, 2.7]);
 * const file = Deno.makeTempFileSync({ suffix: ".svg" });
 * Deno.writeTextFileSync(file, figure.svg);
 * assert(Deno.statSync(file).size > 1000);
 * Deno.removeSync(file);
 * ```
 *
 * @module
 */

export { bigramTable } from "./bigram_table.ts";
export { weightTables } from "./weight_tables.ts";
export type { WeightTable, WeightTablesOptions } from "./weight_tables.ts";
export { contextRows } from "./context_rows.ts";
export type { ContextRows } from "./context_rows.ts";
export { lossByOrder } from "./loss_by_order.ts";
export type { LossByOrderOptions, OrderLosses } from "./loss_by_order.ts";
export { contextCounts } from "./context_counts.ts";
export type { ContextCount } from "./context_counts.ts";
export { activationHeatMap } from "./activation_heat_map.ts";
export type { ActivationHeatMapOptions } from "./activation_heat_map.ts";
export { activationHistogram } from "./activation_histogram.ts";
export type { ActivationHistogramOptions } from "./activation_histogram.ts";
export { lossCurve } from "./loss_curve.ts";
export type { LossCurveOptions, LossSeries } from "./loss_curve.ts";
export { learningRateFinder } from "./learning_rate_finder.ts";
export type {
  LearningRateFinderOptions,
  LearningRateLosses,
} from "./learning_rate_finder.ts";
export { embeddingMap } from "./embedding_map.ts";
export type { EmbeddingMapOptions } from "./embedding_map.ts";
export { nextCharacterProbabilities } from "./next_character_probabilities.ts";
export type { NextCharacterOptions } from "./next_character_probabilities.ts";
export { wordProbabilities } from "./word_probabilities.ts";
export type {
  WordExpectation,
  WordProbabilitiesOptions,
} from "./word_probabilities.ts";
export { probabilityRanges } from "./probability_ranges.ts";
export type {
  ProbabilityRangesOptions,
  RightProbabilities,
} from "./probability_ranges.ts";
export { wordMap } from "./word_map.ts";
export { outputShare } from "./output_share.ts";
export type { OutputShare, OutputShareOptions } from "./output_share.ts";
export { Figure, jupyterDisplay } from "./figure.ts";
export type { FigureOptions } from "./figure.ts";
export { display, liveFigure } from "./display.ts";
export type { LiveFigure } from "./display.ts";
