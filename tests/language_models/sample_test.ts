import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { forward, softmax } from "../../lib/model/forward.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import {
  createParameters,
  disposeParameters,
  type ModelParameters,
} from "../../lib/model/variables.ts";
import {
  labelWords,
  nextTokenProbabilities,
  sample,
} from "../../lib/language_models/sample.ts";
import { trainSteps } from "../../lib/training/loop.ts";
import { buildVocabulary, Vocabulary } from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";
import { fiveNames, letters, SEED, smallModel as sizes } from "../oracles.ts";

const vocabulary = buildVocabulary(letters);

/** A model that has learned the five names, freed afterwards. */
function withModel(use: (parameters: ModelParameters) => void): void {
  const before = tf.memory().numTensors;
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
  });
  const windows = contextWindows(fiveNames, vocabulary);
  const options = { steps: 110, batchSize: "all" } as const;
  for (const _ of trainSteps(parameters, windows, options));
  use(parameters);
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before, "tensors were left");
}

Deno.test("sample() draws as torch.multinomial() does from tfjs's softmax", () => {
  withModel((parameters) => {
    const generator = new TorchGenerator(77);
    const byHand = Array.from({ length: 30 }, () => {
      const ids = [0, 0, 0];
      do {
        const probs = tf.tidy(() => {
          const X = tf.tensor2d([ids.slice(-3)], [1, 3], "int32");
          return softmax(forward(parameters, X).logits).dataSync();
        }) as Float32Array;
        ids.push(generator.multinomial(probs, 1)[0]);
      } while (ids.at(-1) !== 0);
      return vocabulary.decode(ids.slice(3, -1));
    });
    const fused = new TorchGenerator(77);
    assertEquals(
      sample(parameters, vocabulary, { generator: fused, count: 30 }),
      byHand,
    );
    assertEquals(fused.getState(), generator.getState());
  });
});

Deno.test("sample() gives the same words, however many are asked for at once", () => {
  withModel((parameters) => {
    const once = sample(parameters, vocabulary, {
      generator: new TorchGenerator(1),
      count: 50,
    });
    const generator = new TorchGenerator(1);
    const parts = [0, 7, 43].flatMap((count) =>
      sample(parameters, vocabulary, { generator, count })
    );
    assertEquals(parts, once);
  });
});

Deno.test("sample() begins every word with the prompt and keeps to the length", () => {
  withModel((parameters) => {
    const words = sample(parameters, vocabulary, {
      generator: new TorchGenerator(1),
      count: 40,
      prompt: "isa",
      maxLength: 5,
      temperature: 3,
    });
    assert(words.every((word) => word.startsWith("isa") && word.length <= 5));
    assert(words.some((word) => word.length === 5));
    const whole = sample(parameters, vocabulary, {
      generator: new TorchGenerator(1),
      count: 3,
      prompt: "emma",
      maxLength: 4,
    });
    assertEquals(whole, ["emma", "emma", "emma"]);
  });
});

Deno.test("sample() with a low temperature or top-k 1 takes the likeliest", () => {
  withModel((parameters) => {
    let word = "";
    while (true) {
      const probs = nextTokenProbabilities(parameters, vocabulary, word);
      const best = probs.indexOf(Math.max(...probs));
      if (best === 0) break;
      word += vocabulary.tokens[best];
    }
    const generator = new TorchGenerator(4);
    for (const options of [{ topK: 1 }, { temperature: 1e-3 }]) {
      const words = sample(parameters, vocabulary, {
        generator,
        count: 5,
        ...options,
      });
      assertEquals(words, Array(5).fill(word));
    }
  });
});

Deno.test("sample() refuses settings that are none", () => {
  withModel((parameters) => {
    const generator = new TorchGenerator(1);
    const refused = [
      [{ count: -1 }, "number of words is -1"],
      [{ count: 1.5 }, "number of words is 1.5"],
      [{ temperature: 0 }, "temperature is 0"],
      [{ temperature: NaN }, "temperature is NaN"],
      [{ topK: 0 }, "top-k is 0"],
      [{ maxLength: 0 }, "maximum length is 0"],
      [{ prompt: "é" }, 'no token "é"'],
      [{ prompt: "emma", maxLength: 3 }, "prompt has 4 tokens"],
    ] as const;
    for (const [options, message] of refused) {
      assertThrows(
        () => sample(parameters, vocabulary, { generator, ...options }),
        RangeError,
        message,
      );
    }
    assertThrows(
      () => sample(parameters, buildVocabulary(["ab"]), { generator }),
      RangeError,
      "vocabulary has 3 tokens, the model knows 27",
    );
  });
});

Deno.test("nextTokenProbabilities() is the softmax of the logits", () => {
  withModel((parameters) => {
    for (const [beginning, ids] of [["", [0, 0, 0]], ["xoliv", [12, 9, 22]]]) {
      const probs = nextTokenProbabilities(
        parameters,
        vocabulary,
        beginning as string,
        { temperature: 2 },
      );
      const expected = tf.tidy(() => {
        const X = tf.tensor2d([ids as number[]], [1, 3], "int32");
        return softmax(forward(parameters, X).logits.div(2)).dataSync();
      });
      probs.forEach((p, i) => assertAlmostEquals(p, expected[i], 1e-6));
    }
    const kept = nextTokenProbabilities(parameters, vocabulary, "", {
      topK: 3,
    });
    assertEquals(kept.filter((p) => p > 0).length, 3);
    assertAlmostEquals(kept.reduce((sum, p) => sum + p), 1, 1e-6);
  });
});

Deno.test("labelWords() tells train, dev, test and new apart", () => {
  const known = { train: ["a", "b"], dev: ["b", "c"], test: new Set(["d"]) };
  assertEquals(
    labelWords(["a", "b", "c", "d", "e"], known).map(({ origin }) => origin),
    ["train", "train", "dev", "test", "new"],
  );
});

Deno.test("sample() makes sentences with a vocabulary of words", () => {
  const words = new Vocabulary(
    ["<s>", "<unk>", ".", ",", "the", "dog", "cat", "ran"],
    { lowercase: true },
  );
  const parameters = createParameters({
    ...sizes,
    vocabularySize: words.size,
  }, { generator: new TorchGenerator(SEED) });
  const windows = contextWindows(["The dog ran, the cat ran."], words);
  const options = { steps: 110, batchSize: "all" } as const;
  for (const _ of trainSteps(parameters, windows, options));
  const made = (prompt: string | string[]) =>
    sample(parameters, words, {
      generator: new TorchGenerator(5),
      count: 3,
      prompt,
      temperature: 0.1,
    });
  assertEquals(made(""), Array(3).fill("the dog ran, the cat ran."));
  assertEquals(made("The Dog"), made(["the", "dog"]));
  assertEquals(made("ran, the zebra")[0].slice(0, 14), "ran, the <unk>");
  const after = (before: string | string[]) =>
    sample(parameters, words, {
      ...{
        generator: new TorchGenerator(5),
        count: 2,
        temperature: 0.1,
        before,
      },
      join: (tokens) => tokens.join("|"),
    });
  assertEquals(after("The Dog"), Array(2).fill("ran|,|the|cat|ran|."));
  assertEquals(after(["dog", "ran", ","]), Array(2).fill("the|cat|ran|."));
  assertEquals(
    nextTokenProbabilities(parameters, words, "THE DOG"),
    nextTokenProbabilities(parameters, words, ["the", "dog"]),
  );
  disposeParameters(parameters);
});

Deno.test("labelWords() knows sentences by the text that they make", () => {
  const known = { train: [["the", "dog", "ran", "."]], dev: [["a", "zebra"]] };
  const made = ["the dog ran.", "a <unk>", "a zebra", "the dog."];
  const origins = (options = {}) =>
    labelWords(made, known, options).map(({ origin }) => origin);
  assertEquals(origins(), ["train", "new", "dev", "new"]);
  const vocabulary = new Vocabulary([
    ...["<s>", "<unk>", ".", "the", "a", "dog", "ran"],
  ]);
  assertEquals(origins({ vocabulary }), ["train", "dev", "new", "new"]);
  // letters that a vocabulary has not make a word that no model of it makes
  const letters = buildVocabulary(["abc"]);
  assertEquals(
    labelWords(["cab", "bab"], { train: ["élan", "cab"] }, {
      vocabulary: letters,
    }).map(({ origin }) => origin),
    ["train", "new"],
  );
});
