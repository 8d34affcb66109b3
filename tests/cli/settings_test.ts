import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { compareCommand } from "../../cli/compare_command.ts";
import { findLrCommand } from "../../cli/find_lr_command.ts";
import { parseOptions } from "../../cli/options.ts";
import {
  configOf,
  SETTINGS,
  type Settings,
  settingsFrom,
  trainOptions,
} from "../../cli/settings.ts";
import { sweepCommand } from "../../cli/sweep_command.ts";
import { trainCommand } from "../../cli/train_command.ts";
import { CheckpointError, UsageError } from "../../lib/errors/errors.ts";
import { RUN_CONFIG } from "./program.ts";

/** The same as it is kept today. */
const KEPT = {
  ...{ ...RUN_CONFIG, encoding: "utf-8", recipe: "lecture", noMix: true },
  ...{ patience: 0, lookEvery: 0, ngramOrder: 0, ngramWeight: 0 },
  ...{ initialization: "randn", tokens: "unicode", streamed: false },
};

Deno.test("settingsFrom() reads what 0.1.0 kept, and configOf() writes the same", () => {
  assertEquals<unknown>(configOf(settingsFrom(RUN_CONFIG, "it")), KEPT);
  const all = { ...KEPT, batchSize: 0, candidates: 0 };
  const settings = settingsFrom(all, "it");
  assertEquals([settings.batchSize, settings.candidates], ["all", "all"]);
  assertEquals<unknown>(configOf(settings), all);
  assertEquals(trainOptions(settings).candidates, undefined);
});

Deno.test("settingsFrom() reads runs from before there were words", () => {
  const later = ["level", "lowercase", "sentences", "minimumCount", "decay"]
    .concat("weightDecay", "candidates", "arithmetic");
  const old = Object.fromEntries(
    Object.entries(RUN_CONFIG).filter(([name]) => !later.includes(name)),
  );
  assertEquals<unknown>(configOf(settingsFrom(old, "it")), KEPT);
});

Deno.test("settingsFrom() refuses settings that no run has", () => {
  const refused: [Record<string, unknown>, string][] = [
    [{ steps: 1e300 }, 'steps is "1e+300"'],
    [{ steps: 0 }, 'steps is "0"'],
    [{ steps: "auto" }, 'steps is "auto"'],
    [{ steps: undefined }, "steps is missing"],
    [{ steps: "\u001b[2J\n" }, 'steps is "\\u001b[2J\\n"'],
    [{ batchSize: -1 }, 'batchSize is "-1"'],
    [{ batchSize: 2 ** 40 }, 'batchSize is "1099511627776"'],
    [{ learningRate: -0.1 }, 'learningRate is "-0.1"'],
    [{ finalLearningRate: null }, 'finalLearningRate is "null"'],
    [{ schedule: "__proto__" }, 'schedule is "__proto__"'],
    [{ decaySteps: 2 ** 53 }, 'decaySteps is "9007199254740992"'],
    [{ splitSeed: "42" }, 'splitSeed is "42"'],
    [{ keepEqualTogether: 0 }, 'keepEqualTogether is "0"'],
    [{ level: "toString" }, 'level is "toString"'],
    [{ lowercase: "yes" }, 'lowercase is "yes"'],
    [{ arithmetic: "exact" }, 'arithmetic is "exact"'],
    [{ weightDecay: null }, 'weightDecay is "null"'],
    [{ words: 1 }, 'words is "1"'],
    [{ recipe: "best" }, 'recipe is "best"'],
    [{ patience: -1 }, 'patience is "-1"'],
    [{ lookEvery: 0.5 }, 'lookEvery is "0.5"'],
    [{ noMix: "no" }, 'noMix is "no"'],
    [{ ngramOrder: -3 }, 'ngramOrder is "-3"'],
    [{ ngramWeight: null }, 'ngramWeight is "null"'],
    [{ ngramWeight: 1.5 }, 'ngramWeight is "1.5"'],
    [{ ngramOrder: 99 }, 'ngramOrder is "99"'],
  ];
  for (const [setting, sentence] of refused) {
    const { message } = assertThrows(
      () => settingsFrom({ ...RUN_CONFIG, ...setting }, "it"),
      CheckpointError,
    );
    assertEquals(message, `Cannot read it: its setting ${sentence}`);
  }
});

Deno.test("configOf() takes from the values of train what a run keeps", () => {
  const { values } = parseOptions(trainCommand, ["--steps", "5"]);
  const more = {
    ...{ candidates: "all", decaySteps: 2, words: "a", wordsSha256: "b" },
    ...{ lookEvery: 1, ngramOrder: 3, ngramWeight: 0.5 },
  };
  const config = configOf({ ...values, ...more } as unknown as Settings);
  assertEquals(Object.keys(config).sort(), Object.keys(KEPT).sort());
  assertEquals([config.steps, config.candidates], [5, 0]);
});

Deno.test("commands refuse options that would have no effect", async () => {
  const sizes = ["--hidden-size", "10,20"];
  const refused = [
    [
      trainCommand,
      ["--schedule", "constant", "--final-learning-rate", "0.1"],
      "--final-learning-rate with --schedule constant: it is for --schedule " +
      "step or cosine or inverse",
    ],
    [
      trainCommand,
      ["--schedule", "inverse", "--decay", "1", "--final-learning-rate", "0.1"],
      "--decay with --final-learning-rate: give one of them",
    ],
    [
      trainCommand,
      ["--input", "-", "--input", "/dev/stdin"],
      "--input - twice: standard input can be read only once",
    ],
    [findLrCommand, ["--csv", "--json"], "--csv with --json: give one of them"],
    [
      compareCommand,
      ["--csv", "--json"],
      "--csv with --json: give one of them",
    ],
    [
      findLrCommand,
      ["--output", "out/a.png"],
      '--output "out/a.png": the figure is SVG; give a name that ends in .svg',
    ],
    [compareCommand, ["a", "--output", "a"], '--output "a": the figure is SVG'],
    [
      sweepCommand,
      [...sizes, "--points", "3"],
      "--points without a range: give one, as in --learning-rate 0.05..0.5",
    ],
    [
      sweepCommand,
      ["--hidden-size", "10..20", "--random", "5", "--points", "3"],
      "--points with --random: give one of them",
    ],
    [
      sweepCommand,
      [...sizes, "--sweep-seed", "3"],
      "--sweep-seed without --random",
    ],
  ] as const;
  for (const [command, args, sentence] of refused) {
    await assertRejects(
      async () => {
        const { values, given, operands } = parseOptions(command, args);
        await command.run(values, given, operands);
      },
      UsageError,
      `Cannot use ${sentence}`,
      args.join(" "),
    );
  }
});

Deno.test("SETTINGS says what each option does", () => {
  for (const [name, { about }] of Object.entries(SETTINGS)) {
    const isOption = !["decaySteps", "words", "wordsSha256"]
      .concat("lookEvery", "ngramOrder", "ngramWeight", "streamed")
      .includes(name);
    assertEquals(about !== "", isOption, name);
    assert(!/[.]$|^[A-Z]/.test(about), about);
  }
});
