/** What the tests of the kernel have in common: random models, and the judge. */

import { Kernel } from "../../lib/kernel/kernel.ts";
import {
  elementsOf,
  type ModelSizes,
  type ParameterArrays,
  parameterNames,
  parameterShapes,
  perParameter,
} from "../../lib/kernel/parameters.ts";
import type { Windows } from "../../lib/kernel/rows.ts";
import { Mt19937 } from "../../lib/random/mersenne_twister.ts";
import type * as reference from "../../lib/kernel/reference.ts";

/** The lecture's model. */
export const lecture: ModelSizes = {
  vocabularySize: 27,
  contextLength: 3,
  embeddingSize: 10,
  hiddenSize: 200,
};

/** Numbers for the tests, the same every time. */
export class Chance {
  #engine: Mt19937;
  constructor(seed: number) {
    this.#engine = new Mt19937(seed);
  }
  /** A whole number, both bounds included. */
  whole(least: number, most: number): number {
    return least + this.#engine.next() % (most - least + 1);
  }
  /** From −scale to scale. */
  floats(length: number, scale: number): Float32Array {
    return new Float32Array(length)
      .map(() => (this.#engine.next() / 2 ** 31 - 1) * scale);
  }
  sizes(directConnections = false): ModelSizes {
    return {
      vocabularySize: this.whole(2, 300),
      contextLength: this.whole(1, 6),
      embeddingSize: this.whole(1, 70),
      hiddenSize: this.whole(1, 70),
      ...(directConnections ? { directConnections } : {}),
    };
  }
  weights(sizes: ModelSizes, scale: number): ParameterArrays {
    const shapes = parameterShapes(sizes);
    return perParameter(
      parameterNames(shapes),
      (name) => this.floats(elementsOf(shapes[name]!), scale),
    );
  }
  /** Rows of the first `tokens` tokens, so that with few many are equal. */
  rows(
    { vocabularySize, contextLength }: ModelSizes,
    count: number,
    tokens = vocabularySize,
  ): Windows {
    const draw = (length: number) =>
      new Uint16Array(length).map(() => this.whole(0, tokens - 1));
    return { contextLength, X: draw(count * contextLength), Y: draw(count) };
  }
}

/** Runs `use` with a kernel, and takes it back. */
export function withKernel<Result>(
  sizes: ModelSizes,
  use: (kernel: Kernel) => Result,
): Result {
  using kernel = new Kernel(sizes);
  return use(kernel);
}

/** The sizes as the judge has them. */
export function short(sizes: ModelSizes): reference.Sizes {
  return {
    V: sizes.vocabularySize,
    T: sizes.contextLength,
    E: sizes.embeddingSize,
    H: sizes.hiddenSize,
    direct: sizes.directConnections,
  };
}

/** A copy of some weights. */
export function copyOf(weights: ParameterArrays): ParameterArrays {
  return perParameter(
    parameterNames(weights),
    (name) => weights[name]!.slice(),
  );
}

/** The weights that a kernel has come to. */
export function weightsOf(kernel: Kernel): ParameterArrays {
  const shapes = parameterShapes(kernel.sizes);
  const into = perParameter(
    parameterNames(shapes),
    (name) => new Float32Array(elementsOf(shapes[name]!)),
  );
  kernel.storeWeights(into);
  return into;
}
