/**
 * A training loop of your own: draw a minibatch, take a step, look at the loss.
 *
 *     deno run --allow-read examples/training_loop.ts
 */

import {
  buildVocabulary,
  contextWindows,
  createParameters,
  drawMinibatch,
  embeddedWords,
  evaluate,
  splitWords,
  TorchGenerator,
  trainStep,
} from "@makemore/mlp";

const { words } = embeddedWords();
const vocabulary = buildVocabulary(words);
const splits = splitWords(words);
const windows = contextWindows(splits.train, vocabulary, 3);
const dev = contextWindows(splits.dev, vocabulary, 3);

const generator = new TorchGenerator(2147483647);
const parameters = createParameters({
  vocabularySize: vocabulary.size,
  contextLength: 3,
  embeddingSize: 10,
  hiddenSize: 64,
}, { generator, initialization: "scaled" });

console.log("guessing", Math.log(vocabulary.size).toFixed(4));
for (let step = 1; step <= 5000; step++) {
  const batch = drawMinibatch(windows, { batchSize: 32, generator });
  trainStep(parameters, batch, step <= 4000 ? 0.1 : 0.01);
  if (step % 1000 === 0) {
    console.log(`step ${step}, dev`, evaluate(parameters, dev).toFixed(4));
  }
}
