import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { fiveNames, letters, smallModel } from "../oracles.ts";
import * as reference from "../../lib/kernel/reference.ts";
import {
  addK,
  buildVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  disposeParameters,
  evaluate,
  fitMixtureWeights,
  type LanguageModel,
  mixModels,
  mlpModel,
  type ModelParameters,
  type ModelSizes,
  nextTokens,
  parameterArrays,
  rowProbabilities,
  sample,
  TorchGenerator,
  trainStep,
  type Windows,
} from "../../mod.ts";
import { probabilityOf } from "../../lib/language_models/language_model.ts";

const vocabulary = buildVocabulary([letters]);
const windows = contextWindows(fiveNames, vocabulary, 3);

/** A model of random numbers, freed afterwards. */
function withParameters(
  sizes: ModelSizes,
  test: (parameters: ModelParameters) => void,
): void {
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  try {
    test(parameters);
  } finally {
    disposeParameters(parameters);
  }
}

/** The judge's probability of the token of each row. */
function expected(
  parameters: ModelParameters,
  sizes: ModelSizes,
  rows: Windows,
): Float64Array {
  const { vocabularySize: V } = sizes;
  const { probs } = reference.forward(
    {
      V,
      T: sizes.contextLength,
      E: sizes.embeddingSize,
      H: sizes.hiddenSize,
      direct: sizes.directConnections,
    },
    reference.toFloat64(parameterArrays(parameters)),
    rows,
  );
  return Float64Array.from(rows.Y, (token, row) => probs[row * V + token]);
}

Deno.test("rowProbabilities() of mlpModel() are those of the float64 reference", () => {
  // Rows with few tokens are mostly equal, others hardly any; over 4,096 tokens
  // the kernel's tiles are smaller. Counts are no multiples of a tile.
  for (
    const [V, T, tokens, count] of [
      [27, 3, 27, 1],
      [27, 3, 3, 301],
      [27, 3, 27, 999],
      [5000, 2, 5000, 83],
      [3, 1, 3, 500],
    ]
  ) {
    for (const directConnections of [false, true]) {
      const sizes = {
        vocabularySize: V,
        contextLength: T,
        embeddingSize: 3,
        hiddenSize: 10,
        directConnections,
      };
      const g = new TorchGenerator(count);
      const rows = {
        contextLength: T,
        X: Uint16Array.from(g.randint(0, tokens, count * T)),
        Y: Uint16Array.from(g.randint(0, V, count)),
      };
      withParameters(sizes, (parameters) => {
        const model = mlpModel(parameters);
        const probabilities = rowProbabilities(model, rows);
        assertEquals(probabilities.length, count);
        const wanted = expected(parameters, sizes, rows);
        probabilities.forEach((p, row) =>
          // A float32 logit of up to 20 is off by some 1e-6, and so is log p.
          assertAlmostEquals(Math.log(p), Math.log(wanted[row]), 2e-5)
        );
      });
    }
  }
});

Deno.test("rowProbabilities() of mlpModel() does not underflow where float32 would", () => {
  withParameters(smallModel, (parameters) => {
    parameters.b2.assign(tf.tidy(() => tf.range(0, 27).mul(-10)));
    const model = mlpModel(parameters);
    const wanted = expected(parameters, smallModel, windows);
    assert(Math.min(...wanted) < 1e-45);
    rowProbabilities(model, windows).forEach((p, row) =>
      // logits of up to 260 are rounded to 3e-5
      assertAlmostEquals(Math.log(p), Math.log(wanted[row]), 2e-4)
    );
  });
});

Deno.test("mlpModel() agrees with evaluate() and nextTokens()", () => {
  withParameters(smallModel, (parameters) => {
    const model = mlpModel(parameters);
    assertEquals([model.vocabularySize, model.contextLength], [27, 3]);
    // the same float32 logits, summed in another order
    const loss = evaluate(parameters, windows);
    assertAlmostEquals(evaluate(model, windows), loss, 1e-6 * loss);
    for (const beginning of ["", "e", "em", "emma"]) {
      const [tokens] = nextTokens(parameters, vocabulary, [beginning]);
      const wanted = new Float64Array(27);
      for (const { id, probability } of tokens) wanted[id] = probability;
      const ids = vocabulary.encode(beginning);
      assertEquals(model.probabilities(ids), wanted);
      assertEquals(probabilityOf(model, ids, 5), wanted[5]);
    }
  });
});

Deno.test("mlpModel() sees the last tokens of longer contexts", () => {
  withParameters(smallModel, (parameters) => {
    const model = mlpModel(parameters);
    const longer = contextWindows(fiveNames, vocabulary, 7);
    assertEquals(
      rowProbabilities(model, longer),
      rowProbabilities(model, windows),
    );
    const shorter = contextWindows(fiveNames, vocabulary, 2);
    assertThrows(
      () => rowProbabilities(model, shorter),
      RangeError,
      "the model sees 3 tokens",
    );
    const none = contextWindows([], vocabulary, 3);
    assertEquals(rowProbabilities(model, none), new Float64Array());
    assertThrows(() => evaluate(model, none), RangeError, "no rows");
  });
});

Deno.test("mlpModel() does not change with the parameters", () => {
  withParameters(smallModel, (parameters) => {
    const model = mlpModel(parameters);
    const before = model.probabilities([1]);
    const rows = rowProbabilities(model, windows);
    trainStep(parameters, windows, 0.1);
    assertEquals(model.probabilities([1]), before);
    assertEquals(rowProbabilities(model, windows), rows);
    const trained = mlpModel(parameters);
    assert(evaluate(trained, windows) < evaluate(model, windows));
  });
});

Deno.test("mlpModel() mixes with a counting model, row by row and at once alike", () => {
  withParameters(smallModel, (parameters) => {
    for (let step = 0; step < 20; step++) trainStep(parameters, windows, 0.1);
    const mlp = mlpModel(parameters);
    const models: LanguageModel[] = [
      mlp,
      addK(countNgrams(windows, vocabulary, 2), 1),
    ];
    const heldOut = contextWindows(["eva", "sofia", "emilia"], vocabulary, 3);
    const rows = models.map((model) => rowProbabilities(model, heldOut));
    const weights = fitMixtureWeights(rows);
    const mixture = mixModels(models, weights);
    // float32 probabilities on one side, float64 of float32 logits on the other
    rowProbabilities(mixture, heldOut).forEach((p, row) =>
      assertAlmostEquals(
        p,
        weights[0] * rows[0][row] + weights[1] * rows[1][row],
        1e-6,
      )
    );
    const loss = evaluate(mixture, heldOut);
    // better than either, up to the fit's tolerance
    for (const model of models) {
      assert(loss < evaluate(model, heldOut) + 1e-6);
    }
    const generator = new TorchGenerator(3);
    const words = sample(mixture, vocabulary, { generator, count: 3 });
    assertEquals(words.length, 3);
  });
});

Deno.test("mlpModel() refuses ids that are not in its vocabulary", () => {
  withParameters(smallModel, (parameters) => {
    const model = mlpModel(parameters);
    assertThrows(() => probabilityOf(model, [1], 27), RangeError, "27");
    assertThrows(() => model.probabilities([1, 30]), RangeError, "30");
    const unknown = { ...windows, Y: windows.Y.with(7, 27) };
    assertThrows(
      () => rowProbabilities(model, unknown),
      RangeError,
      "token 27 in Y[7]",
    );
  });
});
