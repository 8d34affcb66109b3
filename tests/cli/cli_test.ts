import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  Program,
  QUICK,
  refusalOf,
  run,
  taskArguments,
  withFolder,
  withWords,
  WORDS,
  WORDS_SEED,
} from "./program.ts";

function entries(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

Deno.test("train learns, prints losses and words, and keeps the run", async () => {
  await withWords(async (folder) => {
    const { code, stdout, stderr } = await run(folder, "train", ...QUICK);
    assertEquals(code, 0, stderr);
    const [train, dev, test, beside, blank, ...groups] = stdout.trimEnd()
      .split("\n");
    assertMatch(train, /^train loss \d\.\d{4}, perplexity \d+\.\d\d$/);
    assertMatch(dev, /^dev {3}loss \d\.\d{4}, perplexity \d+\.\d\d$/);
    assertMatch(test, /^test {2}loss \d\.\d{4}, perplexity \d+\.\d\d$/);
    assertMatch(beside, /^On dev: [2-6]-gram \d\.\d{4}, guessing 2\.6391$/);
    assertEquals(blank, "");
    const words = groups.filter((line) => line.startsWith("  "));
    assertEquals(words.length, 20);
    const titles = groups.filter((line) => !line.startsWith("  "));
    assertMatch(titles.join(" "), /^(In train: )?(In dev: )?(In test: )?New:$/);
    assertStringIncludes(stderr, "100 words from words.txt: train 80, dev 10");
    assertStringIncludes(stderr, "step 400 of 400");
    assertEquals(
      entries(`${folder}/out/run`).filter((name) => !name.startsWith(".")),
      [
        "checkpoint.safetensors",
        "config.json",
        "embedding.svg",
        "loss.svg",
        "losses.csv",
        "result.json",
        "words.txt",
      ],
    );
    const config = await Deno.readTextFile(`${folder}/out/run/config.json`);
    assertEquals(JSON.parse(config).hiddenSize, 20);
    assertEquals(JSON.parse(config).steps, 400);
    const log = await Deno.readTextFile(`${folder}/out/run/losses.csv`);
    const rows = log.trimEnd().split("\n");
    assertEquals(rows.length, 401);
    assertEquals(rows[0], "step,loss");
    assertMatch(rows[400], /^399,\d/);
    for (const name of ["loss.svg", "embedding.svg"]) {
      const svg = await Deno.readTextFile(`${folder}/out/run/${name}`);
      assertMatch(svg, /^<svg .*<\/svg>\s*$/s);
    }

    const again = await run(folder, "train", ...QUICK);
    assertEquals(again.code, 5);
    assertStringIncludes(
      again.stderr,
      "Cannot start a run in out/run: it already holds one",
    );
    const other = await run(
      folder,
      "train",
      ...QUICK,
      "--output",
      "out/other",
    );
    assertEquals(other.stdout, stdout);

    const evaluated = await run(
      folder,
      "evaluate",
      "--run",
      "out/run",
      "--input",
      "words.txt",
    );
    assertEquals(evaluated.code, 0, evaluated.stderr);
    // "train loss 2.1234, perplexity 8.36" and so on, beside one another
    const numbers = [train, dev, test].join(" ").match(/\d+\.\d+/g);
    const row = evaluated.stdout.split("\n")
      .find((line) => line.startsWith("mlp"));
    assertEquals(row?.match(/\d+\.\d+/g), numbers);

    const sampled = await run(
      folder,
      "sample",
      "--run",
      "out/run",
      "--num",
      "3",
      "--prompt",
      "ab",
    );
    assertEquals(sampled.code, 0, sampled.stderr);
    assertMatch(sampled.stdout, /^(ab\w*\n){3}$/);
    // with the seed of the lecture: the same twenty words that train has made
    const same = await run(
      folder,
      "sample",
      "--run",
      "out/run",
      "--input",
      "words.txt",
      ...WORDS_SEED,
    );
    assertEquals(same.stdout.trimEnd().split("\n"), groups);
  });
});

Deno.test("train --resume with more steps goes on to the bits of one run", async () => {
  await withWords(async (folder) => {
    const settings = [...QUICK, "--schedule", "constant"];
    const whole = await run(folder, "train", ...settings);
    assertEquals(whole.code, 0, whole.stderr);
    const half = await run(
      folder,
      "train",
      ...settings,
      "--steps",
      "170",
      "--output",
      "out/half",
    );
    assertEquals(half.code, 0, half.stderr);
    const resume = ["--input", "words.txt", "--output", "out/half", "--resume"];
    const rest = await run(folder, "train", ...resume, "--steps", "400");
    assertEquals(rest.code, 0, rest.stderr);
    assertEquals(rest.stdout, whole.stdout);
    const { input } = JSON.parse(
      Deno.readTextFileSync(`${folder}/out/half/result.json`),
    );
    assertEquals(input, "words.txt");
    const cosine = [...QUICK, "--schedule", "cosine", "--output", "out/cosine"];
    await run(folder, "train", ...cosine, "--steps", "20", "--quiet");
    const longer = ["--output", "out/cosine", "--resume", "--steps", "40"];
    const { stderr } = await run(folder, "train", ...longer);
    assertStringIncludes(
      stderr,
      "The learning rate keeps its schedule and is 0.01 from step 20 on: a new " +
        "run of 40 steps may end better\n",
    );

    const refused = await run(folder, "train", ...resume, "--seed", "1");
    assertEquals(refused.code, 2);
    assertStringIncludes(
      refused.stderr,
      "Cannot use --seed with --resume",
    );
    await Deno.writeTextFile(`${folder}/words.txt`, WORDS + "\nnew");
    const changed = await run(folder, "train", ...resume);
    assertEquals(changed.code, 3);
    assertStringIncludes(changed.stderr, "with other words");
  });
});

Deno.test("train stopped by a signal keeps what it has learned", async () => {
  await withWords(async (folder) => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      const program = new Program(
        folder,
        taskArguments("train", [
          ...QUICK,
          "--steps",
          "1000000000",
          "--overwrite",
        ]),
      );
      await program.says(/^step /m); // from here on it may be stopped any time
      program.kill(signal);
      const outcome = await program.ended;
      assertEquals(outcome.code, code, outcome.stderr);
      assertMatch(
        outcome.stderr,
        /makemore: Stopped at step \d+ of 1000000000; what was learned is kept/,
      );
      const sampled = await run(folder, "sample", "--run", "out/run");
      assertEquals(sampled.code, 0, sampled.stderr);
    }
  });
});

Deno.test("train that diverges names the model that is kept, and keeps the losses", async () => {
  await withWords(async (folder) => {
    const { code, stderr } = await run(
      folder,
      "train",
      ...QUICK,
      "--learning-rate",
      "1e38",
    );
    assertEquals(code, 6);
    const last = Number(/The loss of step (\d+)/.exec(stderr)?.[1]) - 1;
    const log = await Deno.readTextFile(`${folder}/out/run/losses.csv`);
    assertEquals(parseFloat(log.trimEnd().split("\n").at(-1)!), last);
    assert(entries(`${folder}/out/run`).includes("loss.svg"));
    assertMatch(
      stderr,
      /makemore: The loss of step \d+ is \S+, with learning rate 1e\+38: try a smaller learning rate; the model of step \d+ is kept in out\/run\n$/,
    );
    const sampled = await run(folder, "sample", "--run", "out/run");
    assertEquals(sampled.code, 0, sampled.stderr);
  });
});

Deno.test("train refuses bad input in one sentence, and makes no folder", async () => {
  await withWords(async (folder) => {
    await Deno.writeFile(`${folder}/latin1.txt`, Uint8Array.of(0x61, 0xe9));
    await Deno.writeTextFile(`${folder}/empty.txt`, "");
    await Deno.writeTextFile(`${folder}/few.txt`, "ab\nba\n");
    const refused: [string[], number, string][] = [
      [
        ["--input", "none.txt"],
        3,
        "Cannot read none.txt: there is no such file",
      ],
      [["--input", "."], 3, "Cannot read .: it is a folder"],
      [["--encoding", "utf-7"], 2, 'Cannot use the encoding "utf-7"'],
      [["--input", "latin1.txt"], 3, "latin1.txt: line 1 is not valid UTF-8"],
      [["--input", "empty.txt"], 3, "empty.txt: it has no words"],
      [["--input", "few.txt"], 2, "Cannot split 2 words"],
      [
        ["--embedding-size", "0"],
        2,
        'Cannot use --embedding-size "0": it must be a whole number from 1',
      ],
      [["--hiden-size", "5"], 2, "did you mean --hidden-size?"],
      [["--batch-size", "2147483649"], 2, "2147483649"],
      [["--resume"], 5, "Cannot resume a run in out/run"],
    ];
    for (const [args, code, message] of refused) {
      const given = args.includes("--input") || args.includes("--resume")
        ? args
        : [...QUICK, ...args];
      const error = await refusalOf(folder, "train", ...given);
      const shown = `${args.join(" ")}: ${error.message}`;
      assertEquals(error.exitCode, code, shown);
      assertStringIncludes(error.message, message, shown);
      assert(!entries(folder).includes("out"), shown);
    }
    const elsewhere = ["--output", "elsewhere"];
    const { code, stdout, stderr } = await run(
      folder,
      "train",
      ...[...QUICK, ...elsewhere],
    );
    assertEquals([code, stdout], [5, ""]);
    assertMatch(stderr, /^makemore: Cannot write elsewhere: .*\n$/);
    assert(!entries(folder).includes("elsewhere"));
  });
});

Deno.test("sample makes other names every time, and the same with the seed that it tells", async () => {
  await withFolder(async (folder) => {
    const first = await run(folder, "sample");
    assertEquals(first.code, 0, first.stderr);
    assertMatch(first.stdout, /^([a-z]+\n){20}$/);
    assert((await run(folder, "sample")).stdout !== first.stdout);
    const [, seed] = first.stderr.match(/the same again with --seed (\d+)\n/)!;
    const same = await run(folder, "sample", "--seed", seed);
    assertEquals(same.stdout, first.stdout);
    assertEquals(same.stderr, "20 words from the package's model\n");
    const prompt = await run(folder, "sample", "--prompt", "é");
    assertEquals(prompt.code, 2);
    assertStringIncludes(prompt.stderr, 'no token "é"');
    const missing = await run(folder, "sample", "--run", "none");
    assertEquals(missing.code, 4);
    assertStringIncludes(missing.stderr, "none");
  });
});

Deno.test("find-lr shows the curve and suggests a rate, draws it, or prints all losses", async () => {
  await withWords(async (folder) => {
    const args = ["--input", "words.txt", "--num", "50"];
    const shown = await run(
      folder,
      "find-lr",
      ...[...args, "--output", "out/rates.svg"],
    );
    assertEquals(shown.code, 0, shown.stderr);
    const [title, curve, axis, blank, suggestion] = shown.stdout.split("\n");
    assertMatch(
      title,
      /^The loss at each learning rate, between \d+\.\d\d \(▁\) and \d+\.\d\d \(█\):$/,
    );
    // it falls from the left to the suggestion, at one place of 61 for 3 decades
    assertMatch(curve, /^[▁▂▃▄▅▆▇█]{61}$/);
    const rate = Number(
      /^Suggested: --learning-rate (\S+) \(/.exec(suggestion)?.[1],
    );
    const lowest = curve.indexOf("▁");
    assert(Math.abs(20 * (Math.log10(rate) + 3) - lowest) < 12, shown.stdout);
    assert(curve.slice(0, lowest).includes("█"), curve);
    assertEquals(axis.indexOf("0.1"), 40);
    assertMatch(axis, /^0\.001 {15}0\.01 {16}0\.1 {17}1$/);
    assertEquals(blank, "");
    const svg = await Deno.readTextFile(`${folder}/out/rates.svg`);
    assertMatch(svg, /^<svg /);

    const table = await run(folder, "find-lr", ...args, "--csv");
    const rows = table.stdout.trimEnd().split("\n");
    assertEquals(rows.length, 51);
    assertEquals(rows[0], "learning_rate,loss");
    assertMatch(rows[1], /^0\.001,\d/);
    assertMatch(rows[50], /^1,\d/);
    assertEquals(table.stderr, suggestion + "\n");
  });
});
