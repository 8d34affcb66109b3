import { assertEquals, assertThrows } from "@std/assert";
import { buildVocabulary, Vocabulary } from "../../lib/data/vocabulary.ts";
import {
  continueText,
  readPrompt,
  unknownWords,
} from "../../lib/language_models/prompt.ts";

const words = new Vocabulary(
  ["<s>", "<unk>", ".", "the", "prof.", "dog", "ran"],
  { lowercase: true },
);

Deno.test("readPrompt() keeps unknown words as they were typed, and boundaries between sentences", () => {
  const prompt = readPrompt(words, "The Dog ran. Prof. Zorg");
  assertEquals(prompt, {
    ids: [3, 5, 6, 2, 0, 4, 1],
    sentences: [["the", "dog", "ran", "."], ["prof.", "Zorg"]],
  });
  assertEquals(
    continueText(words, prompt, ["ran", "."]),
    "the dog ran. prof. Zorg ran.",
  );
  assertEquals(readPrompt(words, " "), { ids: [], sentences: [[]] });
});

Deno.test("readPrompt() takes tokens, and characters", () => {
  assertEquals(readPrompt(words, ["the", "Zorg"]), {
    ids: [3, 1],
    sentences: [["the", "Zorg"]],
  });
  assertThrows(() => readPrompt(words, ["dog", "<s>"]), RangeError, '"<s>"');
  const letters = buildVocabulary(["abc"]);
  const prompt = readPrompt(letters, "cab");
  assertEquals(prompt, { ids: [3, 1, 2], sentences: [["c", "a", "b"]] });
  assertEquals(continueText(letters, prompt, ["b"]), "cabb");
});

Deno.test("readPrompt() has an empty line between stanzas", () => {
  const lines = new Vocabulary(["<s>", "<unk>", "a", "b"], {
    sentences: "lines",
  });
  const prompt = readPrompt(lines, "a\n\na");
  assertEquals(prompt.ids, [2, 0, 0, 2]);
  assertEquals(continueText(lines, prompt, ["b"]), "a\n\na b");
});

Deno.test("readPrompt() splits at blanks if the tokens are what is between them", () => {
  const blanks = new Vocabulary(["<s>", "<unk>", "a", "@-@", "n't"], {
    blanks: true,
  });
  const prompt = readPrompt(blanks, "a @-@\na n't");
  assertEquals(prompt.ids, [2, 3, 0, 2, 4]);
  assertEquals(continueText(blanks, prompt, ["a"]), "a @-@\na n't a");
});

Deno.test("unknownWords() names each word once", () => {
  assertEquals(unknownWords(words, "Zorg ran. The Zorg, the dog"), [
    "Zorg",
    ",",
  ]);
  assertEquals(unknownWords(buildVocabulary(["abc"]), "cab"), []);
});
