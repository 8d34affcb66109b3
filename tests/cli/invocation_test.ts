/**
 * How the program is called: as a task, from any folder; by `deno run`; and
 * installed. Its help says what to type there.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { compareCommand } from "../../cli/compare_command.ts";
import { evaluateCommand } from "../../cli/evaluate_command.ts";
import { findLrCommand } from "../../cli/find_lr_command.ts";
import { neighboursCommand } from "../../cli/neighbours_command.ts";
import { helpOf, parseOptions } from "../../cli/options.ts";
import { sampleCommand } from "../../cli/sample_command.ts";
import { scoreCommand } from "../../cli/score_command.ts";
import { sweepCommand } from "../../cli/sweep_command.ts";
import { trainCommand } from "../../cli/train_command.ts";
import {
  Program,
  QUICK,
  run,
  taskArguments,
  type TaskName,
  TEXT,
  withFolder,
  withWords,
  WORDS,
} from "./program.ts";

const cli = fileURLToPath(new URL("../../cli.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

const COMMANDS = [
  ...[trainCommand, sampleCommand, scoreCommand, neighboursCommand],
  ...[evaluateCommand, findLrCommand, sweepCommand, compareCommand],
];

/** A task, run by a person in another folder than the checkout. */
function runFrom(
  person: string,
  checkout: string,
  name: TaskName,
  ...args: string[]
) {
  const env = { INIT_CWD: person };
  return new Program(checkout, taskArguments(name, args), undefined, env).ended;
}

Deno.test("paths are looked up from the folder of the person, not of the task", () =>
  withWords((person) =>
    withFolder(async (checkout) => {
      const trained = await runFrom(person, checkout, "train", ...QUICK);
      assertEquals(trained.code, 0, trained.stderr);
      assertStringIncludes(trained.stderr, "100 words from words.txt:");
      // what was not typed is named in full, because it is elsewhere
      const kept = `${checkout}/out/run`;
      assertStringIncludes(trained.stderr, `The run is kept in ${kept}\n`);
      assert(Deno.statSync(`${kept}/checkpoint.safetensors`).isFile);

      const run = `../${checkout.split("/").at(-1)}/out/run`;
      const sampled = await runFrom(person, checkout, "sample", "--run", run);
      assertEquals(sampled.code, 0, sampled.stderr);
      assertStringIncludes(sampled.stderr, `20 words from ${run}, with seed`);

      const none = await runFrom(person, checkout, "train", "-i", "none.txt");
      assertStringIncludes(none.stderr, "Cannot read none.txt: there is no");
    })
  ));

Deno.test("train that may not write somewhere says which command may", () =>
  withWords((person) =>
    withFolder(async (checkout) => {
      const cases: [TaskName, string[], string, string][] = [
        [
          "train",
          [...QUICK, "--output", "it's new/a"],
          "it's new/a",
          "/loss.svg",
        ],
        [
          "find-lr",
          ["-i", "words.txt", "--num", "9", "-o", "b.svg"],
          "b.svg",
          "",
        ],
      ];
      for (const [name, args, path, file] of cases) {
        const refused = await runFrom(person, checkout, name, ...args);
        assertEquals([refused.code, refused.stdout], [5, ""]);
        const [, sentence, command] =
          /^makemore: (.*): deno (run .*)\n$/.exec(refused.stderr) ?? [];
        assertEquals(
          sentence,
          `Cannot write ${path}: Deno does not permit it; this command may ` +
            "write there",
        );
        const pasted = await new Program(person, [], `"$1" ${command}`).ended;
        assertEquals(pasted.code, 0, pasted.stderr);
        assert(Deno.statSync(`${person}/${path}${file}`).isFile);
      }
    })
  ));

/** The examples in a help, without what they do. */
function examplesOf(help: string): string[] {
  return help.split("\nExamples:\n")[1].split("\n")
    .filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim());
}

Deno.test("--help has examples as they are typed where it is read", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/lib`);
    const outside = dirname(cli);
    const run = ["run", "--allow-read", "--allow-write=out", cli];
    const ways: [string, string[], Record<string, string>?][] = [
      ["deno task", []],
      ["deno task", [], { INIT_CWD: `${folder}/lib` }],
      [`deno task --config ${folder}/deno.json`, [], { INIT_CWD: outside }],
      [`npx --yes deno@${Deno.version.deno} task`, [], { npm_command: "exec" }],
      [`deno run --allow-read --allow-write=out ${cli}`, run],
      ["makemore", ["run", "--allow-read", "--allow-write", cli]],
    ];
    await Promise.all(ways.map(async ([typed, flags, env], i) => {
      // all commands in one way, and one command in all ways
      for (const command of i === 0 ? COMMANDS : [trainCommand]) {
        const name = command.name as TaskName;
        const args = flags.length > 0
          ? [...flags, name]
          : taskArguments(name, []);
        const { code, stdout, stderr } = await new Program(
          folder,
          [...args, "--help"],
          undefined,
          env,
        ).ended;
        assertEquals(code, 0, stderr);
        assertStringIncludes(stdout, `\nUsage: ${typed} ${name} [options]`);
        for (const example of examplesOf(stdout)) {
          assert(example.startsWith(`${typed} ${name}`), example);
          const [words] = example.slice(`${typed} ${name}`.length).split(" > ");
          parseOptions(command, words.split(" ").slice(1)); // is it accepted?
        }
      }
    }));
  }));

Deno.test("the examples of --help work as typed", () =>
  withWords(async (folder) => {
    await Deno.writeTextFile(`${folder}/book.txt`, TEXT);
    await Deno.writeTextFile(`${folder}/words.txt`, WORDS + "\nkala"); // --prompt ka
    const learned = await run(
      folder,
      "train",
      ...["--input", "words.txt", "--steps", "10"],
    );
    assertEquals(learned.code, 0, learned.stderr);
    await Deno.mkdir(`${folder}/out/sweep/a`, { recursive: true });
    const [from, to] = ["run", "sweep/a"].map((path) =>
      `${folder}/out/${path}/checkpoint.safetensors`
    );
    await Deno.copyFile(from, to);
    const long =
      /train( --input words.txt --output out.words| --recipe lecture)$/;
    for (const command of COMMANDS) {
      const program = `deno run --allow-read --allow-write=out ${cli}`;
      for (const example of examplesOf(helpOf(command, program))) {
        if (long.test(example)) continue; // the long ones
        const line = example.replace(/^deno/, '"$1"')
          .replace("find-lr --", "find-lr --num 9 --");
        const { code, stderr } = await new Program(folder, [], line).ended;
        assertEquals(code, 0, `${example}: ${stderr}`);
      }
    }
  }));

Deno.test({
  name: "deno install makes a command that works in any folder",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withWords(async (folder) => {
      const installed = await new Program(folder, [
        ...["install", "--global", "--quiet", "--root", folder],
        ...["--config", config, "--allow-read", "--allow-write"],
        ...["--name", "makemore", cli],
      ]).ended;
      assertEquals(installed.code, 0, installed.stderr);
      const PATH = `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;
      const type = (typed: string) =>
        new Program(folder, [], `${folder}/bin/makemore ${typed}`, { PATH })
          .ended;
      const trained = await type(`train ${QUICK.join(" ")} --output a/b`);
      assertEquals(trained.code, 0, trained.stderr);
      const sampled = await type("sample --run a/b --num 3");
      assertMatch(sampled.stdout, /^(\w+\n){3}$/);
      const help = await type("train --help");
      assertStringIncludes(help.stdout, "\n  makemore train --resume\n");
    }),
});
