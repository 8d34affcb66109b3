import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
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
import { codeCells, readNotebook } from "../../tools/notebooks/notebook.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";

const { pathname: notebook } = new URL(
  "../../notebooks/04_minibatches.ipynb",
  import.meta.url,
);

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

Deno.test("the notebook's full run ends its 200,000 steps with PyTorch's losses", async () => {
  // `deno task notebooks --check` runs it and compares what it shows
  const shown = codeCells(await readNotebook(notebook))
    .flatMap(({ outputs = [] }) => outputs.flatMap(({ text = [] }) => text))
    .join("");
  const [, train, dev] = /11,897 parameters, train ([\d.]+), dev ([\d.]+)\n/
    .exec(shown)!;
  const [, test] = /^test ([\d.]+)$/m.exec(shown)!;
  // torch 2.13, the same 200,000 steps: its own two code paths differ by up to
  // 0.0014 from each other, the run is chaotic in between
  assertAlmostEquals(Number(train), 2.122, 0.005);
  assertAlmostEquals(Number(dev), 2.166, 0.005);
  assertAlmostEquals(Number(test), 2.161, 0.005);
  assert(Number(train) < Number(dev));
});
