import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { mostCandidates } from "../../lib/training/candidates.ts";
import {
  createParameters,
  PythonRandom,
  TorchGenerator,
  trainSteps,
} from "../../core.ts";

Deno.test("mostCandidates() is all but one of a small vocabulary", () => {
  for (const V of [2, 3, 27, 100]) assertEquals(mostCandidates(V), V - 1);
});

Deno.test("mostCandidates() is the number of different tokens in 16 real draws a token", () => {
  const V = 6057; // the words of Shakespeare
  const random = new PythonRandom(1);
  const seen = new Set<number>();
  for (let draw = 0; draw < 16 * V; draw++) {
    seen.add(Math.floor(Math.exp(random.random() * Math.log(V + 1))) - 1);
  }
  // of 6,057 tokens some 500 are left: the count's standard deviation is about 20
  assertAlmostEquals(mostCandidates(V), seen.size, 80);
  assert(mostCandidates(V) < V - 100);
});

Deno.test("trainSteps() refuses candidates that take very many draws", () => {
  const V = 6057;
  const sizes = { contextLength: 1, embeddingSize: 1, hiddenSize: 1 };
  const generator = new TorchGenerator(1);
  const parameters = createParameters({ vocabularySize: V, ...sizes }, {
    generator,
  });
  const rows = { contextLength: 1, X: Uint16Array.of(1), Y: Uint16Array.of(2) };
  const train = (candidates: number) =>
    trainSteps(parameters, rows, { steps: 1, generator, candidates }).next();
  assertThrows(
    () => train(V - 1),
    RangeError,
    "Cannot draw 6056 candidates of 6057 tokens",
  );
  train(mostCandidates(V));
});
