import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { bigramWords, fiveNames, letters, SEED } from "../oracles.ts";
import numbers from "../pytorch.json" with { type: "json" };
import {
  addK,
  buildVocabulary,
  contextWindows,
  countNgrams,
  embeddedWords,
  evaluate,
  interpolate,
  kneserNey,
  type LanguageModel,
  sample,
  splitWords,
  TorchGenerator,
  Vocabulary,
  type Windows,
  windowStream,
} from "../../core.ts";
import { probabilityOf } from "../../lib/language_models/language_model.ts";

const vocabulary = buildVocabulary([letters]);

/** The counts of words, for n-grams of one order. */
function countsOf(words: Iterable<string>, order: number) {
  return countNgrams(contextWindows(words, vocabulary, order - 1), vocabulary);
}

/** The loss of counts on the names that were counted. */
const triplesAndMore = numbers.bigram[
  "n-gram counts on all names, add-0.1, mean nll on the same names, n=3,4,5"
];
const countedLosses = [
  {
    order: 2,
    k: 0,
    loss: numbers.bigram["bigram counts on all names, add-0, mean nll"],
  },
  {
    order: 2,
    k: 1,
    loss: numbers.bigram["bigram counts on all names, add-1, mean nll"],
  },
  {
    order: 2,
    k: 0.1,
    loss: numbers.bigram["bigram counts on all names, add-0.1, mean nll"],
  },
  { order: 3, k: 0.1, loss: triplesAndMore[3] },
  { order: 4, k: 0.1, loss: triplesAndMore[4] },
  { order: 5, k: 0.1, loss: triplesAndMore[5] },
];

/** The ids of a context. */
const ids = (text: string) => vocabulary.encode(text);

Deno.test("countNgrams() counts pairs as the lecture's table does", () => {
  const counts = countsOf(fiveNames, 2);
  // by hand: emma olivia ava isabella sophia
  assertEquals(counts.order, 2);
  assertEquals(counts.count(ids("i"), vocabulary.id("a")), 2);
  assertEquals(counts.count(ids("a"), 0), 5); // all five end with an a
  assertEquals(counts.count([0], vocabulary.id("e")), 1);
  assertEquals(counts.count(ids("z"), vocabulary.id("a")), 0);
  assertEquals(counts.total(ids("a")), 7);
  assertEquals(counts.total([0]), 5);
  assertEquals(counts.count([], vocabulary.id("a")), 7);
  assertEquals(counts.total([]), 32); // the lecture's rows
});

Deno.test("countNgrams() finds what a plain table of strings finds", () => {
  const words = embeddedWords().words.slice(0, 500);
  const windows = contextWindows(words, vocabulary, 4);
  const counts = countNgrams(windows, vocabulary);
  const { X, Y } = windows;
  for (let length = 0; length <= 4; length++) {
    const table = new Map<string, number>();
    for (let row = 0; row < Y.length; row++) {
      const context = X.subarray((row + 1) * 4 - length, (row + 1) * 4);
      const key = [...context, Y[row]].join(" ");
      table.set(key, (table.get(key) ?? 0) + 1);
    }
    for (const [key, count] of table) {
      const [token, ...reversed] = key.split(" ").map(Number).reverse();
      assertEquals(counts.count(reversed.reverse(), token), count, key);
    }
    // and nothing else takes memory
    assertEquals(counts.levels[length].counts.length, table.size);
  }
});

Deno.test("countNgrams() takes memory for what it has seen, whatever V", () => {
  // 60,000 tokens: a table of triples would have 2·10¹⁴ entries
  const V = 60_000;
  const many = new Vocabulary(
    Array.from({ length: V }, (_, id) => id === 0 ? "." : `w${id}`),
  );
  const rows = 20_000;
  const windows = {
    contextLength: 4,
    X: Uint16Array.from(new TorchGenerator(1).randint(0, V, 4 * rows)),
    Y: Uint16Array.from(new TorchGenerator(2).randint(0, V, rows)),
  };
  const counts = countNgrams(windows, many);
  for (const { contexts, counts: found } of counts.levels) {
    assert(contexts.length <= rows && found.length <= rows);
    assertEquals(found.reduce((sum, count) => sum + count, 0), rows);
  }
  const context = windows.X.subarray(4 * 777, 4 * 778);
  assertEquals(counts.count(context, windows.Y[777]), 1);
  // the context occurs once, so does the token; Kneser–Ney trusts it
  assert(probabilityOf(kneserNey(counts), context, windows.Y[777]) > 1 / V);
});

Deno.test("countNgrams() and interpolate() take streams", () => {
  const streamed = windowStream(fiveNames, vocabulary, 3);
  const written = contextWindows(fiveNames, vocabulary, 3, {
    acrossBoundaries: true,
  });
  const counts = countNgrams(streamed, vocabulary);
  assertEquals(counts, countNgrams(written, vocabulary));
  assertEquals(
    interpolate(counts, streamed).weights,
    interpolate(counts, written).weights,
  );
});

Deno.test("countNgrams() refuses what it cannot count", () => {
  const windows = contextWindows(fiveNames, vocabulary, 2);
  for (const order of [0, 4, 1.5, NaN]) {
    assertThrows(
      () => countNgrams(windows, vocabulary, order),
      RangeError,
      `Cannot count n-grams of order ${order}`,
    );
  }
  const small = buildVocabulary(["ab"]);
  assertThrows(() => countNgrams(windows, small), RangeError, "from 0 to 2");
  const none = contextWindows([], vocabulary, 2);
  assertThrows(() => countNgrams(none, vocabulary), RangeError, "no rows");

  const counts = countNgrams(windows, vocabulary);
  assertThrows(() => counts.count([1, 2, 3], 1), RangeError, "at most 2");
  assertThrows(() => counts.total([27]), RangeError, "27");
  assertThrows(() => counts.count([1], -1), RangeError, "-1");
});

canonicalTest("addK() has PyTorch's loss on the lecture's names", () => {
  // float64 on both sides, summed in another order over 228,146 rows
  for (const { order, k, loss } of countedLosses) {
    const windows = contextWindows(canonicalWords(), vocabulary, order - 1);
    const model = addK(countNgrams(windows, vocabulary), k);
    assertAlmostEquals(evaluate(model, windows), loss, 1e-11);
  }
});

canonicalTest("addK() makes the lecture's first five words", () => {
  const words = sample(
    addK(countsOf(canonicalWords(), 2), 1),
    vocabulary,
    {
      generator: new TorchGenerator(SEED),
      count: 5,
      method: "cumulative",
    },
  );
  assertEquals(words.map((word) => word + "."), bigramWords);
});

Deno.test("addK() with 0 holds what was not seen impossible", () => {
  const model = addK(countsOf(fiveNames, 2), 0);
  assertEquals(probabilityOf(model, ids("m"), vocabulary.id("z")), 0);
  assertEquals(probabilityOf(model, ids("m"), vocabulary.id("m")), 1 / 2);
  // after what was never seen, anything
  assertEquals(probabilityOf(model, ids("z"), vocabulary.id("a")), 1 / 27);
  assertEquals(
    model.probabilities(ids("z")),
    new Float64Array(27).fill(1 / 27),
  );
  const other = contextWindows(["zoe"], vocabulary, 1);
  assertEquals(evaluate(model, other), Infinity);
});

Deno.test("addK() refuses what cannot be added", () => {
  const counts = countsOf(fiveNames, 2);
  for (const k of [-1, NaN, Infinity]) {
    assertThrows(() => addK(counts, k), RangeError, `k ${k}:`);
  }
});

Deno.test("kneserNey() gives what comes out by hand", () => {
  const abc = buildVocabulary(["ab"]);
  const words = ["ab", "aa"];
  const model = kneserNey(countNgrams(contextWindows(words, abc, 1), abc));
  // Pairs: .a twice; ab b. aa a. once. None stands there three times, so the
  // discounts are 0.5, 1, 1.5. A single token counts the different ones before
  // it: . after a, b; a after ., a; b after a. Of these 5 the discounts free
  // 1 + 1 + 0.5, half of the whole, for the uniform distribution.
  assertEquals(model.discounts, [[0.5, 1, 1.5], [0.5, 1, 1.5]]);
  const single = [1 / 5 + 1 / 6, 1 / 5 + 1 / 6, 0.5 / 5 + 1 / 6]; // . a b
  // after a: each of three pairs has 1 - 0.5 of 3, and 1.5 of 3 are freed
  const expected = single.map((p) => 0.5 / 3 + 1.5 / 3 * p);
  model.probabilities([1]).forEach((p, token) => {
    assertAlmostEquals(p, expected[token], 1e-15);
  });
  // after the boundary: a has 2 - 1 of 2, and 1 of 2 is freed
  assertAlmostEquals(
    probabilityOf(model, [0], 1),
    1 / 2 + single[1] / 2,
    1e-15,
  );
  assertAlmostEquals(probabilityOf(model, [0], 2), single[2] / 2, 1e-15);
});

// What KenLM says (github.com/kpu/kenlm, 4cb443e) to these sentences:
// lmplz -o 3 < sentences > arpa; query arpa < others
const sentences = [
  "the dog was running in a room",
  "the cat was sleeping in a room",
  "a dog was sleeping in the garden",
  "the cat was walking in the garden",
  "a cat was running in the bedroom",
  "the dog was walking in a bedroom",
  "he was sleeping",
  "the dog sees a cat",
  "a cat sees the dog",
  "she sees the garden",
  "he was walking in the room",
  "the bird sings",
  "a bird was singing in a garden",
].map((sentence) => sentence.split(" "));
const kenlm = {
  discounts: [
    [0.368421, 1.44737, 2.01754],
    [0.541667, 1.55682, 1.55556],
    [0.666667, 1.45455, 3],
  ],
  /** Decimal logarithms, the end of the sentence last. */
  // deno-fmt-ignore
  logProbabilities: {
    "a dog was running in a room": [
      -0.68177116, -0.83575004, -0.35710004, -0.7956271, -0.19727618,
      -0.38269365, -0.7011563, -0.2883079,
    ],
    "she was singing in the bedroom": [
      -1.2837337, -1.5773962, -1.1240329, -0.17695, -0.8170521, -0.848703,
      -0.25547892,
    ],
    "the <unk> sings a": [
      -0.44138092, -1.8150787, -1.378196, -1.5671208, -1.059695,
    ],
  },
  /**
   * Perplexities of the lecture's test split, by order: `lmplz -o ORDER
   * --discount_fallback` on the letters of the training names, `query` on those
   * of the test names. KenLM as it is takes one n-gram of each lower order, the
   * last, by how often it occurs when it estimates the discounts
   * (`adjust_counts.cc`, line 338) and comes to 9.193904, 7.829608 and 7.281686
   * for 3, 4 and 5; these are with its continuation count there as for all.
   */
  // deno-fmt-ignore
  names: {
    2: 11.67926935554169, 3: 9.193859879293873, 4: 7.829593273051236,
    5: 7.281668073869535,
  },
};

Deno.test("kneserNey() gives KenLM's probabilities", () => {
  const tokens = [".", "<unk>", ...new Set(sentences.flat())];
  const words = new Vocabulary(tokens);
  const model = kneserNey(
    countNgrams(contextWindows(sentences, words, 2), words),
  );
  model.discounts.forEach((discounts, level) =>
    discounts.forEach((discount, i) =>
      // printed with six digits
      assertAlmostEquals(discount, kenlm.discounts[level][i], 1e-5)
    )
  );
  for (const [text, expected] of Object.entries(kenlm.logProbabilities)) {
    const { X, Y } = contextWindows([text.split(" ")], words, 2);
    expected.forEach((logProbability, row) => {
      const p = probabilityOf(model, X.subarray(2 * row, 2 * row + 2), Y[row]);
      // KenLM calculates in float32
      assertAlmostEquals(Math.log10(p), logProbability, 2e-6);
    });
  }
});

canonicalTest(
  "kneserNey() has KenLM's perplexity on the lecture's test split",
  () => {
    // lmplz -o N --discount_fallback on the letters of each name; KenLM has a
    // token more, which never occurs
    const tokens = new Vocabulary([...vocabulary.tokens, "<unk>"]);
    const { train, test } = splitWords(canonicalWords());
    for (const [order, perplexity] of Object.entries(kenlm.names)) {
      const T = Number(order) - 1;
      const counts = countNgrams(contextWindows(train, tokens, T), tokens);
      const loss = evaluate(
        kneserNey(counts),
        contextWindows(test, tokens, T),
      );
      // KenLM calculates in float32: single rows are off by up to 1e-6
      assertAlmostEquals(loss, Math.log(perplexity), 1e-7);
    }
  },
);

Deno.test("kneserNey() counts a token by what stands before it", () => {
  // "y" is as frequent as "x", but stands after "q" alone
  const words = ["qy", "qy", "qy", "ax", "bx", "cx"];
  const model = kneserNey(countsOf(words, 2));
  const after = (context: string, token: string) =>
    probabilityOf(model, ids(context), vocabulary.id(token));
  assert(after("d", "x") > 1.5 * after("d", "y"));
  assert(after("q", "y") > after("q", "x"));
});

Deno.test("interpolate() has weights for each class of contexts", () => {
  const { train, dev } = splitWords(embeddedWords().words.slice(0, 3600));
  const counts = countsOf(train, 3);
  const model = interpolate(counts, contextWindows(dev, vocabulary, 2));
  // ⌈−ln(1 / N)⌉ + 1 classes
  const { totals: [N] } = counts.levels[0];
  assertEquals(model.weights.length, Math.ceil(Math.log(N)) + 1);
  for (const weights of model.weights) {
    assertEquals(weights.length, 4);
    assertAlmostEquals(weights.reduce((sum, w) => sum + w, 0), 1, 1e-12);
    assert(weights.every((weight) => weight >= 0));
  }
  // the more often a context was seen, the more its triples are trusted
  const triples = (total: number) =>
    model.weights[Math.ceil(-Math.log((1 + total) / N))][3];
  assert(triples(3) < triples(30) && triples(30) < triples(1000));
});

Deno.test("interpolate() mixes relative frequencies by the context's class", () => {
  const { train, dev } = splitWords(embeddedWords().words.slice(0, 1000));
  const counts = countsOf(train, 3);
  const model = interpolate(counts, contextWindows(dev, vocabulary, 2));
  const N = counts.total([]);
  const token = vocabulary.id("a");
  const share = (context: number[]) =>
    counts.count(context, token) / counts.total(context);
  for (let before = 1; before < 27; before++) {
    for (let last = 1; last < 27; last++) {
      const context = [before, last];
      const seen = counts.total(context);
      const single = share([]);
      const pair = counts.total([last]) > 0 ? share([last]) : single;
      const triple = seen > 0 ? share(context) : pair;
      const lambda = model.weights[Math.ceil(-Math.log((1 + seen) / N))];
      const expected = lambda[0] / 27 + lambda[1] * single + lambda[2] * pair +
        lambda[3] * triple;
      assertAlmostEquals(probabilityOf(model, context, token), expected, 1e-15);
    }
  }
});

Deno.test("interpolate() rules nothing out after a few rows", () => {
  const counts = countsOf(fiveNames, 3);
  const model = interpolate(counts, contextWindows(["ava"], vocabulary, 2));
  assert(model.probabilities(ids("av")).every((p) => p > 0));
});

Deno.test("interpolate() refuses rows that tell it nothing", () => {
  const counts = countsOf(fiveNames, 3);
  assertThrows(
    () => interpolate(counts, contextWindows([], vocabulary, 2)),
    RangeError,
    "no held-out rows",
  );
  assertThrows(
    () => interpolate(counts, contextWindows(["ava"], vocabulary, 1)),
    RangeError,
    "context length of 1",
  );
});

const models: Record<
  string,
  (windows: Windows, heldOut: Windows) => LanguageModel
> = {
  addK: (windows) => addK(countNgrams(windows, vocabulary), 0.1),
  "addK with 0": (windows) => addK(countNgrams(windows, vocabulary), 0),
  interpolate: (windows, heldOut) =>
    interpolate(countNgrams(windows, vocabulary), heldOut),
  kneserNey: (windows) => kneserNey(countNgrams(windows, vocabulary)),
};

for (const [name, modelOf] of Object.entries(models)) {
  Deno.test(`${name}() gives probabilities that sum to 1 after any context`, () => {
    const words = embeddedWords().words.slice(0, 300);
    const heldOut = embeddedWords().words.slice(300, 400);
    const generator = new TorchGenerator(6);
    for (const T of [1, 2, 4]) {
      const model = modelOf(
        contextWindows(words, vocabulary, T),
        contextWindows(heldOut, vocabulary, T),
      );
      assertEquals([model.vocabularySize, model.contextLength], [27, T]);
      for (let i = 0; i < 200; i++) {
        // shorter and longer than T, seen and unseen, boundaries within
        const context = generator.randint(0, 27, i % (T + 3));
        if (i % 3 === 0) context.fill(0, 0, 1);
        const probs = model.probabilities(context);
        assertAlmostEquals(probs.reduce((sum, p) => sum + p, 0), 1, 1e-12);
        for (const token of generator.randint(0, 27, 3)) {
          assertAlmostEquals(
            probabilityOf(model, context, token),
            probs[token],
            1e-15,
          );
        }
      }
      assertThrows(() => probabilityOf(model, [1], 27), RangeError, "27");
      assertThrows(() => probabilityOf(model, [27], 1), RangeError, "27");
      assertThrows(() => model.probabilities([0.5]), RangeError, "0.5");
      // also before the nearest tokens where these have not been seen
      const unseen = [27, ...new Array(T - 1).fill(vocabulary.id("q"))];
      assertThrows(() => model.probabilities(unseen), RangeError, "27");
      assertThrows(() => probabilityOf(model, unseen, 1), RangeError, "27");
    }
  });
}

Deno.test("kneserNey() and interpolate() beat addK() on what is held out", () => {
  const { train, dev, test } = splitWords(embeddedWords().words.slice(0, 3600));
  const [seen, heldOut, unseen] = [train, dev, test].map((part) =>
    contextWindows(part, vocabulary, 4)
  );
  const counts = countNgrams(seen, vocabulary);
  const best = Math.min(
    ...[0.01, 0.03, 0.1, 0.3].map((k) => evaluate(addK(counts, k), unseen)),
  );
  const kneser = evaluate(kneserNey(counts), unseen);
  const interpolated = evaluate(interpolate(counts, heldOut), unseen);
  assert(kneser < best - 0.05, `${kneser} against ${best}`);
  assert(interpolated < best - 0.05, `${interpolated} against ${best}`);
});

Deno.test("countNgrams() says which order fits where n-grams could take too much memory", () => {
  const tokens = ["<s>", ...Array.from({ length: 50_000 }, (_, i) => `w${i}`)];
  const ids = new Uint16Array(4 + 84_000_000);
  const rows = { contextLength: 4, ids, Y: ids.subarray(4) };
  assertThrows(
    () => countNgrams(rows, new Vocabulary(tokens), 5),
    RangeError,
    "Cannot count 5-grams of 84000000 tokens: they could take 12.8 GB of " +
      "memory, more than 5 GB; order 2 fits",
  );
});
