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

Deno.test("the memory of a kernel that is dropped is freed, though it has threads", async () => {
  // 130 MB each, and 1.7 GB in all
  const rss = await printed(`
    for (let i = 0; i < 13; i++) {
      const kernel = new Kernel(sizesOf(2000, 4000));
      kernel.setRows(rows(2000, 8));
      kernel.stepAll(0.1);
      for (let turn = 0; turn < 5; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        gc();
      }
    }
    console.log(Deno.memoryUsage().rss);
  `);
  assert(Number(rss) < 1e9, rss);
});

/** A program where the threads are other than the library's. */
const withWorkers = (constructor: string, use: string) => `
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  process.getBuiltinModule = () => ({ Worker: class {
    constructor(_program, { workerData }) { ${constructor} }
    on() {}
    unref() {}
  } });
  const kernel = new Kernel(sizesOf(27, 200));
  kernel.setRows(rows(27, 500));
  ${use}`;

Deno.test("setThreads() leaves one thread where others can't be had", async () => {
  const program = withWorkers(
    `throw new Error("no threads");`,
    `console.log(kernel.stepAll(0.1).toFixed(4));`,
  );
  assertEquals(await printed(program), `${Math.log(27).toFixed(4)}\n`);
});

Deno.test("Kernel.stepAll() throws if a thread fails with a part, and other kernels go on", async () => {
  // a thread that claims a part, and then says that it has failed
  const thief = `
    const { memory } = process.getBuiltinModule("node:worker_threads").workerData;
    const claims = new BigInt64Array(memory.buffer, 2048 + 64, 1);
    const words = new Int32Array(memory.buffer);
    const isLeft = (claim) => (claim & 0xffffn) < (claim >> 16n & 0xffffn);
    Atomics.add(words, 192 / 4, 1);
    Atomics.notify(words, 192 / 4);
    while (!isLeft(Atomics.load(claims, 0)) || !isLeft(Atomics.add(claims, 0, 1n)));
    Atomics.add(words, 128 / 4, 2 ** 20);
    Atomics.notify(words, 128 / 4);`;
  const program = withWorkers(
    `new Worker(${JSON.stringify(thief)}, { eval: true, workerData }).unref();`,
    `try {
      for (let step = 0; step < 1e6; step++) kernel.stepAll(0.1);
    } catch (error) {
      console.log(String(error));
    }
    kernel.release();
    setThreads(1);
    const other = new Kernel(sizesOf(27, 200));
    other.setRows(rows(27, 500));
    console.log(other.loss().toFixed(4));`,
  );
  assertEquals(
    await printed(program),
    "Error: Cannot go on without a thread: it failed\n" +
      `${Math.log(27).toFixed(4)}\n`,
  );
});
