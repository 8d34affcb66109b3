import { assertEquals, assertThrows } from "@std/assert";
import { splitByPosition } from "../../lib/data/splits.ts";
import { TokenIds } from "../../lib/data/token_ids.ts";
import {
  buildWordVocabulary,
  Vocabulary,
  vocabularyOfCounts,
} from "../../lib/data/vocabulary.ts";
import { windowsOf, windowStream } from "../../lib/data/windows.ts";

/** Sentences of few words, some of which are equal. */
const SENTENCES = Array.from(
  { length: 55 },
  (_, i) => Array.from({ length: i * i % 5 }, (_, j) => `w${i * j * j % 13}`),
);

function idsOf(sentences: readonly string[][]): TokenIds {
  const ids = new TokenIds();
  for (const sentence of sentences) ids.add(sentence);
  return ids;
}

Deno.test("TokenIds has the parts, the vocabulary and the rows of arrays of strings", () => {
  const { train, dev, test, alsoInTrain } = splitByPosition(SENTENCES);
  const ids = idsOf(SENTENCES);
  assertEquals(ids.split(), alsoInTrain);
  assertEquals([...ids.train()], [...train]);
  const vocabulary = vocabularyOfCounts(ids.counts(), ids.train(), {});
  assertEquals(vocabulary, buildWordVocabulary(train));
  const parts = ids.encode(vocabulary);
  for (const contextLength of [1, 3, 32, 33]) {
    for (const [name, part] of Object.entries({ train, dev, test })) {
      const encoded = parts[name as "train"];
      assertEquals(encoded.length, part.length);
      assertEquals(
        windowsOf(encoded, vocabulary, contextLength),
        {
          ...windowStream(part, vocabulary, contextLength),
          withinWords: false,
        },
      );
    }
  }
});

Deno.test("TokenIds keeps a text of more tokens than one of its arrays takes", () => {
  const sentences = Array.from(
    { length: 100_000 },
    (_, i) => [...Array(168).fill("a"), `w${i % 70_000}`],
  );
  const ids = idsOf(sentences);
  assertEquals(ids.length, 17_000_000);
  ids.split();
  const auto = { minimumCount: "auto" } as const;
  const vocabulary = vocabularyOfCounts(ids.counts(), ids.train(), auto);
  const { dev } = ids.encode(vocabulary);
  const part = sentences.slice(80_000, 90_000);
  const { Y } = windowStream(part, vocabulary, 1);
  assertEquals(Y.length, 1_700_000);
  const { Y: found } = dev.rows(1);
  assertEquals(Y.every((id, row) => id === found[row]), true);
});

Deno.test("TokenIds refuses what a vocabulary cannot have, or does not have", () => {
  assertThrows(
    () => idsOf(SENTENCES.slice(-9)).split(),
    RangeError,
    "at least 10 are needed",
  );
  const ids = idsOf([...SENTENCES, ["<s>"]]);
  ids.split();
  const other = new Vocabulary(["<s>", "w0"]);
  assertThrows(() => ids.encode(other), RangeError, 'Cannot encode "w');
});
