/** What people give with --input: tables, standard input, several files. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { readCheckpoint } from "../../cli/run_folder.ts";
import { filesIn } from "../files.ts";
import {
  Program,
  QUICK,
  QUICK_WORDS,
  refusalOf,
  run,
  taskArguments,
  TEXT,
  withFolder,
  withText,
  withWords,
  WORDS,
} from "./program.ts";

const COUNT = ["--model", "ngram", "--num", "0"];
/** A run that does all of its steps, and whose network is what it offers. */
const LECTURE = QUICK.slice(2);
const NAMES = WORDS.split("\n");

/** A folder with files in it. */
function withFiles<Value>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<Value>,
): Promise<Value> {
  return withFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return await use(folder);
  });
}

const TABLES = {
  "names.csv": "name,gender,count\n" +
    NAMES.map((name, i) => `${name},F,${i % 3}`).join("\n"),
  "counts.tsv": NAMES.map((name, i) => `${name}\t${9000 - i}`).join("\n"),
  "two.csv": "Ort,Land\nAab,Dänemark\nBeb,Polen\nCab,Italien",
  "space.csv": "First name,Year of it\nAab,1\nBeb,4\nCab,9",
  "diceware.txt": NAMES.map((name, i) => `${11111 + (i % 6) * 1111}\t${name}`)
    .join("\n"),
  "numbered.txt": NAMES.map((name, i) => `${i + 1}. ${name}`).join("\n"),
  "quoted.txt": NAMES.map((name) => `"${name}",`).join("\n"),
  "series.txt": NAMES.join(", "),
  "words.dic": `${NAMES.length}\n` + NAMES.map((n) => `${n}/MS`).join("\n"),
  "json.txt": JSON.stringify(NAMES),
  "items.json": JSON.stringify(NAMES.map((name) => ({ id: 1, name }))),
  "counts.json": JSON.stringify({ aab: 2, beb: 1 }),
  "one.txt": "only this",
};

Deno.test("train says what a table looks like, and which options read it", () =>
  withFiles(TABLES, async (folder) => {
    const refused: Record<keyof typeof TABLES, string> = {
      "names.csv": 'a table with the columns "name", "gender", "count"; add ' +
        "--column name to read its words, --counts count to weigh each by its " +
        "count, or --column 0 to read whole lines",
      "counts.tsv": `a table with rows such as "${NAMES[0]}", "9000"; add ` +
        "--column 1 to read its words, --counts 2 to weigh each by its count, " +
        "or --column 0 to read whole lines",
      "two.csv": 'a table with rows such as "Ort", "Land"; add --column 1 to ' +
        "read its words, or --column 0 to read whole lines",
      "space.csv": 'a table with the columns "First name", "Year of it"; add ' +
        '--column "First name" to read its words, or --column 0 to read whole ' +
        "lines",
      "diceware.txt": `a table with rows such as "11111", "${NAMES[0]}"; add ` +
        "--column 2 to read its words, or --column 0 to read whole lines",
      "numbered.txt": `a table with rows such as "1.", "${NAMES[0]}"; add ` +
        "--column 2 to read its words, or --column 0 to read whole lines",
      "quoted.txt": "words in quotation marks; add --column 1 to read its " +
        "words, or --column 0 to read whole lines",
      "series.txt": "several words on a line, with commas between them; add " +
        "--column 1 to read them, or --level words if it is a text",
      "words.dic": "a Hunspell dictionary; add --column 1 to read its words, " +
        "or --column 0 to read whole lines",
      "json.txt": "JSON; add --column 1 to read its words",
      "items.json":
        'JSON with the columns "id", "name"; add --column name to ' +
        "read its words",
      "counts.json": 'JSON with the columns "word", "count"; add --column ' +
        "word to read its words, --counts count to weigh each by its count",
      "one.txt": "", // below
    };
    for (const [file, looks] of Object.entries(refused)) {
      if (looks === "") continue;
      const { message, exitCode } = await refusalOf(
        folder,
        "train",
        ...["--input", file],
      );
      const expected = `Cannot read ${file} as a list of words: it looks like `;
      assertEquals([message, exitCode], [expected + looks, 3]);
      // the options that are named do read it
      const column = /--column ("[^"]+"|\S+)/.exec(looks)![1];
      const args = ["--input", file, "--column", column.replaceAll('"', "")];
      const { code, stderr } = await run(folder, "train", ...COUNT, ...args);
      const few = /^(two|space|counts)\.(csv|json)/.test(file);
      assert(code === (few ? 2 : 0), stderr); // three words cannot be split
      assertStringIncludes(
        stderr,
        few ? "Cannot split" : `100 words from ${file}`,
      );
    }
    const one = await refusalOf(folder, "train", "--input", "one.txt");
    assertEquals(
      one.message,
      "Cannot learn from one.txt: it has one line only; put each word on a " +
        "line of its own, or add --level words if it is a text",
    );
  }));

Deno.test("train --counts learns from each word as often as it is counted", () =>
  withFiles(TABLES, async (folder) => {
    const args = ["--input", "names.csv", "--column", "name"];
    const counted = await run(
      folder,
      "train",
      ...[...COUNT, ...args, "--counts", "count"],
    );
    assertEquals(counted.code, 0, counted.stderr);
    // 34 times 0, 33 times 1 and 2
    assertStringIncludes(counted.stderr, "Left out 34 words with the count 0");
    assertStringIncludes(counted.stderr, "99 words from names.csv");
    assertStringIncludes(
      counted.stderr,
      'The first row of names.csv names its columns: "name", "gender", "count"',
    );
    const words = NAMES.flatMap((name, i) => Array(i % 3).fill(name));
    await Deno.writeTextFile(`${folder}/words.txt`, words.join("\n"));
    const plain = await run(folder, "train", ...COUNT, "--input", "words.txt");
    assertEquals(counted.stdout, plain.stdout);

    const large = await run(
      folder,
      "train",
      ...[...COUNT, "--input", "counts.tsv", "--counts", "2"],
    );
    assertStringIncludes(
      large.stderr,
      "The counts add up to 895,050: they are",
    );
  }));

Deno.test("train reads lists, comments, JSON and one column of CSV without an option", () => {
  const files = {
    "list.txt": WORDS + "\nSmith, Jr\nO'Neil\nR2-D2",
    "comments.txt": "# names\n#\n" + WORDS + "\n#tag",
    "names.json": JSON.stringify(NAMES),
    "names.csv": `Name\r\n"${NAMES.join('"\r\n"')}"\r\n`,
    "numbers.txt": NAMES.map((_, i) => i * i).join("\n"),
    "titles.txt": NAMES.map((name) => `the ${name} of the long night`)
      .join("\n"),
  };
  return withFiles(files, async (folder) => {
    const told = async (input: string) => {
      const args = [...COUNT, "--input", input];
      const { code, stderr } = await run(folder, "train", ...args);
      assertEquals(code, 0, stderr);
      return stderr.split("\n").slice(0, -2).join("\n");
    };
    assertMatch(await told("list.txt"), /^103 words from list\.txt: /);
    assertMatch(
      await told("comments.txt"),
      /^Left out 2 comments of comments\.txt: lines that begin with "#" and a blank\n101 words/,
    );
    assertMatch(await told("names.json"), /^100 words from names\.json: /);
    assertMatch(
      await told("names.csv"),
      /^The first row of names\.csv names its columns: "Name"\n100 words/,
    );
    assertMatch(await told("numbers.txt"), /^100 words/);
    assertMatch(
      await told("titles.txt"),
      /^The lines of titles\.txt look like sentences: --level words learns .*--sentences lines.*\n100 words/,
    );
  });
});

Deno.test("train --level words says when the text looks like a list", () =>
  withFiles(
    { "list.txt": WORDS, "paragraphs.txt": NAMES.join("\n\n") },
    async (folder) => {
      const args = ["--level", "words", "--input"];
      const { message, exitCode } = await refusalOf(
        folder,
        "train",
        ...[...args, "list.txt"],
      );
      const advice =
        "its lines are single words: leave out --level words to read it as a list";
      assertEquals(
        [message, exitCode],
        [`Cannot learn from list.txt as a text: ${advice}`, 3],
      );
      const { stderr } = await run(
        folder,
        "train",
        ...[...COUNT, ...args, "paragraphs.txt"],
      );
      assertStringIncludes(
        stderr,
        `paragraphs.txt looks like a list: ${advice}`,
      );
    },
  ));

Deno.test("train reads several files one after another, and names them", () =>
  withFiles({
    "a.txt": NAMES.slice(0, 40).join("\n"),
    "b.json": JSON.stringify(NAMES.slice(40)),
    "words.txt": WORDS,
  }, async (folder) => {
    const quick = QUICK.slice(2);
    const both = await run(
      folder,
      "train",
      ...[...quick, "-i", "a.txt", "--input", "b.json"],
    );
    assertEquals(both.code, 0, both.stderr);
    assertStringIncludes(both.stderr, "100 words from 2 files: a.txt, b.json:");
    const whole = await run(folder, "train", ...QUICK, "--output", "out/one");
    assertEquals(both.stdout, whole.stdout);
    const { config } = readCheckpoint(`${folder}/out/run`);
    assertEquals(config.words, "2 files: a.txt, b.json");
  }));

Deno.test({
  name:
    "train reads standard input and what a shell pipes, and resumes without",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withWords(async (folder) => {
      const whole = await run(folder, "train", ...QUICK);
      const shells: [string, string, string][] = [
        ["stdin", '"$@" --input - < words.txt', "standard input"],
        ["pipe", 'cat words.txt | "$@" --input=-', "standard input"],
        ["dev", '"$@" -i /dev/stdin < words.txt', "standard input"],
        [
          "process",
          `bash -c '"$0" "$@" --input <(cat words.txt)' "$@"`,
          "/dev/fd/",
        ],
      ];
      for (const [name, shell, source] of shells) {
        const output = ["--output", `out/${name}`];
        const half = taskArguments("train", [
          ...[...QUICK.slice(2), ...output, "--steps", "400"],
        ]);
        const program = new Program(folder, half, shell);
        const { code, stdout, stderr } = await program.ended;
        assertEquals(code, 0, stderr);
        assertStringIncludes(stderr, `100 words from ${source}`);
        assertEquals(stdout, whole.stdout);
        if (name !== "process") continue; // the copy is the same for all
        const more = ["--resume", ...output];
        const rest = await run(folder, "train", ...more, "--steps", "410");
        assertEquals(rest.code, 0, rest.stderr);
        assertStringIncludes(
          rest.stderr,
          `100 words from out/${name}/words.txt`,
        );
      }
      const empty = new Program(
        folder,
        taskArguments("train", ["--input", "-"]),
        '"$@" < /dev/null',
      );
      assertMatch(
        (await empty.ended).stderr,
        /^makemore: Cannot read standard input: it has no words/,
      );
    }),
});

Deno.test("a run keeps what it learns from, for --resume and evaluate", () =>
  withFiles({ ...TABLES, "words.txt": WORDS }, async (folder) => {
    const settings = [...LECTURE, "--schedule", "constant"];
    const table = ["--input", "names.csv", "--column", "name"];
    const whole = await run(folder, "train", ...settings, ...table);
    assertEquals(whole.code, 0, whole.stderr);
    const copy = `${folder}/out/run/words.txt`;
    assertEquals(await Deno.readTextFile(copy), WORDS + "\n");

    const half = ["--output", "out/half"];
    await run(
      folder,
      "train",
      ...[...settings, ...table, ...half, "--steps", "170"],
    );
    await Deno.remove(`${folder}/names.csv`);
    const rest = await run(
      folder,
      "train",
      ...["--resume", ...half, "--steps", "400"],
    );
    assertEquals(rest.code, 0, rest.stderr);
    assertEquals(rest.stdout, whole.stdout);
    assertEquals(filesIn(`${folder}/out/half`), filesIn(`${folder}/out/run`));

    const numbers = whole.stdout.match(/^(train|dev|test) .*$/gm)!.join(" ")
      .match(/\d+\.\d+/g);
    const judge = async (...args: string[]) => {
      const { stdout, stderr } = await run(
        folder,
        "evaluate",
        ...["--run", "out/run", "--model", "mlp", ...args],
      );
      return { row: stdout.match(/^mlp .*$/m)?.[0].match(/\d+\.\d+/g), stderr };
    };
    const judged = await judge();
    assertEquals(judged.row, numbers, judged.stderr);
    assertStringIncludes(judged.stderr, "100 words from out/run/words.txt");
    const other = await judge("--input", "counts.tsv", "--column", "1");
    assertEquals(other.row, numbers, other.stderr);

    // it is read as it was, and not as a list of somebody
    const rough = "# no comment\n1. a\n2. b\n".repeat(10);
    await Deno.writeTextFile(`${folder}/rough.txt`, rough);
    const lines = ["--input", "rough.txt", "--column", "0"];
    const third = ["--output", "out/third"];
    const first = await run(folder, "train", ...settings, ...lines, ...third);
    assertEquals(first.code, 0, first.stderr);
    const again = await run(folder, "train", "--resume", ...third);
    assertEquals([again.code, again.stdout], [0, first.stdout], again.stderr);

    // what was changed is refused, and the list itself is taken
    await Deno.writeTextFile(copy, WORDS + "\nnew\n");
    const changed = await refusalOf(folder, "train", "--resume");
    assertStringIncludes(
      changed.message,
      'Cannot resume the run in out/run with other words: it learns from "names.csv"',
    );
    const given = await run(
      folder,
      "train",
      ...["--resume", "--input", "counts.tsv", "--column", "1"],
    );
    assertEquals([given.code, given.stdout], [0, whole.stdout], given.stderr);
    // a run of before has no copy
    await Deno.remove(copy);
    const old = await run(folder, "train", "--resume", "--input", "words.txt");
    assertEquals([old.code, old.stdout], [0, whole.stdout], old.stderr);
  }));

Deno.test("train starts again after a kill that left only the copy, and keeps a list that is in its way", () =>
  withWords(async (folder) => {
    await Deno.mkdir(`${folder}/out/run`, { recursive: true });
    const copy = `${folder}/out/run/words.txt`;
    await Deno.writeTextFile(copy, WORDS + "\n");
    const quick = [...QUICK, "--steps", "5"].toSpliced(2, 2);
    const first = await run(folder, "train", ...quick);
    assertEquals(first.code, 0, first.stderr);
    // a list of somebody
    const other = ["--output", "out/other"];
    await Deno.mkdir(`${folder}/out/other`);
    await Deno.writeTextFile(`${folder}/out/other/words.txt`, "precious");
    const refused = await refusalOf(folder, "train", ...quick, ...other);
    assertStringIncludes(
      refused.message,
      "it already has a file words.txt, which",
    );
    assertEquals(
      await Deno.readTextFile(`${folder}/out/other/words.txt`),
      "precious",
    );
    // a run may learn again from its own copy
    const own = ["--input", "out/run/words.txt", "--overwrite"];
    const again = await run(folder, "train", ...own, ...quick.slice(2));
    assertEquals([again.code, again.stdout], [0, first.stdout], again.stderr);
  }));

Deno.test("a run on a text keeps the text", () =>
  withText(async (folder) => {
    const settings = [...QUICK_WORDS, "--lowercase"];
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT.slice(0, 3000));
    await Deno.writeTextFile(`${folder}/more.txt`, TEXT.slice(3000));
    const learned = await run(
      folder,
      "train",
      ...[...settings, "--input", "more.txt", "--steps", "100"],
    );
    assertEquals(learned.code, 0, learned.stderr);
    assertEquals(
      await Deno.readTextFile(`${folder}/out/run/text.txt`),
      TEXT.slice(0, 3000) + "\n\n" + TEXT.slice(3000),
    );
    const again = await run(folder, "train", "--resume");
    assertEquals([again.code, again.stdout], [0, learned.stdout], again.stderr);
    const run1 = ["--run", "out/run", "--model", "mlp"];
    const judged = await run(folder, "evaluate", ...run1);
    assertEquals(judged.code, 0, judged.stderr);
    assertStringIncludes(judged.stderr, "from out/run/text.txt");
  }));

Deno.test("train --resume refuses fewer steps than were done", () =>
  withWords(async (folder) => {
    await run(folder, "train", "--input", "words.txt", ...LECTURE);
    const before = await Deno.readFile(
      `${folder}/out/run/checkpoint.safetensors`,
    );
    const fewer = ["--resume", "--steps", "399"];
    assertEquals(await refusalOf(folder, "train", ...fewer), {
      message: "Cannot use --steps 399 with --resume: the run in out/run has " +
        "done 400 already; give as many or more",
      exitCode: 2,
    });
    assertEquals(
      await Deno.readFile(`${folder}/out/run/checkpoint.safetensors`),
      before,
    );
    const same = await run(folder, "train", "--resume", "--steps", "400");
    assertEquals(same.code, 0, same.stderr);
  }));
