import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { buildWordVocabulary, tokenize } from "../../mod.ts";
import { WORD_KINDS, writeText } from "../../notebooks/sentences.ts";

const { sentences, leftOut } = writeText(1);
const tokens = sentences.map((sentence) =>
  tokenize(sentence, { lowercase: true })
);

Deno.test("writeText() writes the same text for the same seed", () => {
  assertEquals(writeText(1), { sentences, leftOut });
  assert(writeText(2).sentences.join() !== sentences.join());
  assertEquals(writeText(1, 20).sentences, sentences.slice(0, 20));
});

Deno.test("writeText() writes sentences as tokenize() finds them", () => {
  for (const [i, sentence] of sentences.entries()) {
    assertEquals(tokens[i].length, 1, sentence);
    assert(/^[A-Z][a-z ]+\.$/.test(sentence), sentence);
  }
  assertEquals(tokenize(sentences.join(" ")).length, sentences.length);
});

Deno.test("WORD_KINDS has each word of the text, and none twice", () => {
  const words = Object.values(WORD_KINDS).flat();
  assertEquals(new Set(words).size, words.length);
  assertEquals(
    buildWordVocabulary(tokens.flat(), { minimumCount: 1 }).tokens.toSorted(),
    ["<s>", "<unk>", ".", ...words].toSorted(),
  );
});

Deno.test("writeText() leaves out one pattern for each noun", () => {
  const nouns = (
    [
      "room",
      "land",
      "water",
      "text",
      "food",
      "furniture",
      "person",
      "animal",
    ] as const
  ).flatMap((kind) => WORD_KINDS[kind]);
  const patterns = new Map(leftOut.map(({ word, pattern }) => [word, pattern]));
  assertEquals([...patterns.keys()].toSorted(), nouns.toSorted());
  assertEquals(
    new Set(leftOut.map(({ pattern }) => pattern)).size,
    nouns.length,
  );
  assertEquals(patterns.get("room"), "in a room");
});

Deno.test("writeText() keeps the patterns that it leaves out from the text", () => {
  const text = tokens.map(([words]) => ` ${words.join(" ")} `).join("");
  for (const { before, word, pattern } of leftOut) {
    assert(!text.includes(` ${pattern} `), pattern);
    assert(`${before} ${word}`.endsWith(` ${pattern}`), `${before} ${word}`);
  }
});

Deno.test("writeText() has seen each part of what it leaves out", () => {
  const text = tokens.map(([words]) => ` ${words.join(" ")} `).join("");
  for (const { pattern, word } of leftOut) {
    const before = pattern.slice(0, -word.length); // "in a ", "tame "
    // of 3,000 sentences with some 8 words each, from 142 words
    assert(text.split(` ${word} `).length > 20, word);
    assert(text.split(` ${before}`).length > 5, before);
  }
});

Deno.test("writeText() says what the grammar gives to the word in the gap", () => {
  // Where no pattern is left out, the text itself shows how often the grammar
  // takes each thing after a verb and a determiner.
  const long = writeText(3, 20_000);
  const untouched = ["eating", "ate", "tasting", "tasted", "slicing", "sliced"]
    .flatMap((verb) => [`${verb} a`, `${verb} the`])
    .filter((before) =>
      !long.leftOut.some(({ pattern }) => pattern.startsWith(`${before} `))
    );
  const after = long.sentences.flatMap((sentence) =>
    untouched.flatMap((before) => {
      const [, noun] = sentence.split(` ${before} `);
      return noun === undefined ? [] : [noun.split(/[ .]/)[0]];
    })
  );
  const { probability } = long.leftOut.find(({ kind }) => kind === "food")!;
  for (const food of WORD_KINDS.food) {
    const share = after.filter((noun) => noun === food).length / after.length;
    // four standard deviations of a share among so many
    const tolerance = 4 *
      Math.sqrt(probability * (1 - probability) / after.length);
    assertAlmostEquals(share, probability, tolerance, food);
  }
  assert(after.length > 500);
});
