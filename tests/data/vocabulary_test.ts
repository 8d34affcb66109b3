import { assertEquals, assertThrows } from "@std/assert";
import {
  buildVocabulary,
  buildWordVocabulary,
  encodeWord,
  Vocabulary,
} from "../../lib/data/vocabulary.ts";
import { saveModel } from "../../lib/saving/model_file.ts";
import { tokenize } from "../../lib/data/tokens.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { letters } from "../oracles.ts";

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

Deno.test("buildVocabulary() names the boundary <w> where a word has a dot", () => {
  const words = ["Mr. Mime", "ab"];
  const vocabulary = buildVocabulary(words);
  assertEquals(vocabulary.tokens, [
    ...["<w>", " ", ".", "M", "a", "b", "e", "i", "m", "r"],
  ]);
  assertEquals(vocabulary.level, "characters");
  assertEquals(encodeWord(vocabulary, "M.e"), [3, 2, 6]);
  assertEquals(vocabulary.decode([3, 2, 6]), "M.e");
  // no text has a character of that name
  assertThrows(() => vocabulary.encode("<w>"), RangeError, '"<"');
  assertThrows(
    () => encodeWord(vocabulary, ["a", "<w>"]),
    RangeError,
    'it contains "<w>", which marks where words begin and end',
  );
});

Deno.test("buildVocabulary() reads words as the vocabulary splits texts", () => {
  const mixed = ["Jose\u0301", "José", "so\u00adfa"];
  const vocabulary = buildVocabulary(mixed);
  assertEquals(vocabulary.tokens.join(""), ".Jafosé");
  const [nfd, nfc] = mixed.map((word) => vocabulary.encode(word));
  assertEquals(nfd, nfc);

  const lower = buildVocabulary(["Ann", "anna"], { lowercase: true });
  assertEquals(lower.tokens, [".", "a", "n"]);
  assertEquals(lower.encode("ANNA"), [1, 2, 2, 1]);
  const turkish = { lowercase: true, locale: "tr" };
  assertEquals(buildVocabulary(["ILIK"], turkish).tokens.join(""), ".klı");
});

Deno.test("buildVocabulary() refuses both boundary tokens and nothing at all", () => {
  assertThrows(() => buildVocabulary([[".", "<w>"]]), RangeError, '"<w>"');
  assertThrows(() => buildVocabulary([]), RangeError, "at least one other");
  assertThrows(() => buildVocabulary([""]), RangeError, "at least one other");
});

Deno.test("Vocabulary.decode() undoes encode() for any Unicode", () => {
  const words = ["naïve", "日本", "👩‍👩‍👧", "𝒳y", "e\u0301"];
  const vocabulary = buildVocabulary(words);
  for (const word of words) {
    // "e\u0301" comes back as "é", which is the same text
    assertEquals(vocabulary.decode(vocabulary.encode(word)), word.normalize());
  }
});

Deno.test("Vocabulary says which token or id it does not have", () => {
  const vocabulary = buildVocabulary(["ab"]);
  assertThrows(
    () => vocabulary.encode("axe"),
    RangeError,
    'Cannot encode "x": the vocabulary has no token "x", only . a b',
  );
  assertThrows(
    () => vocabulary.decode([3]),
    RangeError,
    "Cannot decode the id 3",
  );
  assertEquals(vocabulary.has("x"), false);
});

Deno.test("Vocabulary refuses tokens that do not make one", () => {
  assertThrows(() => new Vocabulary(["a", "."]), RangeError, '"a"');
  assertThrows(() => new Vocabulary([".", "a", "a"]), RangeError, "repeated");
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
  // the same from its tokens, which a checkpoint keeps
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
      `minimum count ${minimumCount}`,
    );
  }
});

Deno.test("buildWordVocabulary() makes words unknown that a checkpoint could not hold", () => {
  const long = "x".repeat(64);
  const text = `${long} ${long}y a ${long} ${long}y a ${"-".repeat(65)} a`;
  const vocabulary = buildWordVocabulary(tokenize(text));
  assertEquals(vocabulary.tokens, ["<s>", "<unk>", "a", long]);
  assertEquals(vocabulary.encode([long + "y"]), [1]);
  const [V, T, E, H] = [4, 1, 1, 1];
  const parameters = {
    C: new Float32Array(V * E),
    W1: new Float32Array(T * E * H),
    b1: new Float32Array(H),
    W2: new Float32Array(H * V),
    b2: new Float32Array(V),
  };
  saveModel(parameters, vocabulary);
});

Deno.test("buildWordVocabulary() refuses a text of rare words, and one of too many", () => {
  assertThrows(
    () => buildWordVocabulary([["a", "b", "a"]], { minimumCount: 3 }),
    RangeError,
    "Cannot make a vocabulary: 0 words occur at least 3 times; take more text",
  );
  const many = Array.from({ length: 65_534 }, (_, i) => `w${i}`);
  assertThrows(
    () => buildWordVocabulary([many], { minimumCount: 1 }),
    RangeError,
    "Cannot make a vocabulary: 65534 words occur at least 1 times; raise the " +
      "minimum count, as 65535 tokens are the limit",
  );
  const fits = buildWordVocabulary([many.slice(1)], { minimumCount: 1 });
  assertEquals(fits.size, 65_535);
});

Deno.test('buildWordVocabulary() takes as many words as fit if the minimum count is "auto"', () => {
  const many = Array.from({ length: 65_534 }, (_, i) => `w${i}`);
  const few = ["often", "often", "often", "twice", "twice", "once"];
  const auto = { minimumCount: "auto" } as const;
  assertEquals(buildWordVocabulary([few], auto).tokens.slice(2), [
    "often",
    "twice",
  ]);
  // those that occur twice have no place, neither all nor some of them
  const { tokens } = buildWordVocabulary([few, many, many], auto);
  assertEquals(tokens, ["<s>", "<unk>", "often"]);
  const fitting = [...few, ...many.slice(3), ...many.slice(3)];
  assertEquals(buildWordVocabulary([fitting], auto).size, 65_535);
});

Deno.test("Vocabulary.level follows from the boundary token", () => {
  assertEquals(buildVocabulary(["ab"]).level, "characters");
  assertEquals(new Vocabulary(["<w>", "."]).level, "characters");
  assertEquals(new Vocabulary(["<s>", "a"]).level, "words");
  // where "." is the boundary, tokens of any length are put together as they are
  const vocabulary = buildVocabulary([["the", "dog"]]);
  assertEquals(vocabulary.level, "characters");
  assertEquals(vocabulary.decode([2, 1]), "thedog");
});

Deno.test("Vocabulary splits texts as its options say, whatever its tokens are", () => {
  const tokens = ["<s>", "<unk>", "the", "dog"];
  const plain = new Vocabulary(tokens);
  assertEquals([plain.lowercase, plain.locale], [false, "en"]);
  assertEquals(plain.split("The DOG."), ["The", "DOG", "."]);
  for (const extra of [[], ["The"]]) {
    const lower = new Vocabulary([...tokens, ...extra], { lowercase: true });
    assertEquals(lower.lowercase, true);
    assertEquals(lower.split("The DOG."), ["the", "dog", "."]);
  }
  const turkish = { lowercase: true, locale: "tr" };
  assertEquals(new Vocabulary(tokens, turkish).locale, "tr");
  assertEquals(new Vocabulary(tokens, turkish).split("ILIK"), ["ılık"]);
  assertEquals(new Vocabulary([".", "ı"], turkish).split("I"), ["ı"]);
  assertThrows(
    () => new Vocabulary(tokens, { locale: "no such" }),
    RangeError,
    'Cannot use the locale "no such"',
  );
});

Deno.test("Vocabulary.split() finds the words that tokenize() found for its locale", () => {
  const text = "ISPARTA ılık. Isparta ILIK.";
  for (const locale of ["tr", "en"]) {
    const options = { lowercase: true, locale };
    const sentences = tokenize(text, options);
    const vocabulary = buildWordVocabulary(sentences, options);
    assertEquals(vocabulary.split(text), sentences.flat());
    // in Turkish, "I" is the capital of "ı"
    assertEquals(vocabulary.has("ılık"), locale === "tr");
  }
});

Deno.test("buildWordVocabulary() passes its options on to the vocabulary", () => {
  const sentences = tokenize("a dog ran. a dog sat.");
  const plain = buildWordVocabulary(sentences);
  assertEquals([plain.lowercase, plain.locale], [false, "en"]);
  assertEquals(plain.encode("A dog"), [1, 4]);
  const options = { lowercase: true, locale: "de" };
  const lower = buildWordVocabulary(sentences, options);
  assertEquals([lower.lowercase, lower.locale], [true, "de"]);
  assertEquals(lower.encode("A dog"), [3, 4]);
});

Deno.test("encodeWord() refuses the boundary token within a word", () => {
  const letters = buildVocabulary(["abc"]);
  assertEquals(encodeWord(letters, "cab"), [3, 1, 2]);
  assertThrows(
    () => encodeWord(letters, "a.b"),
    RangeError,
    'Cannot encode "a.b" as a word: it contains ".", which marks where words ' +
      "begin and end; leave it out",
  );
  const words = new Vocabulary(["<s>", "<unk>", ".", "dog"]);
  assertEquals(encodeWord(words, "dog."), [3, 2]);
  assertThrows(() => encodeWord(words, ["dog", "<s>"]), RangeError, '"<s>"');
});

Deno.test("Vocabulary takes strings and tokens at both levels", () => {
  const letters = buildVocabulary(["abc"]);
  assertEquals(letters.encode("cab"), letters.encode(["c", "a", "b"]));
  const once = ["c", "a"][Symbol.iterator]();
  assertEquals(letters.encode(once), [3, 1]);

  const words = new Vocabulary(
    ["<s>", "<unk>", ".", "the", "dog", "ran"],
    { lowercase: true },
  );
  const ids = [3, 4, 5, 2, 3, 1, 2];
  assertEquals(words.encode("The dog ran. The cat."), ids);
  assertEquals(
    words.encode(["the", "dog", "ran", ".", "the", "cat", "."]),
    ids,
  );
  assertEquals(words.decode(ids), "the dog ran. the <unk>.");
  assertEquals(words.decode([]), "");
  assertEquals(words.join(["the", "cat", "."]), "the cat.");
  assertThrows(() => words.decode([6]), RangeError, "Cannot decode the id 6");
});

Deno.test("buildWordVocabulary() learns from a text where blanks are", () => {
  const text = "« Oui », dit-il. « Non », dit-il. 50 % (ou 60 %) !";
  const sentences = tokenize(text);
  const vocabulary = buildWordVocabulary(sentences, { text });
  // only of its own tokens
  assertEquals(vocabulary.spacing, {
    closing: ", - .",
    opening: "-",
    quotes: "",
  });
  assertEquals(vocabulary.join(sentences[0]), "« Oui », dit-il.");
  const plain = buildWordVocabulary(sentences);
  assertEquals(plain.spacing, undefined);
  assertEquals(plain.join(sentences[0]), "«Oui», dit-il.");
});

Deno.test("buildWordVocabulary() learns the same from sentences that can be read once", () => {
  const text = "A dog, a cat (or two). A dog, a cat (or two).";
  const sentences = tokenize(text);
  const once = (function* () {
    for (const sentence of sentences) yield sentence.values();
  })();
  const vocabulary = buildWordVocabulary(once, { text });
  assertEquals(vocabulary, buildWordVocabulary(sentences, { text }));
  assertEquals(vocabulary.decode(vocabulary.encode(text)), text);
});

Deno.test("Vocabulary.join() of characters has no blanks, whatever the options", () => {
  const characters = buildVocabulary(["ab"], { blanks: true });
  assertEquals(characters.decode([1, 2]), "ab");
});

Deno.test("Vocabulary.split() finds the abbreviations of its text", () => {
  const text = "She met Sen. Lee and Sen. Poe. ".repeat(2);
  const vocabulary = buildWordVocabulary(tokenize(text), { text });
  assertEquals(vocabulary.split("Sen. Zorg"), ["Sen.", "Zorg"]);
  const lines = new Vocabulary(["<s>", "a"], { sentences: "lines" });
  assertEquals(lines.sentences, "lines");
  assertEquals([lines.whole, lines.split("a.\na")], [true, ["a", ".", "a"]]);
});
