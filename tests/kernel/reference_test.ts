import { assert, assertAlmostEquals } from "@std/assert";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { buildVocabulary } from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";
import { fiveNames, letters, SEED, training } from "../oracles.ts";
import { lossAndGradient } from "../merged_rows.ts";
import { Chance, short } from "./kernels.ts";
import * as reference from "../../lib/kernel/reference.ts";

const sizes = { V: 27, T: 3, E: 2, H: 100 };
const rows = contextWindows(fiveNames, buildVocabulary([letters]), 3);

function lectureWeights(): reference.Weights {
  const g = new TorchGenerator(SEED);
  return reference.toFloat64({
    C: g.randn(27 * 2),
    W1: g.randn(6 * 100),
    b1: g.randn(100),
    W2: g.randn(100 * 27),
    b2: g.randn(27),
  });
}

/** Holds the gradients of a small model against central differences. */
function checkGradients(direct: boolean, H = 4): void {
  const small = { V: 5, T: 2, E: 3, H, direct };
  const g = new TorchGenerator(8);
  const w = reference.zeros(small);
  for (const name of reference.namesOf(w)) {
    w[name]!.set(Array.from(g.randn(w[name]!.length)));
  }
  const batch = { X: g.randint(0, 5, 2 * 7), Y: g.randint(0, 5, 7) };
  const loss = () => reference.forward(small, w, batch).loss;
  const grad = reference.backward(
    small,
    w,
    batch,
    reference.forward(small, w, batch),
  );
  // At a distance of 1e-5 the difference's own errors are about 1e-10 (its
  // third derivative) and 1e-11 (rounding); the gradients are about 1e-1.
  const distance = 1e-5;
  for (const name of reference.namesOf(w)) {
    const weights = w[name]!;
    for (let i = 0; i < weights.length; i++) {
      const value = weights[i];
      weights[i] = value + distance;
      const above = loss();
      weights[i] = value - distance;
      const below = loss();
      weights[i] = value;
      const difference = (above - below) / (2 * distance);
      const error = Math.abs(grad[name]![i] - difference);
      const scale = Math.max(Math.abs(difference), 1e-3);
      assert(error / scale <= 1e-6, `${name}[${i}]: ${error / scale}`);
    }
  }
}

Deno.test("reference.backward() agrees with central differences", () => {
  checkGradients(false);
});

Deno.test("reference.backward() agrees with central differences, with direct connections too", () => {
  checkGradients(true);
});

Deno.test("reference.backward() agrees with central differences, with direct connections alone", () => {
  checkGradients(true, 0);
});

Deno.test("reference.backward() gives PyTorch's first gradients", () => {
  const w = lectureWeights();
  const activations = reference.forward(sizes, w, rows);
  const grad = reference.backward(sizes, w, rows, activations);
  const expected = training["five names, 2/100, first gradients"];
  for (const name of reference.names) {
    // PyTorch's are float32
    expected[name].first.forEach((value, i) =>
      assertAlmostEquals(grad[name][i], value, 1e-5)
    );
  }
});

Deno.test("reference.step() gives PyTorch's losses on five names", () => {
  const w = lectureWeights();
  const expected = training[
    "five names, 2/100, lr 0.1, losses before each of 1000 steps (every step to 120, then every 40th)"
  ];
  for (let step = 0; step < 100; step++) {
    const loss = reference.step(sizes, w, rows, 0.1);
    assertAlmostEquals(loss, expected[step], 1e-5);
  }
});

Deno.test("lossAndGradient() of merged rows is that of each row", () => {
  const chance = new Chance(5);
  const sizes = chance.sizes();
  const rows = chance.rows(sizes, 300, 2);
  const w = reference.toFloat64(chance.weights(sizes, 0.5));
  const all = reference.forward(short(sizes), w, rows);
  const wanted = reference.backward(short(sizes), w, rows, all);
  const { loss, gradient } = lossAndGradient(short(sizes), w, rows);
  assertAlmostEquals(loss, all.loss, 1e-12);
  for (const name of reference.names) {
    gradient[name].forEach((slope, i) =>
      assertAlmostEquals(slope, wanted[name][i], 1e-12)
    );
  }
});
