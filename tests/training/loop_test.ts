import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { canonicalTestInEach, test } from "../kernel/arithmetic.ts";
import * as tf from "@tensorflow/tfjs";
import { canonicalWords } from "../canonical.ts";
import { lossAndGradient } from "../merged_rows.ts";
import notes from "../lecture_notes.json" with { type: "json" };
import {
  fiveNames,
  largeModel as large,
  letters,
  SEED,
  smallModel as small,
  torchLosses,
  training,
} from "../oracles.ts";
import * as reference from "../../lib/kernel/reference.ts";
import { PARAMETER_NAMES, perParameter } from "../../lib/kernel/parameters.ts";
import { OutOfMemoryError, trainSteps as coreTrainSteps } from "../../core.ts";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  disposeParameters,
  DivergenceError,
  drawMinibatch,
  evaluate,
  parameterArrays,
  sample,
  splitWords,
  stepDecay,
  TorchGenerator,
  train,
  type TrainOptions,
  trainStep,
  trainSteps,
} from "../../mod.ts";

const vocabulary = buildVocabulary([letters]);
const windows = contextWindows(fiveNames, vocabulary, 3);

/** Trains a model of five names; returns its losses, numbers and generator. */
function run(...parts: Partial<TrainOptions>[]) {
  const generator = new TorchGenerator(3);
  const parameters = createParameters(small, { generator });
  const losses: number[] = [];
  for (const options of parts) {
    const progress = trainSteps(parameters, windows, {
      steps: 100,
      generator,
      ...options,
    });
    for (const report of progress) losses.push(...report.losses);
  }
  const arrays = parameterArrays(parameters);
  disposeParameters(parameters);
  return { losses, arrays, state: generator.getState() };
}

canonicalTestInEach(
  "trainSteps() has every loss that the notes print for all names",
  () => {
    const all = contextWindows(canonicalWords(), vocabulary, 3);
    const parameters = createParameters(small, {
      generator: new TorchGenerator(SEED),
    });
    const losses: number[] = [];
    const options = { steps: 110, batchSize: "all" } as const;
    for (const report of trainSteps(parameters, all, options)) {
      losses.push(...report.losses);
    }
    disposeParameters(parameters);
    const printed = notes["all names, from the eleventh step"];
    assertEquals(printed.length, 37);
    printed.forEach((loss, i) =>
      assertAlmostEquals(losses[10 + i], loss, 1e-5)
    );
    const expected = training[
      "all names (228146 rows), 2/100, lr 0.1, losses before each of 110 steps"
    ];
    losses.forEach((loss, step) => {
      // At step 1 PyTorch's own float32 is 3.1e-5 from float64; that step is
      // held against float64 below.
      if (step !== 1) assertAlmostEquals(loss, expected[step], 1e-5);
    });
    assertEquals(losses[0].toFixed(4), "19.5052");
  },
);

canonicalTestInEach(
  "trainSteps() on all names is within 1e-7 of float64 step by step",
  () => {
    const all = contextWindows(canonicalWords(), vocabulary, 3);
    const parameters = createParameters(small, {
      generator: new TorchGenerator(SEED),
    });
    const w = reference.toFloat64(parameterArrays(parameters));
    const sizes = { V: 27, T: 3, E: 2, H: 100 };
    const { loss, gradient } = lossAndGradient(sizes, w, all);
    for (const name of reference.names) {
      gradient[name].forEach((slope, i) => w[name][i] -= 0.1 * slope);
    }
    const expected = [loss, lossAndGradient(sizes, w, all).loss];
    const options = {
      steps: 2,
      batchSize: "all",
      stepsPerProgress: 2,
    } as const;
    const [{ losses }] = trainSteps(parameters, all, options);
    expected.forEach((loss, step) =>
      assertAlmostEquals(losses[step], loss, 1e-7 * loss)
    );
    disposeParameters(parameters);
  },
);

canonicalTestInEach(
  "trainSteps() follows PyTorch's minibatch run, parameters and batches from one generator",
  () => {
    const { train: words, dev } = splitWords(canonicalWords());
    const rows = contextWindows(words, vocabulary, 3);
    const generator = new TorchGenerator(SEED);
    const parameters = createParameters(large, { generator });
    const losses: number[] = [];
    const options = { steps: 2000, generator };
    for (const report of trainSteps(parameters, rows, options)) {
      losses.push(...report.losses);
    }
    const expected = training[
      "train split, 10/200, minibatches of 32 drawn by randint(0, rows, (32,), generator=g) from the generator that made the parameters, lr 0.1, loss of steps 0..9 and then every 100th of 2000"
    ];
    // 1e-5 for the first; rounding grows in such a run, PyTorch's own two code
    // paths differ by 2.4e-4 at step 20
    assertAlmostEquals(losses[0], expected[0], 1e-5);
    for (let i = 1; i < 10; i++) {
      assertAlmostEquals(losses[i], expected[i], 1e-3);
    }
    // Chaotic by then: begun with weights that differ by 1e-7, PyTorch 1.13's own
    // float32 ends eight such runs between 2.997 and 3.108, PyTorch in float64
    // at 3.0286 and 3.0371. The oracle is one of the former.
    const [trainLoss, devLoss] = training[
      "the same after 2000 steps: train loss, dev loss"
    ];
    const ends = [
      [evaluate(parameters, rows), trainLoss, 3.0286],
      [
        evaluate(parameters, contextWindows(dev, vocabulary, 3)),
        devLoss,
        3.0371,
      ],
    ];
    for (const [loss, float32, float64] of ends) {
      assertAlmostEquals(loss, float32, 0.1);
      assertAlmostEquals(loss, float64, 0.05);
    }
    disposeParameters(parameters);
  },
);

canonicalTestInEach(
  "trainSteps() stays near PyTorch's losses through step 20",
  () => {
    const { train: words } = splitWords(canonicalWords());
    const generator = new TorchGenerator(SEED);
    const parameters = createParameters(large, { generator });
    const rows = contextWindows(words, vocabulary, 3);
    const [report] = trainSteps(parameters, rows, {
      steps: 21,
      generator,
      stepsPerProgress: 21,
    });
    assertAlmostEquals(report.losses[0], torchLosses[0], 1e-5);
    torchLosses.forEach((loss, i) =>
      assertAlmostEquals(report.losses[i], loss, 1e-3)
    );
    disposeParameters(parameters);
  },
);

test("trainSteps() and sample() print PyTorch's twenty names after 110 steps", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(SEED),
  });
  const options = { steps: 110, batchSize: "all" } as const;
  for (const _ of trainSteps(parameters, windows, options));
  const words = sample(parameters, vocabulary, {
    generator: new TorchGenerator(2147483657),
    count: 20,
  });
  assertEquals(
    words.map((word) => word + "."),
    training[
      "five names, 2/100, lr 0.1, after 110 steps: 20 samples, Generator seed 2147483657"
    ],
  );
  disposeParameters(parameters);
});

Deno.test("trainSteps() draws the minibatches that drawMinibatch() draws", () => {
  const { losses, arrays } = run({ steps: 20, batchSize: 8 });
  const generator = new TorchGenerator(3);
  const parameters = createParameters(small, { generator });
  const expected = Array.from(
    { length: 20 },
    () =>
      trainStep(
        parameters,
        drawMinibatch(windows, { batchSize: 8, generator }),
        0.1,
      ),
  );
  // the same steps, merged in another order: float32 rounding only
  losses.forEach((loss, i) => assertAlmostEquals(loss, expected[i], 1e-4));
  const others = parameterArrays(parameters);
  arrays.W2.forEach((x, i) => assertAlmostEquals(x, others.W2[i], 1e-4));
  disposeParameters(parameters);
});

Deno.test("trainSteps() has the bits of one run, split anywhere", () => {
  const learningRate = stepDecay([0.1, 0.01], 60);
  const whole = run({ learningRate });
  assertEquals(whole.losses.length, 100);
  for (const cut of [1, 37, 60, 99]) {
    const split = run(
      { steps: cut, learningRate },
      { steps: 100 - cut, firstStep: cut, learningRate },
    );
    assertEquals(split, whole);
  }
  assertEquals(run({ learningRate, stepsPerProgress: 7 }), whole);
  assert(run({ learningRate: 0.1 }).losses[99] !== whole.losses[99]);
});

Deno.test("trainSteps() leaves parameters up to date when the loop is left", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(3),
  });
  const before = tf.memory().numTensors;
  for (
    const { step } of trainSteps(parameters, windows, {
      steps: 1e9,
      batchSize: "all",
      stepsPerProgress: 10,
    })
  ) {
    if (step === 30) break;
  }
  assertEquals(tf.memory().numTensors, before);
  const expected = createParameters(small, {
    generator: new TorchGenerator(3),
  });
  for (let step = 0; step < 30; step++) trainStep(expected, windows, 0.1);
  assertEquals(parameterArrays(parameters), parameterArrays(expected));
  disposeParameters(parameters);
  disposeParameters(expected);
});

Deno.test("trainSteps() stops the moment a loss is not finite", () => {
  const generator = new TorchGenerator(3);
  const parameters = createParameters(small, { generator });
  const good: number[] = [];
  const error = assertThrows(
    () => {
      const options = {
        steps: 100,
        generator,
        learningRate: (step: number) => step < 5 ? 0.1 : 1e38,
        stepsPerProgress: 1,
      };
      for (const { losses } of trainSteps(parameters, windows, options)) {
        good.push(...losses);
      }
    },
    DivergenceError,
    "with learning rate 1e+38: try a smaller learning rate",
  );
  assert(good.every(Number.isFinite));
  assertEquals(error.step, good.length);
  assert(!Number.isFinite(error.loss));
  disposeParameters(parameters);
});

Deno.test("trainSteps() refuses settings that are out of range, before any step", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(3),
  });
  const before = parameterArrays(parameters);
  const generator = new TorchGenerator(1);
  const refused: [Partial<TrainOptions>, string][] = [
    [{ steps: -1 }, "number of steps -1"],
    [{ steps: 1.5 }, "number of steps 1.5"],
    [{ batchSize: 0 }, "batch size 0"],
    [{ batchSize: NaN }, "batch size NaN"],
    [{ learningRate: -0.1 }, "learning rate -0.1"],
    [{ learningRate: () => NaN }, "learning rate NaN"],
    [{ stepsPerProgress: 0 }, "steps per report 0"],
    [{ firstStep: -1 }, "number of steps -1"],
    [{ batchSize: 2 ** 31 }, String(2 ** 31)],
  ];
  for (const [options, message] of refused) {
    assertThrows(
      () => [
        ...trainSteps(parameters, windows, { steps: 1, generator, ...options }),
      ],
      RangeError,
      message,
    );
  }
  assertThrows(
    () => [...trainSteps(parameters, windows, { steps: 1 })],
    TypeError,
    "without a generator",
  );
  assertEquals(parameterArrays(parameters), before);
  disposeParameters(parameters);
});

Deno.test("trainSteps() refuses more rows at once than memory holds, before any step", () => {
  // 4 bytes for each of V tokens, T places and H units: 4.8 GB of sums
  const [V, T, H] = [20_000, 600, 100];
  const parameters = perParameter(
    PARAMETER_NAMES.filter((name) => name !== "Wd"),
    (name) =>
      new Float32Array(
        { C: V, W1: T * H, b1: H, W2: H * V, b2: V, Wd: 0 }[name],
      ),
  );
  const rows = {
    contextLength: T,
    ids: Uint16Array.from({ length: T + V }, (_, i) => i % V),
    Y: Uint16Array.from({ length: V }, (_, i) => i),
  };
  const steps = (batchSize: number | "all") => () => [
    ...coreTrainSteps(parameters, rows, {
      ...{ steps: 0, batchSize, generator: new TorchGenerator(1) },
    }),
  ];
  assertThrows(steps("all"), OutOfMemoryError, "20000 rows");
  assertEquals(steps(32)(), []);
});

Deno.test("train() takes the steps of trainSteps(), and reports", async () => {
  const generator = new TorchGenerator(3);
  const parameters = createParameters(small, { generator });
  const losses: number[] = [];
  const last = await train(parameters, windows, {
    steps: 100,
    generator,
    stepsPerProgress: 30,
    onProgress: async (progress) => {
      await Promise.resolve();
      losses.push(...progress.losses);
      assertEquals(progress.step, losses.length);
    },
  });
  const expected = run({});
  assertEquals(losses, expected.losses);
  assertEquals(last, expected.losses[99]);
  assertEquals(parameterArrays(parameters), expected.arrays);
  disposeParameters(parameters);
});

Deno.test("train() ends when its signal is aborted, after the last step", async () => {
  const generator = new TorchGenerator(3);
  const parameters = createParameters(small, { generator });
  const controller = new AbortController();
  let steps = 0;
  const error = await assertRejects(() =>
    train(parameters, windows, {
      steps: 1e9,
      generator,
      stepsPerProgress: 10,
      signal: controller.signal,
      onProgress: ({ step }) => {
        steps = step;
        if (step === 50) controller.abort();
      },
    }), DOMException);
  assertEquals(error.name, "AbortError");
  assertEquals(steps, 50);
  assertEquals(parameterArrays(parameters), run({ steps: 50 }).arrays);
  await assertRejects(
    () =>
      train(parameters, windows, {
        steps: 1,
        generator,
        signal: AbortSignal.abort(new Error("not today")),
      }),
    Error,
    "not today",
  );
  disposeParameters(parameters);
});
