import { assertEquals } from "@std/assert";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  learn,
  lectureRecipe,
  splitWords,
  stepDecay,
  TorchGenerator,
  trainSteps,
} from "../../core.ts";
import { scheduleOf } from "../../lib/recipes/recipe.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";

canonicalTest(
  "learn() with lectureRecipe() takes the steps of the notebook's full run",
  async () => {
    const words = canonicalWords();
    const vocabulary = buildVocabulary(words);
    const splits = splitWords(words);
    const { steps, ...recipe } = lectureRecipe();
    const rate = scheduleOf(lectureRecipe());
    assertEquals([steps, rate(99_999), rate(100_000)], [200_000, 0.1, 0.01]);
    const { network, weights } = await learn(splits, vocabulary, {
      generator: new TorchGenerator(2147483647),
      recipe: { ...recipe, steps: 1000 },
    });
    const generator = new TorchGenerator(2147483647);
    const sizes = { contextLength: 3, embeddingSize: 10, hiddenSize: 200 };
    const parameters = createParameters(
      { vocabularySize: vocabulary.size, ...sizes },
      { generator },
    );
    const rows = contextWindows(splits.train, vocabulary, 3);
    const learningRate = stepDecay([0.1, 0.01], 500);
    const options = { steps: 1000, generator, learningRate };
    for (const _ of trainSteps(parameters, rows, options));
    assertEquals(network, parameters);
    assertEquals(weights, [1, 0]);
  },
);
