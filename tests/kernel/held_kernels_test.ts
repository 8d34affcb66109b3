import { assert, assertEquals } from "@std/assert";
import { giveBackKernel, takeKernel } from "../../lib/kernel/held_kernels.ts";
import { Chance } from "./kernels.ts";
import {
  createParameters,
  disposeParameters,
  evaluate,
  TorchGenerator,
  trainSteps,
} from "../../mod.ts";

const sizes = {
  vocabularySize: 20,
  contextLength: 2,
  embeddingSize: 3,
  hiddenSize: 5,
};

/** Rows of random tokens. */
const rows = (count: number, seed: number) =>
  new Chance(seed).rows(sizes, count);

Deno.test("takeKernel() finds the kernel of the same rows again, and only of them", () => {
  const windows = rows(2000, 1);
  const kernel = takeKernel(sizes, windows);
  giveBackKernel(kernel, windows);
  const other = takeKernel(sizes, { ...windows });
  assert(other !== kernel, "equal rows in another object");
  giveBackKernel(other);
  assert(takeKernel(sizes, windows) === kernel);
  giveBackKernel(kernel, windows);
  const empty = takeKernel(sizes);
  assert(empty !== kernel, "no rows");
  giveBackKernel(empty);
  const stream = {
    contextLength: 2,
    ids: windows.X,
    Y: windows.X.subarray(2),
  };
  const streaming = takeKernel(sizes, stream);
  giveBackKernel(streaming, stream);
  assert(takeKernel(sizes, stream) === streaming, "a stream of tokens");
  giveBackKernel(streaming);

  const few = rows(999, 2);
  const small = takeKernel(sizes, few);
  giveBackKernel(small, few);
  const again = takeKernel(sizes, few);
  assert(again !== small, "a few rows are taken in as fast");
  giveBackKernel(again);
});

Deno.test("takeKernel() gives a kernel in use to no one else", () => {
  const windows = rows(2000, 3);
  const kernel = takeKernel(sizes, windows);
  const meanwhile = takeKernel(sizes, windows);
  assert(meanwhile !== kernel);
  assertEquals(meanwhile.loss(), kernel.loss());
  giveBackKernel(meanwhile, windows);
  giveBackKernel(kernel, windows);
  assert(takeKernel(sizes, windows) === kernel, "the last one is kept");
  giveBackKernel(kernel);
});

Deno.test("takeKernel() keeps one kernel for the same rows, that of the last model", () => {
  const windows = rows(2000, 4);
  const models = [
    sizes,
    { ...sizes, hiddenSize: 6 },
    { ...sizes, directConnections: true },
  ];
  for (const model of models) {
    const kernel = takeKernel(model, windows);
    assertEquals(kernel.sizes, model);
    giveBackKernel(kernel, windows);
    assert(takeKernel(model, windows) === kernel);
    giveBackKernel(kernel, windows);
  }
});

Deno.test("evaluate() is the same with a kernel found again, also while one trains", () => {
  const windows = rows(3000, 5);
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(5),
  });
  const check = () =>
    assertEquals(
      evaluate(parameters, windows),
      evaluate(parameters, { ...windows }),
    );
  const generator = new TorchGenerator(6);
  for (let round = 0; round < 3; round++) {
    const minibatches = { steps: 10, stepsPerProgress: 3, generator };
    for (const _ of trainSteps(parameters, windows, minibatches)) check();
    check();
    const all = { steps: 1, batchSize: "all" } as const;
    for (const _ of trainSteps(parameters, windows, all)) check();
    check();
  }
  disposeParameters(parameters);
});

Deno.test("giveBackKernel() keeps no rows and no kernel alive", async () => {
  // The collector can be called only in a program of its own.
  const program = `
    import { giveBackKernel, takeKernel } from "${
    import.meta.resolve("../../lib/kernel/held_kernels.ts")
  }";
    const sizes = ${JSON.stringify(sizes)};
    const held = [];
    for (let i = 0; i < 20; i++) {
      const rows = {
        contextLength: 2,
        X: new Uint16Array(200_000),
        Y: new Uint16Array(100_000),
      };
      const kernel = takeKernel(sizes, rows);
      kernel.loss();
      giveBackKernel(kernel, rows);
      held.push(new WeakRef(rows), new WeakRef(kernel));
    }
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      gc();
    }
    console.log(held.filter((reference) => reference.deref()).length);
  `;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--v8-flags=--expose-gc", program],
    cwd: new URL("../../", import.meta.url),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  // what the last turn of the loop used may still be on the stack
  assert(Number(new TextDecoder().decode(stdout)) <= 2);
});
