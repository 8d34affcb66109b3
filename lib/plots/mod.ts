/**
 * Pictures of what a model learns, drawn with Observable Plot. Each function
 * takes plain numbers and returns a `Figure`: an SVG document with a description
 * in words, which a notebook shows.
 *
 * | figure | shows |
 * | --- | --- |
 * | `bigramTable()` | how often each pair of characters occurs |
 * | `activationHeatMap()` | the hidden layer, one cell a number |
 * | `activationHistogram()` | how many of its units are saturated |
 * | `lossCurve()` | the loss while training, raw and smoothed |
 * | `learningRateFinder()` | the loss against the learning rate |
 * | `embeddingMap()` | the two-dimensional embeddings with their letters |
 * | `nextTokenBars()` | what one model or several expect to come next |
 * | `trialScatter()` | the losses of the trials of a sweep, against each setting |
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

export * from "./activation_heat_map.ts";
export * from "./activation_histogram.ts";
export * from "./bigram_table.ts";
export * from "./display.ts";
export * from "./embedding_map.ts";
export * from "./figure.ts";
export * from "./learning_rate_finder.ts";
export * from "./loss_curve.ts";
export * from "./next_token_bars.ts";
export * from "./trial_scatter.ts";
