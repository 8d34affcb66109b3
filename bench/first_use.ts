/**
 * What the first use of the package costs: each in programs of its own, since
 * only a program's first import and first kernel are slow.
 */

import { median } from "./measure.ts";

/** Medians, in milliseconds. */
export interface FirstUse {
  /** Importing mod.ts, tfjs with it. */
  readonly library: number;
  /** Importing tfjs alone. */
  readonly tfjs: number;
  /** Importing lib/kernel/kernel.ts alone. */
  readonly kernelImport: number;
  /** Compiling and instantiating the first kernel. */
  readonly firstKernel: number;
  /** Instantiating another one beside it. */
  readonly secondKernel: number;
}

const PROGRAMS = 5;

/** Measures all of it. */
export async function measureFirstUse(): Promise<FirstUse> {
  const library: number[] = [];
  const tfjs: number[] = [];
  const kernels: [number, number, number][] = [];
  // The first round fills Deno's caches and does not count.
  for (let round = 0; round <= PROGRAMS; round++) {
    library.push((await times("library"))[0]);
    tfjs.push((await times("tfjs"))[0]);
    kernels.push(await times("kernel") as [number, number, number]);
  }
  const [kernelImport, firstKernel, secondKernel] = [0, 1, 2].map((i) =>
    median(kernels.slice(1).map((kernel) => kernel[i]))
  );
  return {
    library: median(library.slice(1)),
    tfjs: median(tfjs.slice(1)),
    kernelImport,
    firstKernel,
    secondKernel,
  };
}

/** The times, one after the other, that this file as a program prints. */
async function times(what: keyof typeof programs): Promise<number[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-env", "--allow-read"]
      .concat(import.meta.url, what),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(success ? stdout : stderr);
  if (!success) throw new Error(`Cannot measure the first use: ${text}`);
  return JSON.parse(text);
}

/** How long something takes, in milliseconds. */
async function timeOf(use: () => unknown): Promise<number> {
  const start = performance.now();
  await use();
  return performance.now() - start;
}

const programs = {
  library: async () => [await timeOf(() => import("../mod.ts"))],
  tfjs: async () => [await timeOf(() => import("@tensorflow/tfjs"))],
  kernel: async () => {
    const load = () => import("../lib/kernel/kernel.ts");
    const importing = await timeOf(load);
    const { Kernel } = await load();
    const sizes = {
      vocabularySize: 27,
      contextLength: 3,
      embeddingSize: 10,
      hiddenSize: 200,
    };
    // Both are held, so that the second cannot take the first one's memory.
    const held: InstanceType<typeof Kernel>[] = [];
    const make = () => timeOf(() => held.push(new Kernel(sizes)));
    return [importing, await make(), await make()];
  },
};

if (import.meta.main) {
  const what = Deno.args[0] as keyof typeof programs;
  console.log(JSON.stringify(await programs[what]()));
}
