import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { assignParameters } from "../../lib/model/variables.ts";
import {
  largeModel as large,
  SEED,
  shortHash,
  smallModel as small,
} from "../oracles.ts";
import {
  countParameters,
  createParameters,
  disposeParameters,
  parameterArrays,
  parameterNames,
  parametersFrom,
  sizesOf,
  TorchGenerator,
} from "../../mod.ts";

async function hashes(
  initialization: "randn" | "scaled" | "small",
): Promise<string[]> {
  const parameters = createParameters(large, {
    generator: new TorchGenerator(SEED),
    initialization,
  });
  const arrays = parameterArrays(parameters);
  disposeParameters(parameters);
  return await Promise.all(
    parameterNames(arrays).map((name) => shortHash(arrays[name]!)),
  );
}

Deno.test("createParameters() makes PyTorch's five tensors to the bit", async () => {
  assertEquals(await hashes("randn"), [
    "d471f11a3e07",
    "46db9ac4b75a",
    "c2e3f46e1b27",
    "cac484ef8ae9",
    "7b747742a45c",
  ]);
});

Deno.test("createParameters() scales them as the lecture's successor does", async () => {
  // torch: C; W1 * (5/3) / 30**0.5; b1 * 0.01; W2 * 0.01; b2 * 0
  assertEquals(await hashes("scaled"), [
    "d471f11a3e07",
    "e54752273ccf",
    "4d7206550ce8",
    "e97316a961a0",
    "2968e22e7177",
  ]);
});

Deno.test("createParameters() makes small embeddings, and the rest as scaled", async () => {
  const [C, ...others] = await hashes("small");
  assertEquals(C, "cba27df57d81"); // torch: C * 0.1
  assertEquals(others, (await hashes("scaled")).slice(1));
});

Deno.test("createParameters() leaves the generator where PyTorch's would be", () => {
  const g = new TorchGenerator(SEED);
  disposeParameters(createParameters(large, { generator: g }));
  // the first torch.randint(0, 182625, (32,)) after the five randn
  assertEquals([...g.randint(0, 182625, 3)], [1680, 115963, 46562]);
});

Deno.test("createParameters() makes float32 variables of the lecture's shapes", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  const names = parameterNames(parameters);
  const shapes = names.map((name) => parameters[name]!.shape);
  assertEquals(shapes, [[27, 2], [6, 100], [100], [100, 27], [27]]);
  assert(
    names.every((name) =>
      parameters[name] instanceof tf.Variable &&
      parameters[name].dtype === "float32"
    ),
  );
  assertEquals(sizesOf(parameters), small);
  disposeParameters(parameters);
});

Deno.test("createParameters() draws Wd after b2", () => {
  const sizes = { ...small, directConnections: true };
  const g = new TorchGenerator(SEED);
  const parameters = createParameters(sizes, { generator: g });
  const direct = parameterArrays(parameters);
  const plain = new TorchGenerator(SEED);
  const others = createParameters(small, { generator: plain });
  const wanted = plain.randn(6 * 27);
  assertEquals(direct, { ...parameterArrays(others), Wd: wanted });
  assertEquals(parameters.Wd?.shape, [6, 27]);
  assertEquals(sizesOf(parameters), sizes);
  assertEquals(sizesOf(others), small);
  assertEquals(g.getState(), plain.getState());

  const scaled = createParameters(sizes, {
    generator: new TorchGenerator(SEED),
    initialization: "scaled",
  });
  const small32 = Math.fround(0.01);
  assertEquals(scaled.Wd?.dataSync(), wanted.map((x) => x * small32));
  for (const one of [parameters, others, scaled]) disposeParameters(one);
});

Deno.test("parametersFrom() takes Wd where there is one", () => {
  const sizes = { ...small, directConnections: true };
  const before = tf.memory().numTensors;
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  assertEquals(tf.memory().numTensors, before + 6);
  const arrays = parameterArrays(parameters);
  const copy = parametersFrom(arrays);
  assertEquals(parameterArrays(copy), arrays);
  assignParameters(copy, { ...arrays, Wd: new Float32Array(162) });
  assertEquals(copy.Wd?.dataSync(), new Float32Array(162));
  disposeParameters(parameters);
  disposeParameters(copy);
  assertEquals(tf.memory().numTensors, before);
  const { Wd: _, ...five } = arrays;
  const without = parametersFrom(five);
  assertEquals(sizesOf(without), small);
  disposeParameters(without);
});

Deno.test("createParameters() leaves five tensors, disposeParameters() none", () => {
  const before = tf.memory().numTensors;
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  assertEquals(tf.memory().numTensors, before + 5);
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("createParameters() refuses sizes that are none", () => {
  const g = new TorchGenerator(1);
  const refused: [Partial<typeof small>, string][] = [
    [{ hiddenSize: 0 }, "Cannot use hiddenSize 0"],
    [{ embeddingSize: -2 }, "Cannot use embeddingSize -2"],
    [{ contextLength: 1.5 }, "Cannot use contextLength 1.5"],
    [{ vocabularySize: NaN }, "Cannot use vocabularySize NaN"],
    [{ vocabularySize: 65_536 }, "from 1 to 65535"],
  ];
  const before = tf.memory().numTensors;
  for (const [sizes, message] of refused) {
    assertThrows(
      () => createParameters({ ...small, ...sizes }, { generator: g }),
      RangeError,
      message,
    );
  }
  assertEquals(tf.memory().numTensors, before);
});

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

Deno.test("assignParameters() gives new numbers without leaving tensors", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  const other = createParameters(small, { generator: new TorchGenerator(2) });
  const before = tf.memory().numTensors;
  assignParameters(parameters, parameterArrays(other));
  assertEquals(tf.memory().numTensors, before);
  assertEquals(parameterArrays(parameters), parameterArrays(other));
  disposeParameters(parameters);
  disposeParameters(other);
});

Deno.test("sizesOf() refuses parameters that do not go together", () => {
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
