import { assert, assertEquals, assertThrows } from "@std/assert";
import { splitByPosition, splitWords } from "../../lib/data/splits.ts";
import { buildVocabulary } from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { letters, training } from "../oracles.ts";

canonicalTest(
  "splitWords() splits the lecture's names into 182,625, 22,655 and 22,866 rows",
  () => {
    const { train, dev, test, alsoInTrain } = splitWords(canonicalWords());
    const vocabulary = buildVocabulary([letters]);
    assertEquals(
      [train, dev, test].map((part) =>
        contextWindows(part, vocabulary).Y.length
      ),
      training["split rows"],
    );
    // names.txt repeats 2,539 of its lines: 13.2 % of dev and 11.8 % of test
    assertEquals((100 * alsoInTrain.dev / dev.length).toFixed(1), "13.2");
    assertEquals((100 * alsoInTrain.test / test.length).toFixed(1), "11.8");
  },
);

canonicalTest("splitWords() can keep equal names together", () => {
  const words = canonicalWords();
  const { train, dev, test, alsoInTrain } = splitWords(words, {
    keepEqualTogether: true,
  });
  assertEquals(alsoInTrain, { dev: 0, test: 0 });
  assertEquals([...train, ...dev, ...test].sort(), [...words].sort());
  assert(Math.abs(train.length / words.length - 0.8) < 0.01);
  assert(Math.abs(dev.length / words.length - 0.1) < 0.01);
});

Deno.test("splitWords() gives every word to one part, the same for a seed", () => {
  const words = Array.from({ length: 103 }, (_, i) => `w${i}`);
  const split = splitWords(words, { seed: 7 });
  // int(0.8 * 103) = 82 and int(0.9 * 103) = 92
  assertEquals(
    [split.train.length, split.dev.length, split.test.length],
    [82, 10, 11],
  );
  assertEquals(
    [...split.train, ...split.dev, ...split.test].sort(),
    [...words].sort(),
  );
  assertEquals(splitWords(words, { seed: 7 }), split);
  assert(splitWords(words, { seed: 8 }).train[0] !== split.train[0]);
});

Deno.test("splitWords() counts the words that are also in train", () => {
  const words = Array.from({ length: 50 }, () => "same");
  const { alsoInTrain } = splitWords(words);
  assertEquals(alsoInTrain, { dev: 5, test: 5 });
});

Deno.test("splitWords() refuses what cannot be split", () => {
  assertThrows(() => splitWords(["a", "b"]), RangeError, "Cannot split 2");
  assertThrows(
    () => splitWords(Array(50).fill("same"), { keepEqualTogether: true }),
    RangeError,
    "Cannot split 1 different word into train, dev and test",
  );
});

Deno.test("splitWords() splits the different words where a few are most of the list", () => {
  const rare = Array.from({ length: 19 }, (_, i) => `rare ${i}`);
  const words = [...Array(500).fill("the"), ...rare];
  const splits = splitWords(words, { keepEqualTogether: true });
  const { train, dev, test, alsoInTrain } = splits;
  const different = [train, dev, test].map((part) => new Set(part).size);
  assertEquals(different, [16, 2, 2]);
  assertEquals([...train, ...dev, ...test].toSorted(), words.toSorted());
  assertEquals(alsoInTrain, { dev: 0, test: 0 });
});

Deno.test("splitByPosition() cuts where Python's int() would, in the text's order", () => {
  const sentences = Array.from({ length: 103 }, (_, i) => [`w${i}`, "."]);
  const { train, dev, test, alsoInTrain } = splitByPosition(sentences);
  assertEquals([train.length, dev.length, test.length], [82, 10, 11]);
  assertEquals([...train, ...dev, ...test], sentences);
  assertEquals(alsoInTrain, { dev: 0, test: 0 });
  const halves = splitByPosition(sentences, { fractions: [0.5, 0.75] });
  assertEquals(
    [halves.train, halves.dev, halves.test].map(({ length }) => length),
    [51, 26, 26],
  );
});

Deno.test("splitByPosition() knows equal sentences by their tokens", () => {
  const sentences = [..."abcdefgh"].map((word) => [word, "b"]);
  const { alsoInTrain } = splitByPosition([...sentences, ["a", "b"], ["a"]]);
  assertEquals(alsoInTrain, { dev: 1, test: 0 });
});

Deno.test("splitByPosition() refuses what cannot be split", () => {
  assertThrows(
    () => splitByPosition([..."abcdefghi"]),
    RangeError,
    "Cannot split 9 sentences into train, dev and test: at least 10",
  );
  for (const fractions of [[0.9, 0.8], [0, 0.5], [0.5, 1], [NaN, 0.5]]) {
    assertThrows(
      () =>
        splitByPosition([..."abcdefghij"], {
          fractions: [fractions[0], fractions[1]],
        }),
      RangeError,
      `Cannot split at the fractions ${fractions[0]} and ${fractions[1]}`,
    );
  }
  assertThrows(
    () => splitByPosition([..."abcdefghij"], { fractions: [0.5, 0.55] }),
    RangeError,
    "one would be empty",
  );
});
