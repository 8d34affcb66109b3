import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  largeModel as large,
  SEED,
  shortHash,
  smallModel as small,
} from "../oracles.ts";
import {
  createParameters,
  disposeParameters,
  parameterArrays,
  parameterNames,
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

Deno.test("createParameters() refuses an initialization that it does not have", () => {
  const generator = new TorchGenerator(1);
  const before = generator.getState();
  assertThrows(
    () =>
      createParameters(small, { generator, initialization: "Randn" as never }),
    TypeError,
    'Cannot use the initialization "Randn": it must be one of "randn", ' +
      '"scaled", "small"',
  );
  assertEquals(generator.getState(), before);
});

Deno.test("createParameters() refuses sizes out of range", () => {
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
