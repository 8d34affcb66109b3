import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { giveBackKernel, takeKernel } from "../../lib/kernel/held_kernels.ts";
import {
  createParameters,
  disposeParameters,
  evaluate,
  TorchGenerator,
  trainSteps,
  type Windows,
} from "../../mod.ts";

const sizes = {
  vocabularySize: 20,
  contextLength: 2,
  embeddingSize: 3,
  hiddenSize: 5,
};

/** Rows of random tokens. */
function rows(count: number, seed: number): Windows {
  const g = new TorchGenerator(seed);
  return {
    contextLength: 2,
    X: Uint16Array.from(g.randint(0, 20, 2 * count)),
    Y: Uint16Array.from(g.randint(0, 20, count)),
  };
}

Deno.test("takeKernel() gives a kept kernel for the same rows, and only for them", () => {
  const windows = rows(2000, 1);
  const kernel = takeKernel(sizes, windows);
  giveBackKernel(kernel, windows);
  const other = takeKernel(sizes, rows(2000, 1));
  assert(other !== kernel, "equal rows in other arrays");
  giveBackKernel(other);
  const wider = takeKernel({ ...sizes, hiddenSize: 6 }, windows);
  assert(wider !== kernel, "another model");
  giveBackKernel(wider);
  const direct = takeKernel({ ...sizes, directConnections: true }, windows);
  assert(direct !== kernel, "a model with direct connections");
  giveBackKernel(direct);
  assert(takeKernel(sizes, windows) === kernel);
  const again = takeKernel(sizes, windows);
  assert(again !== kernel, "a kernel in use is nobody else's");
  giveBackKernel(again);
  giveBackKernel(kernel);
});

Deno.test("takeKernel() notices every change of the rows", () => {
  const windows = rows(1001, 2);
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(3),
  });
  const before = evaluate(parameters, windows);
  assertEquals(evaluate(parameters, windows), before);
  for (
    const [ids, index] of [
      [windows.X, 0],
      [windows.X, 2001],
      [windows.Y, 500],
      [windows.Y, 1000],
    ] as const
  ) {
    const token = ids[index];
    ids[index] = (token + 1) % 20;
    const fresh = { ...windows, X: windows.X.slice(), Y: windows.Y.slice() };
    assertEquals(evaluate(parameters, windows), evaluate(parameters, fresh));
    assertNotEquals(evaluate(parameters, windows), before);
    ids[index] = token;
    assertEquals(evaluate(parameters, windows), before);
  }
  disposeParameters(parameters);
});

Deno.test("evaluate() is the same with a kept kernel, also one that trained", () => {
  const windows = rows(3000, 4);
  const copy = () => ({
    ...windows,
    X: windows.X.slice(),
    Y: windows.Y.slice(),
  });
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(5),
  });
  const generator = new TorchGenerator(6);
  for (let round = 0; round < 3; round++) {
    for (const _ of trainSteps(parameters, windows, { steps: 10, generator }));
    assertEquals(evaluate(parameters, windows), evaluate(parameters, copy()));
    const all = { steps: 1, batchSize: "all" } as const;
    for (const _ of trainSteps(parameters, windows, all));
    assertEquals(evaluate(parameters, windows), evaluate(parameters, copy()));
  }
  disposeParameters(parameters);
});
