/**
 * Where tfjs and the kernel meet: parameters go in, are worked on in
 * WebAssembly, and come out as the same tfjs variables.
 */

import type { TorchGenerator } from "../random/torch_generator.ts";
import { giveBackKernel, takeKernel } from "../kernel/held_kernels.ts";
import type {
  Kernel,
  KernelStepOptions,
  KernelTrainOptions,
} from "../kernel/kernel.ts";
import {
  assignParameters,
  type ModelParameters,
  parameterArrays,
  sizesOf,
} from "../model/variables.ts";
import type { Windows } from "../kernel/rows.ts";

/** A kernel that holds the parameters, and perhaps rows, until it is closed. */
export class Engine implements Disposable {
  /** The kernel, which holds a copy of the parameters. */
  readonly kernel: Kernel;
  readonly #parameters: ModelParameters;
  readonly #windows: Windows | undefined;

  /**
   * Copies the parameters and the rows into a kernel.
   *
   * @param parameters the model
   * @param windows the rows to work on, if any
   * @throws {RangeError} if the parameters make no model, the rows do not fit
   * it, there are none, or memory does not do
   */
  constructor(parameters: ModelParameters, windows?: Windows) {
    const sizes = sizesOf(parameters);
    if (windows) checkRows(windows, sizes.contextLength);
    this.#parameters = parameters;
    this.#windows = windows;
    this.kernel = takeKernel(sizes, windows);
    this.kernel.loadWeights(parameterArrays(parameters));
  }

  /**
   * Steps on all rows, one for each rate.
   *
   * @returns how many were done before a loss was not finite
   */
  stepsOnAll(
    rates: Float64Array,
    losses: Float64Array,
    options: KernelStepOptions,
  ): number {
    for (let step = 0; step < rates.length; step++) {
      losses[step] = this.kernel.stepAll(rates[step], options);
      if (!Number.isFinite(losses[step])) return step;
    }
    return rates.length;
  }

  /**
   * Steps on minibatches, one for each rate.
   *
   * @returns how many were done before a loss was not finite
   */
  stepsOnMinibatches(
    batchSize: number,
    generator: TorchGenerator,
    rates: Float64Array,
    losses: Float64Array,
    options: Pick<KernelTrainOptions, "weightDecay" | "candidates">,
  ): number {
    return generator.lendEngine((generator) =>
      this.kernel.train(rates, { batchSize, generator, losses, ...options })
    );
  }

  /** Gives the tfjs variables the numbers that the kernel has come to. */
  writeBack(): void {
    const { C, W1, b1, W2, b2, Wd } = this.#parameters;
    const arrays = {
      C: new Float32Array(C.size),
      W1: new Float32Array(W1.size),
      b1: new Float32Array(b1.size),
      W2: new Float32Array(W2.size),
      b2: new Float32Array(b2.size),
      ...(Wd ? { Wd: new Float32Array(Wd.size) } : {}),
    };
    this.kernel.storeWeights(arrays);
    assignParameters(this.#parameters, arrays);
  }

  /** Gives the kernel back, to be used again. */
  [Symbol.dispose](): void {
    giveBackKernel(this.kernel, this.#windows);
  }
}

function checkRows({ Y, contextLength }: Windows, wanted: number): void {
  if (Y.length === 0) {
    throw new RangeError("There are no rows: pass context windows of words");
  }
  if (contextLength !== wanted) {
    throw new RangeError(
      `The rows have a context length of ${contextLength}, the model has ` +
        `${wanted}: make them with that of the model`,
    );
  }
}
