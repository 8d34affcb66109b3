import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Kernel,
  type KernelSizes,
  type KernelWeights,
  setThreads,
  threadsRunning,
} from "../../lib/kernel/kernel.ts";
import { Mt19937 } from "../../lib/random/mersenne_twister.ts";
import { inFolder, runScript } from "../files.ts";

const sizes: KernelSizes = {
  vocabularySize: 30,
  contextLength: 3,
  embeddingSize: 7,
  hiddenSize: 100,
};

/** Models whose halves are unlike, or hold embeddings instead of hidden units. */
const others: readonly KernelSizes[] = [
  { ...sizes, hiddenSize: 61 },
  { ...sizes, hiddenSize: 9 },
  { ...sizes, directConnections: true },
  // Eight panels, of which three are of hidden units: the second half has none.
  { ...sizes, hiddenSize: 20, embeddingSize: 9, directConnections: true },
  { ...sizes, vocabularySize: 700, contextLength: 1, hiddenSize: 40 },
];

/** Numbers for the tests, the same every time. */
function numbers(seed: number) {
  const engine = new Mt19937(seed);
  return {
    rows: (count: number, { vocabularySize: V, contextLength: T } = sizes) => {
      const tokens = (length: number) =>
        Uint16Array.from({ length }, () => engine.next() % V);
      return { X: tokens(count * T), Y: tokens(count) };
    },
    weights: (
      {
        vocabularySize: V,
        contextLength: T,
        embeddingSize: E,
        hiddenSize: H,
        directConnections,
      }: KernelSizes = sizes,
    ): KernelWeights => {
      const floats = (length: number) =>
        Float32Array.from({ length }, () => engine.next() / 2 ** 31 - 1);
      return {
        C: floats(V * E),
        W1: floats(T * E * H),
        b1: floats(H),
        W2: floats(H * V),
        b2: floats(V),
        ...(directConnections ? { Wd: floats(T * E * V) } : {}),
      };
    },
  };
}

/** A kernel with weights and rows from a seed. */
function kernelOf(seed: number, rows = 20_000, of = sizes): Kernel {
  const kernel = new Kernel(of);
  const chance = numbers(seed);
  kernel.loadWeights(chance.weights(of));
  kernel.setRows(chance.rows(rows, of));
  return kernel;
}

function weightsOf(kernel: Kernel): KernelWeights {
  const into = numbers(1).weights(kernel.sizes);
  kernel.storeWeights(into);
  return into;
}

/** Two threads, or as many as the machine has. */
async function twoThreads(): Promise<void> {
  setThreads(2);
  using kernel = kernelOf(1);
  kernel.loss(); // begins the second one
  if (navigator.hardwareConcurrency === 1) return;
  for (let i = 0; threadsRunning() !== 2; i++) {
    assert(i < 5000, "The second thread does not begin");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** All numbers in one text, of which those that are not finite have a name. */
function textOf(results: unknown): string {
  return JSON.stringify(results, (_, value) => {
    if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
    if (typeof value !== "number") return value;
    return Object.is(value, -0) || !isFinite(value) ? `${value} ` : value;
  });
}

/** Numbers that differ are shown where they begin to, not all of them. */
function assertSame(actual: unknown, wanted: unknown, where = ""): void {
  const [a, b] = [textOf(actual), textOf(wanted)];
  if (a === b) return;
  let at = 0;
  while (a[at] === b[at]) at++;
  const [found, expected] = [a, b].map((text) => text.slice(at - 40, at + 40));
  throw new Error(`${where} …${found}… is not …${expected}…`);
}

/** What comes of all kinds of work, with kernels that take turns. */
function workOf(seed: number): unknown {
  const results: unknown[] = [];
  const kernels = [
    kernelOf(seed, 3000),
    kernelOf(seed + 1, 100),
    ...others.map((sizes, i) => kernelOf(seed + 2 + i, 4000 * (i + 1), sizes)),
  ];
  const generator = new Mt19937(seed);
  for (let turn = 0; turn < 3; turn++) {
    for (const kernel of kernels) {
      // One tile, and several.
      for (const [batchSize, steps] of [[32, 40], [197, 7], [4096, 2]]) {
        const losses = new Float64Array(steps);
        kernel.train(new Float64Array(steps).fill(0.05), {
          batchSize,
          generator,
          losses,
          weightDecay: turn % 2 === 0 ? 0 : 0.01,
        });
        results.push([...losses]);
      }
      results.push(kernel.loss(), kernel.stepAll(0.1), weightsOf(kernel));
      results.push(kernel.stepAll(0.1, { weightDecay: 0.01 }));
    }
    // New rows for one, a new kernel in place of another.
    kernels[0].setRows(numbers(seed + turn).rows(5000));
    kernels[1].release();
    kernels[1] = kernelOf(seed - turn);
  }
  for (const kernel of kernels) kernel.release();
  return [results, generator.words, generator.position];
}

Deno.test("setThreads() changes no bit of any result", async () => {
  try {
    setThreads(1);
    const wanted = workOf(10);
    assertEquals(threadsRunning(), 1);
    await twoThreads();
    assertSame(workOf(10), wanted);
    assertEquals(
      threadsRunning(),
      Math.min(2, navigator.hardwareConcurrency),
    );
  } finally {
    setThreads(undefined);
  }
});

Deno.test("setThreads() may come in the middle of a run", async () => {
  const run = async (threads: () => Promise<void>) => {
    using kernel = kernelOf(20);
    const generator = new Mt19937(21);
    const losses: number[] = [];
    for (let step = 0; step < 6; step++) {
      if (step % 2 === 0) await threads();
      else setThreads(1);
      losses.push(kernel.stepAll(0.2));
      const piece = new Float64Array(3);
      const rates = new Float64Array(3).fill(0.2);
      kernel.train(rates, { batchSize: 600, generator, losses: piece });
      losses.push(...piece);
    }
    return [losses, weightsOf(kernel), generator.position];
  };
  try {
    const wanted = await run(() => Promise.resolve(setThreads(1)));
    assertSame(await run(twoThreads), wanted);
  } finally {
    setThreads(undefined);
  }
});

Deno.test("setThreads() leaves losses that are not finite what they are", async () => {
  const results = () => {
    const found: unknown[] = [];
    for (const bad of [NaN, Infinity]) {
      // In a row of the first tile alone, of the last alone, and of many.
      for (const token of [0, 1, 29]) {
        using kernel = kernelOf(30);
        const chance = numbers(31);
        const weights = chance.weights();
        weights.C[token * 7] = bad;
        kernel.loadWeights(weights);
        const { X, Y } = chance.rows(20_000);
        for (let i = 0; i < X.length; i++) {
          if (X[i] < 2) X[i] = 2;
          if (token < 2 && i % 60_000 === 59_000 * token) X[i] = token;
        }
        kernel.setRows({ X, Y });
        const losses = new Float64Array(4);
        const generator = new Mt19937(32);
        const rates = new Float64Array(4).fill(0.1);
        found.push(
          kernel.loss(),
          kernel.stepAll(0.1),
          kernel.train(rates, { batchSize: 3000, generator, losses }),
          [...losses],
          weightsOf(kernel),
        );
        kernel.loadWeights(numbers(33).weights());
        found.push(kernel.stepAll(1e38), kernel.stepAll(1e38));
        found.push(weightsOf(kernel), kernel.loss());
      }
    }
    return found;
  };
  try {
    setThreads(1);
    const wanted = results();
    await twoThreads();
    assertSame(results(), wanted);
  } finally {
    setThreads(undefined);
  }
});

Deno.test("setThreads() takes 1, 2 and undefined", () => {
  assertThrows(
    () => setThreads(3 as 2),
    RangeError,
    "Cannot use 3 threads: take 1 or 2",
  );
});

/** A program that works on large batches, changed by what runs before. */
function program(before: string, after: string): string {
  return `
${before}
const { Kernel, setThreads, threadsRunning } = await import(
  "LIB/kernel/kernel.ts"
);
const sizes = ${JSON.stringify(sizes)};
const kernel = new Kernel(sizes);
const floats = (n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
kernel.loadWeights({
  C: floats(210), W1: floats(21 * 100), b1: floats(100),
  W2: floats(100 * 30), b2: floats(30),
});
const tokens = (n) => Uint16Array.from({ length: n }, (_, i) => i * i % 907 % 30);
kernel.setRows({ X: tokens(60_000).map((t, i) => (t + i) % 30), Y: tokens(20_000) });
setThreads(1);
const wanted = kernel.loss();
setThreads(2);
const same = () => kernel.loss() === wanted;
console.log(same());
const two = async () => {
  for (let i = 0; threadsRunning() !== 2; i++) {
    if (i === 5000) throw new Error("The second thread does not begin");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
${after}
`;
}

/** Runs a program without any permission; it has to end by itself. */
async function outputOf(source: string): Promise<string> {
  let output = "";
  await inFolder((folder) => {
    const flags = ["--no-prompt", "--no-check"];
    const { success, stdout, stderr } = runScript(source, flags, { folder });
    assert(success, stderr);
    assertEquals(stderr, "");
    output = stdout;
  });
  return output;
}

Deno.test("setThreads() needs no permission, and lets the program end", async () => {
  if (navigator.hardwareConcurrency === 1) return;
  const output = await outputOf(program(
    "",
    `await two();
     for (let i = 0; i < 20; i++) kernel.stepAll(0.1);
     console.log(threadsRunning());`,
  ));
  assertEquals(output, "true\n2");
});

Deno.test("setThreads() does with one thread where there can be no second", async () => {
  for (
    const without of [
      "delete globalThis.SharedArrayBuffer;",
      "delete globalThis.process;",
      "Atomics.wait = () => { throw new TypeError('Not here'); };",
      "process.getBuiltinModule = () => undefined;",
      "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });",
    ]
  ) {
    const output = await outputOf(program(
      without,
      `await new Promise((r) => setTimeout(r, 300));
       console.log(same(), threadsRunning());`,
    ));
    assertEquals(output, "true\ntrue 1", without);
  }
});

Deno.test("setThreads() does without a second thread that fails or is silent", async () => {
  for (
    const answer of [
      "", // never answers
      "Atomics.store(this.signal, 0, 2); Atomics.notify(this.signal, 32);",
      "throw new Error('DataCloneError');",
    ]
  ) {
    const output = await outputOf(program(
      `class Worker {
         constructor(_source, { workerData }) {
           this.signal = new Int32Array(workerData.signals);
           this.signal[0] = 1;
         }
         on() {}
         unref() {}
         terminate() {}
         postMessage() { ${answer} }
       }
       process.getBuiltinModule = () => ({ isMainThread: true, Worker });`,
      "console.log(same(), threadsRunning());",
    ));
    assertEquals(output, "true\ntrue 1", answer);
  }
});

Deno.test("setThreads() does steps again if the second thread fails on the way", async () => {
  if (navigator.hardwareConcurrency === 1) return;
  // The real second thread, but for a fault in one of its steps.
  const faults = [
    ["kernel.gatherSlots();", "logits sent, no gradient"],
    ["kernel.finishStep();", "all of a step sent, but no further one"],
    ["kernel.workOn(2);", "nothing but its end missing"],
  ];
  for (const [line, where] of faults) {
    const output = await outputOf(program(
      `const { Worker: Real } = process.getBuiltinModule("node:worker_threads");
       class Worker extends Real {
         constructor(source, options) {
           const fault = "if (backward && step >= 3) throw new Error('Fault');";
           const faulty = source.replace(${
        JSON.stringify(line)
      }, (it) => fault + it);
           if (faulty === source) console.log("no such line");
           super(faulty, options);
         }
       }
       process.getBuiltinModule = () => ({ isMainThread: true, Worker });`,
      `const start = ["C", "W1", "b1", "W2", "b2"].map((name, i) =>
         [name, floats([210, 2100, 100, 3000, 30][i])]);
       const run = () => {
         kernel.loadWeights(Object.fromEntries(start));
         const words = Uint32Array.from({ length: 624 }, (_, i) => i + 1);
         const generator = { words, position: 624 };
         const losses = new Float64Array(60);
         const rates = new Float64Array(60).fill(0.1);
         kernel.train(rates, { batchSize: 50, generator, losses, weightDecay: 0.01 });
         const weights = Object.fromEntries(start.map(([name, { length }]) =>
           [name, new Float32Array(length)]));
         kernel.storeWeights(weights);
         return JSON.stringify([weights, [...losses], generator]);
       };
       setThreads(1);
       const alone = run();
       setThreads(2);
       kernel.loss();
       await two();
       console.log(threadsRunning(), run() === alone);
       const again = run() === alone;
       console.log(threadsRunning(), again);
       setThreads(2); // asked for again, another one is begun
       kernel.loss();
       await two();
       console.log(threadsRunning(), run() === alone);`,
    ));
    assertEquals(output, "true\n2 true\n1 true\n2 true", where);
  }
});
