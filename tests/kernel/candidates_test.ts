/**
 * Sampled softmax, held against the same in plain float64 loops, which are given
 * the same candidates: they are drawn again here, by the documented recipe.
 */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { test } from "./arithmetic.ts";
import type { Kernel } from "../../lib/kernel/kernel.ts";
import { Mt19937 } from "../../lib/random/mersenne_twister.ts";
import * as reference from "../../lib/kernel/reference.ts";
import { Chance, weightsOf, withKernel } from "./kernels.ts";
import {
  createParameters,
  disposeParameters,
  evaluate,
  findLearningRate,
  type ModelSizes,
  type ParameterArrays,
  parameterArrays,
  TorchGenerator,
  trainSteps,
  type Windows,
} from "../../mod.ts";

/** A case: the model, the rows that are drawn from, and the steps. */
interface Case {
  V: number;
  T: number;
  E: number;
  H: number;
  direct?: boolean;
  /** How many rows there are, and of how many tokens. */
  rows: number;
  tokens?: number;
  batchSize: number;
  candidates: number;
  weightDecay?: number;
}

function kernelSizes({ V, T, E, H, direct }: Case): ModelSizes {
  return {
    vocabularySize: V,
    contextLength: T,
    embeddingSize: E,
    hiddenSize: H,
    ...(direct ? { directConnections: true } : {}),
  };
}

/** Weights from −scale to scale, and rows. */
function numbers(
  one: Case,
  seed: number,
  scale: number,
): { weights: ParameterArrays; rows: Windows } {
  const chance = new Chance(seed);
  const sizes = kernelSizes(one);
  const weights = chance.weights(sizes, scale);
  return { weights, rows: chance.rows(sizes, one.rows, one.tokens) };
}

/** The rows of a minibatch, drawn as torch.randint draws them. */
function drawRows(
  { X, Y }: Windows,
  T: number,
  count: number,
  engine: Mt19937,
): reference.Rows {
  const drawn = Array.from({ length: count }, () => engine.next() % Y.length);
  return {
    X: drawn.flatMap((row) => [...X.subarray(row * T, row * T + T)]),
    Y: drawn.map((row) => Y[row]),
  };
}

/** A case, of V, T, E and H; and of rows, batch size and candidates. */
function caseOf(
  [V, T, E, H]: readonly [number, number, number, number],
  [rows, batchSize, candidates]: readonly [number, number, number],
  others: Partial<Case> = {},
): Case {
  return { V, T, E, H, rows, batchSize, candidates, ...others };
}

const cases: Record<string, Case> = {
  "of a few rows": caseOf([50, 2, 3, 5], [40, 5, 8]),
  "of several tiles": caseOf([300, 3, 4, 20], [500, 150, 30]),
  "with direct connections": caseOf([120, 3, 5, 9], [90, 33, 40], {
    direct: true,
  }),
  "with direct connections, of several tiles": caseOf(
    [120, 1, 6, 17],
    [300, 130, 21],
    { direct: true },
  ),
  "with weight decay": caseOf([60, 2, 3, 8], [90, 20, 10], {
    direct: true,
    weightDecay: 0.1,
  }),
  "with weight decay, of several tiles": caseOf([60, 2, 3, 8], [90, 70, 10], {
    weightDecay: 0.1,
  }),
  "of one row": caseOf([30, 2, 3, 4], [20, 1, 6]),
  "with one candidate": caseOf([30, 2, 3, 4], [20, 9, 1]),
  "of two tokens": caseOf([2, 2, 2, 3], [20, 7, 1]),
  "with all candidates but one": caseOf([21, 1, 2, 3], [60, 30, 20]),
  "whose rows are equal": caseOf([40, 2, 3, 4], [1, 12, 5]),
  "whose targets are frequent": caseOf([400, 2, 3, 4], [80, 12, 50], {
    tokens: 3,
  }),
  "of hundreds of rows": caseOf([90, 2, 3, 7], [900, 400, 30], {
    direct: true,
    weightDecay: 0.01,
  }),
  "whose tiles are small": caseOf([5000, 2, 2, 3], [80, 37, 1500]),
};

for (const [name, one] of Object.entries(cases)) {
  test(`Kernel.train() with candidates does what the float64 loops do, in batches ${name}`, () => {
    const { weights, rows } = numbers(one, 1, 0.5);
    const { V, T, batchSize, candidates, weightDecay } = one;
    const judge = reference.toFloat64(weights);
    const again = new Mt19937(7);
    const rates = Float64Array.of(0.3, 0.2, 0.1);
    const losses = new Float64Array(3);
    const generator = new Mt19937(7);
    withKernel(kernelSizes(one), (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      const options = { batchSize, candidates, weightDecay, generator, losses };
      assertEquals(kernel.train(rates, options), 3);
      rates.forEach((rate, step) => {
        const batch = drawRows(rows, T, batchSize, again);
        const drawn = reference.drawCandidates(
          () => again.next(),
          V,
          candidates,
        );
        const wanted = reference.step(
          one,
          judge,
          batch,
          rate,
          weightDecay,
          drawn,
        );
        // Logits up to 10, lowered by up to 9, are rounded to 1e-6.
        assertAlmostEquals(losses[step], wanted, 3e-6 * Math.max(1, wanted));
      });
      assertEquals(generator.words, again.words);
      assertEquals(generator.position, again.position);
      const after = weightsOf(kernel);
      for (const name of reference.namesOf(judge)) {
        after[name]!.forEach((weight, i) =>
          // Weights of about 1 are rounded to 6e-8, their changes as the losses.
          assertAlmostEquals(weight, judge[name]![i], 3e-6)
        );
      }
      // The full softmax comes after it as if nothing had been.
      const loss = reference.forward(one, judge, rows).loss;
      assertAlmostEquals(kernel.loss(), loss, 1e-5 * loss);
    });
  });
}

Deno.test("Kernel.train() with candidates applies gradients that agree with central differences", () => {
  const one = caseOf([12, 2, 3, 4], [9, 6, 4], { direct: true });
  const { weights, rows } = numbers(one, 2, 0.8);
  const engine = new Mt19937(3);
  const batch = drawRows(rows, one.T, 6, engine);
  const drawn = reference.drawCandidates(() => engine.next(), 12, 4);
  const w = reference.toFloat64(weights);
  const loss = () => reference.forward(one, w, batch, drawn).loss;
  withKernel(kernelSizes(one), (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    const generator = new Mt19937(3);
    kernel.train(Float64Array.of(1), {
      batchSize: 6,
      candidates: 4,
      generator,
    });
    const after = weightsOf(kernel);
    // At a distance of 1e-4 the difference's own error is about 1e-9; the
    // kernel's is float32's of weights below 2.
    const distance = 1e-4;
    for (const name of reference.namesOf(w)) {
      const values = w[name]!;
      values.forEach((value, i) => {
        values[i] = value + distance;
        const above = loss();
        values[i] = value - distance;
        const below = loss();
        values[i] = value;
        const slope = (above - below) / (2 * distance);
        assertAlmostEquals(weights[name]![i] - after[name]![i], slope, 1e-6);
      });
    }
  });
});

Deno.test("Kernel.train() with candidates gives the same bits however a run is split", () => {
  for (const one of Object.values(cases).filter(({ V }) => V < 1000)) {
    const { weights, rows } = numbers(one, 4, 0.5);
    const { batchSize, candidates, weightDecay } = one;
    const run = (
      pieces: readonly number[],
      between: (kernel: Kernel) => void,
    ) => {
      const generator = new Mt19937(5);
      const all: number[] = [];
      let sofar = weights;
      for (const steps of pieces) {
        sofar = withKernel(kernelSizes(one), (kernel) => {
          kernel.loadWeights(sofar);
          kernel.setRows(rows);
          between(kernel);
          const losses = new Float64Array(steps);
          const rates = losses.map(() => 0.1);
          kernel.train(rates, {
            batchSize,
            candidates,
            weightDecay,
            generator,
            losses,
          });
          all.push(...losses);
          return weightsOf(kernel);
        });
      }
      return {
        sofar,
        all,
        generator: [...generator.words, generator.position],
      };
    };
    const whole = run([20], () => {});
    assertEquals(run([1, 7, 12], (kernel) => kernel.loss()), whole);
    const other = { batchSize: 3, generator: new Mt19937(1) };
    assertEquals(
      run([9, 11], (kernel) => {
        // candidates of another number, and none, leave nothing behind
        kernel.train(new Float64Array(2), { ...other, candidates: 1 });
        kernel.train(new Float64Array(2), other);
        kernel.rowLosses();
        kernel.probabilities(new Uint16Array(one.T));
      }),
      whole,
    );
  }
});

Deno.test("Kernel.train() with candidates stops before the update of a loss that is not finite", () => {
  const one = cases["of several tiles"];
  const { weights, rows } = numbers(one, 6, 0.5);
  withKernel(kernelSizes(one), (kernel) => {
    weights.b1[0] = NaN;
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    const losses = new Float64Array(2);
    const options = {
      batchSize: 150,
      candidates: 30,
      generator: new Mt19937(1),
      weightDecay: 0.1,
    };
    assertEquals(
      kernel.train(Float64Array.of(1, 1), { ...options, losses }),
      0,
    );
    assert(Number.isNaN(losses[0]));
    assertEquals(weightsOf(kernel), weights);
  });
});

Deno.test("drawCandidates() draws as P(k) says, and the kernel draws the same", () => {
  // A single candidate a step is a single draw. 40,000 draws of 20 tokens; the
  // statistic has 19 degrees of freedom, so that it passes 43.8 by chance once
  // in a thousand seeds. This one is fixed.
  const V = 20, draws = 40_000;
  const engine = new Mt19937(9);
  const counts = new Float64Array(V);
  for (let i = 0; i < draws; i++) {
    counts[reference.drawCandidates(() => engine.next(), V, 1).tokens[0]]++;
  }
  let statistic = 0, sum = 0;
  counts.forEach((count, k) => {
    const expected = draws * reference.probabilityOf(k, V);
    statistic += (count - expected) ** 2 / expected;
    sum += reference.probabilityOf(k, V);
  });
  assertAlmostEquals(sum, 1, 1e-14);
  assert(statistic < 43.8, `${statistic}`);

  // What the kernel draws is seen by the b2 that it changes: without weights and
  // with one row, whose target is token 0, that of the candidate falls.
  const sizes = kernelSizes(caseOf([V, 1, 1, 1], [1, 1, 1]));
  const generator = new Mt19937(9);
  const again = new Mt19937(9);
  withKernel(sizes, (kernel) => {
    kernel.setRows({
      contextLength: 1,
      X: Uint16Array.of(0),
      Y: Uint16Array.of(0),
    });
    const zero = weightsOf(kernel);
    for (let i = 0; i < 2000; i++) {
      kernel.loadWeights(zero);
      kernel.train(Float64Array.of(1), {
        batchSize: 1,
        candidates: 1,
        generator,
      });
      again.next(); // the row
      const { tokens: [token] } = reference.drawCandidates(
        () => again.next(),
        V,
        1,
      );
      const { b2 } = weightsOf(kernel);
      const fallen = [...b2.keys()].filter((k) => b2[k] < 0);
      assertEquals(fallen, token === 0 ? [] : [token]);
    }
  });
});

Deno.test("expectedCount() is how often a token is among the candidates", () => {
  // Of 4,000 draws of 8 different tokens of 30: how often each is among them,
  // and the mean of the expected counts. The frequency has a standard deviation
  // of at most 0.5/√4000 = 0.008; the formula takes the tries as given, though
  // they are those that it took, which is seen to be off by 0.01 more.
  const V = 30, S = 8, rounds = 4000;
  const engine = new Mt19937(10);
  const among = new Float64Array(V), expected = new Float64Array(V);
  for (let i = 0; i < rounds; i++) {
    const { tokens, tries } = reference.drawCandidates(
      () => engine.next(),
      V,
      S,
    );
    for (const token of tokens) among[token] += 1 / rounds;
    expected.forEach((_, k) =>
      expected[k] += reference.expectedCount(k, V, tries) / rounds
    );
  }
  among.forEach((share, k) => assertAlmostEquals(share, expected[k], 0.035));
});

Deno.test("Kernel.train() with candidates has the full softmax's gradient on average, with a bias that falls as 1/S", () => {
  const V = 1000;
  const one = caseOf([V, 2, 3, 4], [1, 1, 1]);
  const { weights, rows } = numbers(one, 11, 1);
  const w = reference.toFloat64(weights);
  /** How far the mean of many steps' gradients is from the full gradient. */
  const errorOf = (kernel: Kernel, Y: Uint16Array, candidates: number) => {
    const row = { ...rows, Y };
    const full = reference.forward(one, w, row);
    const gradient = reference.backward(one, w, row, full);
    const mean = reference.zeros(one);
    const generator = new Mt19937(12);
    const draws = 2000;
    kernel.setRows(row);
    for (let i = 0; i < draws; i++) {
      kernel.loadWeights(weights);
      kernel.train(Float64Array.of(1), { batchSize: 1, candidates, generator });
      const after = weightsOf(kernel);
      for (const name of reference.names) {
        const [sum, p, q] = [mean[name], weights[name], after[name]];
        for (let j = 0; j < p.length; j++) sum[j] += (p[j] - q[j]) / draws;
      }
    }
    let distance = 0, length = 0;
    for (const name of reference.names) {
      gradient[name].forEach((g, j) => {
        distance += (mean[name][j] - g) ** 2;
        length += g ** 2;
      });
    }
    return Math.sqrt(distance / length);
  };
  withKernel(kernelSizes(one), (kernel) => {
    for (const target of [30, 999]) {
      const Y = Uint16Array.of(target);
      const errors = [8, 32, 128].map((S) => errorOf(kernel, Y, S));
      // Bengio and Senécal: the bias is of order 1/S, since the sum of the exps
      // that is divided by is an estimate. Four times the candidates leave a
      // fourth of it, and of the noise of 2,000 draws, here about 0.005, a half.
      // Seen are 0.17 to 0.33; without a correction for what is drawn more often
      // the error would stay.
      for (const i of [1, 2]) {
        const ratio = errors[i] / errors[i - 1];
        assert(ratio > 0.1 && ratio < 0.4, `${target}: ${errors}`);
      }
      assert(errors[2] < 0.03, `${target}: ${errors}`);
    }
  });
});

Deno.test("Kernel.train() refuses numbers of candidates that are out of range, or for which there is not enough memory", () => {
  const one = cases["of a few rows"];
  const { weights, rows } = numbers(one, 12, 0.5);
  withKernel(kernelSizes(one), (kernel) => {
    kernel.loadWeights(weights);
    kernel.setRows(rows);
    const rates = Float64Array.of(1);
    const generator = new Mt19937(1);
    for (const candidates of [0, -1, 1.5, NaN, 50, 1000]) {
      assertThrows(
        () => kernel.train(rates, { batchSize: 5, candidates, generator }),
        RangeError,
        `candidates ${candidates}: it must be a whole number from 1 to 49`,
      );
    }
    assertThrows(
      () =>
        kernel.train(rates, { batchSize: 2 ** 30, candidates: 8, generator }),
      RangeError,
      "minibatches of 1073741824 rows with 8 candidates",
    );
    assertEquals(weightsOf(kernel), weights);
    assertEquals(generator.position, new Mt19937(1).position);
    const loss =
      reference.forward(one, reference.toFloat64(weights), rows).loss;
    assertAlmostEquals(kernel.loss(), loss, 1e-6 * loss);
  });
});

/** Sentences of one token after the other, in which frequent ones are first. */
function text(V: number, rows: number) {
  const g = new TorchGenerator(1);
  const ids = Uint16Array.from(
    g.rand(rows + 2),
    (u) => Math.floor((V + 1) ** u) - 1,
  );
  // what comes next is in part what came last
  for (let i = 2; i < ids.length; i += 2) ids[i] = (ids[i - 1] * 7 + 3) % V;
  const X = new Uint16Array(rows * 2);
  for (let i = 0; i < rows; i++) X.set([ids[i], ids[i + 1]], i * 2);
  return { contextLength: 2, X, Y: ids.slice(2) };
}

Deno.test("trainSteps() with candidates learns what the full softmax learns, and splits to the bit", () => {
  const V = 500;
  const windows = text(V, 4000);
  const sizes = {
    vocabularySize: V,
    contextLength: 2,
    embeddingSize: 8,
    hiddenSize: 16,
    directConnections: true,
  };
  const run = (pieces: readonly number[], candidates?: number) => {
    const generator = new TorchGenerator(2);
    const parameters = createParameters(sizes, {
      generator,
      initialization: "scaled",
    });
    let firstStep = 0;
    for (const steps of pieces) {
      const options = { generator, steps, firstStep, candidates };
      const settings = { ...options, weightDecay: 1e-4, learningRate: 0.5 };
      for (const _ of trainSteps(parameters, windows, settings));
      firstStep += steps;
    }
    const result = {
      arrays: parameterArrays(parameters),
      loss: evaluate(parameters, windows),
      state: generator.getState(),
    };
    disposeParameters(parameters);
    return result;
  };
  const sampled = run([3000], 64);
  assertEquals(run([1, 1500, 499, 1000], 64), sampled);
  const full = run([3000]);
  // Both begin with log 500 = 6.2. A loss of 2.19 and one of 2.42 are seen: the
  // noise of the sampled gradient is what it has to pay.
  assert(full.loss < 2.3, `${full.loss}`);
  assert(sampled.loss < full.loss + 0.4, `${sampled.loss}, ${full.loss}`);
});

Deno.test("trainSteps() and findLearningRate() refuse numbers of candidates that are out of range", () => {
  const sizes = { vocabularySize: 27, contextLength: 2, embeddingSize: 2 };
  const generator = new TorchGenerator(3);
  const parameters = createParameters({ ...sizes, hiddenSize: 4 }, {
    generator,
  });
  const windows = text(27, 50);
  const settings = { steps: 1, generator };
  for (const candidates of [0, 2.5, 27, NaN]) {
    assertThrows(
      () => [...trainSteps(parameters, windows, { ...settings, candidates })],
      RangeError,
      `Cannot draw ${candidates} candidates of 27 tokens: pass a whole number ` +
        "from 1 to 26",
    );
  }
  assertThrows(
    () =>
      trainSteps(parameters, windows, {
        ...settings,
        batchSize: "all",
        candidates: 5,
      }).next(),
    RangeError,
    "for a batch of all rows",
  );
  assertThrows(
    () => findLearningRate(parameters, windows, { generator, candidates: 27 }),
    RangeError,
    "Cannot draw 27 candidates",
  );
  const { losses } = findLearningRate(parameters, windows, {
    generator,
    candidates: 26,
    count: 3,
  });
  assertEquals(losses.length, 3);
  disposeParameters(parameters);
});
