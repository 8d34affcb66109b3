import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { fiveNames, letters, SEED, smallModel as sizes } from "../oracles.ts";
import {
  addK,
  buildVocabulary,
  buildWordVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  disposeParameters,
  forward,
  type LanguageModel,
  mlpModel,
  type ModelParameters,
  nextTokens,
  sample,
  softmax,
  tokenize,
  TorchGenerator,
  trainSteps,
  Vocabulary,
} from "../../mod.ts";

const vocabulary = buildVocabulary([letters]);
const counted = addK(
  countNgrams(contextWindows(fiveNames, vocabulary, 3), vocabulary),
  0.01,
);

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

Deno.test("sample() makes the same words, however many at once", () => {
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
      const [[best]] = nextTokens(parameters, vocabulary, [word]);
      if (best.id === 0) break;
      word += best.token;
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

Deno.test("sample() refuses settings that are out of range, of any model", () => {
  withModel((parameters) => {
    const generator = new TorchGenerator(1);
    const refused = [
      [{ count: -1 }, "number of words -1"],
      [{ count: 1.5 }, "number of words 1.5"],
      [{ temperature: 0 }, "a temperature of 0"],
      [{ temperature: NaN }, "a temperature of NaN"],
      [{ topK: 0 }, "top-k 0"],
      [{ maxLength: 0 }, "maximum length 0"],
      [{ prompt: "é" }, 'no token "é"'],
      [{ prompt: "a." }, 'Cannot encode "a." as a word'],
      [{ prompt: ["a", "."] }, 'Cannot encode "a." as a word'],
      [{ prompt: "emma", maxLength: 3 }, "a prompt of 4 tokens"],
    ] as const;
    for (const model of [parameters, counted]) {
      for (const [options, message] of refused) {
        assertThrows(
          () => sample(model, vocabulary, { generator, ...options }),
          RangeError,
          message,
        );
      }
      assertThrows(
        () => sample(model, buildVocabulary(["ab"]), { generator }),
        RangeError,
        "a vocabulary of 3 tokens: the model has 27",
      );
    }
  });
});

Deno.test("sample() refuses a method that it does not have", () => {
  withModel((parameters) => {
    const generator = new TorchGenerator(1);
    const method = "cumulativ" as never;
    for (const model of [parameters, counted]) {
      assertThrows(
        () => sample(model, vocabulary, { generator, method }),
        TypeError,
        'Cannot use the method "cumulativ"',
      );
    }
  });
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
  // known words as the model has them, others as they were typed
  assertEquals(made("Ran, the Zebra")[0].slice(0, 14), "ran, the Zebra");
  const after = (before: string | string[]) =>
    sample(parameters, words, {
      generator: new TorchGenerator(5),
      count: 2,
      temperature: 0.1,
      before,
    });
  assertEquals(after("The Dog"), Array(2).fill("ran, the cat ran."));
  assertEquals(after(["dog", "ran", ","]), Array(2).fill("the cat ran."));
  disposeParameters(parameters);
});

Deno.test("sample() refuses weights that are NaN, of any model", () => {
  withModel((parameters) => {
    tf.tidy(() => parameters.b2.assign(tf.fill([27], NaN)));
    const generator = new TorchGenerator(1);
    assertThrows(
      () => sample(parameters, vocabulary, { generator }),
      RangeError,
    );
    const broken = {
      vocabularySize: 27,
      contextLength: 1,
      probabilities: () => new Float64Array(27).fill(NaN),
    };
    assertThrows(() => sample(broken, vocabulary, { generator }), RangeError);
  });
});

Deno.test("sample() with a tiny temperature takes the likeliest token", () => {
  withModel((parameters) => {
    const make = (options: { temperature?: number; topK?: number }) =>
      sample(parameters, vocabulary, {
        generator: new TorchGenerator(1),
        count: 3,
        ...options,
      });
    assertEquals(make({ temperature: 1e-38 }), make({ topK: 1 }));
    const model = mlpModel(parameters);
    const slow = { ...model, sampleIds: undefined };
    assertEquals(
      sample(slow, vocabulary, {
        generator: new TorchGenerator(1),
        count: 3,
        temperature: 1e-38,
      }),
      make({ topK: 1 }),
    );
  });
});

Deno.test("sample() makes sentence after sentence with any model", () => {
  const text = [["a", "b"], ["c"], ["a", "b"], ["c"]];
  const words = new Vocabulary(["<s>", "<unk>", "a", "b", "c"]);
  const windows = contextWindows(text, words, 3, { acrossBoundaries: true });
  const model = addK(countNgrams(windows, words), 0);
  // "a b" is followed by "c", and that by "a b": three tokens of context tell
  const sentences = sample(model, words, {
    generator: new TorchGenerator(1),
    count: 4,
    continuous: true,
  });
  const first = sentences[0];
  assertEquals(
    sentences,
    [0, 1, 2, 3].map((i) => (i % 2 === 0) === (first === "c") ? "c" : "a b"),
  );
});

Deno.test("sample() makes sentences that continue a text", () => {
  const words = new Vocabulary(["<s>", "<unk>", "a", "b", "c", "d"]);
  // a leads to b, that to c, that to d: sentences of one word
  const text = [["a"], ["b"], ["c"], ["d"]];
  const windows = contextWindows(text, words, 2, { acrossBoundaries: true });
  const model = addK(countNgrams(windows, words), 0);
  const options = { generator: new TorchGenerator(1), continuous: true };
  const before = ["a", "<s>"];
  assertEquals(sample(model, words, { ...options, before, count: 3 }), [
    ...["b", "c", "d"],
  ]);
});

Deno.test("sample() draws from all tokens if top-k is larger, of any model", () => {
  withModel((parameters) => {
    for (const model of [parameters, counted]) {
      const make = (topK?: number) =>
        sample(model, vocabulary, { generator: new TorchGenerator(1), topK });
      assertEquals(make(1000), make());
      assertEquals(make(27), make());
    }
  });
});

Deno.test("sample() draws as torch.multinomial() does, in both ways", () => {
  for (const method of ["exponential", "cumulative"] as const) {
    const generator = new TorchGenerator(SEED);
    const byHand = Array.from({ length: 5 }, () => {
      const ids = [0, 0, 0];
      do {
        const probs = counted.probabilities(ids.slice(-3));
        const replacement = method === "cumulative";
        ids.push(generator.multinomial(probs, 1, { method, replacement })[0]);
      } while (ids.at(-1) !== 0);
      return vocabulary.decode(ids.slice(3, -1));
    });
    const options = { generator: new TorchGenerator(SEED), count: 5, method };
    assertEquals(sample(counted, vocabulary, options), byHand);
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
    sample(counted, vocabulary, { generator, prompt: "is", count: 20 })
      .every((word) => word.startsWith("is")),
  );
});

Deno.test("sample() joins words as a text has them", () => {
  const vocabulary = buildWordVocabulary(
    [["a", "dog", ",", "a", "dog", ","]],
    { lowercase: true },
  );
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

Deno.test("sample() draws again what is not accepted, and keeps the order", () => {
  withModel((parameters) => {
    for (const model of [parameters, counted]) {
      const drawn = sample(model, vocabulary, {
        generator: new TorchGenerator(3),
        count: 400,
      });
      const accept = (word: string) => word.length % 2 === 1;
      const generator = new TorchGenerator(3);
      const words = sample(model, vocabulary, { generator, count: 9, accept });
      assertEquals(words, drawn.filter(accept).slice(0, 9));
      // not one word more was drawn than it took
      const [next] = sample(model, vocabulary, { generator, count: 1 });
      assertEquals(next, drawn[drawn.indexOf(words[8]) + 1]);
    }
  });
});

Deno.test("sample() tells the words that are cut by their tokens", () => {
  const maxLength = 5;
  const words = sample(counted, vocabulary, {
    generator: new TorchGenerator(1),
    prompt: "is",
    count: 30,
    maxLength,
    accept: (word, tokens) => {
      assertEquals(tokens, [...word]);
      return tokens.length < maxLength;
    },
  });
  assert(words.length === 30 && words.every((word) => word.length < 5));
});

Deno.test("sample() ends after too many words in a row that are not accepted", () => {
  withModel((parameters) => {
    for (const model of [parameters, counted]) {
      const seen = new Set<string>();
      let drawn = 0;
      const words = sample(model, vocabulary, {
        generator: new TorchGenerator(1),
        topK: 1,
        accept: (word) => ++drawn > 50 && !seen.has(word) && !!seen.add(word),
        attempts: 70,
      });
      assertEquals([words.length, drawn], [1, 51 + 70]);
    }
    assertThrows(
      () =>
        sample(parameters, vocabulary, {
          generator: new TorchGenerator(1),
          attempts: 0,
        }),
      RangeError,
      "Cannot use attempts 0",
    );
  });
});

Deno.test("sample() leaves out sentences of a text that goes on", () => {
  const words = new Vocabulary(["<s>", "<unk>", "a", "b", "c", "d"]);
  const text = [["a"], ["b"], ["c"], ["d"]];
  const windows = contextWindows(text, words, 2, { acrossBoundaries: true });
  const made = sample(addK(countNgrams(windows, words), 0), words, {
    generator: new TorchGenerator(1),
    continuous: true,
    before: ["a", "<s>"],
    accept: (sentence) => sentence !== "c",
    count: 2,
  });
  assertEquals(made, ["b", "d"]);
});

Deno.test("sample() that goes on begins after the sentences of a text", () => {
  const text = "The dog ran. A cat sat. The dog ran. A cat sat.";
  const sentences = tokenize(text);
  const words = buildWordVocabulary(sentences);
  const windows = contextWindows(sentences, words, 4, {
    acrossBoundaries: true,
  });
  const model = addK(countNgrams(windows, words), 0);
  const made = (before: string | string[]) =>
    sample(model, words, {
      ...{ generator: new TorchGenerator(1), count: 2, continuous: true },
      before,
    });
  const expected = ["A cat sat.", "The dog ran."];
  assertEquals(made("A cat sat. The dog ran."), expected);
  assertEquals(made([...words.split("The dog ran."), "<s>"]), expected);
});

/** A model that expects <unk> most, then a, then the boundary. */
const unsure: LanguageModel = {
  vocabularySize: 4,
  contextLength: 1,
  probabilities: () => Float64Array.of(0.1, 0.6, 0.3, 0),
};

Deno.test("sample() never draws <unk> where that is asked for, of any model", () => {
  const words = new Vocabulary(["<s>", "<unk>", "a", "b"]);
  const parameters = createParameters({
    ...sizes,
    vocabularySize: words.size,
  }, { generator: new TorchGenerator(SEED) });
  const network = mlpModel(parameters);
  for (
    const model of [parameters, network, unsure, {
      ...network,
      sampleIds: undefined,
    }]
  ) {
    const make = (unknown?: boolean) =>
      sample(model, words, {
        generator: new TorchGenerator(3),
        count: 50,
        maxLength: 20,
        unknown,
      });
    const text = make().join(" ");
    assert(text.includes("<unk>"));
    assert(!make(false).join(" ").includes("<unk>"));
    // and the model is as before
    assertEquals(make(true).join(" "), text);
    assertEquals(
      nextTokens(model, words, ["a"], { unknown: false })[0].at(-1)?.token,
      model === unsure ? "b" : "<unk>",
    );
  }
  // the kernel draws what the probabilities say
  const draw = (model: LanguageModel) =>
    sample(model, words, {
      generator: new TorchGenerator(3),
      count: 50,
      topK: 2,
      temperature: 1.5,
      unknown: false,
    });
  assertEquals(draw(network), draw({ ...network, sampleIds: undefined }));
  network.dispose();
  disposeParameters(parameters);
});

Deno.test("sample() sees the boundary between the sentences of a prompt", () => {
  const text = [["a", "!"], ["b", "c"], ["b", "d"]];
  for (const sentences of ["text", "lines"] as const) {
    const words = new Vocabulary(["<s>", "<unk>", "!", "a", "b", "c", "d"], {
      sentences,
    });
    const windows = contextWindows(text, words, 3, { acrossBoundaries: true });
    const model = addK(countNgrams(windows, words), 0);
    const [blank, prompt] = sentences === "lines"
      ? ["\n", "a!\nb"]
      : [" ", "a! b"];
    const generator = new TorchGenerator(1);
    const options = { generator, count: 2, continuous: true, prompt };
    // d follows b where no "!" and boundary precede
    assertEquals(sample(model, words, options), Array(2).fill(`a!${blank}b c`));
    const [[next]] = nextTokens(model, words, [prompt]);
    assertEquals([next.token, next.probability], ["c", 1]);
  }
});
