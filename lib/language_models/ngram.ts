/**
 * Counting models: how often n-grams stand in a text, and what that lets one
 * expect of texts not seen. They came before neural models, and are what these
 * have to beat.
 */

export { countNgrams, NgramCounts, type NgramLevel } from "./ngram/counts.ts";
export { addK } from "./ngram/add_k.ts";
export { interpolate, type InterpolatedModel } from "./ngram/interpolation.ts";
export {
  type Discounts,
  kneserNey,
  type KneserNeyModel,
} from "./ngram/kneser_ney.ts";
