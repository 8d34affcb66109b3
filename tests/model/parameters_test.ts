import { assert, assertEquals, assertThrows } from "@std/assert";
import { largeModel as large, smallModel as small } from "../oracles.ts";
import {
  countParameters,
  createParameters,
  disposeParameters,
  parameterArrays,
  parametersFrom,
  sizesOf,
  TorchGenerator,
} from "../../mod.ts";

Deno.test("countParameters() counts the lecture's two models", () => {
  assertEquals(countParameters(small), 3481);
  assertEquals(countParameters(large), 11_897);
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  assertEquals(countParameters(parameters), 3481);
  disposeParameters(parameters);
});

Deno.test("countParameters() agrees with the paper's formula", () => {
  // Bengio et al. 2003, section 2, with n - 1 words of context:
  // |V|(1 + nm + h) + h(1 + (n - 1)m); without direct connections the nm is m.
  // These are the sizes of its model of AP News, and of two of the Brown corpus.
  const models = [[17_964, 100, 60, 6], [16_383, 60, 50, 5], [
    16_383,
    30,
    100,
    5,
  ]];
  for (const [V, m, h, n] of models) {
    const sizes = {
      vocabularySize: V,
      contextLength: n - 1,
      embeddingSize: m,
      hiddenSize: h,
    };
    const hidden = h * (1 + (n - 1) * m);
    assertEquals(countParameters(sizes), V * (1 + m + h) + hidden);
    assertEquals(
      countParameters({ ...sizes, directConnections: true }),
      V * (1 + n * m + h) + hidden,
    );
  }
});

Deno.test("parametersFrom() undoes parameterArrays()", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  const arrays = parameterArrays(parameters);
  const copy = parametersFrom(arrays);
  assertEquals(parameterArrays(copy), arrays);
  arrays.C[0] = 99;
  assert(copy.C.dataSync()[0] !== 99, "the numbers are copied");
  disposeParameters(parameters);
  disposeParameters(copy);
  assertThrows(
    () => parametersFrom({ ...arrays, b1: arrays.b2 }),
    RangeError,
    "Cannot make a model of C [54], W1 [600], b1 [27]",
  );
});

Deno.test("sizesOf() refuses parameters that do not fit together", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  const other = createParameters(large, { generator: new TorchGenerator(1) });
  assertThrows(
    () => sizesOf({ ...parameters, W2: other.W2 }),
    RangeError,
    "W2 [200,27]",
  );
  assertThrows(
    () => sizesOf({ ...other, W1: parameters.W1 }),
    RangeError,
    "Cannot make a model of C [27,10], W1 [6,100]",
  );
  disposeParameters(parameters);
  disposeParameters(other);
});
