/**
 * Trains for so many steps as its argument says, and prints what memory the
 * process uses in the middle and at the end. A process of its own: in that of
 * the tests, other tests allocate, too.
 */

import * as tf from "@tensorflow/tfjs";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  embeddedWords,
  TorchGenerator,
  trainSteps,
} from "../../mod.ts";

const steps = Number(Deno.args[0]);
const { words } = embeddedWords();
const vocabulary = buildVocabulary(words);
const windows = contextWindows(words, vocabulary, 3);
const generator = new TorchGenerator(2147483647);
const sizes = { contextLength: 3, embeddingSize: 2, hiddenSize: 20 };
const parameters = createParameters(
  { vocabularySize: vocabulary.size, ...sizes },
  { generator },
);

function look(): { bytes: number; tensors: number } {
  (globalThis as unknown as { gc(): void }).gc();
  return { bytes: Deno.memoryUsage().rss, tensors: tf.memory().numTensors };
}
let middle: ReturnType<typeof look> | undefined;
const options = { steps, generator, learningRate: 0.1 };
for (const { step } of trainSteps(parameters, windows, options)) {
  if (step >= steps / 2) middle ??= look();
}
console.log(JSON.stringify({ middle, last: look() }));
