import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { letters } from "../oracles.ts";
import {
  addK,
  buildVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  embeddedWords,
  evaluate,
  fitMixtureWeights,
  mixModels,
  mixProbabilities,
  rowProbabilities,
  splitWords,
  TorchGenerator,
  windowStream,
} from "../../core.ts";
import { probabilityOf } from "../../lib/language_models/language_model.ts";

const vocabulary = buildVocabulary([letters]);
const { train, dev } = splitWords(embeddedWords().words.slice(0, 3000));
const windows = contextWindows(train, vocabulary, 3);
const heldOut = contextWindows(dev, vocabulary, 3);
const models = [1, 2, 3, 4].map((order) =>
  addK(countNgrams(windows, vocabulary, order), 0.01)
);
const rows = models.map((model) => rowProbabilities(model, heldOut));

Deno.test("fitMixtureWeights() finds the likeliest weights", () => {
  const weights = fitMixtureWeights(rows);
  assertAlmostEquals(weights.reduce((sum, w) => sum + w, 0), 1, 1e-12);
  // Where the likelihood is greatest, the mean of p_m / p is 1 for each model
  // that has a weight, and at most 1 for one that has none. The fit ends where
  // a round gains less than 1e-9 a row, within about the root of it.
  weights.forEach((weight, m) => {
    const ratio = rows[m].reduce((sum, p, row) => {
      const mixed = rows.reduce((s, of, i) => s + weights[i] * of[row], 0);
      return sum + p / mixed;
    }, 0) / heldOut.Y.length;
    if (weight > 1e-3) assertAlmostEquals(ratio, 1, 1e-3);
    else assert(ratio < 1 + 1e-3, `${ratio}`);
  });
});

Deno.test("fitMixtureWeights() finds the weights that rows were drawn with", () => {
  const drawn = { rows: 20_000, weights: [0.7, 0.3] };
  const dice = [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]];
  const mixed = dice[0].map((p, i) => 0.7 * p + 0.3 * dice[1][i]);
  const faces = new TorchGenerator(8).multinomial(mixed, drawn.rows, {
    replacement: true,
  });
  const weights = fitMixtureWeights(
    dice.map((die) => Float64Array.from(faces, (face) => die[face])),
  );
  // the standard error of so many rows is about 0.01
  assertAlmostEquals(weights[0], 0.7, 0.03);
});

Deno.test("fitMixtureWeights() keeps to the prior where rows are few", () => {
  assertEquals([...fitMixtureWeights([[], []], { prior: [3, 1] })], [
    0.75,
    0.25,
  ]);
  const [first] = fitMixtureWeights([[1], [0]], { prior: [1, 1] });
  assertAlmostEquals(first, 2 / 3, 1e-6); // the row, and one of two imagined
});

Deno.test("fitMixtureWeights() skips rows that have probability 0 by all models", () => {
  const [first] = fitMixtureWeights([[1, 0, 0], [0, 0, 1]]);
  assertAlmostEquals(first, 1 / 2, 1e-12);
});

Deno.test("fitMixtureWeights() refuses what cannot be fitted", () => {
  const refuses = (rows: number[][], message: string) =>
    assertThrows(() => fitMixtureWeights(rows), RangeError, message);
  refuses([], "Cannot weigh the probabilities of no models");
  refuses([[0.5], [0.5, 0.5]], "2 rows of model 1");
  refuses([[0.5], [NaN]], "NaN");
  refuses([[-0.5]], "-0.5");
  refuses([[0], [0]], "no model has a row with a probability above 0");
});

Deno.test("mixModels() has the weighted means of probabilities", () => {
  const weights = fitMixtureWeights(rows);
  const mixture = mixModels(models, weights);
  assertEquals(mixture.contextLength, 3);
  const context = vocabulary.encode("emm");
  const probs = mixture.probabilities(context);
  assertAlmostEquals(probs.reduce((sum, p) => sum + p, 0), 1, 1e-12);
  probs.forEach((p, token) => {
    assertAlmostEquals(probabilityOf(mixture, context, token), p, 1e-15);
  });
  const losses = models.map((model) => evaluate(model, heldOut));
  assert(evaluate(mixture, heldOut) < Math.min(...losses));
  const alone = mixModels(models, [0, 0, 1, 0]);
  assertEquals(evaluate(alone, heldOut), losses[2]);
});

Deno.test("mixModels() computes rows as their tokens one by one", () => {
  const weights = fitMixtureWeights(rows);
  const mixture = mixModels(models, weights);
  const { X, Y } = heldOut;
  rowProbabilities(mixture, heldOut).forEach((p, row) => {
    const context = X.subarray(3 * row, 3 * row + 3);
    assertAlmostEquals(p, probabilityOf(mixture, context, Y[row]), 1e-15);
  });
  // A model that sees more than the rows hold is refused as it is alone.
  const short = contextWindows(dev, vocabulary, 2);
  assertThrows(() => rowProbabilities(mixture, short), RangeError, "sees 3");
});

Deno.test("mixProbabilities() refuses too few weights, and different rows", () => {
  const refuses = (rows: number[][], weights: number[], message: string) =>
    assertThrows(() => mixProbabilities(rows, weights), RangeError, message);
  refuses([], [], "no models");
  refuses([[1], [1]], [1], "2 models with 1 weights");
  refuses([[1], [1, 1]], [0.5, 0.5], "2 rows of model 1");
});

Deno.test("mixModels() refuses what does not fit together", () => {
  const [a, b] = models;
  const refuses = (weights: number[]) =>
    assertThrows(
      () => mixModels([a, b], weights),
      RangeError,
      "Cannot mix with the weights",
    );
  [[1], [0.5, 0.6], [1.5, -0.5], [NaN, 1]].forEach(refuses);
  assertThrows(() => mixModels([], []), RangeError, "no models");
  const small = buildVocabulary(["ab"]);
  const other = addK(countNgrams(contextWindows(["ab"], small), small), 1);
  assertThrows(() => mixModels([a, other], [0.5, 0.5]), RangeError, "27");
});

Deno.test("fitMixtureWeights() refuses priors and rounds that do not fit", () => {
  const refuses = (options: object, message: string) =>
    assertThrows(
      () => fitMixtureWeights([[0.5], [0.25]], options),
      RangeError,
      message,
    );
  refuses({ prior: [1, 2, 3] }, "prior of 3 numbers: 2 models need 2");
  refuses({ prior: [-1, 2] }, "prior -1");
  refuses({ prior: [NaN, 1] }, "prior NaN");
  refuses({ maxRounds: NaN }, "number of rounds NaN");
});

Deno.test("mixModels() keeps its weights, whatever is written into the array", () => {
  const weights = [1, 0, 0, 0];
  const mixture = mixModels(models, weights);
  const loss = evaluate(mixture, heldOut);
  weights.reverse();
  assertEquals(evaluate(mixture, heldOut), loss);
});

Deno.test("mixModels() takes parameters, models of no context, and streams", () => {
  const network = createParameters({
    vocabularySize: 27,
    contextLength: 3,
    embeddingSize: 2,
    hiddenSize: 10,
  }, { generator: new TorchGenerator(1), initialization: "scaled" });
  const mixture = mixModels([models[0], network], [0.5, 0.5]);
  assertEquals([models[0].contextLength, mixture.contextLength], [0, 3]);
  const stream = windowStream(dev.slice(0, 100), vocabulary, 3);
  const parts = [models[0], network].map((one) =>
    rowProbabilities(one, stream)
  );
  rowProbabilities(mixture, stream).forEach((p, row) =>
    assertAlmostEquals(p, (parts[0][row] + parts[1][row]) / 2, 1e-15)
  );
});
