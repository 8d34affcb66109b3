/**
 * Names, one after the other and token by token, as the lecture draws them,
 * for the peers that have no drawing of their own with the same numbers.
 */

import { TorchGenerator } from "../../mod.ts";
import type { Problem } from "../problem.ts";

/**
 * A function that makes names.
 *
 * @param problem the tokens, and the seed
 * @param probabilitiesAfter the probability of each token after a context
 */
export function nameMaker(
  { tokens, sizes, seed }: Problem,
  probabilitiesAfter: (context: Int32Array<ArrayBuffer>) => Float32Array,
): (count: number) => string[] {
  const generator = new TorchGenerator(seed);
  return (count) =>
    Array.from({ length: count }, () => {
      let name = "";
      const context = new Int32Array(sizes.contextLength);
      while (true) {
        const [token] = generator.multinomial(probabilitiesAfter(context), 1);
        if (token === 0) return name;
        name += tokens[token];
        context.copyWithin(0, 1);
        context[context.length - 1] = token;
      }
    });
}
