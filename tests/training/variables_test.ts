import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  disposeParameters,
  DivergenceError,
  type ModelParameters,
  parameterArrays,
  TorchGenerator,
  train,
  type TrainOptions,
  trainStep,
  trainSteps,
} from "../../mod.ts";
import * as core from "../../core.ts";

const words = ["emma", "olivia", "ava", "isabella", "sophia"];
const vocabulary = buildVocabulary(words);
const windows = contextWindows(words, vocabulary, 3);
const sizes = {
  vocabularySize: vocabulary.size,
  contextLength: 3,
  embeddingSize: 2,
  hiddenSize: 20,
};

/** Calls a function with new parameters, and checks that no tensor is left. */
function withParameters(use: (parameters: ModelParameters) => void): void {
  const before = tf.memory().numTensors;
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  use(parameters);
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before, "tensors were left");
}

const settings = (options: Partial<TrainOptions> = {}): TrainOptions => ({
  steps: 40,
  generator: new TorchGenerator(2),
  stepsPerProgress: 10,
  ...options,
});

Deno.test("trainSteps() trains on what the loop's body assigns", () => {
  withParameters((parameters) => {
    const zero = tf.tidy(() => tf.zerosLike(parameters.b2));
    const generator = new TorchGenerator(2);
    for (const _ of trainSteps(parameters, windows, settings({ generator }))) {
      parameters.b2.assign(zero);
    }
    const found = parameterArrays(parameters);

    // the same by hand: ten steps, then zeros
    const again = createParameters(sizes, { generator: new TorchGenerator(1) });
    const same = new TorchGenerator(2);
    for (let firstStep = 0; firstStep < 40; firstStep += 10) {
      const ten = settings({ steps: 10, firstStep, generator: same });
      for (const _ of trainSteps(again, windows, ten));
      again.b2.assign(zero);
    }
    assertEquals(found, parameterArrays(again));
    assertEquals(found.b2, new Float32Array(vocabulary.size));
    disposeParameters(again);
    zero.dispose();
  });
});

Deno.test("trainSteps() continues after a step in the loop's body", () => {
  withParameters((parameters) => {
    let before = Infinity;
    for (const { losses } of trainSteps(parameters, windows, settings())) {
      before = Math.min(before, losses[0]);
      trainStep(parameters, windows, 0.1);
    }
    assert(before < 3);
  });
});

Deno.test("trainSteps() refuses parameters that are in training, until that ends", () => {
  withParameters((parameters) => {
    const first = trainSteps(parameters, windows, settings());
    first.next();
    assertThrows(
      () => trainSteps(parameters, windows, settings()).next(),
      TypeError,
      "Cannot train these parameters: they are in training already",
    );
    first.return();
    const second = trainSteps(parameters, windows, settings());
    assertEquals(second.next().value?.step, 10);
    second.return();
  });
});

Deno.test("trainSteps() refuses parameters that the loop's body disposes", () => {
  const before = tf.memory().numTensors;
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  assertThrows(
    () => {
      for (const _ of trainSteps(parameters, windows, settings())) {
        disposeParameters(parameters);
      }
    },
    TypeError,
    "they are disposed",
  );
  assertEquals(tf.memory().numTensors, before, "tensors were left");
});

Deno.test("trainSteps() reports the losses up to a divergence before it throws", () => {
  withParameters((parameters) => {
    const losses: number[] = [];
    // 25 good steps, then a rate that float32 cannot follow
    const options = settings({
      steps: 1000,
      stepsPerProgress: 1000,
      learningRate: (step) => step < 25 ? 0.1 : 1e30,
    });
    const error = assertThrows(() => {
      for (const report of trainSteps(parameters, windows, options)) {
        losses.push(...report.losses);
      }
    }, DivergenceError);
    assert(error instanceof DivergenceError);
    assertEquals(losses.length, error.step);
    assert(losses.length >= 26 && losses.every(Number.isFinite));
  });
});

Deno.test("train() refuses 0 steps", async () => {
  const parameters = core.createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  await assertRejects(
    () => core.train(parameters, windows, settings({ steps: 0 })),
    RangeError,
    "number of steps",
  );
});

Deno.test("train() pauses by time, however long a step takes", async () => {
  // A step of such a model takes some milliseconds.
  const V = 3000;
  const wide = core.createParameters({
    vocabularySize: V,
    contextLength: 3,
    embeddingSize: 30,
    hiddenSize: 100,
  }, { generator: new TorchGenerator(1), initialization: "scaled" });
  const generator = new TorchGenerator(3);
  const rows = {
    contextLength: 3,
    X: Uint16Array.from(generator.randint(0, V, 3 * 5000)),
    Y: Uint16Array.from(generator.randint(0, V, 5000)),
  };
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  let pauses = 0;
  await core.train(wide, rows, {
    steps: 100,
    batchSize: 32,
    generator,
    stepsPerProgress: 100, // reports are rare, pauses are not
    onProgress: () => void (pauses = turns),
  });
  clearInterval(timer);
  // 100 steps are one report; timers ran several times within it
  assert(pauses >= 3, `timers ran ${pauses} times`);
});

Deno.test("train() of arrays equals train() of variables to the bit", async () => {
  const arrays = core.createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  await core.train(arrays, windows, settings());
  const variables = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  await train(variables, windows, settings());
  assertEquals(parameterArrays(variables), arrays);
  assertEquals(
    core.trainStep(arrays, windows, 0.1),
    trainStep(variables, windows, 0.1),
  );
  assertEquals(parameterArrays(variables), arrays);
  disposeParameters(variables);
});

Deno.test("train() ends with an error of its callback, and can go on", async () => {
  const parameters = core.createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  let trained: Float32Array | undefined;
  const onProgress = () => {
    trained = parameters.C.slice();
    throw new Error("no more");
  };
  await assertRejects(
    () => core.train(parameters, windows, { ...settings(), onProgress }),
    Error,
    "no more",
  );
  assertEquals(parameters.C, trained);
  await core.train(parameters, windows, settings());
});

Deno.test("train() ends with the signal's reason, though its parameters are disposed", async () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const controller = new AbortController();
  const reason = new Error("the page is closed");
  setTimeout(() => {
    controller.abort(reason);
    disposeParameters(parameters);
  }, 30);
  const error = await assertRejects(() =>
    train(parameters, windows, {
      ...settings({ steps: 1e9, stepsPerProgress: 1e9 }),
      signal: controller.signal,
    }), Error);
  assertEquals(error, reason);
});

Deno.test("trainSteps() of no steps draws nothing, and may report after the last", () => {
  const parameters = core.createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const generator = new TorchGenerator(2);
  const before = generator.getState();
  const none = settings({ steps: 0, generator });
  assertEquals([...core.trainSteps(parameters, windows, none)], []);
  assertEquals(generator.getState(), before);
  const few = settings({ steps: 3, stepsPerProgress: 100 });
  const steps = [...core.trainSteps(parameters, windows, few)];
  assertEquals(steps.map(({ step }) => step), [3]);
});

Deno.test("train() reports the steps up to an abort before it throws", async () => {
  const parameters = core.createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const generator = new TorchGenerator(2);
  const controller = new AbortController();
  let step = 0;
  const losses: number[] = [];
  setTimeout(() => controller.abort("enough"), 100);
  const reason = await core.train(parameters, windows, {
    steps: 1e9,
    stepsPerProgress: 1e9, // no report is due before the abort
    generator,
    signal: controller.signal,
    onProgress: (report) => {
      step = report.step;
      losses.push(...report.losses);
    },
  }).catch((error) => error);
  assertEquals(reason, "enough");
  assert(step > 0 && losses.length === step);

  // what was reported is where the parameters are
  const again = core.createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const same = { steps: step, generator: new TorchGenerator(2) };
  await core.train(again, windows, same);
  assertEquals(parameters, again);
});
