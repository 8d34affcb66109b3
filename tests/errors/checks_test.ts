import { assert, assertThrows } from "@std/assert";
import {
  checkChoice,
  checkNotNegative,
  checkWhole,
} from "../../lib/errors/checks.ts";
import {
  buildVocabulary,
  buildWordVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  evaluate,
  formatWindows,
  labelWords,
  nextTokens,
  sample,
  scoreWords,
  splitByPosition,
  splitWords,
  TorchGenerator,
  trainStep,
  trainSteps,
  Vocabulary,
  windowStream,
  wordsFrom,
} from "../../core.ts";

Deno.test("checkWhole() takes whole numbers in the range, and names the others", () => {
  for (const value of [1, 2, 49]) checkWhole("candidates", value, 1, 49);
  checkWhole("steps", Number.MAX_SAFE_INTEGER, 0);
  for (const value of [0, 50, 1.5, NaN, Infinity, -1]) {
    assertThrows(
      () => checkWhole("candidates", value, 1, 49),
      RangeError,
      `Cannot use candidates ${value}: it must be a whole number from 1 to 49`,
    );
  }
  assertThrows(
    () => checkWhole("batchSize", 12.5, 1),
    RangeError,
    "Cannot use batchSize 12.5: it must be a whole number from 1",
  );
  assertThrows(() => checkWhole("steps", 2 ** 53, 0), RangeError);
});

Deno.test("checkNotNegative() takes finite numbers from 0", () => {
  for (const value of [0, 1e-4, 3]) checkNotNegative("weight decay", value);
  for (const value of [-1e-9, NaN, Infinity]) {
    assertThrows(
      () => checkNotNegative("weight decay", value),
      RangeError,
      `Cannot use weight decay ${value}: it must be a finite number from 0`,
    );
  }
});

Deno.test("checkChoice() takes one of some strings, and names the others", () => {
  const colours = ["red", "blue"];
  for (const colour of colours) checkChoice("colour", colour, colours);
  const refused = [["Red", '"Red"'], [1, '"1"'], [null, '"null"']] as const;
  for (const [value, shown] of refused) {
    assertThrows(
      () => checkChoice("colour", value, colours),
      TypeError,
      `Cannot use the colour ${shown}: it must be one of "red", "blue"`,
    );
  }
});

Deno.test("checkList() is called by each function that takes a list of words", () => {
  const emma = "emma" as never;
  const vocabulary = buildVocabulary(["emma"]);
  const splits = { train: ["emma"] };
  for (
    const call of [
      () => buildVocabulary(emma),
      () => buildWordVocabulary(emma),
      () => new Vocabulary(emma),
      () => contextWindows(emma, vocabulary),
      () => windowStream(emma, vocabulary, 3),
      () => formatWindows(emma, vocabulary),
      () => splitWords("a long list of words" as never),
      () => splitByPosition("a long list of words" as never),
      () => wordsFrom(emma),
      () => labelWords(emma, splits),
      () => scoreWords({} as never, vocabulary, emma),
      () => nextTokens({} as never, vocabulary, emma),
    ]
  ) {
    assertThrows(call, TypeError, "pass a list, [", String(call));
    assertThrows(call, TypeError, 'Cannot use the string "');
  }
});

Deno.test("checkWhole() shows that a number is a string, or left out", () => {
  assertThrows(
    () => new TorchGenerator("42" as never),
    RangeError,
    'Cannot use seed "42": it must be a whole number from 0',
  );
  const generator = new TorchGenerator(42);
  const sizes = { vocabularySize: 27, contextLength: 3, embeddingSize: 2 };
  assertThrows(
    () => createParameters(sizes as never, { generator }),
    RangeError,
    "Cannot use hiddenSize undefined: it must be a whole number from 1",
  );
  assertThrows(
    () => generator.randn(27 * undefined!),
    RangeError,
    "Cannot use count NaN",
  );
});

Deno.test("PythonRandom and createParameters() name a seed and a generator that are none", () => {
  assertThrows(
    () => splitWords(new Array(20).fill("emma"), { seed: "42" as never }),
    TypeError,
    'Cannot seed with "42": a seed is a whole number',
  );
  const sizes = {
    vocabularySize: 27,
    contextLength: 3,
    embeddingSize: 2,
    hiddenSize: 9,
  };
  for (const options of [undefined, {}, { generator: 42 }]) {
    assertThrows(
      () => createParameters(sizes, options as never),
      TypeError,
      "Cannot draw weights without a generator: pass { generator: new",
    );
  }
});

Deno.test("checkHas() and checkList() name what was passed in the place of something else", () => {
  const words = ["emma", "ava"];
  const vocabulary = buildVocabulary(words);
  const windows = contextWindows(words, vocabulary, 3);
  const sizes = { vocabularySize: 5, contextLength: 3, embeddingSize: 2 };
  const generator = new TorchGenerator(1);
  const model = createParameters({ ...sizes, hiddenSize: 4 }, { generator });
  // cells of a notebook run without a check of their types
  // deno-lint-ignore no-explicit-any
  const untyped = (value: unknown) => value as any;
  const rows = "as rows: pass contextWindows(words, vocabulary, 3)";
  const refused: [string, () => unknown][] = [
    [
      "3 as vocabulary: pass buildVocabulary(words)",
      () => contextWindows(words, untyped(3)),
    ],
    [
      "the function buildVocabulary as vocabulary: pass buildVocabulary(words)",
      () => contextWindows(words, untyped(buildVocabulary)),
    ],
    [
      "undefined as generator: pass { generator: new TorchGenerator(42) }",
      () => sample(model, vocabulary, untyped({ count: 5 })),
    ],
    [`a list ${rows}`, () => evaluate(model, untyped(words))],
    [`a list ${rows}`, () => countNgrams(untyped(words), vocabulary)],
    [`an object ${rows}`, () => trainStep(model, untyped(model), 0.1)],
    [`undefined ${rows}`, () => [...trainSteps(model, untyped(undefined), {
      generator,
      steps: 1,
    })]],
    [`the string "emma" ${rows}`, () => evaluate(model, untyped("emma"))],
    ["undefined as words: pass a list", () => splitWords(untyped(undefined))],
    ["5 as tokens: pass a list", () => vocabulary.encode(untyped(5))],
    ["5 as ids: pass a list", () => vocabulary.decode(untyped(5))],
  ];
  for (const [message, act] of refused) {
    assertThrows(act, TypeError, `Cannot use ${message}`);
  }
  assert(trainStep(model, windows, 0.1) > 0);
});
