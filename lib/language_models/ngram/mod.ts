/**
 * Counting models: they predict a token from how often n-grams occur in a text.
 * They are older than neural models, which have to beat them.
 */

export { countNgrams, NgramCounts, type NgramLevel } from "./counts.ts";
export { addK } from "./add_k.ts";
export { interpolate, type InterpolatedModel } from "./interpolation.ts";
export {
  type Discounts,
  kneserNey,
  type KneserNeyModel,
} from "./kneser_ney.ts";
