import { assertEquals, assertThrows } from "@std/assert";
import {
  checkContext,
  checkVocabulary,
  contextToken,
  type LanguageModel,
  lastTokens,
  probabilitiesOfRows,
  probabilityOf,
} from "../../lib/language_models/language_model.ts";
import { buildVocabulary, contextWindows, windowStream } from "../../core.ts";

const vocabulary = buildVocabulary(["ab"]); // . a b

/** A model with none of the optional members: the last token comes again. */
const model: LanguageModel = {
  vocabularySize: 3,
  contextLength: 2,
  probabilities: (context) =>
    new Float64Array(3).with(contextToken(context, 1, 3), 1),
};

Deno.test("contextToken() is a boundary token before the beginning", () => {
  assertEquals([1, 2, 3].map((k) => contextToken([2, 1], k, 3)), [1, 2, 0]);
  assertThrows(() => contextToken([3], 1, 3), RangeError, "token id 3");
});

Deno.test("lastTokens() cuts long contexts and pads short ones", () => {
  assertEquals(lastTokens([1, 2, 1], model), [2, 1]);
  assertEquals(lastTokens([1], model), [0, 1]);
  assertEquals(lastTokens([], { ...model, contextLength: 0 }), []);
});

Deno.test("probabilityOf() takes one of the probabilities where a model has only these", () => {
  assertEquals(probabilityOf(model, [1, 2], 2), 1);
  assertThrows(() => probabilityOf(model, [1, 2], 3), RangeError, "id 3");
  assertEquals(probabilityOf({ ...model, probability: () => 0.5 }, [], 1), 0.5);
});

Deno.test("probabilitiesOfRows() takes windows and streams", () => {
  const rows = contextWindows(["aab"], vocabulary, 2);
  // .→a a→a a→b b→.
  assertEquals([...probabilitiesOfRows(model, rows)], [0, 1, 0, 0]);
  const stream = windowStream(["aab"], vocabulary, 2);
  assertEquals([...probabilitiesOfRows(model, stream)], [0, 1, 0, 0]);
});

Deno.test("checkContext() and checkVocabulary() refuse what is too small", () => {
  const rows = contextWindows(["ab"], vocabulary, 1);
  assertThrows(() => checkContext(model, rows), RangeError, "sees 2 tokens");
  assertThrows(
    () => checkVocabulary(model, buildVocabulary(["a"])),
    RangeError,
    "a vocabulary of 2 tokens: the model has 3",
  );
});
