/**
 * Autocomplete: the likeliest next letters, and the likeliest whole words.
 *
 *     deno run examples/autocomplete.ts ka jo
 */

import {
  nextTokens,
  pretrainedModel,
  sample,
  scoreWords,
  TorchGenerator,
} from "@makemore/mlp";

const prompts = Deno.args.length > 0 ? Deno.args : ["ka", "jo", "mari"];
const { parameters, vocabulary } = pretrainedModel();
const [end] = vocabulary.tokens;

nextTokens(parameters, vocabulary, prompts, { topK: 4 }).forEach((next, i) => {
  const letters = next.map(({ token, probability }) =>
    `${token === end ? "end" : token} ${(100 * probability).toFixed(0)} %`
  );
  console.log(`${prompts[i]}… ${letters.join(", ")}`);

  const generator = new TorchGenerator(1);
  const options = { generator, prompt: prompts[i], count: 200 };
  const words = [...new Set(sample(parameters, vocabulary, options))];
  const scores = scoreWords(parameters, vocabulary, words);
  const best = [...words.keys()].sort((a, b) => scores[b] - scores[a]);
  console.log("   ", best.slice(0, 5).map((word) => words[word]).join(" "));
});
