import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  disposeParameters,
  evaluate,
  forward,
  languageModel,
  mixModels,
  nextTokens,
  rowProbabilities,
  sample,
  scoreWords,
  TorchGenerator,
  Vocabulary,
} from "../../mod.ts";

const words = ["emma", "olivia", "ava", "isabella", "sophia", "ava"];
const vocabulary = buildVocabulary(words);
const windows = contextWindows(words, vocabulary, 3);
const parameters = () =>
  createParameters({
    vocabularySize: vocabulary.size,
    contextLength: 3,
    embeddingSize: 2,
    hiddenSize: 20,
  }, { generator: new TorchGenerator(2147483647) });

Deno.test("languageModel() of the network's own forward pass equals the network", () => {
  const before = tf.memory().numTensors;
  const network = parameters();
  const model = languageModel({
    vocabulary,
    contextLength: 3,
    logits: (X) => forward(network, X).logits,
  });
  // float32 logits of tfjs and of the kernel, up to 20, differ by some 1e-6
  assertAlmostEquals(
    evaluate(model, windows),
    evaluate(network, windows),
    1e-5,
  );
  const rows = rowProbabilities(network, windows);
  rowProbabilities(model, windows).forEach((p, row) =>
    assertAlmostEquals(p, rows[row], 1e-5)
  );
  const scores = scoreWords(network, vocabulary, ["ava", "emil"]);
  scoreWords(model, vocabulary, ["ava", "emil"]).forEach((score, i) =>
    assertAlmostEquals(score, scores[i], 1e-4)
  );
  const [expected] = nextTokens(network, vocabulary, ["em"], { topK: 3 });
  const [found] = nextTokens(model, vocabulary, ["em"], { topK: 3 });
  assertEquals(found.map(({ id }) => id), expected.map(({ id }) => id));
  const options = { count: 10, temperature: 0.7, topK: 5, prompt: "a" };
  const generator = () => new TorchGenerator(7);
  assertEquals(
    sample(model, vocabulary, { ...options, generator: generator() }),
    sample(network, vocabulary, { ...options, generator: generator() }),
  );
  const mixture = mixModels([model, network], [0.5, 0.5]);
  assertAlmostEquals(
    evaluate(mixture, windows),
    evaluate(network, windows),
    1e-5,
  );
  disposeParameters(network);
  assertEquals(tf.memory().numTensors, before, "tensors were left");
});

Deno.test("languageModel() computes equal contexts once", () => {
  const seen: number[] = [];
  const model = languageModel({
    vocabulary,
    contextLength: 2,
    logits: (X) => {
      seen.push(X.shape[0]);
      return tf.zeros([X.shape[0], vocabulary.size]);
    },
  });
  assertAlmostEquals(
    evaluate(model, windows),
    Math.log(vocabulary.size),
    1e-12,
  );
  const contexts = new Set(
    Array.from(
      windows.Y,
      (_, row) => windows.X.slice(3 * row + 1, 3 * row + 3).join(),
    ),
  );
  assertEquals(seen, [contexts.size]);
  assert(contexts.size < windows.Y.length);
});

Deno.test("languageModel() has the probabilities of any number of contexts", () => {
  const V = 50_000; // a thousand contexts would have 50 million logits
  const large = new Vocabulary(
    Array.from({ length: V }, (_, id) => id === 0 ? "<s>" : `word${id}`),
  );
  const sizes: number[] = [];
  const model = languageModel({
    vocabulary: large,
    contextLength: 1,
    logits: (X) => {
      sizes.push(X.shape[0]);
      return tf.oneHot(X.reshape([-1]), V).mul(20); // the same token again
    },
  });
  const N = 200; // more than are computed at once
  const ids = Uint16Array.from({ length: N + 1 }, (_, i) => i);
  const p = rowProbabilities(model, {
    contextLength: 1,
    ids,
    Y: ids.subarray(1),
  });
  assertEquals(sizes.reduce((a, b) => a + b), N);
  assert(Math.max(...sizes) * V < 2 ** 23, "too many logits at once");
  const other = 1 / (Math.exp(20) + V - 1);
  // float32 logits of 0 and 20 are exact
  p.forEach((one) => assertAlmostEquals(one / other, 1, 1e-9));
});

Deno.test("languageModel() works within tf.tidy()", () => {
  const network = parameters();
  const model = languageModel({
    vocabulary,
    contextLength: 3,
    logits: (X) => forward(network, X).logits,
  });
  const loss = evaluate(model, windows);
  assertEquals(tf.tidy(() => evaluate(model, windows)), loss);
  disposeParameters(network);
});

Deno.test("languageModel() refuses ids that are not in its vocabulary", () => {
  const model = languageModel({
    vocabulary,
    contextLength: 3,
    logits: (X) => tf.zeros([X.shape[0], vocabulary.size]),
  });
  const { size } = vocabulary;
  const others = [
    { ...windows, Y: windows.Y.with(3, size) },
    { ...windows, X: windows.X.with(3, size) },
  ];
  for (const rows of others) {
    assertThrows(() => evaluate(model, rows), RangeError, `token id ${size}`);
  }
});

Deno.test("languageModel() refuses logits of another shape", () => {
  const model = languageModel({
    vocabulary,
    contextLength: 3,
    logits: (X) => tf.zeros([X.shape[0], 5]),
  });
  assertThrows(
    () => model.probabilities([1]),
    RangeError,
    `Cannot use logits of shape [1,5]`,
  );
});
