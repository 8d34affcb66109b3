import { assert, assertEquals } from "@std/assert";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  evaluate,
  TorchGenerator,
} from "../../core.ts";
import { betterOf, glanceOf } from "../../lib/recipes/best_on_dev.ts";
import { fiveNames } from "../oracles.ts";

const vocabulary = buildVocabulary(fiveNames);
const dev = contextWindows(fiveNames, vocabulary, 3);
const sizes = {
  ...{ vocabularySize: vocabulary.size, contextLength: 3 },
  ...{ embeddingSize: 2, hiddenSize: 10, directConnections: true },
};
const network = (seed: number) =>
  createParameters(sizes, { generator: new TorchGenerator(seed) });

Deno.test("betterOf() keeps a copy of the network with the lower loss", () => {
  const [a, b] = [network(1), network(2)]
    .sort((a, b) => evaluate(b, dev) - evaluate(a, dev));
  const first = betterOf(undefined, a, 0, dev);
  assertEquals(first, { parameters: a, step: 0, loss: evaluate(a, dev) });
  const better = betterOf(first, b, 10, dev);
  assertEquals(better, { parameters: b, step: 10, loss: evaluate(b, dev) });
  // the earlier one where it is not worse
  assert(betterOf(better, a, 20, dev) === better);
  assert(betterOf(better, b, 20, dev) === better);
  const loss = better.loss;
  b.W1.fill(0);
  b.Wd!.fill(0);
  assertEquals(evaluate(better.parameters, dev), loss);
});

Deno.test("betterOf() never takes a network whose loss is not a number", () => {
  const first = betterOf(undefined, network(1), 0, dev);
  const broken = network(2);
  broken.b2.fill(NaN);
  assert(betterOf(first, broken, 10, dev) === first);
});

Deno.test("glanceOf() is dev, or its first rows where a look would take long", () => {
  assert(glanceOf(dev, vocabulary.size) === dev);
  // rows times tokens are at most 20 million
  const glance = glanceOf(dev, 4e6);
  assertEquals(glance.Y.length, 5);
  assertEquals([...glance.Y], [...dev.Y.slice(0, 5)]);
  const parameters = network(1);
  const alone = contextWindows(["emma"], vocabulary, 3);
  assertEquals(alone.Y.length, 5);
  assert(
    Math.abs(evaluate(parameters, glance) - evaluate(parameters, alone)) <
      1e-12,
  );
});
