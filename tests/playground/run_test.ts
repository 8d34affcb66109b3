/** The runs of the playground, beside those of the library. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  autoRecipe,
  buildVocabulary,
  embeddedWords,
  learn,
  lectureRecipe,
  setArithmetic,
  splitWords,
  TorchGenerator,
} from "../../core.ts";
import { hashOfWeights, Run } from "../../playground/run.ts";
import { indexOf, LECTURE, settingsOf } from "../../playground/settings.ts";

const words = embeddedWords().words.slice(0, 400);
const settings = { ...LECTURE, hiddenSize: 20, steps: 300 };

/** Takes steps until there are so many. */
async function advance(run: Run, until: number): Promise<Run> {
  const { signal } = new AbortController();
  await run.advance(until, { signal, onProgress() {} });
  return run;
}

Deno.test("Run has the weights of learn() with the same recipe, seed and arithmetic", async () => {
  const data = { vocabularySize: 27, sequences: 320, rows: 2200 };
  for (
    const recipe of [
      { ...lectureRecipe(), steps: 300, hiddenSize: 20 },
      {
        ...autoRecipe(data),
        steps: 300,
        hiddenSize: 20,
        patience: 75,
        mix: false,
      },
    ]
  ) {
    const run = await advance(new Run(words, settingsOf(recipe)), Infinity);
    setArithmetic("separate");
    try {
      const { network } = await learn(
        splitWords(words, recipe),
        buildVocabulary(words),
        { generator: new TorchGenerator(2147483647), recipe },
      );
      const best = run.training.best?.parameters ?? run.parameters;
      assertEquals(hashOfWeights(best), hashOfWeights(network));
    } finally {
      setArithmetic("fused");
    }
  }
});

Deno.test("Run.advance() gives the same bits however it is divided, and after rewind()", async () => {
  const whole = await advance(new Run(words, settings), 120);
  const parts = await advance(new Run(words, settings), 1);
  await advance(await advance(parts, 50), 120);
  const wanted = hashOfWeights(whole.parameters);
  assertEquals(hashOfWeights(parts.parameters), wanted);
  parts.edit(3, 2);
  parts.rewind();
  assertEquals([parts.step, parts.edits], [0, []]);
  assertEquals(
    hashOfWeights(parts.parameters),
    hashOfWeights(new Run(words, settings).parameters),
  );
  assertEquals(hashOfWeights((await advance(parts, 120)).parameters), wanted);
  setArithmetic("fused");
});

Deno.test("Run with edits comes to the same weights as one that was edited on the way", async () => {
  const edited = await advance(new Run(words, settings), 40);
  edited.edit(indexOf(edited.parameters, "W2", 7), 3);
  edited.edit(indexOf(edited.parameters, "C", 0), 1);
  await advance(edited, 60);
  edited.edit(indexOf(edited.parameters, "C", 0), -1);
  await advance(edited, 80);
  const replayed = await advance(new Run(words, settings, edited.edits), 80);
  const hash = hashOfWeights(replayed.parameters);
  assertEquals(hash, hashOfWeights(edited.parameters));
  const plain = await advance(new Run(words, settings), 80);
  assert(hash !== hashOfWeights(plain.parameters));
  setArithmetic("fused");
});

Deno.test("Run refuses a network that the page has no room for", () => {
  assertThrows(
    () => new Run(words, { ...settings, hiddenSize: 1e9 }),
    RangeError,
    "Cannot begin with 1000000000 hidden units: this page has room for",
  );
});
