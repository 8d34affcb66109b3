/**
 * Memory on the way of a long run. `deno task long` trains for longer than this
 * test does by default:
 *
 *     deno test -A tests/training/memory_test.ts -- --steps 2000000
 */

import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  disposeParameters,
  embeddedWords,
  TorchGenerator,
  trainSteps,
} from "../../mod.ts";
import { sizeOption } from "../size_option.ts";

const steps = sizeOption("steps", 100_000);

/**
 * How much larger the process may be at the end than in the middle. Until then
 * the heap has grown to what it needs between collections.
 */
const MOST_GROWTH = 1.1;

Deno.test(`trainSteps() needs no more memory after ${steps} steps than after half of them`, () => {
  const { words } = embeddedWords();
  const vocabulary = buildVocabulary(words);
  const windows = contextWindows(words, vocabulary, 3);
  const generator = new TorchGenerator(2147483647);
  const sizes = {
    vocabularySize: vocabulary.size,
    contextLength: 3,
    embeddingSize: 2,
    hiddenSize: 20,
  };
  const parameters = createParameters(sizes, { generator });
  const look = () => ({
    process: Deno.memoryUsage().rss,
    tensors: tf.memory().numTensors,
  });
  let middle: ReturnType<typeof look> | undefined;
  const options = { steps, generator, learningRate: 0.1 };
  for (const { step } of trainSteps(parameters, windows, options)) {
    if (step >= steps / 2) middle ??= look();
  }
  const last = look();
  assertEquals(last.tensors, middle!.tensors);
  const growth = last.process / middle!.process;
  assert(growth < MOST_GROWTH, `the process has grown to ${growth} times`);
  disposeParameters(parameters);
});
