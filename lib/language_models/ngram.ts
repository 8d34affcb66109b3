/**
 * Counting models: they predict a token from how often n-grams occur in a text.
 * They are older than neural models, which have to beat them.
 */

export { countNgrams, NgramCounts, type NgramLevel } from "./ngram/counts.ts";
export { addK } from "./ngram/add_k.ts";
export { interpolate, type InterpolatedModel } from "./ngram/interpolation.ts";
export {
  type Discounts,
  kneserNey,
  type KneserNeyModel,
} from "./ngram/kneser_ney.ts";
