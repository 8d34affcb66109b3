import { assert, assertEquals, assertThrows } from "@std/assert";
import { fiveNames, letters, SEED } from "../oracles.ts";
import {
  addK,
  buildVocabulary,
  buildWordVocabulary,
  contextWindows,
  countNgrams,
  evaluate,
  type LanguageModel,
  rowProbabilities,
  sample,
  TorchGenerator,
} from "../../mod.ts";

const vocabulary = buildVocabulary(letters);
const windows = contextWindows(fiveNames, vocabulary, 3);
const model = addK(countNgrams(windows, vocabulary), 0.01);

Deno.test("evaluate() is the mean of -log rowProbabilities()", () => {
  const probabilities = rowProbabilities(model, windows);
  assertEquals(probabilities.length, 32);
  const sum = probabilities.reduce((sum, p) => sum - Math.log(p), 0);
  assertEquals(evaluate(model, windows), sum / 32);
});

Deno.test("evaluate() uses the last tokens of longer contexts", () => {
  const longer = contextWindows(fiveNames, vocabulary, 8);
  assertEquals(
    rowProbabilities(model, longer),
    rowProbabilities(model, windows),
  );
});

Deno.test("evaluate() refuses rows that do not fit the model", () => {
  const shorter = contextWindows(fiveNames, vocabulary, 2);
  assertThrows(
    () => evaluate(model, shorter),
    RangeError,
    "sees 3 tokens",
  );
  const none = contextWindows([], vocabulary, 3);
  assertThrows(() => evaluate(model, none), RangeError, "no rows");
  const larger = buildVocabulary([letters + "é"]);
  const other = contextWindows(["é"], larger, 3);
  assertThrows(() => evaluate(model, other), RangeError, "27");
});

Deno.test("sample() draws as torch.multinomial() does, in both ways", () => {
  for (const method of ["exponential", "cumulative"] as const) {
    const generator = new TorchGenerator(SEED);
    const byHand = Array.from({ length: 5 }, () => {
      const ids = [0, 0, 0];
      do {
        const probs = model.probabilities(ids.slice(-3));
        const replacement = method === "cumulative";
        ids.push(generator.multinomial(probs, 1, { method, replacement })[0]);
      } while (ids.at(-1) !== 0);
      return vocabulary.decode(ids.slice(3, -1));
    });
    const options = { generator: new TorchGenerator(SEED), count: 5, method };
    assertEquals(sample(model, vocabulary, options), byHand);
    assertEquals(options.generator.getState(), generator.getState());
  }
});

Deno.test("sample() begins with the prompt and ends at the maximum", () => {
  const endless: LanguageModel = {
    vocabularySize: 27,
    contextLength: 0,
    probability: (_, token) => token === 1 ? 1 : 0,
    probabilities: () => new Float64Array(27).with(1, 1),
  };
  const generator = new TorchGenerator(1);
  const options = { generator, count: 2, prompt: "z", maxLength: 4 };
  assertEquals(sample(endless, vocabulary, options), ["zaaa", "zaaa"]);
  assert(
    sample(model, vocabulary, { generator, prompt: "is", count: 20 })
      .every((word) => word.startsWith("is")),
  );
});

Deno.test("sample() refuses settings out of range", () => {
  const generator = new TorchGenerator(1);
  const refuses = (options: object, message: string) =>
    assertThrows(
      () => sample(model, vocabulary, { generator, ...options }),
      RangeError,
      message,
    );
  refuses({ count: -1 }, "number of words -1");
  refuses({ maxLength: 0 }, "maximum length 0");
  refuses({ prompt: "é" }, '"é"');
  refuses({ prompt: "ava", maxLength: 2 }, "3 tokens");
  const small = buildVocabulary("ab");
  assertThrows(
    () => sample(model, small, { generator }),
    RangeError,
    "a vocabulary of 3 tokens: the model has 27",
  );
});

Deno.test("sample() joins words as a text has them", () => {
  const vocabulary = buildWordVocabulary([["a", "dog", ",", "a", "dog", ","]]);
  assertEquals(vocabulary.tokens, ["<s>", "<unk>", ",", "a", "dog"]);
  const windows = contextWindows(["A dog,"], vocabulary, 2);
  const model = addK(countNgrams(windows, vocabulary), 0);
  const generator = new TorchGenerator(1);
  assertEquals(
    sample(model, vocabulary, { generator, count: 1, prompt: "A" }),
    ["a dog,"],
  );
  assertEquals(
    sample(model, vocabulary, { generator, count: 1, before: "A" }),
    ["dog,"],
  );
});
