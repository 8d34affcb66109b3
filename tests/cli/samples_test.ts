/** `sample` draws again what nobody asked for, and says so. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  QUICK,
  QUICK_AUTO,
  QUICK_WORDS,
  refusalOf,
  run,
  TEXT,
  withFolder,
  withText,
  withWords,
  WORDS,
} from "./program.ts";
import {
  buildVocabulary,
  createParameters,
  saveModel,
  TorchGenerator,
} from "../../core.ts";

const LIST = new Set(WORDS.split("\n"));
const NGRAM = ["--model", "ngram", "--input", "words.txt", "--seed", "1"];

/** What a command made, and the reasons of what it drew again. */
async function made(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await run(folder, "sample", ...args);
  assertEquals(code, 0, stderr);
  return { words: stdout.split("\n").slice(0, -1), stderr };
}

Deno.test("sample --new-only and --unique print new words, each once", () =>
  withWords(async (folder) => {
    await run(folder, "train", ...QUICK, "--num", "0");
    for (const model of [NGRAM, ["--run", "out/run", "--seed", "1"]]) {
      const few = ["--num", "60", "--temperature", "0.9"];
      const plain = await made(folder, ...model, ...few);
      const words = plain.words.filter((line) => !/^\S.*:$/.test(line))
        .map((word) => word.trim());
      const isNew = (word: string) => word !== "" && !LIST.has(word);
      assert(words.some((word) => LIST.has(word)), "else nothing is tested");
      const { words: fresh, stderr } = await made(
        folder,
        ...[...model, ...few, "--new-only", "--unique"],
      );
      assertEquals(fresh.length, 60);
      assertEquals(new Set(fresh).size, 60);
      // of a run too, without --input: it knows what it learned from
      assertEquals(fresh.filter((word) => !isNew(word)), []);
      const [, drawn, why] = stderr.match(
        /^Drew (\d+) words for 60; left out: (.*)$/m,
      )!;
      assertMatch(why, /\d+ in (out\/run\/)?words.txt/);
      assertMatch(why, /\d+ repeats/);
      const left = why.split(", ").map(parseFloat);
      assertEquals(left.reduce((a, b) => a + b) + 60, Number(drawn));
      assertEquals(left, left.toSorted((a, b) => b - a));
      // the same draws, but for those that are left out
      assertEquals(
        fresh.slice(0, 5),
        [...new Set(words.filter(isNew))].slice(0, 5),
      );
    }
    // a run that has lost its copy
    await Deno.remove(`${folder}/out/run/words.txt`);
    const { message } = await refusalOf(
      folder,
      "sample",
      ...["--run", "out/run", "--new-only", "--seed", "1", "--quiet"],
    );
    assertMatch(
      message,
      /^Cannot tell what is new: out\/run learned from other words than those of .*; give them with --input$/,
    );
  }));

Deno.test("sample --min-length and --max-length cut nothing", () =>
  withWords(async (folder) => {
    const input = ["--input", "words.txt"];
    const lengths = ["--min-length", "3", "--max-length", "4"];
    const { words, stderr } = await made(
      folder,
      ...[...NGRAM, ...lengths, "--num", "40", "--temperature", "3"],
    );
    const plain = words.filter((word) => word.startsWith("  "));
    assertEquals(plain.length, 40);
    assert(plain.every((word) => /^ {2}.{3,4}$/.test(word)), words.join());
    assertMatch(
      stderr,
      /^Drew \d+ words for 40; left out: \d+ longer than --max-length 4, \d+ shorter than --min-length 3$/m,
    );
    // train has them too
    const learned = await run(
      folder,
      "train",
      ...["--model", "ngram", ...input, "--min-length", "6"],
    );
    const [, groups] = learned.stdout.split("\n\n");
    const long = groups.split("\n").filter((line) => line.startsWith("  "));
    assert(long.length === 20 && long.every((word) => word.length >= 8));

    for (
      const [args, message] of [
        [
          ["--min-length", "5", "--max-length", "4"],
          "Cannot use --min-length 5 with --max-length 4: no word would be left",
        ],
        [
          ["--prompt", "aba", "--max-length", "2"],
          "Cannot use a --prompt of length 3 with --max-length 2: no word",
        ],
      ] as const
    ) {
      const error = await refusalOf(
        folder,
        "sample",
        ...[...NGRAM, ...args, "--quiet"],
      );
      assertStringIncludes(error.message, message);
    }
    const early = await refusalOf(
      folder,
      "train",
      ...[...QUICK, "--min-length", "101"],
    );
    assertStringIncludes(early.message, "--min-length 101 with --max-length");
  }));

Deno.test("sample that finds too few words prints them, and says how many and why", () =>
  withFolder(async (folder) => {
    const list = "ab ba ac ca bc cb abc acb bac bca cab cba".split(" ");
    await Deno.writeTextFile(`${folder}/words.txt`, list.join("\n"));
    const few = await run(
      folder,
      "sample",
      ...[...NGRAM, "--order", "2", "--unique", "--max-length", "1"],
    );
    assertEquals(few.code, 2);
    const words = few.stdout.match(/^ {2}.*$/gm)!.map((word) => word.trim());
    // no words but these have one character, and an empty word is none
    assertEquals(words.sort(), ["a", "b", "c"]);
    const drawn = Number(few.stderr.match(/in (\d+) draws/)![1]);
    assert(drawn >= 1000 + words.length && drawn < 4000, few.stderr);
    assertMatch(
      few.stderr,
      /makemore: Cannot make 20 words: 3 were found in \d+ draws, none in the last 1000; left out: \d+ longer than --max-length 1, \d+ empty, \d+ repeats; raise --max-length\n$/,
    );
    const none = await run(
      folder,
      "sample",
      ...[...NGRAM, "--new-only", "--top-k", "1", "--prompt", "ab"],
    );
    assertEquals([none.code, none.stdout], [2, ""]);
    assertMatch(
      none.stderr,
      /Cannot make 20 words: 0 were found in 1000 draws, none in the last 1000; left out: 1000 in words.txt; raise --temperature, or ask for fewer with --num\n$/,
    );
  }));

Deno.test("sample ends and says so where a model never ends a word", () =>
  withFolder(async (folder) => {
    const generator = new TorchGenerator(1);
    const vocabulary = buildVocabulary(["ab"]);
    const sizes = { vocabularySize: 3, contextLength: 1, embeddingSize: 1 };
    const parameters = createParameters(
      { ...sizes, hiddenSize: 1 },
      { generator },
    );
    parameters.b2.set([-1000, 0, 0]);
    const bytes = saveModel(parameters, vocabulary);
    await Deno.writeFile(`${folder}/endless.safetensors`, bytes);
    const { message, exitCode } = await refusalOf(
      folder,
      "sample",
      ...["--run", "endless.safetensors", "--seed", "1", "--quiet"],
    );
    assertEquals(exitCode, 2);
    assertEquals(
      message,
      "Cannot make 20 words: 0 were found in 1000 draws, none in the last " +
        "1000; left out: 1000 longer than --max-length 100; raise --max-length",
    );
  }));

Deno.test("train that finds too few words says so, and succeeds", () =>
  withWords(async (folder) => {
    const settings = [...QUICK_AUTO, "--min-length", "90", "--quiet"];
    const { code, stdout, stderr } = await run(folder, "train", ...settings);
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^train loss [^]*\n\n$/);
    assertMatch(
      stderr,
      /^Cannot make 20 words: 0 were found in 1000 draws, none in the last 1000; left out: 1000 shorter than --min-length 90; lower --min-length\n$/,
    );
  }));

Deno.test("sample leaves sentences out of a text that goes on", () =>
  withText(async (folder) => {
    await run(folder, "train", ...QUICK_WORDS, "--num", "0");
    const { words } = await made(
      folder,
      ...["--run", "out/run", "--new-only", "--unique", "--seed", "1"],
      ...["--max-length", "7", "--num", "5", "--temperature", "1.5"],
    );
    assertEquals(new Set(words).size, 5);
    for (const sentence of words) {
      assert(!TEXT.includes(sentence), sentence);
    }
  }));
