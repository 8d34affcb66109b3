import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  buildVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  disposeParameters,
  forward,
  kneserNey,
  nextTokens,
  softmax,
  TorchGenerator,
} from "../../mod.ts";

const vocabulary = buildVocabulary(["abcdefghijklmnopqrstuvwxyz"]);

Deno.test("nextTokens() is the softmax of the logits, for each prompt", () => {
  const parameters = createParameters({
    vocabularySize: 27,
    contextLength: 3,
    embeddingSize: 2,
    hiddenSize: 100,
  }, { generator: new TorchGenerator(2147483647) });
  const prompts = ["", "xoliv"];
  const contexts = [[0, 0, 0], [12, 9, 22]];
  const found = nextTokens(parameters, vocabulary, prompts, { temperature: 2 });
  found.forEach((tokens, i) => {
    const expected = tf.tidy(() => {
      const X = tf.tensor2d([contexts[i]], [1, 3], "int32");
      return softmax(forward(parameters, X).logits.div(2)).dataSync();
    });
    assertEquals(tokens.length, 27);
    for (const { token, id, probability } of tokens) {
      assertAlmostEquals(probability, expected[id], 1e-6);
      assertEquals(token, vocabulary.tokens[id]);
    }
    const sorted = Array.from(expected).sort((a, b) => b - a);
    assertAlmostEquals(tokens[0].probability, sorted[0], 1e-6);
  });
  disposeParameters(parameters);
});

Deno.test("nextTokens() has the likeliest of any model, and refuses the boundary", () => {
  const words = contextWindows(["emma", "emil", "eva"], vocabulary, 2);
  const model = kneserNey(countNgrams(words, vocabulary));
  const [[first, ...others]] = nextTokens(model, vocabulary, ["e"], {
    topK: 3,
  });
  assertEquals(first.token, "m");
  assertEquals(others.length, 2);
  assertThrows(
    () => nextTokens(model, vocabulary, "em"),
    TypeError,
    'Cannot use the string "em" as prompts: pass a list, ["em"]',
  );
  assertThrows(
    () => nextTokens(model, vocabulary, ["a", "a."]),
    RangeError,
    'Cannot encode "a." as a word',
  );
});
