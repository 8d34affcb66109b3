import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { pretrainedSafetensors } from "../../data/pretrained_safetensors.ts";
import { trainModel } from "../../tools/build_pretrained.ts";
import { canonicalTest } from "../canonical.ts";
import { letters, shortHash } from "../oracles.ts";
import {
  disposeParameters,
  pretrainedModel,
  sample,
  sizesOf,
  TorchGenerator,
} from "../../mod.ts";

Deno.test("pretrainedModel() is the lecture's last model, and makes words", () => {
  const { parameters, vocabulary } = pretrainedModel();
  assertEquals(sizesOf(parameters), {
    vocabularySize: 27,
    contextLength: 3,
    embeddingSize: 10,
    hiddenSize: 200,
  });
  assertEquals(vocabulary.tokens.join(""), "." + letters);
  const words = sample(parameters, vocabulary, {
    generator: new TorchGenerator(1),
    count: 200,
  });
  const mean = words.join("").length / words.length;
  // the names it has learned from have 6.1 letters on average
  assert(mean > 5 && mean < 7.5, `words of ${mean} letters`);
  disposeParameters(parameters);
});

Deno.test("pretrainedModel() holds the bytes of data/pretrained.safetensors", async () => {
  const file = new URL("../../data/pretrained.safetensors", import.meta.url);
  const module = Uint8Array.fromBase64(pretrainedSafetensors);
  assertEquals(
    await shortHash(module),
    await shortHash(Deno.readFileSync(file)),
  );
});

canonicalTest(
  "pretrainedModel() is what the full run gives, to the bit, with PyTorch's losses",
  async () => {
    const { bytes, losses } = trainModel();
    // torch 2.13, the same 200,000 steps: its own two code paths differ by up to
    // 0.0014 from each other, the run is chaotic in between
    assertAlmostEquals(losses.train, 2.122, 0.005);
    assertAlmostEquals(losses.dev, 2.166, 0.005);
    assertAlmostEquals(losses.test, 2.161, 0.005);
    const shipped = Uint8Array.fromBase64(pretrainedSafetensors);
    assertEquals(await shortHash(bytes), await shortHash(shipped));
  },
);
