import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Arithmetic,
  arithmetic,
  setArithmetic,
} from "../../lib/kernel/instances.ts";
import * as reference from "../../lib/kernel/reference.ts";
import {
  classes,
  everything,
  hashOf,
  sizes,
  withArithmetic,
} from "./arithmetic.ts";
import { Chance, short, weightsOf, withKernel } from "./kernels.ts";

/** The bits of each class: other ones are an error, or a change to announce. */
const BITS: Record<Arithmetic, string> = {
  fused: "ae07f23f5717",
  separate: "033c2711537c",
};

for (const wanted of classes) {
  Deno.test(`arithmetic() is ${wanted} where it is chosen, and has its own bits`, async () => {
    const results = withArithmetic(wanted, () => {
      assertEquals(arithmetic(), wanted);
      return everything();
    });
    assertEquals(await hashOf(results), BITS[wanted]);
  });
}

Deno.test("setArithmetic() changes no draw, and no kernel that there is", () => {
  const [first, second] = (["fused", "separate"] as const).map((wanted) =>
    withArithmetic(wanted, everything).drawn
  );
  assertEquals(first, second);
  withKernel(sizes, (kernel) => {
    const before = kernel.arithmetic;
    withArithmetic("separate", () => {
      assertEquals(kernel.arithmetic, before);
      withKernel(sizes, (other) => assertEquals(other.arithmetic, "separate"));
    });
  });
});

Deno.test("setArithmetic() refuses what is no arithmetic", () => {
  assertThrows(
    () => setArithmetic("exact" as Arithmetic),
    TypeError,
    'Cannot use the arithmetic "exact": it must be "fused" or "separate"',
  );
});

Deno.test("fused arithmetic is closer to float64 than separate arithmetic", () => {
  // The root of the mean square error of gradients, as parts of the largest.
  const errorOf = (wanted: Arithmetic) =>
    withArithmetic(wanted, () => {
      const chance = new Chance(2);
      let sum = 0;
      let count = 0;
      for (let trial = 0; trial < 30; trial++) {
        const sizes = chance.sizes(trial % 2 === 1);
        const weights = chance.weights(sizes, 0.3);
        const rows = chance.rows(sizes, 100);
        const judge = reference.toFloat64(weights);
        const forward = reference.forward(short(sizes), judge, rows);
        const gradient = reference.backward(
          short(sizes),
          judge,
          rows,
          forward,
        );
        withKernel(sizes, (kernel) => {
          kernel.loadWeights(weights);
          kernel.setRows(rows);
          kernel.stepAll(2 ** 20); // so that the update drowns the weights
          const after = weightsOf(kernel);
          for (const name of reference.namesOf(gradient)) {
            const wanted = gradient[name]!;
            const most = wanted.reduce((m, g) => Math.max(m, Math.abs(g)), 0);
            after[name]!.forEach((weight, i) => {
              const applied = (weights[name]![i] - weight) / 2 ** 20;
              sum += ((applied - wanted[i]) / most) ** 2;
              count++;
            });
          }
        });
      }
      return Math.sqrt(sum / count);
    });
  const errors = classes.map(errorOf);
  assert(errors[0] <= errors[errors.length - 1], `${errors}`);
});

Deno.test({
  name: "the fused build has the bits of the separate one without an FMA unit",
  ignore: Deno.build.arch !== "x86_64", // V8's flag is for its processors
  async fn() {
    const program = `
      import { arithmetic } from "${
      import.meta.resolve("../../lib/kernel/instances.ts")
    }";
      import { everything, hashOf } from "${
      import.meta.resolve("./arithmetic.ts")
    }";
      console.log(arithmetic(), await hashOf(everything()));
    `;
    const options = ["--quiet", "--v8-flags=--no-enable-fma3", program];
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", ...options],
      cwd: new URL("../../", import.meta.url),
    }).output();
    const printed = new TextDecoder().decode(stdout);
    assertEquals(printed, `separate ${BITS.separate}\n`);
  },
});
