import { assertEquals, assertThrows } from "@std/assert";
import {
  buildVocabulary,
  buildWordVocabulary,
  Vocabulary,
} from "../lib/vocabulary.ts";
import { canonicalTest, canonicalWords } from "./canonical.ts";
import { letters } from "./oracles.ts";

Deno.test("buildVocabulary() numbers the letters as the lecture does", () => {
  const vocabulary = buildVocabulary([letters.split("").reverse().join("")]);
  assertEquals(vocabulary.tokens.join(""), "." + letters);
  assertEquals(vocabulary.size, 27);
  assertEquals(vocabulary.id("."), 0);
  assertEquals(vocabulary.id("e"), 5);
});

canonicalTest(
  "buildVocabulary() finds 27 tokens in the lecture's names",
  () => {
    assertEquals(
      buildVocabulary(canonicalWords()).tokens.join(""),
      "." + letters,
    );
  },
);

Deno.test("buildVocabulary() sorts by code point, as Python does", () => {
  // Python 3.11: sorted(set("zé😀aﬀ日"))
  const vocabulary = buildVocabulary(["zé", "😀a", "ﬀ日"]);
  assertEquals(vocabulary.tokens, [".", "a", "z", "é", "日", "ﬀ", "😀"]);
});

Deno.test("buildVocabulary() takes words of several tokens each", () => {
  const vocabulary = buildVocabulary([["the", "dog"], ["a", "dog", "ran"]]);
  assertEquals(vocabulary.tokens, [".", "a", "dog", "ran", "the"]);
  assertEquals(vocabulary.encode(["the", "dog"]), [4, 2]);
});

Deno.test("buildVocabulary() refuses the boundary token and nothing at all", () => {
  assertThrows(() => buildVocabulary(["a.b"]), RangeError, '"."');
  assertThrows(() => buildVocabulary([]), RangeError, "at least one token");
  assertThrows(() => buildVocabulary([""]), RangeError, "at least one token");
});

Deno.test("Vocabulary.decode() undoes encode() for any Unicode", () => {
  const words = ["naïve", "日本", "👩‍👩‍👧", "𝒳y", "e\u0301"];
  const vocabulary = buildVocabulary(words);
  for (const word of words) {
    assertEquals(vocabulary.decode(vocabulary.encode(word)), word);
  }
});

Deno.test("Vocabulary says which token or id it does not have", () => {
  const vocabulary = buildVocabulary(["ab"]);
  assertThrows(
    () => vocabulary.encode("axe"),
    RangeError,
    'The vocabulary has no token "x": it has . a b',
  );
  assertThrows(() => vocabulary.decode([3]), RangeError, "no id 3");
  assertEquals(vocabulary.has("x"), false);
});

Deno.test("Vocabulary refuses tokens that do not make one", () => {
  assertThrows(() => new Vocabulary(["a", "."]), RangeError, '"a"');
  assertThrows(() => new Vocabulary([".", "a", "a"]), RangeError, "twice");
  assertThrows(() => new Vocabulary([".", ""]), RangeError, "empty");
  assertThrows(() => new Vocabulary(["."]), RangeError, "at least one");
  const tokens = Array.from({ length: 65_536 }, (_, i) => i ? `t${i}` : ".");
  assertThrows(() => new Vocabulary(tokens), RangeError, "65536");
  assertEquals(
    new Vocabulary(tokens.slice(1, 65_536).with(0, ".")).size,
    65_535,
  );
});

Deno.test("buildWordVocabulary() puts the most frequent words first", () => {
  const sentences = [
    ["the", "dog", "sees", "a", "cat", "."],
    ["the", "dog", "ran", "."],
    ["a", "zebra", "ran", "the", "race", "."],
  ];
  assertEquals(buildWordVocabulary(sentences).tokens, [
    ...["<s>", "<unk>", ".", "the", "a", "dog", "ran"],
  ]);
  assertEquals(buildWordVocabulary(sentences, { minimumCount: 3 }).tokens, [
    ...["<s>", "<unk>", ".", "the"],
  ]);
  assertEquals(buildWordVocabulary(sentences, { minimumCount: 1 }).size, 11);
});

Deno.test("buildWordVocabulary() gives words that it has not the unknown id", () => {
  const vocabulary = buildWordVocabulary([["a", "dog", "a", "dog", "ran"]]);
  assertEquals(vocabulary.encode(["a", "zebra", "ran", "."]), [2, 1, 1, 1]);
  assertEquals(vocabulary.has("ran"), false);
  // from a checkpoint, which holds the tokens alone, the same
  const again = new Vocabulary(vocabulary.tokens);
  assertEquals(again.encode(["dog", "zebra"]), [3, 1]);
});

Deno.test("buildWordVocabulary() takes a text that marks unknown words itself", () => {
  const vocabulary = buildWordVocabulary([["<unk>", "a", "<unk>", "a"]]);
  assertEquals(vocabulary.tokens, ["<s>", "<unk>", "a"]);
});

Deno.test("buildWordVocabulary() refuses the boundary token and odd minimums", () => {
  assertThrows(() => buildWordVocabulary([["<s>", "a"]]), RangeError, "<s>");
  for (const minimumCount of [0, 1.5, NaN]) {
    assertThrows(
      () => buildWordVocabulary([["a"]], { minimumCount }),
      RangeError,
      `minimum count is ${minimumCount}`,
    );
  }
});
