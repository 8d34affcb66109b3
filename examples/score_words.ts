/**
 * Words scored and ranked: how much does each look like a given name?
 *
 *     deno run examples/score_words.ts anna zoltan xkcd
 */

import { pretrainedModel, scoreWords } from "@makemore/mlp";

const given = Deno.args.length > 0
  ? Deno.args
  : ["anna", "karpathy", "bengio", "zoltan", "xkcd"];
const { parameters, vocabulary } = pretrainedModel();
const scores = scoreWords(parameters, vocabulary, given);

// A longer word has more factors below 1, so compare the mean per letter.
const ranked = given
  .map((word, i) => ({ word, score: scores[i] / (word.length + 1) }))
  .sort((a, b) => b.score - a.score);
for (const { word, score } of ranked) {
  console.log(score.toFixed(3).padStart(8), word);
}
