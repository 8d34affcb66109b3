import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { sentencesOf, tokenize } from "../../lib/data/tokens.ts";
import { buildVocabulary } from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";

Deno.test("tokenize() takes words and punctuation marks apart", () => {
  assertEquals(tokenize('He said: "No, I won\'t--not for $1,000.50!"'), [
    ["He", "said", ":", '"', "No", ",", "I", "won't", "--"].concat(
      ["not", "for", "$", "1,000.50", "!", '"'],
    ),
  ]);
  assertEquals(tokenize("Well-known... (or not)?"), [
    ["Well", "-", "known", "...", "(", "or", "not", ")", "?"],
  ]);
});

Deno.test("tokenize() ends sentences where Unicode does, and at empty lines", () => {
  const text =
    "First line\nof a verse. Is it?\r\n  \r\nNext\tparagraph\n\n\nend";
  assertEquals(tokenize(text), [
    ["First", "line", "of", "a", "verse", "."],
    ["Is", "it", "?"],
    ["Next", "paragraph"],
    ["end"],
  ]);
  assertEquals(tokenize(""), []);
  assertEquals(tokenize(" \n\n \t\n"), []);
});

Deno.test("tokenize() reads the line breaks of Windows and of old Macs alike", () => {
  const text = "The dog ran\nin a room.\n\nA title\n \nIt\nsat.\n";
  const sentences = tokenize(text);
  assertEquals(sentences.map((tokens) => tokens.length), [7, 2, 3]);
  assertEquals(tokenize(text.replaceAll("\n", "\r\n")), sentences);
  assertEquals(tokenize(text.replaceAll("\n", "\r")), sentences);
});

Deno.test("tokenize() knows other scripts and languages", () => {
  assertEquals(tokenize("Ça va? Très bien, l’été «chaud»."), [
    ["Ça", "va", "?"],
    ["Très", "bien", ",", "l'été", "«", "chaud", "»", "."],
  ]);
  assertEquals(tokenize("Привет, мир!"), [["Привет", ",", "мир", "!"]]);
  // no blanks, another full stop
  assertEquals(
    tokenize("我爱北京。你呢？", { locale: "zh" }).map((s) => s.at(-1)),
    ["。", "？"],
  );
  // one token of several code points; é written in two ways is one word
  assertEquals(tokenize("👩‍👩‍👧 e\u0301te\u0301 été"), [["👩‍👩‍👧", "été", "été"]]);
  assertThrows(() => tokenize("a", { locale: "no such" }), RangeError);
});

Deno.test("tokenize() makes lowercase as the language does", () => {
  const lowercase = true;
  assertEquals(tokenize("The DOG. Éa", { lowercase }), [["the", "dog", "."], [
    "éa",
  ]]);
  assertEquals(tokenize("ILIK", { lowercase, locale: "tr" }), [["ılık"]]);
});

Deno.test("tokenize() gives what vocabularies and context windows take", () => {
  const sentences = tokenize("The dog ran\n\nA dog ran");
  const vocabulary = buildVocabulary(sentences);
  assertEquals(vocabulary.tokens, [".", "A", "The", "dog", "ran"]);
  const { X, Y } = contextWindows(sentences, vocabulary, 2);
  assertEquals([...X], [0, 0, 0, 2, 2, 3, 3, 4, 0, 0, 0, 1, 1, 3, 3, 4]);
  assertEquals([...Y], [2, 3, 4, 0, 1, 3, 4, 0]);
});

Deno.test("tokenize() has one apostrophe, however it is typed", () => {
  const straight = "Don't, 'tis the dogs' day. Rock 'n' roll, l'été, п'ять.";
  for (const apostrophe of ["’", "ʼ", "＇"]) {
    const inWords = straight.replaceAll(/(?<=\p{L})'(?=\p{L})/gu, apostrophe);
    assertEquals(tokenize(inWords), tokenize(straight));
  }
  assertEquals(tokenize(straight.replaceAll("'", "’")), tokenize(straight));
  assertEquals(tokenize(straight)[0].slice(0, 4), ["Don't", ",", "'", "tis"]);
  // quotation marks stay
  assertEquals(tokenize("‘Don’t’, he said"), [
    ["‘", "Don't", "’", ",", "he", "said"],
  ]);
});

Deno.test("tokenize() makes each line a sentence, and empty lines one without tokens", () => {
  const text = "\n\nThe fog comes\r\non little. Cat feet\n \n\t\n" +
    "It sits?\rlooking\n\n";
  assertEquals(tokenize(text, { sentences: "lines" }), [
    ["The", "fog", "comes"],
    ["on", "little", ".", "Cat", "feet"],
    [],
    ["It", "sits", "?"],
    ["looking"],
  ]);
  assertEquals(tokenize(" \n\n", { sentences: "lines" }), []);
});

Deno.test("tokenize() reads a text as 0.2.0 did where whole is false", () => {
  assertEquals(tokenize("Mr. O’Hara of the U.S. left.", { whole: false }), [
    ["Mr", "."],
    ["O’Hara", "of", "the", "U", ".", "S", ".", "left", "."],
  ]);
});

Deno.test("tokenize() takes what is between blanks, a line for a sentence, where blanks are true", () => {
  const text = "The  Dr . said\t‘ no’ .\r\n\n\nDon’t !\n";
  assertEquals(tokenize(text, { blanks: true }), [
    ["The", "Dr", ".", "said", "‘", "no’", "."],
    ["Don’t", "!"],
  ]);
  const options = {
    blanks: true,
    lowercase: true,
    sentences: "lines",
  } as const;
  assertEquals(tokenize(text, options).slice(1), [[], ["don’t", "!"]]);
});

Deno.test("sentencesOf() finds in pieces of any size what tokenize() finds in the whole", () => {
  const part = fc.constantFrom(
    ..."\n|\n\n| \n\t\n|\r\n|\r| |. |‘|’|'|Dr. |U.S.|a|e\u0301|\u0301|Σ|ΑΣ|!|?|--|字|no|The|\u2029"
      .split("|"),
  );
  const options = fc.record({
    lowercase: fc.boolean(),
    sentences: fc.constantFrom("text", "lines"),
    blanks: fc.boolean(),
    whole: fc.boolean(),
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(part), sizes, options, (parts, sizes, options) => {
      const text = parts.join("");
      const pieces: string[] = [];
      for (let at = 0; at < text.length;) {
        const size = sizes[pieces.length % sizes.length];
        pieces.push(text.slice(at, at += size));
      }
      assertEquals([...sentencesOf(pieces, options)], tokenize(text, options));
    }),
    { seed: 17, numRuns: 1000 },
  );
});

Deno.test("sentencesOf() cuts a paragraph that is as long as a text", () => {
  const words = ["Mr. Ho", "said:", "“No.”", "It", "rained", "in the U.S."];
  words.push(...["x", "y", "Z", "z."].map((end) => "w".repeat(400) + end));
  const text = Array.from(
    { length: 33_000 },
    (_, i) => words[i * i % 23 % 10] + (i % 11 ? " " : ".\n"),
  ).join("");
  const pieces = text.match(/[^]{1,300000}/gu)!;
  assert(text.length > 2 ** 22 + 300_000, "a part is read after the start");
  const hash = (sentences: Iterable<string[]>) => {
    let [count, hash] = [0, 0];
    for (const sentence of sentences) {
      for (const token of [...sentence, ""]) {
        count++;
        hash = Math.imul(hash, 31) + token.length + (token.charCodeAt(0) | 0);
      }
    }
    return [count, hash];
  };
  assertEquals(hash(sentencesOf(pieces)), hash(tokenize(text)));
});
