import {
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertThrows,
} from "@std/assert";
import {
  createParameters,
  disposeParameters,
  nearestTokens,
  parameterArrays,
  pretrainedModel,
  TorchGenerator,
  Vocabulary,
} from "../../mod.ts";

const vocabulary = new Vocabulary([".", "a", "b", "c", "d"]);
const sizes = {
  vocabularySize: 5,
  contextLength: 2,
  embeddingSize: 2,
  hiddenSize: 3,
};

Deno.test("nearestTokens() has the angle or the length between embeddings", () => {
  const variables = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  const parameters = {
    ...parameterArrays(variables),
    //                     .     a     b     c      d
    C: Float32Array.of(0, 0, 1, 0, 5, 0, 0, 3, -1, 0),
  };
  disposeParameters(variables);
  const near = (distance?: "cosine" | "euclidean", token = "a") =>
    nearestTokens(parameters, vocabulary, token, { distance })
      .map(({ token, distance }) => [token, distance]);
  // no angle is as far as a right one, and of equals the smaller id is first
  assertEquals(near(), [["b", 0], [".", 1], ["c", 1], ["d", 2]]);
  assertEquals(near("cosine"), near());
  assertEquals(near("euclidean"), [
    ...[[".", 1], ["d", 2], ["c", Math.sqrt(10)], ["b", 4]],
  ]);
  assertEquals(near("cosine", "."), [["a", 1], ["b", 1], ["c", 1], ["d", 1]]);
  const few = nearestTokens(parameters, vocabulary, "a", { count: 1 });
  assertEquals(few, [{ token: "b", id: 2, distance: 0 }]);
});

Deno.test("nearestTokens() reads tfjs variables and arrays alike", () => {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(2147483647),
  });
  const [first] = nearestTokens(parameters, vocabulary, "a");
  assertEquals(
    nearestTokens(parameterArrays(parameters), vocabulary, "a")[0],
    first,
  );
  // torch.nn.functional.cosine_similarity, written out
  const C = parameterArrays(parameters).C;
  const [x, y] = [C.slice(2, 4), C.slice(2 * first.id, 2 * first.id + 2)];
  const cosine = (x[0] * y[0] + x[1] * y[1]) /
    (Math.hypot(...x) * Math.hypot(...y));
  assertAlmostEquals(first.distance, 1 - cosine, 1e-12);
  disposeParameters(parameters);
});

Deno.test("nearestTokens() finds vowels near a vowel of the names", () => {
  const { parameters, vocabulary } = pretrainedModel();
  for (const vowel of "aoyi") {
    const [{ token }] = nearestTokens(parameters, vocabulary, vowel);
    assertMatch(token, /^[aeiouy]$/, vowel);
  }
  disposeParameters(parameters);
});

Deno.test("nearestTokens() refuses what the model does not have", () => {
  const { parameters, vocabulary: letters } = pretrainedModel();
  const refused: [() => unknown, string][] = [
    [() => nearestTokens(parameters, letters, "é"), 'no token "é"'],
    [() => nearestTokens(parameters, vocabulary, "a"), "of 5 tokens"],
    [
      () => nearestTokens(parameters, letters, "a", { count: -1 }),
      "Cannot use number of tokens -1",
    ],
  ];
  for (const [act, message] of refused) {
    assertThrows(act, RangeError, message);
  }
  assertThrows(
    () =>
      nearestTokens(parameters, letters, "a", { distance: "euclid" as never }),
    TypeError,
    'Cannot use the distance "euclid": it must be one of "cosine", "euclidean"',
  );
  disposeParameters(parameters);
});

Deno.test("nearestTokens() names the token whose embedding is not finite", () => {
  const { parameters, vocabulary } = pretrainedModel();
  const arrays = parameterArrays(parameters);
  disposeParameters(parameters);
  const E = arrays.C.length / vocabulary.size;
  for (const value of [NaN, Infinity]) {
    const C = arrays.C.slice();
    C[E * vocabulary.id("b")] = value;
    for (const distance of ["cosine", "euclidean"] as const) {
      for (const token of ["b", "y"]) {
        assertThrows(
          () =>
            nearestTokens({ ...arrays, C }, vocabulary, token, { distance }),
          RangeError,
          `Cannot measure the distance from "${token}": the embedding of "b" ` +
            "is not finite",
        );
      }
    }
  }
});
