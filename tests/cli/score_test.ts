import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  Program,
  QUICK_WORDS,
  refusalOf,
  run,
  taskArguments,
  withFolder,
  withText,
  withWords,
  WORDS,
} from "./program.ts";
import {
  addK,
  buildVocabulary,
  contextWindows,
  countNgrams,
  pretrainedModel,
  scoreWords,
  splitWords,
} from "../../core.ts";

/** The rows of the table. */
function rowsOf(stdout: string): [number, number, string][] {
  const [head, ...rows] = stdout.trimEnd().split("\n");
  assertEquals(head, "log-probability  perplexity  word");
  return rows.map((row) => {
    const [, log, perplexity, word] = row.match(/^ *(\S+) +(\S+) {2}(.+)$/)!;
    return [Number(log), Number(perplexity), word];
  });
}

Deno.test("score prints what the library finds, and says what it leaves out", () =>
  withFolder(async (folder) => {
    const words = ["xkcd", "anna", "007", "aña", "anna-maria", "zoltan", "a.b"];
    const { code, stdout, stderr } = await run(folder, "score", ...words);
    assertEquals(code, 0, stderr);
    assertEquals(
      stderr,
      `Left out 4 of 7 words: the package's model does not know ` +
        `"0" and "7" in "007", "ñ" in "aña", "-" in "anna-maria", ` +
        `"." in "a.b"\n`,
    );
    const { parameters, vocabulary } = pretrainedModel();
    const known = ["xkcd", "anna", "zoltan"];
    const scores = [...scoreWords(parameters, vocabulary, known)];
    const expected = scores.map((score, i) => [
      Number(score.toFixed(4)),
      Number(Math.exp(-score / (known[i].length + 1)).toFixed(2)),
      known[i],
    ]);
    assertEquals(rowsOf(stdout), expected as [number, number, string][]);

    const sorted = await run(folder, "score", "--sort", "--json", ...words);
    const document = JSON.parse(sorted.stdout);
    assertEquals(document.model, "the package's model");
    assertEquals(
      document.scores.map(({ word }: { word: string }) => word),
      ["anna", "zoltan", "xkcd", "007", "aña", "anna-maria", "a.b"],
    );
    assertEquals(document.scores[0], {
      word: "anna",
      logProbability: scores[1],
      perplexity: Math.exp(-scores[1] / 5),
    });
    assertEquals(document.scores[3], { word: "007", unknown: ["0", "7"] });
  }));

Deno.test("score reads lines of a file and of stdin, and arguments", () =>
  withWords(async (folder) => {
    await Deno.writeTextFile(`${folder}/some.txt`, "\uFEFFana\r\n\n eve \r\n");
    const score = async (shell: string | undefined, ...args: string[]) => {
      const program = new Program(folder, taskArguments("score", args), shell);
      const { code, stdout, stderr } = await program.ended;
      assertEquals(code, 0, stderr);
      return rowsOf(stdout);
    };
    const pipe = '"$@" < some.txt';
    const both = await score(undefined, "--lines", "some.txt");
    assertEquals(both.map(([, , word]) => word), ["ana", "eve"]);
    assertEquals(await score(pipe), both);
    assertEquals(await score(pipe, "--lines", "-"), both);
    assertEquals(await score(pipe, "ana", "eve"), both);
    const three = await score(pipe, "--lines=-", "bob");
    assertEquals(three.slice(1), both);
    assertEquals(three[0][2], "bob");

    const counted = await score(
      undefined,
      ...["--model", "ngram", "--order", "2", "--smoothing", "add-k"],
      ...["--input", "words.txt", "--sort", "--", "aala", "dora"],
    );
    const words = WORDS.split("\n");
    const vocabulary = buildVocabulary(words);
    const rows = contextWindows(splitWords(words).train, vocabulary, 1);
    const model = addK(countNgrams(rows, vocabulary), 0.1);
    const known = counted.map(([, , word]) => word);
    assertEquals(
      counted.map(([log]) => log),
      [...scoreWords(model, vocabulary, known)].map((x) => +x.toFixed(4)),
    );
    assert(counted[0][1] <= counted[1][1]);
  }));

Deno.test("score takes sentences, and names the words that it reads as <unk>", () =>
  withText(async (folder) => {
    await run(folder, "train", ...QUICK_WORDS, "--num", "0");
    const { code, stdout, stderr } = await run(
      folder,
      "score",
      ...["--run", "out/run", "--sort"],
      ...["The zebra ran in the room.", "The dog ran in the room."],
    );
    assertEquals(code, 0, stderr);
    assertEquals(stderr, 'Read as <unk>: "zebra"\n');
    const rows = rowsOf(stdout);
    assertEquals(rows[0][2], "The dog ran in the room.");
    // seven tokens and the end
    assert(Math.abs(Math.exp(-rows[0][0] / 8) - rows[0][1]) < 0.01);
  }));

Deno.test("score refuses what it cannot score in one line", () =>
  withWords(async (folder) => {
    const refused: [string[], number, string][] = [
      [
        ["ñ", "é"],
        2,
        "Cannot score these words: the package's model does not know " +
        '"ñ" in "ñ", "é" in "é"; give others, or another model with --run',
      ],
      [["--lines", "large.txt"], 3, "that are read; score it in parts"],
      [["--lines", "none.txt"], 3, "Cannot read none.txt: there is no such"],
      [["--run", "none", "a"], 4, "none"],
      [["--level", "words", "a"], 2, "Cannot use --level words with the"],
      [["--sorted", "a"], 2, "did you mean --sort?"],
    ];
    await Deno.writeTextFile(`${folder}/large.txt`, "");
    await Deno.truncate(`${folder}/large.txt`, 2 ** 26 + 1);
    for (const [args, code, message] of refused) {
      const error = await refusalOf(folder, "score", ...args);
      assertEquals(error.exitCode, code, error.message);
      assertStringIncludes(error.message, message);
    }
    const program = new Program(
      folder,
      taskArguments("score", []),
      '"$@" < /dev/null',
    );
    const { code, stdout, stderr } = await program.ended;
    assertEquals([code, stdout], [2, ""]);
    assertMatch(
      stderr,
      /^makemore: Cannot score nothing: give words, or .*\n$/,
    );
  }));
