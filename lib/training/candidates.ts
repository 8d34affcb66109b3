/**
 * How many candidates of a sampled softmax can be drawn in reasonable time.
 *
 * A step draws until its candidates are all different. The rarer the tokens that
 * are left, the more draws it takes: to find nearly all of V tokens it takes
 * about V · (ln V)².
 */

/** The most draws in one step, as a multiple of the vocabulary. */
const DRAWS_PER_TOKEN = 16;

/**
 * The most candidates: the mean number of different tokens in 16 · V draws.
 *
 * Token k is drawn with probability log((k + 2)/(k + 1)) / log(V + 1), see the
 * option `candidates` of `train`.
 *
 * @param vocabularySize the number of tokens, V
 * @returns a whole number, at most V − 1
 */
export function mostCandidates(vocabularySize: number): number {
  const V = vocabularySize;
  const draws = DRAWS_PER_TOKEN * V;
  let different = 0;
  for (let k = 0; k < V; k++) {
    const p = Math.log1p(1 / (k + 1)) / Math.log(V + 1);
    different -= Math.expm1(draws * Math.log1p(-p));
  }
  return Math.min(V - 1, Math.floor(different));
}
