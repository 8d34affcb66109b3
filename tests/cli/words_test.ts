/** Words of a text instead of characters, from the text to new sentences. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { readCheckpoint } from "../../cli/run_folder.ts";
import { encodeSafetensors } from "../../lib/saving/safetensors.ts";
import {
  parameterNames,
  parameterShapes,
  sizesOf,
} from "../../lib/kernel/parameters.ts";
import { tokenize } from "../../lib/data/tokens.ts";
import {
  hashOf,
  QUICK_WORDS,
  refusalOf,
  run,
  TEXT,
  withFolder,
  withText,
  WORDS_SEED,
} from "./program.ts";

/** The lines of words that a command prints, without the groups' titles. */
function sentencesIn(stdout: string): string[] {
  return stdout.split("\n").filter((line) => line.startsWith("  "))
    .map((line) => line.trim());
}

Deno.test("train --level words learns a text, and sample and evaluate know it", () =>
  withText(async (folder) => {
    const text = ["--input", "text.txt"];
    const learned = await run(folder, "train", ...QUICK_WORDS, "--lowercase");
    assertEquals(learned.code, 0, learned.stderr);
    assertStringIncludes(
      learned.stderr,
      "240 sentences from text.txt: train 192, dev 24",
    );
    // nine names among 1,563 words, marks and ends of sentences
    assertStringIncludes(learned.stderr, "Read as <unk>: 0.6 % of train");
    assertMatch(
      learned.stdout,
      /^train loss \d\.\d{4}, perplexity \d+\.\d\d$/m,
    );
    const made = sentencesIn(learned.stdout);
    assertEquals(made.length, 20);
    // it has learned how a sentence goes on and ends
    const proper = made.filter((sentence) =>
      /^(a|the) \w+ \w+ in the \w+(, said <unk>)?\.$/.test(sentence)
    );
    assert(proper.length >= 15, made.join("\n"));

    const kept = readCheckpoint(`${folder}/out/run`);
    const { config, vocabulary } = kept;
    assertEquals(vocabulary.tokens.slice(0, 5), [
      "<s>",
      "<unk>",
      "the",
      ".",
      "in",
    ]);
    assertEquals(
      [config.level, config.lowercase, config.minimumCount],
      ["words", true, 2],
    );
    assertEquals(sizesOf(kept.parameters).contextLength, 3);
    // the default is more candidates than there are tokens
    assertEquals(config.candidates, 0);

    // sample has the same words, and groups them where it is given the text
    const learnedRun = ["--run", "out/run", ...WORDS_SEED];
    const sampled = await run(folder, "sample", ...learnedRun);
    assertEquals(sampled.stdout.trimEnd().split("\n").sort(), made.toSorted());
    const grouped = await run(folder, "sample", ...learnedRun, ...text);
    assertEquals(grouped.stdout, learned.stdout.split("\n\n")[1]);
    const known = new Set(tokenize(TEXT, { lowercase: true }).map(String));
    for (const group of grouped.stdout.split(/^(?=\S)/m)) {
      for (const sentence of sentencesIn(group)) {
        if (sentence.includes("<unk>")) continue;
        const stands = known.has(String(tokenize(sentence)[0]));
        assertEquals(group.startsWith("New:"), !stands, sentence);
      }
    }
    // without --steps, six times 1,563 tokens in batches of 32
    const steps = await run(
      folder,
      "train",
      ...["--level", "words", "--lowercase", ...text, "--output", "out/auto"],
    );
    assertStringIncludes(steps.stderr, "Steps 0 to 294, kept in out/auto");
    const prompted = await run(
      folder,
      "sample",
      ...["--run", "out/run", "--prompt", "The DOG", "--num", "3"],
    );
    assertMatch(prompted.stdout, /^(the dog.*\n){3}$/);

    const judged = await run(folder, "evaluate", "--run", "out/run", ...text);
    assertEquals(judged.code, 0, judged.stderr);
    const row = judged.stdout.split("\n").find((line) => /^mlp /.test(line));
    const [losses] = learned.stdout.split("\nOn dev: ");
    assertEquals(row?.match(/\d+\.\d+/g), losses.match(/\d+\.\d+/g));
  }));

Deno.test("train --hidden-size 0 learns direct connections alone, and needs them", () =>
  withText(async (folder) => {
    const alone = [...QUICK_WORDS, "--hidden-size", "0"];
    const refused = await refusalOf(folder, "train", ...alone);
    assertEquals(
      refused.message,
      "Cannot use --hidden-size 0 without --direct-connections: nothing would " +
        "connect the embeddings to the output",
    );
    const learned = await run(
      folder,
      "train",
      ...[...alone, "--direct-connections"],
    );
    assertEquals(learned.code, 0, learned.stderr);
    const { parameters } = readCheckpoint(`${folder}/out/run`);
    assertEquals(parameters.W1.length, 0);
    const judged = await run(folder, "evaluate", "--run", "out/run");
    assertEquals(judged.code, 0, judged.stderr);
  }));

Deno.test("train --level words --resume goes on with all settings to the bits of one run", () =>
  withText(async (folder) => {
    const settings = [
      ...QUICK_WORDS,
      ...["--lowercase", "--minimum-count", "3", "--direct-connections"],
      ...["--schedule", "inverse", "--decay", "0.01"],
      ...["--weight-decay", "0.001", "--candidates", "5"],
    ];
    const whole = await run(folder, "train", ...settings);
    assertEquals(whole.code, 0, whole.stderr);
    const half = ["--output", "out/half"];
    const first = await run(
      folder,
      "train",
      ...[...settings, ...half, "--steps", "1300"],
    );
    assertEquals(first.code, 0, first.stderr);
    const resume = [...half, "--resume", "--input", "text.txt"];
    const rest = await run(folder, "train", ...resume, "--steps", "1900");
    assertEquals(rest.code, 0, rest.stderr);
    assertEquals(rest.stdout, whole.stdout);
    const { parameters } = readCheckpoint(`${folder}/out/half`);
    assertEquals(parameters, readCheckpoint(`${folder}/out/run`).parameters);
    const losses = (name: string) => hashOf(`${folder}/out/${name}/losses.csv`);
    assertEquals(await losses("half"), await losses("run"));
    const figure = Deno.readTextFileSync(`${folder}/out/run/loss.svg`);
    assertStringIncludes(figure, "Loss while training, among 5 candidates");

    const plain = await run(
      folder,
      "train",
      ...[...QUICK_WORDS, "--lowercase", "--minimum-count", "3"],
      ...["--output", "out/plain"],
    );
    assert(plain.stdout !== whole.stdout, "the settings had no effect");

    const again = await run(folder, "train", ...half, "--resume");
    assertEquals([again.code, again.stdout], [0, whole.stdout], again.stderr);
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT + "Something new.");
    const changed = await run(folder, "train", ...resume);
    assertEquals(changed.code, 3);
    assertStringIncludes(
      changed.stderr,
      'with other sentences: it learns from "text.txt"',
    );
  }));

Deno.test("sample and evaluate take parameters alone with the words of a text", () =>
  withText(async (folder) => {
    const how = ["--level", "words", "--lowercase", "--minimum-count", "3"];
    const text = ["--input", "text.txt"];
    const settings = ["--lowercase", "--minimum-count", "3", "--num", "0"];
    const learned = await run(folder, "train", ...QUICK_WORDS, ...settings);
    assertEquals(learned.code, 0, learned.stderr);
    // as safetensors.torch.save_file writes them
    const { parameters } = readCheckpoint(`${folder}/out/run`);
    const shapes = parameterShapes(sizesOf(parameters));
    const tensors = parameterNames(shapes).map((name) =>
      [name, { shape: shapes[name]!, data: parameters[name]! }] as const
    );
    await Deno.writeFile(
      `${folder}/alone.safetensors`,
      encodeSafetensors({ tensors: new Map(tensors), metadata: new Map() }),
    );
    const both = async (command: "sample" | "evaluate", ...args: string[]) => {
      const outcomes = await Promise.all(
        ["out/run", "alone.safetensors"].map((model) =>
          run(folder, command, "--run", model, ...text, ...how, ...args)
        ),
      );
      for (const { code, stderr } of outcomes) assertEquals(code, 0, stderr);
      assertEquals(outcomes[1].stdout, outcomes[0].stdout);
    };
    await both("sample", "--prompt", "The", "--seed", "1");
    await both("evaluate", "--model", "mlp");

    const other = ["--run", "alone.safetensors", "--level", "words", ...text];
    const refused = await run(folder, "evaluate", ...other);
    assertEquals([refused.code, refused.stdout], [4, ""]);
    assertMatch(
      refused.stderr,
      /^makemore: Cannot use alone.safetensors with text.txt: it has parameters for 21 tokens and no vocabulary, but the sentences have 22 tokens; give .*\n$/,
    );
  }));

/** Verses: who does what where, in stanzas of two lines. */
const VERSES = Array.from({ length: 60 }, (_, i) => {
  const who = ["fog", "rain", "wind"][i % 3];
  const where = ["harbor", "city"][i % 2];
  return `The ${who} comes\nover ${where}\n\n`;
}).join("");

Deno.test("train --sentences lines makes lines and stanzas, and keeps that", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/verses.txt`, VERSES);
    const learned = await run(
      folder,
      "train",
      ...["--level", "words", "--sentences", "lines", "--steps", "600"],
      ...["--input", "verses.txt", "--learning-rate", "1", "--num", "30"],
    );
    assertEquals(learned.code, 0, learned.stderr);
    // 120 verses and an empty line after each second but the last
    assertStringIncludes(learned.stderr, "179 lines from verses.txt");
    const made = learned.stdout.split("\n\n").slice(1).join("\n\n");
    // a stanza may be cut at the first and the last of them
    const stanzas = made.trim().split("\n\n").slice(1, -1);
    assert(stanzas.length > 5, made);
    for (const stanza of stanzas) {
      assertMatch(stanza, /^The (fog|rain|wind) comes\nover (harbor|city)$/);
    }
    assertEquals(readCheckpoint(`${folder}/out/run`).config.sentences, "lines");
    const read = ["--run", "out/run"];
    const sampled = await run(
      folder,
      "sample",
      ...[...read, "--num", "2", "--seed", "1"],
      ...["--prompt", "The storm comes\nover"],
    );
    assertMatch(
      sampled.stdout,
      /^(The storm comes\nover (harbor|city)\n){2}$/,
    );
    assertEquals(sampled.stderr.match(/Read as <unk>: "storm"/g)?.length, 1);

    const text = ["--input", "verses.txt"];
    const judged = await run(
      folder,
      "evaluate",
      ...[...read, ...text, "--model", "mlp"],
    );
    assertStringIncludes(judged.stderr, "179 lines from verses.txt");
    assert(!judged.stderr.includes("other lines"), judged.stderr);
    const more = ["--resume", "--steps", "601", "--num", "0"];
    const resumed = await run(folder, "train", ...more, ...text);
    assertEquals(resumed.code, 0, resumed.stderr);
    const refused = await refusalOf(
      folder,
      "evaluate",
      ...[...read, ...text, "--sentences", "text", "--level", "words"],
    );
    assertStringIncludes(
      refused.message,
      "Cannot use --sentences text with out/run: it was trained with lines",
    );
  }));

Deno.test("sample --no-unknown never draws <unk>", () =>
  withText(async (folder) => {
    const text = ["--level", "words", "--input", "text.txt"];
    // most words are rare
    const counts = ["--model", "ngram", ...text, "--minimum-count", "50"];
    const made = await Promise.all(
      [[], ["--no-unknown"]].map((more) =>
        run(folder, "sample", ...counts, ...more)
      ),
    );
    for (const { code, stderr } of made) assertEquals(code, 0, stderr);
    assertEquals(made.map(({ stdout }) => stdout.includes("<unk>")), [
      true,
      false,
    ]);
    const refused = await refusalOf(folder, "sample", "--no-unknown");
    assertStringIncludes(refused.message, "Cannot use --no-unknown");
  }));

Deno.test("train --level words keeps abbreviations whole and blanks as in the text", () =>
  withFolder(async (folder) => {
    const text = "« Oui », dit Mme. Roux. « Non », dit Mme. Blin : " +
      "le Dr. Roux n’a rien dit. Elle l'a su. ";
    await Deno.writeTextFile(`${folder}/texte.txt`, text.repeat(10));
    const learned = await run(
      folder,
      "train",
      ...["--level", "words", "--input", "texte.txt", "--steps", "600"],
      ...["--learning-rate", "1", "--num", "8", "--context-length", "5"],
    );
    assertEquals(learned.code, 0, learned.stderr);
    const { vocabulary } = readCheckpoint(`${folder}/out/run`);
    for (const token of ["Mme.", "Dr.", "n'a", "l'a"]) {
      assert(vocabulary.has(token), token);
    }
    assertEquals(
      new Set(sentencesIn(learned.stdout)),
      new Set([
        "« Oui », dit Mme. Roux.",
        "« Non », dit Mme. Blin : le Dr. Roux n'a rien dit.",
        "Elle l'a su.",
      ]),
    );
  }));

Deno.test("commands refuse what does not fit the level in one line", () =>
  withText(async (folder) => {
    await run(folder, "train", ...QUICK_WORDS, "--steps", "5");
    await Deno.remove(`${folder}/out/run/text.txt`); // as in older runs
    await Deno.writeTextFile(`${folder}/few.txt`, "One. Two. Three.");
    await Deno.writeTextFile(`${folder}/empty.txt`, " \n\n");
    const all = "abcdefghijkl".split("").map((word) => `${word}x ${word}y.`)
      .join("\n\n");
    await Deno.writeTextFile(`${folder}/rare.txt`, all.replaceAll(".", ""));
    await Deno.writeFile(`${folder}/binary.txt`, Uint8Array.of(97, 0x0a, 0));
    const words = ["--level", "words"];
    const learned = ["--run", "out/run"];
    const refused: [Parameters<typeof run>[1], string[], number, string][] = [
      [
        "train",
        words,
        2,
        "--level words without a text: give one with --input",
      ],
      [
        "train",
        ["--input", "text.txt", "--steps", "auto"],
        2,
        'Cannot use --steps "auto": it must be a whole number from 1',
      ],
      ["sample", words, 2, "Cannot use --level words with the package's model"],
      ["train", ["--sentences", "lines"], 2, "it is for --level words"],
      ["train", ["--minimum-count", "3"], 2, "it is for --level words"],
      [
        "train",
        [...words, "--split-seed", "1"],
        2,
        "Cannot use --split-seed with --level words",
      ],
      [
        "sample",
        [...learned, "--lowercase", ...words],
        2,
        "Cannot use --lowercase with out/run: it was trained without",
      ],
      [
        "evaluate",
        [...learned, "--level", "characters"],
        2,
        "Cannot use --level characters with out/run: it was trained with words",
      ],
      [
        "evaluate",
        [...learned, "--split-seed", "1"],
        2,
        "Cannot use --split-seed with --level words",
      ],
      ["evaluate", words, 2, "give one with --input"],
      [
        "train",
        [...QUICK_WORDS, "--candidates", "100", "--output", "out/a"],
        2,
        "Cannot draw 100 candidates of 22 tokens",
      ],
      [
        "train",
        [...QUICK_WORDS, "--candidates", "5", "--batch-size", "all"]
          .concat("--output", "out/a"),
        2,
        "Cannot draw 5 candidates for a batch of all rows",
      ],
      ["train", [...words, "--input", "few.txt"], 2, "Cannot split 3"],
      ["train", [...words, "--input", "empty.txt"], 3, "has no words"],
      ["train", [...words, "--input", "rare.txt"], 2, "0 words occur at"],
      [
        "train",
        [...words, "--input", "binary.txt"],
        3,
        "line 2 contains a NUL",
      ],
      ["train", [...words, "--input", "none.txt"], 3, "no such file"],
    ];
    for (const [command, args, code, message] of refused) {
      const error = await refusalOf(folder, command, ...args);
      assertEquals(error.exitCode, code, error.message);
      assertStringIncludes(error.message, message);
    }
    assertEquals(Array.from(Deno.readDirSync(`${folder}/out`)).length, 1);
  }));
