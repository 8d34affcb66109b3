/** The models that are made in a moment, and all models beside one another. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  QUICK,
  refusalOf,
  run,
  TEXT,
  withFolder,
  withText,
  withWords,
  WORDS,
  WORDS_SEED,
} from "./program.ts";
import {
  addK,
  buildVocabulary,
  buildWordVocabulary,
  contextWindows,
  countNgrams,
  evaluate,
  interpolate,
  kneserNey,
  splitByPosition,
  splitWords,
  tokenize,
  type Windows,
} from "../../core.ts";

/** The table of evaluate: losses and perplexities of the parts by model. */
function tableOf(stdout: string): Map<string, number[]> {
  const [parts, heads, ...rows] = stdout.trimEnd().split("\n");
  assertMatch(parts, /^ +train +dev +test$/);
  assertMatch(heads, /^model( +loss perplexity){3}$/);
  return new Map(rows.map((row) => [
    row.slice(0, 12).trim(),
    row.slice(12).trim().split(/ +/).map(Number),
  ]));
}

/** What the table has for losses. */
function cells(losses: number[]): number[] {
  return losses.flatMap((loss) => [
    Number(loss.toFixed(4)),
    Number(Math.exp(loss).toFixed(2)),
  ]);
}

Deno.test("evaluate prints what the library finds, for all models and the mixture", () =>
  withWords(async (folder) => {
    await run(folder, "train", ...QUICK);
    const input = ["--input", "words.txt"];
    const { code, stdout, stderr } = await run(
      folder,
      "evaluate",
      ...["--run", "out/run", ...input, "--model", "all"],
    );
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^The mlp is out\/run$/m);
    const table = tableOf(stdout);
    assertEquals([...table.keys()], [
      ...["mlp", "bigram net", "2-gram", "3-gram", "4-gram", "5-gram"],
      "mixture",
    ]);
    const words = WORDS.split("\n");
    const vocabulary = buildVocabulary(words);
    const { train, dev, test } = splitWords(words);
    for (const order of [2, 3, 4, 5]) {
      const rows = [train, dev, test].map((part) =>
        contextWindows(part, vocabulary, order - 1)
      );
      const model = kneserNey(countNgrams(rows[0], vocabulary));
      const losses = rows.map((windows) => evaluate(model, windows));
      assertEquals(table.get(`${order}-gram`), cells(losses));
    }
    // the weights are the best on dev, so no model alone is better there
    const devLosses = [...table.values()].map((row) => row[2]);
    assertAlmostEquals(devLosses.at(-1)!, Math.min(...devLosses), 2e-4);
    const weights = /best on dev: (.*)$/m.exec(stderr)![1].split(", ");
    assertEquals(weights.length, 6);
    const sum = weights.reduce((sum, share) => sum + parseFloat(share), 0);
    assertAlmostEquals(sum, 1, 0.004); // rounded to three digits

    const judge = ["--run", "out/run", ...input, "--model", "mlp"];
    const split = await run(folder, "evaluate", ...judge, "--split-seed", "7");
    assertMatch(
      split.stderr,
      /^The mlp is out\/run, which was trained on another split: dev and test have words that it learned from$/m,
    );
    await Deno.writeTextFile(`${folder}/words.txt`, WORDS + "\nÉclair");
    assertEquals(
      (await refusalOf(folder, "evaluate", ...judge, "--quiet")).message,
      'Cannot evaluate out/run on words.txt: it does not know "É" in ' +
        '"Éclair"; give a list of its characters',
    );
    await Deno.writeTextFile(`${folder}/words.txt`, WORDS + "\nbalda");
    const other = await run(folder, "evaluate", ...judge);
    assertMatch(
      other.stderr,
      /^The mlp is out\/run, which was trained on other words$/m,
    );
  }));

Deno.test("evaluate --model and --order leave the others out", () =>
  withWords(async (folder) => {
    const input = ["--input", "words.txt"];
    const rows = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(
        folder,
        "evaluate",
        ...input,
        ...args,
      );
      assertEquals(code, 0, stderr);
      return [...tableOf(stdout).keys()];
    };
    assertEquals(
      await Promise.all([
        rows(),
        rows("--model", "ngram"),
        rows("--model", "ngram", "--order", "all"),
        rows("--model", "ngram", "--order", "1"),
        rows("--model", "bigram"),
        rows("--model", "mlp"),
        rows("--order", "7"),
        rows("--model", "all", "--order", "7"),
      ]),
      [
        ["mlp", "3-gram", "mixture"],
        ["3-gram"],
        ["2-gram", "3-gram", "4-gram", "5-gram", "mixture"],
        ["1-gram"],
        ["bigram net"],
        ["mlp"],
        ["mlp", "7-gram", "mixture"],
        ["mlp", "bigram net", "7-gram", "mixture"],
      ],
    );
  }));

Deno.test("evaluate --level words counts a text as the library does", () =>
  withText(async (folder) => {
    const sentences = tokenize(TEXT);
    const { train, dev, test } = splitByPosition(sentences);
    const vocabulary = buildWordVocabulary(train, { minimumCount: 3 });
    const rows = [train, dev, test].map((part) =>
      contextWindows(part, vocabulary, 2, { acrossBoundaries: true })
    );
    const counts = countNgrams(rows[0], vocabulary);
    const ways = {
      "kneser-ney": kneserNey(counts),
      interpolated: interpolate(counts, rows[1]),
      "add-k": addK(counts, 0.1),
    };
    for (const [smoothing, model] of Object.entries(ways)) {
      const losses = rows.map((windows: Windows) => evaluate(model, windows));
      const { stdout, stderr } = await run(
        folder,
        "evaluate",
        ...["--level", "words", "--input", "text.txt", "--minimum-count", "3"],
        ...["--order", "3", "--smoothing", smoothing, "--model", "ngram"],
      );
      assertEquals(tableOf(stdout).get("3-gram"), cells(losses), stderr);
    }
    const { stdout, stderr } = await run(
      folder,
      "evaluate",
      ...["--level", "words", "--input", "text.txt", "--order", "2"],
      ...["--model", "all", "--threads", "1"],
    );
    // 20-odd tokens: the bigram net is quick; a net of words is not there
    assertEquals([...tableOf(stdout).keys()], [
      ...["bigram net", "2-gram", "mixture"],
    ]);
    assertStringIncludes(stderr, "No net of words comes with the package");
  }));

Deno.test("train --model shows what sample and evaluate make again", () =>
  withWords(async (folder) => {
    const input = ["--input", "words.txt"];
    for (const model of [["ngram", "--order", "4"], ["bigram"]]) {
      const args = ["--model", ...model, ...input];
      const learned = await run(folder, "train", ...args);
      assertEquals(learned.code, 0, learned.stderr);
      assertStringIncludes(learned.stderr, "takes a moment, so it is not kept");
      const [losses, words] = learned.stdout.split("\n\n");
      const sampled = await run(folder, "sample", ...args, ...WORDS_SEED);
      assertEquals(sampled.stdout, words);
      const judged = await run(folder, "evaluate", ...args);
      const numbers = judged.stdout.split("\n")[2].slice(12).match(/\d+\.\d+/g);
      assertEquals(losses.match(/\d+\.\d+/g), numbers);
    }
    assert(
      !Array.from(Deno.readDirSync(folder)).some(({ name }) => name === "out"),
    );
    const one = await run(
      folder,
      "train",
      ...["--model", "bigram", "--steps", "1", ...input],
    );
    assertStringIncludes(
      one.stderr,
      "make it again, with --model bigram and the default steps, rate and seed",
    );
    const hundred = await run(
      folder,
      "train",
      ...["--model", "bigram", "--steps", "100", ...input],
    );
    assert(one.stdout.slice(11, 17) > hundred.stdout.slice(11, 17));
  }));

Deno.test("sample --model ngram uses temperature, top-k, prompt and length", () =>
  withWords(async (folder) => {
    const words = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(
        folder,
        "sample",
        ...["--model", "ngram", "--input", "words.txt", ...WORDS_SEED],
        ...args,
      );
      assertEquals(code, 0, stderr);
      return stdout.split("\n").filter((line) => line.startsWith("  "))
        .map((line) => line.trim());
    };
    const [likeliest] = await words("--top-k", "1");
    assertEquals(await words("--top-k", "1"), Array(20).fill(likeliest));
    assertEquals(
      await words("--temperature", "0.001"),
      Array(20).fill(likeliest),
    );
    const wild = await words("--temperature", "50", "--max-length", "9");
    assert(wild.every((word) => word.length <= 9));
    assert(wild.some((word) => word.length === 9));
    const prompted = await words("--prompt", "ca", "--num", "4");
    assert(prompted.length === 4 && prompted.every((w) => w.startsWith("ca")));
    // a temperature of 1 and as many tokens as there are change nothing
    assertEquals(await words("--top-k", "1000"), await words());
  }));

Deno.test("sample --level words sees as many sentences before as the model does", () =>
  withFolder(async (folder) => {
    // what follows "Yes." only the sentence before it tells
    const text = "Yes. Yes. No. ".repeat(60);
    await Deno.writeTextFile(`${folder}/text.txt`, text);
    const words = ["--level", "words", "--input", "text.txt"];
    const lengths = ["--context-length", "6", "--steps", "300"];
    const learned = await run(folder, "train", ...words, ...lengths);
    assertEquals(learned.code, 0, learned.stderr);
    for (
      const model of [["--model", "ngram", "--order", "7"], [
        "--run",
        "out/run",
      ]]
    ) {
      const { stdout, stderr } = await run(
        folder,
        "sample",
        // of what is printed in groups only these two counts are left
        ...[...words, ...model, "--top-k", "1", "--num", "12"],
      );
      const count = (sentence: string) => stdout.split(sentence).length - 1;
      assertEquals([count("Yes."), count("No.")], [8, 4], stdout + stderr);
    }
  }));

Deno.test("commands refuse options of other models in one line", () =>
  withFolder(async (folder) => {
    const ngram = ["--model", "ngram"];
    const refused: [Parameters<typeof run>[1], string[], string][] = [
      [
        "train",
        ["--order", "3"],
        "Cannot use --order with --model mlp: it is for --model ngram",
      ],
      [
        "train",
        [...ngram, "--resume"],
        "Cannot use --resume with --model ngram",
      ],
      [
        "train",
        [...ngram, "--output", "out/a"],
        "Cannot use --output with --model ngram",
      ],
      ["train", [...ngram, "--steps", "5"], "it is for --model mlp or bigram"],
      [
        "train",
        ["--model", "bigram", "--order", "3"],
        "Cannot use --order with",
      ],
      ["train", [...ngram, "--threads", "2"], "it is for --model mlp"],
      ["train", ["--decay", "1"], "it is for --schedule inverse"],
      [
        "train",
        ["--schedule", "inverse", "--final-learning-rate", "0"],
        "Cannot use --schedule inverse from 0.2 to 0",
      ],
      ["train", ["--model", "n-gram"], "did you mean ngram?"],
      ["train", [...ngram, "--order", "21"], "a whole number from 1 to 20"],
      ["train", ["--candidates", "some"], "a whole number from 1, or all"],
      [
        "sample",
        [...ngram, "--run", "out/run"],
        "Cannot use --run with --model",
      ],
      ["sample", [...ngram, "--smoothing", "kn"], "one of kneser-ney"],
      [
        "evaluate",
        ["--model", "bigram", "--run", "a"],
        "Cannot use --run with --model",
      ],
      [
        "evaluate",
        ["--model", "mlp", "--order", "2"],
        "Cannot use --order with",
      ],
    ];
    for (const [command, args, message] of refused) {
      const error = await refusalOf(folder, command, ...args);
      assertEquals(error.exitCode, 2);
      assertStringIncludes(error.message, message);
    }
  }));
