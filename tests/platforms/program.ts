/** README's program, with fewer steps, as all platforms run it. */

import type * as mod from "../../mod.ts";

/**
 * Trains a small model, evaluates it and samples from it.
 *
 * @param makemore the library: mod.ts, or core.ts, which has the same names
 * @returns all numbers and words that the program prints, as JSON
 */
export async function program(makemore: typeof mod): Promise<string> {
  makemore.setThreads(2); // where they can be had
  const { words } = makemore.embeddedWords();
  const vocabulary = makemore.buildVocabulary(words);
  const splits = makemore.splitWords(words);
  const windows = makemore.contextWindows(splits.train, vocabulary, 3);
  const generator = new makemore.TorchGenerator(2147483647);
  const parameters = makemore.createParameters({
    vocabularySize: vocabulary.size,
    contextLength: 3,
    embeddingSize: 10,
    hiddenSize: 200,
  }, { generator });
  const losses: number[] = [];
  await makemore.train(parameters, windows, {
    steps: 200,
    generator,
    learningRate: 0.1,
    onProgress: (progress) => void losses.push(...progress.losses),
  });
  const dev = makemore.contextWindows(splits.dev, vocabulary, 3);
  return JSON.stringify({
    arithmetic: makemore.arithmetic(),
    losses,
    dev: makemore.evaluate(parameters, dev),
    words: makemore.sample(parameters, vocabulary, { generator, count: 5 }),
  });
}
