import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  addK,
  buildVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  disposeParameters,
  evaluate,
  scoreWords,
  TorchGenerator,
} from "../../mod.ts";

const words = ["ab", "aa"];
const vocabulary = buildVocabulary(words);

Deno.test("scoreWords() is the logarithm of each word's probability", () => {
  const windows = contextWindows(words, vocabulary, 1);
  const model = addK(countNgrams(windows, vocabulary), 0);
  // .→a 1, a→b 1/3, b→. 1; .→a 1, a→a 1/3, a→. 1/3
  const scores = scoreWords(model, vocabulary, ["ab", "aa"]);
  assertAlmostEquals(scores[0], Math.log(1 / 3), 1e-12);
  assertAlmostEquals(scores[1], Math.log(1 / 9), 1e-12);
  assertEquals(scoreWords(model, vocabulary, ["b"])[0], -Infinity);
  assertThrows(() => scoreWords(model, vocabulary, ["z"]), RangeError, '"z"');
});

Deno.test("scoreWords() adds up to the loss of the network", () => {
  const parameters = createParameters({
    vocabularySize: vocabulary.size,
    contextLength: 3,
    embeddingSize: 2,
    hiddenSize: 10,
  }, { generator: new TorchGenerator(1) });
  const windows = contextWindows(words, vocabulary, 3);
  const sum = scoreWords(parameters, vocabulary, words)
    .reduce((sum, score) => sum + score, 0);
  const loss = evaluate(parameters, windows);
  assertAlmostEquals(-sum / windows.Y.length, loss, 1e-5);
  disposeParameters(parameters);
});
