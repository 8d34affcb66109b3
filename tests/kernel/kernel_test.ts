import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { canonicalTestInEach, test } from "./arithmetic.ts";
import { Kernel } from "../../lib/kernel/kernel.ts";
import type {
  ModelSizes,
  ParameterArrays,
} from "../../lib/kernel/parameters.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { Mt19937 } from "../../lib/random/mersenne_twister.ts";
import { splitWords } from "../../lib/data/splits.ts";
import { buildVocabulary } from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";
import { canonicalWords } from "../canonical.ts";
import { letters, SEED, torchLosses, training } from "../oracles.ts";
import { contextOf } from "../../lib/kernel/rows.ts";
import * as reference from "../../lib/kernel/reference.ts";
import {
  Chance,
  copyOf,
  lecture,
  short,
  weightsOf,
  withKernel,
} from "./kernels.ts";

/** The largest difference to the judge, as a part of the largest weight. */
function distance(
  weights: ParameterArrays,
  judge: reference.Weights,
): number {
  return Math.max(
    ...reference.namesOf(judge).map((name) => {
      let difference = 0;
      let largest = 0;
      weights[name]!.forEach((weight, i) => {
        difference = Math.max(difference, Math.abs(weight - judge[name]![i]));
        largest = Math.max(largest, Math.abs(judge[name]![i]));
      });
      return difference / largest;
    }),
  );
}

test("Kernel.stepAll() does what the float64 loops do, whatever the sizes", () => {
  const chance = new Chance(1);
  for (let trial = 0; trial < 24; trial++) {
    // Half of those with few and with many different rows, from trial 6 on.
    const sizes = chance.sizes(trial % 12 >= 6);
    // Saturated, ordinary and tiny weights; most rows equal, or hardly any.
    const saturated = trial % 3 === 0;
    const weights = chance.weights(sizes, [3, 0.5, 1e-3][trial % 3]);
    const tokens = trial % 2 ? sizes.vocabularySize : 2;
    const rows = chance.rows(sizes, chance.whole(1, 200), tokens);
    const judge = reference.toFloat64(weights);
    // With direct connections 0.5 lets the loss grow, and errors with it.
    const rate = sizes.directConnections ? 0.1 : 0.5;
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      // What tanh gives for a sum of up to 420 products of up to 9 changes so
      // fast with the sum that a second step says nothing any more.
      for (let step = 0; step < (saturated ? 1 : 3); step++) {
        const before = kernel.loss();
        const loss = kernel.stepAll(rate);
        const wanted = reference.step(short(sizes), judge, rows, rate);
        assertEquals(before, loss);
        // Float32 rounds to 6e-8. The largest seen is 4e-7.
        assertAlmostEquals(loss, wanted, 1e-6 * Math.max(1, wanted));
      }
      // The largest seen is 3e-6, and 4e-6 with saturated weights.
      assert(distance(weightsOf(kernel), judge) < 1e-5, `trial ${trial}`);
    });
  }
});

test("Kernel.stepAll() does what the float64 loops do without a hidden layer", () => {
  const chance = new Chance(7);
  for (let trial = 0; trial < 6; trial++) {
    const sizes = { ...chance.sizes(true), hiddenSize: 0 };
    const weights = chance.weights(sizes, 0.3);
    const rows = chance.rows(sizes, chance.whole(1, 200));
    const judge = reference.toFloat64(weights);
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      for (let step = 0; step < 3; step++) {
        const loss = kernel.stepAll(0.1, { weightDecay: 0.01 });
        const wanted = reference.step(short(sizes), judge, rows, 0.1, 0.01);
        assertAlmostEquals(loss, wanted, 1e-6 * Math.max(1, wanted));
      }
      const after = weightsOf(kernel);
      for (const name of ["C", "b2", "Wd"] as const) {
        after[name]!.forEach((weight, i) =>
          assertAlmostEquals(weight, judge[name]![i], 2e-6)
        );
      }
      const { logits } = reference.forward(short(sizes), judge, rows);
      const V = sizes.vocabularySize;
      const context = contextOf(rows, 0);
      const probs = kernel.probabilities(context);
      const total = logits.subarray(0, V).reduce((s, x) => s + Math.exp(x), 0);
      probs.forEach((p, v) =>
        assertAlmostEquals(p, Math.exp(logits[v]) / total, 1e-6)
      );
    });
  }
});

test("Kernel.stepAll() applies the gradient of the float64 loops", () => {
  const chance = new Chance(2);
  for (let trial = 0; trial < 10; trial++) {
    const sizes = chance.sizes(trial % 2 === 1);
    const weights = chance.weights(sizes, 0.3);
    const rows = chance.rows(sizes, chance.whole(1, 200));
    const judge = reference.toFloat64(weights);
    const gradient = reference.backward(
      short(sizes),
      judge,
      rows,
      reference.forward(short(sizes), judge, rows),
    );
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      kernel.stepAll(1);
      const after = weightsOf(kernel);
      for (const name of reference.namesOf(gradient)) {
        const largest = gradient[name]!.reduce(
          (most, g) => Math.max(most, Math.abs(g)),
          0,
        );
        after[name]!.forEach((weight, i) => {
          // The new weight is rounded to 2⁻²⁵ while it is below ½, 2⁻²⁴ below
          // 1; the gradient itself is seen to be off by up to 6e-7 of the
          // largest.
          const applied = weights[name]![i] - weight;
          const wanted = gradient[name]![i];
          assertAlmostEquals(applied, wanted, 6e-8 + 2e-6 * largest);
        });
      }
    });
  }
});

test("Kernel.loss() stays within 1e-7 of float64 on thousands of rows", () => {
  // Errors of single rows, some 1e-7, have no common sign and cancel out.
  const chance = new Chance(3);
  const weights = chance.weights(lecture, 0.5);
  const rows = chance.rows(lecture, 5000);
  const wanted =
    reference.forward(short(lecture), reference.toFloat64(weights), rows).loss;
  withKernel(lecture, (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    assertAlmostEquals(kernel.loss() / wanted, 1, 1e-7);
  });
});

Deno.test("Kernel.rowLosses() have the loss as their mean, before and after steps", () => {
  const chance = new Chance(20);
  const weights = chance.weights(lecture, 0.5);
  const rows = chance.rows(lecture, 700, 3);
  const options = { batchSize: 32, generator: new Mt19937(1) };
  withKernel(lecture, (kernel) => {
    assertThrows(() => kernel.rowLosses(), RangeError, "without rows");
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    for (let round = 0; round < 2; round++) {
      // once after minibatches, once after all rows, which lie there already
      const losses = kernel.rowLosses();
      assertEquals(losses, kernel.rowLosses());
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / 700;
      assertAlmostEquals(kernel.loss() / mean, 1, 1e-7);
      kernel.stepAll(0.1);
      kernel.train(new Float64Array(3).fill(0.1), options);
    }
  });
});

Deno.test("Kernel.loss() is right for logits of ±10,000", () => {
  const sizes = { ...lecture, vocabularySize: 5, hiddenSize: 3 };
  const chance = new Chance(4);
  const weights = chance.weights(sizes, 1);
  weights.b2.set([1e4, -1e4, 9999, 0, -5000]);
  const rows = chance.rows(sizes, 50);
  const wanted =
    reference.forward(short(sizes), reference.toFloat64(weights), rows).loss;
  withKernel(sizes, (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    // A float32 logit of 1e4 is rounded to 5e-4.
    assertAlmostEquals(kernel.loss(), wanted, 1e-3);
    assert(Number.isFinite(kernel.stepAll(0.1)));
  });
});

test("Kernel.train() draws minibatches as torch.randint does, and lets weights decay", () => {
  const chance = new Chance(5);
  for (const [i, batchSize] of [1, 2, 7, 32, 100, 513, 5, 300].entries()) {
    const sizes = chance.sizes(i >= 6);
    // Decay of a batch that is one tile of rows, and of several.
    const weightDecay = i % 4 === 3 ? 0.5 : i >= 5 ? 1e-3 : 0;
    const weights = chance.weights(sizes, 0.3);
    const rows = chance.rows(sizes, 150, 2);
    const { X, Y } = rows;
    const { contextLength: T } = sizes;
    const drawn = new TorchGenerator(6);
    const judge = reference.toFloat64(weights);
    const losses = new Float64Array(3);
    const generator = new Mt19937(6);
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      const rates = new Float64Array([0.2, 0.1, 0.3]);
      const options = { batchSize, generator, losses, weightDecay };
      assertEquals(kernel.train(rates, options), 3);
      rates.forEach((rate, step) => {
        const batch = drawn.randint(0, Y.length, batchSize);
        const minibatch = {
          X: [...batch].flatMap((row) => [...X.subarray(row * T, row * T + T)]),
          Y: [...batch].map((row) => Y[row]),
        };
        const wanted = reference.step(
          short(sizes),
          judge,
          minibatch,
          rate,
          weightDecay,
        );
        assertAlmostEquals(losses[step], wanted, 2e-6 * Math.max(1, wanted));
      });
      assert(distance(weightsOf(kernel), judge) < 1e-5);
    });
  }
});

canonicalTestInEach(
  "Kernel.train() has PyTorch's losses through step 20",
  () => {
    const words = splitWords(canonicalWords()).train;
    const rows = contextWindows(words, buildVocabulary([letters]), 3);
    const g = new TorchGenerator(SEED);
    const weights = {
      C: g.randn(27 * 10),
      W1: g.randn(30 * 200),
      b1: g.randn(200),
      W2: g.randn(200 * 27),
      b2: g.randn(27),
    };
    withKernel(lecture, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      const losses = new Float64Array(21);
      const rates = new Float64Array(21).fill(0.1);
      g.lendEngine((generator) =>
        kernel.train(rates, { batchSize: 32, generator, losses })
      );
      assertAlmostEquals(losses[0], torchLosses[0], 1e-5);
      torchLosses.forEach((loss, step) =>
        assertAlmostEquals(losses[step], loss, 1e-3)
      );
    });
  },
);

canonicalTestInEach(
  "Kernel.stepAll() has PyTorch's losses on all names",
  () => {
    const rows = contextWindows(
      canonicalWords(),
      buildVocabulary([letters]),
      3,
    );
    const g = new TorchGenerator(SEED);
    const sizes = { ...lecture, embeddingSize: 2, hiddenSize: 100 };
    const weights = {
      C: g.randn(27 * 2),
      W1: g.randn(6 * 100),
      b1: g.randn(100),
      W2: g.randn(100 * 27),
      b2: g.randn(27),
    };
    const printed = training[
      "all names (228146 rows), 2/100, lr 0.1, losses before each of 110 steps"
    ];
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      printed.forEach((loss) =>
        assertAlmostEquals(kernel.stepAll(0.1), loss, 1e-4)
      );
    });
  },
);

Deno.test("Kernel.train() gives the same bits however a run is split", () => {
  const chance = new Chance(7);
  for (const batchSize of [3, 32, 200]) {
    const sizes = chance.sizes(batchSize === 32);
    const weightDecay = batchSize === 3 ? 0 : 0.01;
    const weights = chance.weights(sizes, 0.5);
    const rows = chance.rows(sizes, 300, 2);
    const rates = Float64Array.from({ length: 50 }, (_, i) => 0.3 / (i + 1));

    const whole = new Mt19937(8);
    const losses = new Float64Array(50);
    const wanted = withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      const generator = whole;
      kernel.train(rates, { batchSize, generator, losses, weightDecay });
      return weightsOf(kernel);
    });

    const split = new Mt19937(8);
    const splitLosses: number[] = [];
    let sofar = weights;
    for (let step = 0; step < 50;) {
      const end = Math.min(50, step + chance.whole(1, 12));
      sofar = withKernel(sizes, (kernel) => {
        kernel.loadWeights(sofar);
        kernel.setRows(rows);
        const piece = new Float64Array(end - step);
        kernel.loss(); // looking in between changes nothing
        kernel.train(rates.subarray(step, end), {
          batchSize,
          generator: split,
          losses: piece,
          weightDecay,
        });
        splitLosses.push(...piece);
        return weightsOf(kernel);
      });
      step = end;
    }
    assertEquals(sofar, wanted);
    assertEquals(splitLosses, [...losses]);
    assertEquals(split.position, whole.position);
    assertEquals(split.words, whole.words);
  }
});

Deno.test("Kernel.train() stops before the first update of a loss that is not finite", () => {
  const chance = new Chance(9);
  const sizes = { ...lecture, hiddenSize: 21 };
  const weights = chance.weights(sizes, 1);
  const rows = chance.rows(sizes, 100);
  // The third step is far too large, so the loss of the fourth is not finite.
  const rates = new Float64Array([0.1, 0.1, 1e38, 0.1, 0.1]);
  withKernel(sizes, (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    const losses = new Float64Array(5).fill(7);
    const generator = new Mt19937(10);
    const done = kernel.train(rates, { batchSize: 32, generator, losses });
    assertEquals(done, 3);
    assert(!Number.isFinite(losses[3]), `${losses}`);
    assertEquals(losses[4], 7);
    assertEquals(generator.position, 4 * 32);

    const stopped = weightsOf(kernel);
    kernel.loadWeights(weights);
    kernel.train(rates.subarray(0, 3), {
      batchSize: 32,
      generator: new Mt19937(10),
    });
    assertEquals(weightsOf(kernel), stopped);

    // And a sound model is not troubled by what was there before.
    kernel.loadWeights(weights);
    const judge = reference.toFloat64(weights);
    const wanted = reference.step(short(sizes), judge, rows, 0.1);
    assertAlmostEquals(kernel.stepAll(0.1), wanted, 1e-5);
    assert(distance(weightsOf(kernel), judge) < 1e-5);
  });
});

Deno.test("Kernel.loss() is not finite as soon as a weight is not", () => {
  const chance = new Chance(11);
  const sizes = {
    ...lecture,
    embeddingSize: 3,
    hiddenSize: 9,
    directConnections: true,
  };
  const rows = chance.rows(sizes, 40);
  const sound = chance.weights(sizes, 1);
  withKernel(sizes, (kernel) => {
    kernel.setRows(rows);
    for (const name of reference.namesOf(sound)) {
      for (const bad of [NaN, Infinity, -Infinity]) {
        // An infinity before tanh is ±1 afterwards, as in PyTorch.
        if ((name === "W1" || name === "b1") && !Number.isNaN(bad)) continue;
        const weights = copyOf(sound);
        weights[name]!.fill(bad, 0, 3);
        kernel.loadWeights(weights);
        assert(!Number.isFinite(kernel.loss()), `${name} with ${bad}`);
        assert(!Number.isFinite(kernel.stepAll(0.1)));
        assertEquals(weightsOf(kernel), weights);
      }
    }
  });
});

Deno.test("Kernel.storeWeights() gives back what was loaded, to the bit", () => {
  const chance = new Chance(12);
  for (let trial = 0; trial < 30; trial++) {
    const sizes = chance.sizes(trial % 2 === 1);
    const weights = chance.weights(sizes, 1);
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      assertEquals(weightsOf(kernel), weights);
    });
  }
  // More than passes through at once.
  const sizes = {
    vocabularySize: 20_001,
    contextLength: 2,
    embeddingSize: 5,
    hiddenSize: 23,
    directConnections: true,
  };
  const weights = chance.weights(sizes, 1);
  withKernel(sizes, (kernel) => {
    kernel.loadWeights(weights);
    assertEquals(weightsOf(kernel), weights);
  });
});

Deno.test("Kernel.stepAll() is right at the ends of the sizes' ranges", () => {
  const chance = new Chance(13);
  const cases: [ModelSizes, number][] = [
    [{
      vocabularySize: 1,
      contextLength: 1,
      embeddingSize: 1,
      hiddenSize: 1,
    }, 1],
    [{
      vocabularySize: 65_535,
      contextLength: 2,
      embeddingSize: 3,
      hiddenSize: 5,
      directConnections: true,
    }, 20],
    [{
      vocabularySize: 3,
      contextLength: 300,
      embeddingSize: 2,
      hiddenSize: 9,
    }, 70],
    [{
      vocabularySize: 4,
      contextLength: 1,
      embeddingSize: 513,
      hiddenSize: 1025,
    }, 66],
    [{
      vocabularySize: 2,
      contextLength: 77,
      embeddingSize: 1,
      hiddenSize: 1,
      directConnections: true,
    }, 130],
  ];
  for (const [sizes, count] of cases) {
    const weights = chance.weights(sizes, 0.1);
    const rows = chance.rows(sizes, count);
    const judge = reference.toFloat64(weights);
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      for (let step = 0; step < 2; step++) {
        const wanted = reference.step(short(sizes), judge, rows, 0.5);
        assertAlmostEquals(kernel.stepAll(0.5), wanted, 2e-6 * (1 + wanted));
      }
      assert(distance(weightsOf(kernel), judge) < 1e-5);
    });
  }
});

Deno.test("Kernel.setRows() takes a million rows and finds the equal ones", () => {
  const sizes = { ...lecture, contextLength: 2, hiddenSize: 4 };
  const chance = new Chance(14);
  const weights = chance.weights(sizes, 1);
  const few = chance.rows(sizes, 5000);
  const copies = 200;
  const X = new Uint16Array(copies * few.X.length);
  const Y = new Uint16Array(copies * few.Y.length);
  for (let copy = 0; copy < copies; copy++) {
    X.set(few.X, copy * few.X.length);
    Y.set(few.Y, copy * few.Y.length);
  }
  withKernel(sizes, (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(few);
    const wanted = kernel.loss();
    kernel.setRows({ ...few, X, Y });
    // The same sums times 200, divided by 200 times as many rows.
    assertAlmostEquals(kernel.loss(), wanted, 1e-12);
  });
});

Deno.test("Kernel.setRows() takes a stream of tokens as the same rows written out", () => {
  const chance = new Chance(21);
  for (let trial = 0; trial < 12; trial++) {
    const sizes = chance.sizes(trial % 2 === 1);
    const { contextLength: T } = sizes;
    const N = trial < 10 ? chance.whole(1, 300) : 100_000; // several stages
    const { Y: ids } = chance.rows(sizes, T + N, trial % 3 ? 3 : undefined);
    const stream = { contextLength: T, ids, Y: ids.subarray(T) };
    const X = new Uint16Array(N * T);
    for (let row = 0; row < N; row++) {
      X.set(contextOf(stream, row), row * T);
    }
    const windows = { contextLength: T, X, Y: ids.slice(T) };
    const weights = chance.weights(sizes, 0.5);
    const [streamed, written] = [stream, windows].map((rows) =>
      withKernel(sizes, (kernel) => {
        kernel.loadWeights(weights);
        kernel.setRows(rows);
        const losses = new Float64Array(4);
        const options = { batchSize: 20, generator: new Mt19937(1), losses };
        const results = [kernel.loss(), ...kernel.rowLosses().slice(0, 1000)];
        kernel.train(losses.map(() => 0.1), options);
        if (N < 1000) kernel.stepAll(0.1);
        return { results, losses, weights: weightsOf(kernel) };
      })
    );
    assertEquals(streamed, written);
  }
});

Deno.test({
  name: "Kernel works with addresses over 2 GiB",
  // W1 alone takes 2.1 GB.
  ignore: Deno.systemMemoryInfo().available < 3.5 * 2 ** 30,
  fn: () => {
    const sizes = {
      vocabularySize: 2,
      contextLength: 1,
      embeddingSize: 23_176,
      hiddenSize: 23_176,
    };
    // Weights that are zero, so that every token is as likely as another.
    withKernel(sizes, (kernel) => {
      assertEquals([...kernel.probabilities([1])], [0.5, 0.5]);
      const ids = Uint16Array.of(0, 1, 1);
      kernel.setRows({ contextLength: 1, ids, Y: ids.subarray(1) });
      const [first, second] = kernel.rowLosses();
      assertAlmostEquals(first, Math.log(2), 1e-7);
      assertEquals(second, first);
    });
  },
});

Deno.test("Kernel moves into another memory with all that it holds", () => {
  const chance = new Chance(19);
  const weights = chance.weights(lecture, 0.3);
  const few = chance.rows(lecture, 900);
  const many = chance.rows(lecture, 1000);
  const generator = new TorchGenerator(1);
  withKernel(lecture, (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(few);
    const before = kernel.loss();
    kernel.setRows(many); // into a fixed memory
    const loss = kernel.loss();
    // a batch too large for that
    const options = { batchSize: 2 ** 21, weightDecay: 0 };
    generator.lendEngine((generator) =>
      kernel.train(Float64Array.of(0), { ...options, generator })
    );
    assertEquals(kernel.loss(), loss);
    kernel.setRows(few);
    assertEquals(kernel.loss(), before);
    assertEquals(weightsOf(kernel), weights);
  });
});

Deno.test("Kernel refuses sizes for which there is not enough memory, with the bytes", () => {
  const before = withKernel(lecture, (kernel) => kernel.sizes);
  assertEquals(before, lecture);
  for (const hiddenSize of [20_000, 10_000_000]) {
    const sizes = { ...lecture, vocabularySize: 65_535, hiddenSize };
    const error = assertThrows(() => new Kernel(sizes), RangeError);
    assertStringIncludes(error.message, `hiddenSize ${hiddenSize}`);
    assertStringIncludes(error.message, "bytes");
  }
  // Weights that fit, with minibatches that don't.
  const sizes = { ...lecture, vocabularySize: 65_535, hiddenSize: 30 };
  const chance = new Chance(15);
  const weights = chance.weights(sizes, 1e-3);
  const rows = chance.rows(sizes, 10);
  withKernel(sizes, (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    const loss = kernel.loss();
    const error = assertThrows(
      () =>
        kernel.train(new Float64Array(1), {
          batchSize: 2 ** 30,
          generator: new Mt19937(1),
        }),
      RangeError,
    );
    assertStringIncludes(error.message, "1073741824");
    assertEquals(kernel.loss(), loss);
    assertEquals(weightsOf(kernel), weights);
  });
});

Deno.test("Kernel refuses what does not fit, and says what and where", () => {
  const weights = new Chance(16).weights(lecture, 1);
  const rows = new Chance(17).rows(lecture, 10);
  for (
    const [name, value] of [
      ["vocabularySize", 65_536],
      ["vocabularySize", 0],
      ["contextLength", 1.5],
      ["embeddingSize", -1],
      ["hiddenSize", NaN],
    ] as const
  ) {
    const error = assertThrows(
      () => new Kernel({ ...lecture, [name]: value }),
      RangeError,
    );
    assertStringIncludes(error.message, `${name} ${value}`);
  }
  withKernel(lecture, (kernel) => {
    assertStringIncludes(
      assertThrows(
        () => kernel.loadWeights({ ...weights, W1: new Float32Array(5) }),
        RangeError,
      ).message,
      "W1 of length 5",
    );
    assertThrows(
      () => kernel.loadWeights({ ...weights, Wd: new Float32Array(810) }),
      RangeError,
      "Wd of length 810",
    );
    assertThrows(
      () => kernel.stepAll(0.1, { weightDecay: -1 }),
      RangeError,
      "weight decay -1",
    );
    assertThrows(() => kernel.loss(), RangeError, "without rows");
    assertThrows(
      () => kernel.setRows({ ...rows, X: rows.X.subarray(1) }),
      RangeError,
      "must have length 30",
    );
    const ids = Uint16Array.of(0, 0, 0, 1, 27);
    assertThrows(
      () => kernel.setRows({ contextLength: 3, ids, Y: ids.subarray(2) }),
      RangeError,
      "ids of length 5 with Y of length 3: with contextLength 3 it must have " +
        "length 6",
    );
    assertThrows(
      () => kernel.setRows({ contextLength: 3, ids, Y: ids.subarray(3) }),
      RangeError,
      "token 27 in ids[4]",
    );
    assertThrows(
      () => kernel.setRows({ ...rows, contextLength: 2 }),
      RangeError,
      "contextLength 2: that of the model is 3",
    );
    const X = rows.X.slice();
    X[7] = 27;
    assertThrows(
      () => kernel.setRows({ ...rows, X }),
      RangeError,
      "token 27 in X[7]",
    );
    const Y = rows.Y.slice();
    Y[9] = 1000;
    assertThrows(
      () => kernel.setRows({ ...rows, Y }),
      RangeError,
      "token 1000 in Y[9]",
    );
    assertThrows(() => kernel.loss(), RangeError, "without rows");
    kernel.setRows(rows);
    const generator = new Mt19937(1);
    assertThrows(
      () => kernel.train(new Float64Array(1), { batchSize: 0, generator }),
      RangeError,
      "batchSize 0",
    );
    assertThrows(
      () =>
        kernel.train(new Float64Array(2), {
          batchSize: 1,
          generator,
          losses: new Float64Array(1),
        }),
      RangeError,
      "length 1",
    );
  });
  const released = new Kernel(lecture);
  released.release();
  assertThrows(() => released.loss(), TypeError, "after its release");
});

Deno.test("Kernel can be made and dropped thousands of times", () => {
  const chance = new Chance(18);
  const sizes = Array.from({ length: 20 }, () => chance.sizes());
  for (let i = 0; i < 4000; i++) {
    withKernel(sizes[i % sizes.length], (kernel) => {
      if (i % 50) return;
      // One inside another, which has a memory of its own.
      kernel.loadWeights(chance.weights(kernel.sizes, 1));
      const outer = weightsOf(kernel);
      withKernel(sizes[i % 7], (inner) => {
        inner.loadWeights(chance.weights(inner.sizes, 1));
      });
      assertEquals(weightsOf(kernel), outer);
    });
  }
  // Without a release the collector has to find them.
  for (let i = 0; i < 1000; i++) new Kernel(sizes[i % sizes.length]);
});
