/** Word lists as people have them: dots, accents, encodings, capitals. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { readCheckpoint } from "../../cli/run_folder.ts";
import { refusalOf, run, withFolder, WORDS_SEED } from "./program.ts";

const QUICK = [
  "--recipe",
  "lecture",
  "--steps",
  "300",
  "--hidden-size",
  "20",
  "--num",
  "5",
];

/** A hundred words, each an initial and a name. */
const wordsOf = (initials: string, names: string[]) =>
  Array.from(
    { length: 100 },
    (_, i) =>
      initials[i % initials.length] +
      names[Math.floor(i / initials.length) % names.length],
  );

/** Trains on a file into out/run, and returns what it said and kept. */
async function learn(folder: string, ...args: string[]) {
  const done = await run(folder, "train", ...QUICK, ...args);
  assertEquals(done.code, 0, done.stderr);
  return { ...done, ...readCheckpoint(`${folder}/out/run`) };
}

Deno.test("train learns words with dots, whose boundary is <w>", () =>
  withFolder(async (folder) => {
    const words = wordsOf("ABCD", [". Mime", ".J.", "t. Agnes", "r."]);
    await Deno.writeTextFile(`${folder}/list.txt`, words.join("\n"));
    const input = ["--input", "list.txt"];
    const { vocabulary, stdout } = await learn(folder, ...input);
    assertEquals(vocabulary.tokens.slice(0, 4), ["<w>", " ", ".", "A"]);
    assert(!stdout.includes("<w>"), stdout);
    const figure = await Deno.readTextFile(`${folder}/out/run/embedding.svg`);
    assertStringIncludes(figure, 'boundary "&lt;w&gt;"');

    const model = ["--run", "out/run"];
    const prompt = ["--prompt", "A.J", "--num", "3"];
    const made = await run(folder, "sample", ...model, ...prompt);
    assertMatch(made.stdout, /^(A\.J.*\n){3}$/);
    const judged = await run(folder, "evaluate", ...model, ...input);
    assertEquals(judged.code, 0, judged.stderr);
    await run(folder, "train", "--resume", ...input, "--steps", "400");
    assertEquals(readCheckpoint(`${folder}/out/run`).step, 400);

    // where "." is the boundary, it is no part of a prompt
    const refused = await run(folder, "sample", "--prompt", "a.b");
    assertEquals([refused.code, refused.stdout], [2, ""]);
    assertStringIncludes(
      refused.stderr,
      'makemore: Cannot encode "a.b" as a word: it contains ".", which marks ' +
        "where words begin and end; leave it out\n",
    );
  }));

Deno.test("train and sample write accents in one way, and drop invisible characters", () =>
  withFolder(async (folder) => {
    const words = wordsOf("LRM", ["é\u200ba", "é\u00ado", "éu", "éi"]);
    const nfd = words.join("\n").normalize("NFD");
    await Deno.writeTextFile(`${folder}/list.txt`, nfd);
    const { vocabulary, stderr, config } = await learn(
      folder,
      ...["--input", "list.txt"],
    );
    assertEquals(vocabulary.tokens.join(""), ".LMRaioué");
    const dropped = nfd.match(/[\u200b\u00ad]/g)!.length;
    const note = `Dropped ${dropped} invisible characters (U+200B, U+00AD)`;
    assertStringIncludes(stderr, note);
    for (const prompt of ["Ré", "Re\u0301"]) {
      const args = ["--run", "out/run", "--num", "1", "--prompt", prompt];
      assertMatch((await run(folder, "sample", ...args)).stdout, /^Ré.*\n$/);
    }
    // the same list in UTF-16, as it should be
    const tidy = words.join("\r\n").replaceAll(/[\u200b\u00ad]/g, "");
    const units = Uint16Array.from(tidy, (unit) => unit.charCodeAt(0));
    await Deno.writeFile(`${folder}/list.txt`, new Uint8Array(units.buffer));
    const again = await learn(folder, "--input", "list.txt", "--overwrite");
    assertEquals(again.config, config);
    assert(!again.stderr.includes("Dropped"), again.stderr);

    const text = "A so\u00adfa ran. The so\u200bfa ran. ".repeat(30);
    await Deno.writeTextFile(`${folder}/text.txt`, text);
    const read = await run(
      folder,
      "train",
      ...["--level", "words", "--input", "text.txt", "--model", "ngram"],
    );
    assertEquals(read.code, 0, read.stderr);
    assertStringIncludes(read.stderr, "Dropped 60 invisible characters");
    assertStringIncludes(read.stdout, "sofa");
  }));

Deno.test("--encoding reads a list that is not in UTF-8, which the run remembers", () =>
  withFolder(async (folder) => {
    const words = wordsOf("АБВ", ["на", "ника", "ра", "ла"]);
    const bytes = Array.from(words.join("\n"), (character) => {
      const point = character.codePointAt(0)!;
      return point < 0x80 ? point : point - 0x410 + 0xc0; // windows-1251
    });
    await Deno.writeFile(`${folder}/list.txt`, Uint8Array.from(bytes));
    const input = ["--input", "list.txt"];
    const refused = await refusalOf(folder, "train", ...input);
    assertEquals(refused, {
      message: "Cannot read list.txt: line 1 is not valid UTF-8; save it as " +
        "UTF-8, or name its encoding, as in --encoding windows-1252",
      exitCode: 3,
    });
    const { vocabulary, config } = await learn(
      folder,
      ...[...input, "--encoding", "windows-1251"],
    );
    assertEquals(vocabulary.tokens.join(""), ".АБВаиклнр");
    assertEquals(config.encoding, "windows-1251");
    const resume = ["--resume", ...input, "--steps", "350"];
    const resumed = await run(folder, "train", ...resume);
    assertEquals(resumed.code, 0, resumed.stderr);
    const judged = await run(folder, "evaluate", "--run", "out/run", ...input);
    assertEquals(judged.code, 0, judged.stderr);
    await Deno.writeTextFile(`${folder}/list.txt`, words.join("\n"));
    const other = [...input, "--encoding", "utf-8"];
    const same = await run(folder, "evaluate", "--run", "out/run", ...other);
    assertEquals(same.stdout, judged.stdout);
  }));

Deno.test("--fold-case reads a list in lowercase, and prompts too", () =>
  withFolder(async (folder) => {
    const words = wordsOf("AaBbÉé", ["nna", "NNA", "Rik", "la"]);
    await Deno.writeTextFile(`${folder}/list.txt`, words.join("\n"));
    const input = ["--input", "list.txt"];
    const { vocabulary, config, stdout } = await learn(
      folder,
      ...[...input, "--fold-case"],
    );
    assertEquals(vocabulary.tokens.join(""), ".abiklnré");
    assertEquals([vocabulary.lowercase, config.lowercase], [true, true]);
    const model = ["--run", "out/run", ...input];
    const made = await run(
      folder,
      "sample",
      ...model,
      "--num",
      "5",
      ...WORDS_SEED,
    );
    assertEquals(made.stdout, stdout.split("\n\n")[1]);
    const prompt = ["--run", "out/run", "--prompt", "ÉNN", "--num", "2"];
    assertMatch(
      (await run(folder, "sample", ...prompt)).stdout,
      /^(énn.*\n)+$/,
    );
    const resume = ["--resume", ...input, "--steps", "350"];
    const resumed = await run(folder, "train", ...resume);
    assertEquals(resumed.code, 0, resumed.stderr);
    // the package's model has learned no other letters
    const scored = await run(folder, "score", "--fold-case", "ANNA");
    assertMatch(scored.stdout, /^.*\n +-\d+\.\d+ +\d+\.\d\d {2}ANNA\n$/);
  }));
