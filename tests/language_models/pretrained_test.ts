import { assert, assertEquals } from "@std/assert";
import { pretrainedSafetensors } from "../../data/pretrained_safetensors.ts";
import { letters, shortHash } from "../oracles.ts";
import {
  disposeParameters,
  pretrainedModel,
  sample,
  sizesOf,
  TorchGenerator,
} from "../../mod.ts";

Deno.test("pretrainedModel() is the network of the automatic recipe, and makes words", () => {
  const { parameters, vocabulary } = pretrainedModel();
  assertEquals(sizesOf(parameters), {
    vocabularySize: 27,
    contextLength: 8,
    embeddingSize: 24,
    hiddenSize: 300,
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
