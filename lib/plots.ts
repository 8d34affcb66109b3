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

export { bigramTable } from "./plots/bigram_table.ts";
export { weightTables } from "./plots/weight_tables.ts";
export type {
  WeightTable,
  WeightTablesOptions,
} from "./plots/weight_tables.ts";
export { contextRows } from "./plots/context_rows.ts";
export type { ContextRows } from "./plots/context_rows.ts";
export { lossByOrder } from "./plots/loss_by_order.ts";
export type { LossByOrderOptions, OrderLosses } from "./plots/loss_by_order.ts";
export { contextCounts } from "./plots/context_counts.ts";
export type { ContextCount } from "./plots/context_counts.ts";
export { activationHeatMap } from "./plots/activation_heat_map.ts";
export type { ActivationHeatMapOptions } from "./plots/activation_heat_map.ts";
export { activationHistogram } from "./plots/activation_histogram.ts";
export type { ActivationHistogramOptions } from "./plots/activation_histogram.ts";
export { lossCurve } from "./plots/loss_curve.ts";
export type { LossCurveOptions, LossSeries } from "./plots/loss_curve.ts";
export { learningRateFinder } from "./plots/learning_rate_finder.ts";
export type {
  LearningRateFinderOptions,
  LearningRateLosses,
} from "./plots/learning_rate_finder.ts";
export { embeddingMap } from "./plots/embedding_map.ts";
export type { EmbeddingMapOptions } from "./plots/embedding_map.ts";
export { nextCharacterProbabilities } from "./plots/next_character_probabilities.ts";
export type { NextCharacterOptions } from "./plots/next_character_probabilities.ts";
export { wordProbabilities } from "./plots/word_probabilities.ts";
export type {
  WordExpectation,
  WordProbabilitiesOptions,
} from "./plots/word_probabilities.ts";
export { probabilityRanges } from "./plots/probability_ranges.ts";
export type {
  ProbabilityRangesOptions,
  RightProbabilities,
} from "./plots/probability_ranges.ts";
export { wordMap } from "./plots/word_map.ts";
export { outputShare } from "./plots/output_share.ts";
export type { OutputShare, OutputShareOptions } from "./plots/output_share.ts";
export { Figure, jupyterDisplay } from "./plots/figure.ts";
export type { FigureOptions } from "./plots/figure.ts";
export { display, liveFigure } from "./plots/display.ts";
export type { LiveFigure } from "./plots/display.ts";
