/**
 * Counting models: they predict a token from how often n-grams occur in a text.
 * They are older than neural models, which have to beat them.
 */

export * from "./counts.ts";
export * from "./add_k.ts";
export * from "./interpolation.ts";
export * from "./kneser_ney.ts";
