import { assert, assertEquals, assertThrows } from "@std/assert";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import {
  evaluateModel,
  type LanguageModel,
  rowProbabilities,
  sampleModel,
} from "../../lib/language_models/language_model.ts";
import { addK, countNgrams } from "../../lib/language_models/ngram.ts";
import {
  buildVocabulary,
  buildWordVocabulary,
} from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";
import { fiveNames, letters, SEED } from "../oracles.ts";

const vocabulary = buildVocabulary(letters);
const windows = contextWindows(fiveNames, vocabulary, 3);
const model = addK(countNgrams(windows, vocabulary), 0.01);

Deno.test("evaluateModel() is the mean of -log rowProbabilities()", () => {
  const probabilities = rowProbabilities(model, windows);
  assertEquals(probabilities.length, 32);
  const sum = probabilities.reduce((sum, p) => sum - Math.log(p), 0);
  assertEquals(evaluateModel(model, windows), sum / 32);
});

Deno.test("evaluateModel() uses the last tokens of longer contexts", () => {
  const longer = contextWindows(fiveNames, vocabulary, 8);
  assertEquals(
    rowProbabilities(model, longer),
    rowProbabilities(model, windows),
  );
});

Deno.test("evaluateModel() refuses rows that do not fit the model", () => {
  const shorter = contextWindows(fiveNames, vocabulary, 2);
  assertThrows(
    () => evaluateModel(model, shorter),
    RangeError,
    "sees 3 tokens",
  );
  const none = contextWindows([], vocabulary, 3);
  assertThrows(() => evaluateModel(model, none), RangeError, "no rows");
  const larger = buildVocabulary([letters + "é"]);
  const other = contextWindows(["é"], larger, 3);
  assertThrows(() => evaluateModel(model, other), RangeError, "27");
});

Deno.test("sampleModel() draws as torch.multinomial() does, in both ways", () => {
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
    assertEquals(sampleModel(model, vocabulary, options), byHand);
    assertEquals(options.generator.getState(), generator.getState());
  }
});

Deno.test("sampleModel() begins with the prompt and ends at the maximum", () => {
  const endless: LanguageModel = {
    vocabularySize: 27,
    contextLength: 0,
    probability: (_, token) => token === 1 ? 1 : 0,
    probabilities: () => new Float64Array(27).with(1, 1),
  };
  const generator = new TorchGenerator(1);
  const options = { generator, count: 2, prompt: "z", maxLength: 4 };
  assertEquals(sampleModel(endless, vocabulary, options), ["zaaa", "zaaa"]);
  assert(
    sampleModel(model, vocabulary, { generator, prompt: "is", count: 20 })
      .every((word) => word.startsWith("is")),
  );
});

Deno.test("sampleModel() joins the tokens as it is told", () => {
  const [word] = sampleModel(model, vocabulary, {
    generator: new TorchGenerator(1),
    prompt: ["a", "v"],
    maxLength: 2,
    join: (tokens) => tokens.join("+"),
  });
  assertEquals(word, "a+v");
});

Deno.test("sampleModel() refuses settings out of range", () => {
  const generator = new TorchGenerator(1);
  const refuses = (options: object, message: string) =>
    assertThrows(
      () => sampleModel(model, vocabulary, { generator, ...options }),
      RangeError,
      message,
    );
  refuses({ count: -1 }, "number of words is -1");
  refuses({ maxLength: 0 }, "maximum length is 0");
  refuses({ prompt: "é" }, '"é"');
  refuses({ prompt: "ava", maxLength: 2 }, "3 tokens");
  const small = buildVocabulary("ab");
  assertThrows(
    () => sampleModel(model, small, { generator }),
    RangeError,
    "The vocabulary has 3 tokens, the model knows 27",
  );
});

Deno.test("sampleModel() joins words as a text has them", () => {
  const vocabulary = buildWordVocabulary([["a", "dog", ",", "a", "dog", ","]], {
    lowercase: true,
  });
  assertEquals(vocabulary.tokens, ["<s>", "<unk>", ",", "a", "dog"]);
  const windows = contextWindows(["A dog,"], vocabulary, 2);
  const model = addK(countNgrams(windows, vocabulary), 0);
  const generator = new TorchGenerator(1);
  assertEquals(
    sampleModel(model, vocabulary, { generator, count: 1, prompt: "A" }),
    ["a dog,"],
  );
  assertEquals(
    sampleModel(model, vocabulary, { generator, count: 1, before: "A" }),
    ["dog,"],
  );
});
