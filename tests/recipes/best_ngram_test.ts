import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  bestNgram,
  buildVocabulary,
  contextWindows,
  countNgrams,
  embeddedWords,
  evaluate,
  kneserNey,
  rowProbabilities,
  splitWords,
  TorchGenerator,
} from "../../core.ts";

const names = embeddedWords().words;

/** Words of pairs that follow each other, whatever was before. */
const pairs = Array.from({ length: 400 }, (_, i) => {
  const draws = new TorchGenerator(i).randint(0, 3, 6);
  return Array.from(draws, (draw, at) => "abcdef"[(2 * at + draw) % 6]).join(
    "",
  );
});

Deno.test("bestNgram() finds the order whose model has the lowest loss on dev", () => {
  const orders = [names.slice(0, 150), names.slice(0, 6000), pairs].map(
    (words) => {
      const vocabulary = buildVocabulary(words);
      const { train, dev, test } = splitWords(words);
      const rows = (part: readonly string[], T: number) =>
        contextWindows(part, vocabulary, T);
      const losses = [2, 3, 4, 5, 6].map((order) => {
        const counts = countNgrams(rows(train, order - 1), vocabulary, order);
        return evaluate(kneserNey(counts), rows(dev, order - 1));
      });
      for (const T of [5, 8]) {
        const best = bestNgram(rows(train, T), rows(dev, T), vocabulary)!;
        assertEquals(best.order, 2 + losses.indexOf(Math.min(...losses)));
        assertAlmostEquals(best.loss, Math.min(...losses), 1e-12);
        assertEquals(best.model.contextLength, best.order - 1);
        // the same model as one that is counted alone, on other words too
        const T1 = best.order - 1;
        const alone = kneserNey(countNgrams(rows(train, T1), vocabulary));
        const unseen = rows(test, T1);
        assertEquals(
          rowProbabilities(best.model, unseen),
          rowProbabilities(alone, unseen),
        );
      }
      return 2 + losses.indexOf(Math.min(...losses));
    },
  );
  assert(new Set(orders).size > 1, `else nothing is chosen: ${orders}`);
});

Deno.test("bestNgram() is undefined where counts could take more than 300 MB", () => {
  const vocabulary = buildVocabulary(names);
  const rows = contextWindows(names.slice(0, 100), vocabulary, 5);
  // 34 bytes for each of up to 27 + 27² + 27³ + 27⁴ n-grams, and 2 · rows
  const most = Math.floor((300e6 / 34 - 27 - 27 ** 2 - 27 ** 3 - 27 ** 4) / 2);
  const many = { ...rows, Y: new Uint16Array(most + 1) };
  assertEquals(bestNgram(many, rows, vocabulary), undefined);
  assert(bestNgram(rows, rows, vocabulary));
});

Deno.test("bestNgram() refuses contexts that are too short, and no rows to judge by", () => {
  const vocabulary = buildVocabulary(names);
  const rows = contextWindows(names.slice(0, 100), vocabulary, 4);
  assertThrows(() => bestNgram(rows, rows, vocabulary), RangeError);
  const none = contextWindows([], vocabulary, 5);
  const some = contextWindows(names, vocabulary, 5);
  assertThrows(
    () => bestNgram(some, none, vocabulary),
    RangeError,
    "Cannot choose an n-gram: dev has no rows",
  );
});
