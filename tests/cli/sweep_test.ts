import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  type Outcome,
  Program,
  refusalOf,
  run,
  withFolder,
  withWords,
} from "./program.ts";

const cli = fileURLToPath(new URL("../../cli.ts", import.meta.url));

/** What a trial line begins with, where the runs are in a folder. */
const train = (folder: string) =>
  `${Deno.execPath()} run --no-prompt --allow-read --allow-write=${folder} ` +
  `${cli} train`;

/** Sweeps with the embedded list. */
async function linesOf(folder: string, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(folder, "sweep", ...args);
  assertEquals(code, 0, stderr);
  return stdout.trimEnd().split("\n");
}

Deno.test("sweep prints a complete train line for each combination, with a folder named by its settings", () =>
  withWords(async (folder) => {
    const swept = await run(
      folder,
      "sweep",
      ...["--input", "words.txt", "--steps", "50"],
      ...["--embedding-size", "2,4", "--hidden-size", "5..7", "--points", "3"],
      ...["--no-mix", "--seed", "7"],
    );
    assertEquals(swept.code, 0, swept.stderr);
    const out = `${folder}/out/sweep`;
    const lines = [2, 4].flatMap((E) =>
      [5, 6, 7].map((H) =>
        `${train(out)} --input ${folder}/words.txt --steps 50 --no-mix ` +
        `--seed 7 --embedding-size ${E} --hidden-size ${H} --output ` +
        `${out}/embedding-size=${E}_hidden-size=${H} --resume-or-start\n`
      )
    );
    assertEquals(swept.stdout, lines.join(""));
    // the rest is for people: a shell takes it for comments
    for (const line of swept.stderr.trimEnd().split("\n")) {
      assertMatch(line, /^# /);
    }
    assertStringIncludes(swept.stderr, "# 6 trials, one a line");
  }));

Deno.test("sweep draws settings at random, the same each time, and more after them", () =>
  withFolder(async (folder) => {
    const random = (count: number, ...args: string[]) =>
      linesOf(
        folder,
        ...["--learning-rate", "0.05..0.5", "--log", "--random", `${count}`],
        ...["--batch-size", "16,32,all", "--output", "it's here", ...args],
      );
    const few = await random(3);
    assertEquals((await random(5)).slice(0, 3), few);
    const other = await random(3, "--sweep-seed", "2");
    assertEquals(new Set([...few, ...other]).size, 6);
    assertMatch(
      few[0],
      / --batch-size (16|32|all) --learning-rate 0\.\d{2,5} --output '.*it'\\''s here\/batch-size=\w+_learning-rate=0\.\d+' --resume-or-start$/,
    );
  }));

Deno.test("sweep tries a flag both ways, and every kind of setting", () =>
  withFolder(async (folder) => {
    const lines = await linesOf(
      folder,
      ...["--with-and-without", "direct-connections"],
      ...["--initialization", "randn,scaled", "--seed", "1,2"],
    );
    assertEquals(lines.length, 8);
    const [first, last] = [lines[0], lines[7]];
    assertStringIncludes(first, "initialization=randn_seed=1_direct-");
    assertEquals(first.includes(" --direct-connections"), false);
    assertStringIncludes(
      last,
      " --initialization scaled --seed 2 --direct-connections --output ",
    );
    const only = ["--hidden-size", "1,2", "--random", "9"];
    const few = await run(folder, "sweep", ...only);
    assertStringIncludes(few.stderr, "There are only 2 different settings\n");
    const json = await run(folder, "sweep", ...only, "--json");
    const { trials } = JSON.parse(json.stdout);
    assertEquals(
      trials.map(({ command }: { command: string }) => command + "\n").join(""),
      few.stdout,
    );
    assertEquals(
      trials.map(({ settings }: { settings: object }) => settings)
        .toSorted((a: { hiddenSize: number }) => a.hiddenSize === 1 ? -1 : 1),
      [{ hiddenSize: 1 }, { hiddenSize: 2 }],
    );
  }));

Deno.test("sweep leaves out of a trial what has no meaning in it", () =>
  withFolder(async (folder) => {
    const falling = ["--schedule", "constant,cosine"];
    const rate = ["--final-learning-rate", "0.01"];
    const lines = await linesOf(folder, ...falling, ...rate);
    const have = lines.map((line) => line.includes(rate.join(" ")));
    assertEquals(have, [false, true]);
  }));

Deno.test("sweep --slurm prints three lines that run a job's own trial", () =>
  withWords(async (folder) => {
    const args = [
      ...["--input", "words.txt", "--recipe", "lecture", "--steps", "20"],
      ...["--hidden-size", "5,6", "--num", "0"],
    ];
    const [shell, options, program, ...rest] = await linesOf(
      folder,
      ...args,
      "--slurm",
    );
    assertEquals([shell, rest], ["#!/bin/sh", []]);
    assertEquals(
      options,
      "#SBATCH --array=1-2 --requeue --open-mode=append",
    );
    await withFolder(async (elsewhere) => {
      const script = `${elsewhere}/sweep.sh`;
      await Deno.writeTextFile(script, [shell, options, program].join("\n"));
      const env = { SLURM_ARRAY_TASK_ID: "2" };
      const job: Outcome = await new Program(elsewhere, [], `sh ${script}`, env)
        .ended;
      assertEquals(job.code, 0, job.stderr);
    });
    const folders = [...Deno.readDirSync(`${folder}/out/sweep`)];
    assertEquals(folders.map(({ name }) => name), ["hidden-size=6"]);
  }));

Deno.test("sweep refuses what no trial could be run with", () =>
  withWords(async (folder) => {
    const refused: [string[], string][] = [
      [
        [],
        "Cannot sweep: no setting has several values; give a list, as in --hidden-size " +
        "100,200, or a range, as in --learning-rate 0.05..0.5",
      ],
      [
        ["--hidden-size", "100,none"],
        'Cannot use --hidden-size "none": it must be a whole number from 0',
      ],
      [
        ["--schedule", "cosine,stepp"],
        'Cannot use --schedule "stepp": it must be one of step, constant, ' +
        "cosine, inverse; did you mean step?",
      ],
      [
        ["--hidden-size", "200..100"],
        'Cannot choose "hiddenSize": a range goes from a number to a larger ' +
        "one, not from 200 to 100",
      ],
      [
        ["--hidden-size", "1,2", "--log"],
        "Cannot use --log without a range: give one, as in --learning-rate " +
        "0.05..0.5",
      ],
      [
        ["--with-and-without", "no-mixing"],
        'Cannot use --with-and-without "no-mixing": did you mean no-mix?',
      ],
      [
        ["--decay", "0.1,0.2", "--schedule", "cosine"],
        "Cannot use --decay with --schedule cosine: it is for --schedule " +
        "inverse",
      ],
      [
        ["--hidden-size", "1,2", "--input", "-"],
        "Cannot sweep with --input -: every trial reads it again; give a file",
      ],
      [
        ["--order", "2,3"],
        'Cannot use the argument "--order": see --help for what sweep takes',
      ],
    ];
    await Promise.all(refused.map(async ([args, sentence]) => {
      const { message, exitCode } = await refusalOf(folder, "sweep", ...args);
      assertEquals([message, exitCode], [sentence, 2]);
    }));
    const none = ["--hidden-size", "1,2", "--input", "none.txt"];
    const { message, exitCode } = await refusalOf(folder, "sweep", ...none);
    assertEquals(
      [message, exitCode],
      ["Cannot read none.txt: there is no such file; check the path", 3],
    );
  }));
