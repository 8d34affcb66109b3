import { assertEquals } from "@std/assert";
import { buildVocabulary, labelWords, Vocabulary } from "../../core.ts";

Deno.test("labelWords() labels words as train, dev, test and new", () => {
  const known = { train: ["a", "b"], dev: ["b", "c"], test: new Set(["d"]) };
  assertEquals(
    labelWords(["a", "b", "c", "d", "e"], known).map(({ origin }) => origin),
    ["train", "train", "dev", "test", "new"],
  );
});

Deno.test("labelWords() knows sentences by the text that they make", () => {
  const known = { train: [["the", "dog", "ran", "."]], dev: [["a", "zebra"]] };
  const made = ["the dog ran.", "a <unk>", "a zebra", "the dog."];
  const origins = (options = {}) =>
    labelWords(made, known, options).map(({ origin }) => origin);
  assertEquals(origins(), ["train", "new", "dev", "new"]);
  const vocabulary = new Vocabulary([
    ...["<s>", "<unk>", ".", "the", "a", "dog", "ran"],
  ]);
  assertEquals(origins({ vocabulary }), ["train", "dev", "new", "new"]);
  // letters that a vocabulary has not make a word that no model of it makes
  const letters = buildVocabulary(["abc"]);
  assertEquals(
    labelWords(["cab", "bab"], { train: ["élan", "cab"] }, {
      vocabulary: letters,
    }).map(({ origin }) => origin),
    ["train", "new"],
  );
});
