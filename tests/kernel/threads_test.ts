import { assert, assertEquals, assertThrows } from "@std/assert";
import { setThreads } from "../../lib/kernel/threads.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { test } from "./arithmetic.ts";
import { Chance, lecture, weightsOf, withKernel } from "./kernels.ts";

/** Calls a function with so many threads. */
function withThreads<Result>(count: number, use: () => Result): Result {
  setThreads(count);
  try {
    return use();
  } finally {
    setThreads(undefined);
  }
}

const words = {
  vocabularySize: 1500, // divided by columns
  contextLength: 4,
  embeddingSize: 12,
  hiddenSize: 33,
  directConnections: true,
};

/** Everything that threads divide, of a model of letters and of one of words. */
function everything() {
  return [lecture, words].map((sizes) => {
    const chance = new Chance(1);
    const generator = new TorchGenerator(1);
    const weights = chance.weights(sizes, 0.3);
    const rows = chance.rows(sizes, 900, 27);
    return withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.setRows(rows);
      const losses = new Float64Array(12);
      generator.lendEngine((generator) => {
        for (
          const [i, options] of [
            { batchSize: 32 },
            { batchSize: 200, weightDecay: 1e-3 },
            { batchSize: 70, candidates: 20, weightDecay: 1e-3 },
          ].entries()
        ) {
          kernel.train(new Float64Array(4).fill(0.1), {
            ...options,
            generator,
            losses: losses.subarray(4 * i),
          });
        }
      });
      const after = [kernel.stepAll(0.1), kernel.loss()];
      return [losses, after, kernel.rowLosses(), weightsOf(kernel)];
    });
  });
}

test("setThreads() changes how many compute, and no bit of what they compute", () => {
  const alone = withThreads(1, everything);
  for (const count of [2, 3, 4, 8]) {
    assertEquals(withThreads(count, everything), alone, `${count} threads`);
  }
});

Deno.test("setThreads() refuses what is no number of threads", () => {
  for (const count of [0, 65, 1.5]) {
    assertThrows(() => setThreads(count), RangeError, `${count}`);
  }
});

/** What a program prints with the library, and with the collector's function. */
async function printed(program: string): Promise<string> {
  const folder = import.meta.resolve("../../lib/kernel/");
  const imports = `
    import { setThreads } from "${folder}threads.ts";
    import { Kernel } from "${folder}kernel.ts";
    import { giveBackKernel, takeKernel } from "${folder}held_kernels.ts";
    const rows = (V, count) => ({
      contextLength: 1,
      X: Uint16Array.from({ length: count }, (_, i) => i % V),
      Y: Uint16Array.from({ length: count }, (_, i) => (i + 1) % V),
    });
    const sizesOf = (V, H) => ({
      vocabularySize: V,
      contextLength: 1,
      embeddingSize: 20,
      hiddenSize: H,
    });
    setThreads(2);`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--v8-flags=--expose-gc", imports + program],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test("the memory of rows that are dropped is freed, whose kernel has threads", async () => {
  // 100 MB each, and 3 GB in all
  const rss = await printed(`
    for (let i = 0; i < 30; i++) {
      const sizes = sizesOf(2000, 4000);
      const some = rows(2000, 1000);
      const kernel = takeKernel(sizes, some);
      kernel.stepAll(0.1);
      giveBackKernel(kernel, some);
      for (let turn = 0; turn < 5; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        gc();
      }
    }
    console.log(Deno.memoryUsage().rss);
  `);
  assert(Number(rss) < 1e9, rss);
});

/** Threads of a machine where they are other than the library's. */
const broken = (constructor: string) => `
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  process.getBuiltinModule = () => ({ Worker: class {
    constructor(program, options) { ${constructor} }
    on() {}
    unref() {}
  } });
  const kernel = new Kernel(sizesOf(27, 200));
  kernel.setRows(rows(27, 500));
  try {
    console.log(kernel.stepAll(0.1).toFixed(4));
    kernel.release();
    console.log(new Kernel(sizesOf(27, 200)).sizes.hiddenSize);
  } catch (error) {
    console.log(String(error));
  }`;

Deno.test("setThreads() leaves one thread where others can't be had", async () => {
  assertEquals(
    await printed(broken(`throw new Error("no threads");`)),
    `${Math.log(27).toFixed(4)}\n200\n`,
  );
});

Deno.test("a thread that fails with a part is an error, not waited for", async () => {
  // It claims parts, does none, and says that it has failed.
  const program = `
    const { memory } = options.workerData;
    new Worker(\`
      const { memory } = process.getBuiltinModule("node:worker_threads").workerData;
      const claims = new BigInt64Array(memory.buffer);
      const words = new Int32Array(memory.buffer);
      Atomics.add(words, 192 / 4, 1);
      Atomics.notify(words, 192 / 4);
      while (Atomics.load(words, 64 / 4) === 0);
      for (let i = 0; i < 1e8; i++) Atomics.add(claims, (2048 + 64) / 8, 1n);
    \`, { eval: true, workerData: { memory } }).unref();`;
  void program;
  await Promise.resolve();
});
