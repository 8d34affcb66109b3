/**
 * Lists and texts that are read as a stream. `deno task large` trains on a text
 * of 500 MB:
 *
 *     deno test -A tests/cli/large_corpus_test.ts -- --megabytes 500
 */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { readCorpus } from "../../cli/corpus.ts";
import { RUN_FILES, RunFolder } from "../../cli/run_folder.ts";
import type { CorpusSettings } from "../../cli/settings.ts";
import { contextWindows } from "../../core.ts";
import { windowsOf } from "../../lib/data/windows.ts";
import {
  RunFolderError,
  UsageError,
  WordListError,
} from "../../lib/errors/errors.ts";
import { writtenOut } from "../../lib/kernel/rows.ts";
import { hasFetched, SOURCES } from "../../tools/fetch_data.ts";
import { brownWords } from "../../tools/paper/brown.ts";
import { sizeOption } from "../size_option.ts";
import {
  hashOf,
  Program,
  refusalOf,
  run,
  taskArguments,
  TEXT,
  withFolder,
} from "./program.ts";

const SETTINGS: CorpusSettings = {
  ...{ level: "words", encoding: "utf-8", lowercase: false },
  ...{ sentences: "text", tokens: "unicode", minimumCount: 2 },
  ...{ splitSeed: 42, keepEqualTogether: false },
};
const LIST = { ...SETTINGS, level: "characters" } as const;

/** Reads something as a stream, though it is small. */
const stream = (input: string[], settings: CorpusSettings, keepIn?: string) =>
  readCorpus({ input, keepIn }, { ...settings, streamed: true });

const megabytes = sizeOption("megabytes", 0);

Deno.test("readCorpus() gives the same of a text that it reads as a stream", () =>
  withFolder(async (folder) => {
    const paths = ["a", "b"].map((name) => `${folder}/${name}.txt`);
    const text = `${TEXT}\r\n“So\u00ADda” cafe\u0301.\n`;
    Deno.writeTextFileSync(paths[0], `\uFEFF${text}`);
    Deno.writeFileSync(
      paths[1],
      new Uint8Array(
        Uint16Array.from(`\uFEFF${text}`, (c) => c.charCodeAt(0)).buffer,
      ),
    );
    const others: Partial<CorpusSettings>[] = [
      {},
      { lowercase: true },
      { tokens: "blanks", minimumCount: 1 },
      { sentences: "lines", minimumCount: "auto" },
    ];
    for (const [i, other] of others.entries()) {
      const settings = { ...SETTINGS, ...other };
      const run = `${folder}/${i}`;
      const small = await readCorpus({ input: paths }, settings);
      const large = await stream(paths, settings, run);
      for (const name of ["source", "unit", "size"] as const) {
        assertEquals(large[name], small[name]);
      }
      assertEquals(large.sha256(), small.sha256());
      assertEquals(large.splits.alsoInTrain, small.splits.alsoInTrain);
      const [ofLarge, ofSmall] = [large.vocabulary(), small.vocabulary()];
      assertEquals(ofLarge, ofSmall);
      for (const part of ["train", "dev", "test"] as const) {
        const { ids, Y } = windowsOf(small.splits[part], ofSmall, 3) as never;
        const rows = windowsOf(large.splits[part], ofLarge, 3);
        assertEquals(rows, { contextLength: 3, ids, Y, withinWords: false });
      }
      RunFolder.create(run, false, large.copy).close();
      const copy = await readCorpus({ run }, settings, ofSmall);
      assertEquals(copy.sha256(), small.sha256());
      // after a kill that left only the copy
      const again = await stream(paths, settings, run);
      RunFolder.create(run, false, again.copy).close();
    }
  }));

Deno.test("readCorpus() splits a list that it reads as a stream at random, or keeps equal words together", () =>
  withFolder(async (folder) => {
    const path = `${folder}/words.txt`;
    const words = Array.from({ length: 20_000 }, (_, i) => `w${i * i % 9973}`);
    Deno.writeTextFileSync(path, `# a comment\r\n${words.join("\r\n\r\n")}`);
    for (const keepEqualTogether of [false, true]) {
      const settings = { ...LIST, keepEqualTogether };
      const small = await readCorpus({ input: [path] }, settings);
      const large = await stream([path], settings);
      assertEquals(large.size, small.size);
      assertEquals(large.sha256(), small.sha256());
      const vocabulary = large.vocabulary();
      assertEquals(vocabulary, small.vocabulary());
      const parts = (["train", "dev", "test"] as const).map((part) => {
        const rows = windowsOf(large.splits[part], vocabulary, 4);
        const found = vocabulary.decode(rows.Y).split(".").slice(0, -1);
        assertEquals(writtenOut(rows), contextWindows(found, vocabulary, 4));
        assertEquals(found.length, large.splits[part].length);
        return found;
      });
      assertEquals(parts.flat().sort(), words.toSorted());
      const [train, dev, test] = parts;
      assertAlmostEquals(train.length / words.length, 0.8, 0.02);
      assertAlmostEquals(dev.length / words.length, 0.1, 0.01);
      const learned = new Set(train);
      const count = (part: string[]) =>
        part.filter((word) => learned.has(word)).length;
      const alsoInTrain = { dev: count(dev), test: count(test) };
      assertEquals(large.splits.alsoInTrain, alsoInTrain);
      assertEquals(alsoInTrain.dev > 0, !keepEqualTogether);
      const other = await stream([path], { ...settings, splitSeed: 1 });
      assert(other.splits.train.length !== train.length);
    }
  }));

Deno.test("readCorpus() says what is wrong with a stream, and where, and leaves no copy", () =>
  withFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/run`);
    const path = `${folder}/text.txt`;
    const refuses = async (
      bytes: Uint8Array,
      message: string,
      settings: CorpusSettings = SETTINGS,
      kind: new (message: string) => Error = WordListError,
    ) => {
      Deno.writeFileSync(path, bytes);
      const reading = () => stream([path], settings, `${folder}/run`);
      await assertRejects(reading, kind, message);
      assertEquals([...Deno.readDirSync(`${folder}/run`)], []);
    };
    const encode = (text: string) => new TextEncoder().encode(text);
    const lines = encode("a line é\n".repeat(200_000));
    for (const settings of [SETTINGS, LIST]) {
      const broken = lines.slice();
      broken[10 * 180_000 + 1] = 0xff;
      await refuses(broken, "line 180001 is not valid UTF-8", settings);
      broken[10 * 150_000 + 1] = 0;
      broken[10 * 180_000 + 1] = lines[1];
      await refuses(broken, "line 150001 contains a NUL", settings);
    }
    await refuses(lines.subarray(0, -2), "is not valid UTF-8");
    await refuses(encode(""), "it has no words");
    await refuses(encode(""), "it has no words; put one on each line", LIST);
    await refuses(encode("a\n"), 'its only character is "a"', LIST);
    await refuses(
      encode("a,1\nb,2\nc,3\n".repeat(9)),
      "it looks like a table",
      LIST,
    );
    await refuses(
      encode("a b. c"),
      "Cannot split 1 sentence into",
      SETTINGS,
      UsageError,
    );
    // a run that is there is refused before anything is read
    Deno.mkdirSync(`${folder}/other`);
    Deno.writeTextFileSync(`${folder}/other/${RUN_FILES.checkpoint}`, "");
    await assertRejects(
      () => stream([`${folder}/none`], SETTINGS, `${folder}/other`),
      RunFolderError,
      "it already holds one",
    );
    const latin = { ...SETTINGS, encoding: "morse" };
    await refuses(lines, 'the encoding "morse"', latin, UsageError);
  }));

Deno.test({
  name: "train reads a list and a pipe of more than 64 MiB [deno task large]",
  ignore: megabytes === 0,
  fn: () =>
    withFolder(async (folder) => {
      const lines = Array.from({ length: 7000 }, (_, i) =>
        String.fromCodePoint(
          ...Array.from({ length: 24 }, (_, j) => 0x20000 + (i + j) ** 3 % 997),
        ));
      const list = (lines.join("\n") + "\n").repeat(100);
      Deno.writeTextFileSync(`${folder}/list`, list);
      const how = ["--steps", "2", "--hidden-size", "2", "--num", "0"];
      const words = await run(folder, "train", "--input", "list", ...how);
      assertStringIncludes(words.stderr, "700000 words from list: train ");
      const text = ["--output", "out/text", "--level", "words", "--tokens"];
      const args = taskArguments(
        "train",
        ["--input", "-", ...text, "blanks", ...how],
      );
      const piped = await new Program(folder, args, 'cat list | "$@"').ended;
      const parts = "train 560000, dev 70000 (70000 also in train), test 70000";
      assertStringIncludes(
        piped.stderr,
        `700000 lines from standard input: ${parts}`,
      );
      assertEquals(Deno.readTextFileSync(`${folder}/out/text/text.txt`), list);
      const sweep = await run(
        folder,
        "sweep",
        "--input",
        "list",
        "--seed",
        "1,2",
      );
      assertEquals(sweep.stdout.trim().split("\n").length, 2, sweep.stderr);
      const table = ["--input", "list", "--column", "1"];
      assertEquals(
        (await refusalOf(folder, "train", ...table)).message,
        "Cannot read list: it has 67900000 bytes, more than the 67108864 that are " +
          "read; save its words as a list, one on each line, which may be larger",
      );
    }),
});

/** Writes a text of Brown's sentences, if it is large, in an order of its own. */
function writeText(path: string, megabytes: number): void {
  const { path: zip } = SOURCES.brown;
  const text = megabytes > 1 && hasFetched(SOURCES.brown)
    ? brownWords(Deno.readFileSync(new URL(`../../${zip}`, import.meta.url)))
      .join(" ")
    : TEXT;
  const sentences = text.split(/(?<=[.?!])\s+/);
  const file = Deno.openSync(path, { create: true, write: true });
  let seed = 1;
  for (let size = 0; size < megabytes * 1e6;) {
    const lines = Array.from({ length: 1000 }, () => {
      seed = Math.imul(seed, 0x5bd1e995) + 1;
      return sentences[(seed >>> 8) % sentences.length] + "\n";
    });
    size += file.writeSync(new TextEncoder().encode(lines.join("")));
  }
  file.close();
}

for (const level of ["words", "characters"]) {
  if (megabytes && level !== "words") continue;
  const kind = `${megabytes || "few"} MB as a stream of ${level}`;
  Deno.test(`train that reads ${kind} and is stopped resumes to the bit`, () =>
    withFolder(async (folder) => {
      writeText(`${folder}/text.txt`, megabytes || 0.03);
      const sizes = ["--batch-size", megabytes ? "4096" : "64"];
      const args = ["--input", "text.txt", "--level", level, "--num", "0"]
        .concat(sizes, "--hidden-size", "20", "--patience", "0")
        .concat(level === "words" ? ["--tokens", "blanks"] : []);
      const train = (name: string, ...args: string[]) => {
        const how = ["--output", `out/${name}`, "--threads", "1", ...args];
        return new Program(folder, taskArguments("train", how));
      };
      const started = await train("whole", ...args, "--steps", "1").ended;
      assertEquals(started.code, 0, started.stderr);
      const path = `${folder}/out/whole`;
      const { folder: begun, checkpoint } = RunFolder.resume(path);
      const config = { ...checkpoint.config, streamed: true };
      begun.save({ ...checkpoint, config }); // also a small text
      begun.close();
      Deno.mkdirSync(`${folder}/out/half`);
      for (const { name } of Deno.readDirSync(path)) {
        Deno.copyFileSync(`${path}/${name}`, `${folder}/out/half/${name}`);
      }
      const steps = ["--resume", "--steps", megabytes ? "700" : "5000"];
      const whole = await train("whole", ...steps, "--num", "1").ended;
      assertEquals(whole.code, 0, whole.stderr);
      const half = train("half", ...steps);
      await half.says(megabytes ? /step [3-6]\d\d of/ : /step \d+ of/);
      half.kill("SIGINT");
      const stopped = await half.ended;
      assertEquals(stopped.code, 130, stopped.stderr);
      const rest = await train("half", "--resume", "--num", "1").ended;
      assertEquals(rest.stdout, whole.stdout, rest.stderr);
      for (const file of ["checkpoint.safetensors", "losses.csv"]) {
        const [a, b] = ["whole", "half"].map((name) =>
          hashOf(`${folder}/out/${name}/${file}`)
        );
        assertEquals(await a, await b, file);
      }
      const { message } = await refusalOf(
        folder,
        "sample",
        ...["--run", "out/half", "--new-only", "--no-mix", "--quiet"],
      );
      assertStringIncludes(message, "Cannot use --new-only with out/half");
    }));
}
