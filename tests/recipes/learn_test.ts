import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import {
  autoRecipe,
  buildVocabulary,
  buildWordVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  DivergenceError,
  embeddedWords,
  evaluate,
  fitMixtureWeights,
  kneserNey,
  learn,
  type ParameterArrays,
  type Recipe,
  rowProbabilities,
  splitByPosition,
  splitWords,
  TorchGenerator,
  train,
} from "../../core.ts";
import { windowsOf } from "../../lib/data/windows.ts";
import { portionOf } from "../../lib/recipes/learn.ts";
import {
  isOutOfPatience,
  lookEveryOf,
  type Training,
  trainLooking,
} from "../../lib/recipes/learn.ts";

const words = embeddedWords().words.slice(0, 300);
const vocabulary = buildVocabulary(words);
const splits = splitWords(words, { keepEqualTogether: true });
const rows = contextWindows(splits.train, vocabulary, 3);
const dev = contextWindows(splits.dev, vocabulary, 3);
const sizes = {
  ...{ vocabularySize: vocabulary.size, contextLength: 3 },
  ...{ embeddingSize: 4, hiddenSize: 30 },
};

/** Overfits 240 names within some hundred steps. */
const fast = { learningRate: 0.8 };

/** A training that has not begun. */
function begin(): { training: Training; generator: TorchGenerator } {
  const generator = new TorchGenerator(7);
  const parameters = createParameters(sizes, { generator });
  return { training: { parameters, step: 0 }, generator };
}

Deno.test("trainLooking() keeps the network that has the lowest loss on dev", async () => {
  const { training, generator } = begin();
  const lookEvery = 50;
  const looks = { dev, lookEvery, patience: 1e9 };
  await trainLooking(training, rows, looks, {
    ...fast,
    steps: 1970,
    generator,
  });

  // the same by hand
  const other = begin();
  const { parameters } = other.training;
  const states: { step: number; loss: number; parameters: ParameterArrays }[] =
    [];
  for (let step = 0; step < 1970; step += lookEvery) {
    states.push({
      ...{ step, loss: evaluate(parameters, dev) },
      parameters: structuredClone(parameters),
    });
    const steps = Math.min(lookEvery, 1970 - step);
    const how = { ...fast, steps, firstStep: step, generator: other.generator };
    await train(parameters, rows, how);
  }
  const lowest = Math.min(...states.map(({ loss }) => loss));
  const best = states.find(({ loss }) => loss === lowest)!;
  assert(best.step > 0 && best.step < 1950, "else nothing is tested");
  assertEquals(training.best, best);
  assertEquals(training.step, 1970);
  assertEquals(training.parameters, parameters);
  assertEquals(generator.getState(), other.generator.getState());
});

Deno.test("trainLooking() stops at the look at which patience ends", async () => {
  for (const patience of [1, 50, 120, 199]) {
    const { training, generator } = begin();
    const looks = { dev, lookEvery: 20, patience };
    await trainLooking(training, rows, looks, {
      ...{ ...fast, steps: 100_000, generator },
    });
    const { step, best } = training;
    assert(best!.step > 0);
    assertEquals(step, best!.step + 20 * Math.ceil(patience / 20));
    assert(isOutOfPatience(training, looks));
  }
});

Deno.test("trainLooking() without looks is training", async () => {
  const { training, generator } = begin();
  const looks = { dev, lookEvery: 0, patience: 0 };
  await trainLooking(training, rows, looks, { ...fast, steps: 100, generator });
  const other = begin();
  const how = { ...fast, steps: 100, generator: other.generator };
  await train(other.training.parameters, rows, how);
  assertEquals(training, { ...other.training, step: 100 });
});

Deno.test("trainLooking() has the same bits wherever it is split", async () => {
  const looks = { dev, lookEvery: 20, patience: 90 };
  const whole = begin();
  const how = { ...fast, generator: whole.generator };
  await trainLooking(whole.training, rows, looks, { ...how, steps: 1e5 });
  const end = whole.training.step;
  assert(end % 20 === 0 && end > 200 && end < 2000, `${end}`);

  const every = Array.from({ length: 8 }, (_, i) => end - 1 - 3 * i);
  const ways = [
    ...[[1], [20], [19, 20, 21], [40, 60, 80], [end - 1], [end], every.sort()],
    every.map((step) => step % 100 + 1).sort((a, b) => a - b),
  ];
  for (const splits of ways) {
    const { training, generator } = begin();
    for (const steps of [...splits.sort((a, b) => a - b), 1e5]) {
      const how = { ...fast, steps, generator };
      await trainLooking(training, rows, looks, how);
      assertEquals(training.step, Math.min(steps, end));
      assertEquals(isOutOfPatience(training, looks), training.step === end);
    }
    assertEquals(training, whole.training, `split at ${splits}`);
    assertEquals(generator.getState(), whole.generator.getState());
  }

  // and where it is stopped at any time
  const { training, generator } = begin();
  while (!isOutOfPatience(training, looks)) {
    const stop = new AbortController();
    await trainLooking(training, rows, looks, {
      ...{ ...fast, steps: 1e5, generator, signal: stop.signal },
      onProgress: () => stop.abort("enough"),
    }).catch((reason) => assertEquals(reason, "enough"));
  }
  assertEquals(training, whole.training);
  assertEquals(generator.getState(), whole.generator.getState());
});

Deno.test("lookEveryOf() gives forty looks, or none without patience", () => {
  assertEquals(lookEveryOf(20_000, 5000), 500);
  assertEquals(lookEveryOf(665, 167), 16);
  assertEquals(lookEveryOf(5, 2), 1);
  assertEquals(lookEveryOf(20_000, 0), 0);
});

/** A recipe for these words that takes a moment. */
const quick: Recipe = {
  ...autoRecipe({
    ...{ vocabularySize: vocabulary.size, sequences: splits.train.length },
    rows: rows.Y.length,
  }),
  ...{ steps: 600, hiddenSize: 30, patience: 150 },
};

Deno.test("learn() mixes the best network with the best n-gram, weights fitted on dev", async () => {
  const generator = new TorchGenerator(1);
  const learned = await learn(splits, vocabulary, { generator, recipe: quick });
  const { model, network, ngram, weights } = learned;
  const heldOut = contextWindows(splits.dev, vocabulary, 8);
  const counted = contextWindows(splits.train, vocabulary, ngram!.order - 1);
  const alone = kneserNey(countNgrams(counted, vocabulary));
  const losses = [model, network, alone].map((one) => evaluate(one, heldOut));
  assertAlmostEquals(ngram!.loss, losses[2], 1e-12);
  assert(losses[0] <= Math.min(losses[1], losses[2]), `${losses}`);
  const fitted = fitMixtureWeights(
    [network, alone].map((one) => rowProbabilities(one, heldOut)),
  );
  // six decimals, which all JavaScript engines have in common
  assertAlmostEquals(weights[1], fitted[1], 5e-7);
  assertAlmostEquals(weights[0], 1 - weights[1], 1e-15);
  assert(weights[0] > 0.01 && weights[1] > 0.01, `${weights}`);
  // the weighted mean of both, for other words too
  const unseen = contextWindows(splits.test, vocabulary, 8);
  const [p, q, mixed] = [network, alone, model].map((one) =>
    rowProbabilities(one, unseen)
  );
  mixed.forEach((probability, row) =>
    assertAlmostEquals(
      probability,
      weights[0] * p[row] + weights[1] * q[row],
      1e-12,
    )
  );
});

Deno.test("learn() gives the network alone without mixing, and the same network", async () => {
  const once = (recipe: Recipe) =>
    learn(splits, vocabulary, { generator: new TorchGenerator(1), recipe });
  const { network } = await once(quick);
  const alone = await once({ ...quick, mix: false });
  assertEquals(alone.network, network);
  assertEquals([alone.ngram, alone.weights], [undefined, [1, 0]]);
  const heldOut = contextWindows(splits.dev, vocabulary, 8);
  assertAlmostEquals(
    evaluate(alone.model, heldOut),
    evaluate(network, heldOut),
    1e-6,
  );
});

Deno.test("learn() takes the recipe that fits, for a list and for a text", async () => {
  const few = words.slice(0, 40);
  const V = buildVocabulary(few);
  const parts = splitWords(few);
  const { length } = contextWindows(parts.train, V, 1).Y;
  const recipe = autoRecipe({
    ...{ vocabularySize: V.size, sequences: 32, rows: length },
  });
  const once = async (recipe?: Recipe) => {
    const generator = new TorchGenerator(3);
    const { network, weights } = await learn(parts, V, { generator, recipe });
    return { network, weights };
  };
  assertEquals(await once(), await once(recipe));

  const sentences = Array.from({ length: 100 }, (_, i) => [
    ...["a", "the"].slice(i % 2).slice(0, 1),
    ...["dog", "cat", "man"].slice(i % 3).slice(0, 1),
    ...["ran", "sat"].slice((i >> 2) % 2).slice(0, 1),
    ".",
  ]);
  const text = splitByPosition(sentences);
  const tokens = buildWordVocabulary(text.train);
  const generator = new TorchGenerator(4);
  const { model, network } = await learn(text, tokens, { generator });
  assertEquals(network.C.length, tokens.size * 60);
  assert(
    evaluate(model, windowsOf(text.test, tokens, 8)) < Math.log(tokens.size),
  );
});

Deno.test("learn() refuses a patience that is no number of steps", async () => {
  for (const patience of [-1, NaN]) {
    await assertRejects(
      () =>
        learn(splits, vocabulary, {
          generator: new TorchGenerator(1),
          recipe: { ...quick, patience },
        }),
      RangeError,
      `Cannot use patience ${patience}`,
    );
  }
});

Deno.test("learn() refuses an empty dev before it trains", async () => {
  const generator = new TorchGenerator(1);
  const before = generator.getState();
  await assertRejects(
    () =>
      learn({ train: ["ab", "ba"], dev: [] }, buildVocabulary(["ab"]), {
        generator,
      }),
    RangeError,
    "Cannot learn: the recipe looks at dev, which is empty",
  );
  assertEquals(generator.getState(), before);
});

Deno.test("learn() reports progress, stops at a signal, and says that it diverges", async () => {
  const generator = () => new TorchGenerator(1);
  let last = 0;
  const { network } = await learn(splits, vocabulary, {
    ...{ generator: generator(), recipe: { ...quick, patience: 0 } },
    onProgress: ({ step }) => void (last = step),
  });
  assertEquals(last, 600);
  assertEquals(network.C.length, vocabulary.size * 24);
  const signal = AbortSignal.abort("no");
  const recipe = quick;
  await assertRejects(() =>
    learn(splits, vocabulary, { generator: generator(), recipe, signal })
      .catch((reason) => {
        assertEquals(reason, "no");
        throw new Error();
      })
  );
  await assertRejects(
    () =>
      learn(splits, vocabulary, {
        ...{ generator: generator(), recipe: { ...quick, learningRate: 1e38 } },
      }),
    DivergenceError,
  );
});

Deno.test("learn() is not above guessing on random strings, in the mean of five splits", async () => {
  for (const [count, letters] of [[60, 26], [100, 26], [60, 200]] as const) {
    const random = new TorchGenerator(count + letters);
    const strings = Array.from({ length: count }, () => {
      const [length] = random.randint(3, 10, 1);
      const draws = random.randint(0, letters, length);
      return Array.from(draws, (draw) => String.fromCodePoint(0x4e00 + draw))
        .join("");
    });
    const V = buildVocabulary(strings);
    const means = [0, 0];
    for (let seed = 1; seed <= 5; seed++) {
      const { dev, test, ...rest } = splitWords(strings, { seed });
      const generator = new TorchGenerator(1);
      const { model } = await learn({ dev, ...rest }, V, { generator });
      [dev, test].forEach((part, i) => {
        means[i] += evaluate(model, contextWindows(part, V, 8)) / 5;
      });
    }
    const guessing = Math.log(V.size);
    assert(Math.max(...means) < guessing, `${means} of ${guessing}`);
  }
});

Deno.test("portionOf() has all rows, or where they are many evenly spaced ones in turn", () => {
  const ids = new Uint16Array(2 ** 24 + 4);
  ids.forEach((_, i) => ids[i] = i);
  const rowsOf = (length: number) => ({
    contextLength: 2,
    ids: ids.subarray(0, 2 + length),
    Y: ids.subarray(2, 2 + length),
  });
  const few = rowsOf(2 ** 24);
  assertEquals(portionOf(few, 5).rows, few);
  const many = rowsOf(2 ** 24 + 1);
  const [first, same, next] = [0, 32_767, 32_768].map((step) =>
    portionOf(many, step)
  );
  assertEquals([first.until, same.until, next.until], [32_768, 32_768, 65_536]);
  assertEquals(same, first);
  assertEquals([...first.rows.Y.subarray(0, 3)], [2, 19, 36]);
  assertEquals([...next.rows.Y.subarray(0, 3)], [3, 20, 37]);
  assertThrows(
    () => portionOf(many, 0, "all"),
    RangeError,
    "give a batch size",
  );
});

Deno.test("trainLooking() has the same bits on a large text wherever it is split", async () => {
  const ids = new Uint16Array(2 ** 24 + 3);
  ids.forEach((_, i) => ids[i] = i * i % 11);
  const windows = { contextLength: 2, ids, Y: ids.subarray(2) };
  const looks = { dev: windows, lookEvery: 0, patience: 0 };
  const trained = async (...stops: number[]) => {
    const generator = new TorchGenerator(1);
    const sizes = { vocabularySize: 11, contextLength: 2 };
    const parameters = createParameters(
      { ...sizes, embeddingSize: 2, hiddenSize: 3 },
      { generator },
    );
    const training = { parameters, step: 0 };
    const how = { generator, batchSize: 2 ** 18, learningRate: 0.1 };
    for (const steps of stops) {
      await trainLooking(training, windows, looks, { ...how, steps });
    }
    return parameters;
  };
  assertEquals(await trained(6), await trained(3, 4, 6)); // 4 are a portion
});
