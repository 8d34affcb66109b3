import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  flagOf,
  helpOf,
  nearest,
  type Options,
  parseOptions,
} from "../../cli/options.ts";
import { UsageError } from "../../lib/errors/errors.ts";

const options = {
  steps: { kind: "whole", value: "N", least: 1, default: 10, about: "steps" },
  batchSize: {
    kind: "whole",
    value: "N",
    alias: "b",
    least: 1,
    or: "all",
    default: 32,
    about: "rows",
  },
  share: { kind: "number", value: "S", least: 0, most: 1, about: "part" },
  rate: { kind: "number", value: "R", least: 0, above: true, about: "rate" },
  schedule: {
    kind: "choice",
    choices: ["step", "cosine"],
    about: "falls",
  },
  prompt: { kind: "text", value: "TEXT", default: "", about: "beginning" },
  resume: { kind: "flag", about: "go on" },
} as const satisfies Options;

const command = {
  name: "train",
  about: "Trains.",
  options,
  examples: [["train", "trains"]],
  run: () => Promise.resolve(),
} as const;

const parse = (...args: string[]) => parseOptions(command, args);

Deno.test("parseOptions() gives defaults and what was given", () => {
  assertEquals(parse().values, {
    steps: 10,
    batchSize: 32,
    share: undefined,
    rate: undefined,
    schedule: "step",
    prompt: "",
    resume: false,
  });
  const { values, given } = parse(
    "--steps",
    "5",
    "-b",
    "all",
    "--share=1",
    "--rate=0.5",
    "--schedule",
    "cosine",
    "--prompt",
    "7",
    "--resume",
  );
  assertEquals(values, {
    steps: 5,
    batchSize: "all",
    share: 1,
    rate: 0.5,
    schedule: "cosine",
    prompt: "7",
    resume: true,
  });
  assertEquals(given, new Set(Object.keys(options)));
  assertEquals(parse("--resume").given, new Set(["resume"]));
});

Deno.test("parseOptions() answers what is wrong in one line", () => {
  const refused: [string[], string][] = [
    [
      ["--step", "5"],
      'Cannot use the argument "--step": did you mean --steps?',
    ],
    [
      ["--batchsize=5"],
      'Cannot use the argument "--batchsize=5": did you mean --batch-size?',
    ],
    [
      ["--frobnicate"],
      'Cannot use the argument "--frobnicate": see --help',
    ],
    [["-x"], 'Cannot use the argument "-x"'],
    [["words.txt"], 'Cannot use the argument "words.txt"'],
    [["5"], 'Cannot use the argument "5"'],
    [["--steps"], 'Cannot use --steps "": it must be a whole number from 1'],
    [
      ["--steps", "-5"],
      'Cannot use the argument "-5": no option takes a negative number',
    ],
    [
      ["--steps=-5"],
      'Cannot use --steps "-5": it must be a whole number from 1',
    ],
    [["--steps", "ten"], 'Cannot use --steps "ten"'],
    [["--steps", "1.5"], 'Cannot use --steps "1.5"'],
    [["--steps", "1e999"], 'Cannot use --steps "1e999"'],
    [["--steps", " "], 'Cannot use --steps " "'],
    [["--batch-size", "al"], "a whole number from 1, or all"],
    [["--rate", "0"], 'Cannot use --rate "0": it must be a number above 0'],
    [["--rate", "NaN"], 'Cannot use --rate "NaN"'],
    [
      ["--share", "1.1"],
      'Cannot use --share "1.1": it must be a number from 0 to 1',
    ],
    [
      ["--schedule", "cosin"],
      'Cannot use --schedule "cosin": it must be one of step, cosine; did you mean cosine?',
    ],
  ];
  for (const [args, message] of refused) {
    const error = assertThrows(() => parse(...args), UsageError, message);
    assert(!error.message.includes("\n"));
  }
});

Deno.test("parseOptions() gives a command with operands what belongs to no option", () => {
  const { operands, values, given } = parseOptions(
    { ...command, operands: "WORD…" },
    ["anna", "--resume", "007", "--steps", "5", "1e3", "--", "-x", "--steps"],
  );
  assertEquals(operands, ["anna", "007", "1e3", "-x", "--steps"]);
  assertEquals([values.steps, values.resume, given.size], [5, true, 2]);
  assertThrows(
    () => parseOptions({ ...command, operands: "WORD…" }, ["anna", "--step"]),
    UsageError,
    "did you mean --steps?",
  );
  const help = helpOf({ ...command, operands: "WORD…" }, "makemore");
  assertMatch(help, /^Usage: makemore train \[options\] \[WORD…\]$/m);
});

Deno.test("parseOptions() refuses a second value, unless the option takes many", () => {
  const message = 'Cannot use --batch-size twice: give it once, as "5" or "7"';
  for (
    const args of [
      ["--batch-size", "5", "--batch-size", "7"],
      ["-b", "5", "--batch-size=7"],
      ["-b5", "-b", "7"],
    ]
  ) {
    assertThrows(() => parse(...args), UsageError, message);
  }
  assertEquals(parse("--resume", "--resume").values.resume, true);

  const input = {
    kind: "text",
    about: "input",
    alias: "i",
    many: true,
  } as const;
  const several = { ...command, options: { input } };
  const inputOf = (...args: string[]) =>
    parseOptions(several, args).values.input;
  assertEquals(inputOf(), undefined);
  assertThrows(
    () => inputOf("--input"),
    UsageError,
    "Cannot use --input without a value: give it after the option",
  );
  assertEquals(inputOf("-i", "a"), ["a"]);
  assertEquals(inputOf("-i", "a", "--input=b", "-i", "a"), ["a", "b", "a"]);
});

Deno.test("nearest() finds what was meant, or nothing", () => {
  const names = ["learning-rate", "batch-size", "steps", "seed"];
  assertEquals(nearest("learning_rate", names), "learning-rate");
  assertEquals(nearest("seeds", names), "seed");
  assertEquals(nearest("batch", names), "batch-size");
  assertEquals(nearest("see", names), "seed");
  assertEquals(nearest("zzzzz", names), undefined);
  assertEquals(nearest("epochs", names), undefined);
  // a letter that is missing, doubled or another, or two the wrong way round
  assertEquals(nearest("lerning-rate", names), "learning-rate");
  assertEquals(nearest("btach-size", names), "batch-size");
  assertEquals(nearest("stteps", names), "steps");
  assertEquals(nearest("tseps", names), "steps");
  assertEquals(nearest("swed", names), "seed");
});

Deno.test("helpOf() names every option, its kind and default within 80 columns", () => {
  const help = helpOf(command, "makemore");
  for (const [name, { about }] of Object.entries(options)) {
    assert(help.includes(`--${flagOf(name)}`), name);
    assert(help.includes(about), about);
  }
  assert(help.includes("-b, --batch-size N"));
  assert(help.includes("(default: 10)"));
  assert(help.includes("step, cosine"));
  assert(help.split("\n").every((line) => line.length <= 80));
});

/** A command at two levels, some of whose options belong to one of them. */
const levels = {
  ...command,
  options: {
    level: {
      kind: "choice",
      choices: ["characters", "words"],
      about: "tokens",
    },
    size: {
      kind: "whole",
      value: "N",
      byRecipe: true,
      about: "size",
    },
    seed: {
      kind: "whole",
      value: "N",
      least: 0,
      about: "seed",
      when: { level: ["characters"] },
    },
    lowercase: {
      kind: "flag",
      alias: "fold-case",
      about: "small",
      when: { level: ["words"] },
    },
    run: {
      kind: "text",
      value: "PATH",
      about: "run",
      when: { model: ["mlp"] },
    },
  },
} as const;

Deno.test("parseOptions() leaves to the recipe what is not given", () => {
  const { values, given } = parseOptions(levels, []);
  assertEquals([values.size, given.size], [undefined, 0]);
  assertEquals(parseOptions(levels, ["--size", "10"]).values.size, 10);
  assertThrows(() => parseOptions(levels, ["--size", "0"]), UsageError);
});

Deno.test("parseOptions() refuses what has no meaning beside another option", () => {
  const words = ["--level", "words"];
  assertThrows(
    () => parseOptions(levels, ["--lowercase"]),
    UsageError,
    "Cannot use --lowercase with --level characters: it is for --level words",
  );
  assertThrows(
    () => parseOptions(levels, [...words, "--seed", "1"]),
    UsageError,
    "Cannot use --seed with --level words: it is for --level characters",
  );
  for (const flag of ["--lowercase", "--fold-case"]) {
    assert(parseOptions(levels, [...words, flag]).values.lowercase);
  }
  assertEquals(parseOptions(levels, ["--seed", "1"]).values.seed, 1);
  // a command without the other option has no such rule
  assertEquals(parseOptions(levels, ["--run", "a"]).values.run, "a");
});

Deno.test("helpOf() names what the recipe decides, and what an option is for", () => {
  const help = helpOf(levels, "makemore").replaceAll(/\s+/g, " ");
  assert(help.includes("size (default: by the recipe)"), help);
  assert(
    help.includes("--lowercase, --fold-case small; for --level words"),
    help,
  );
  // what the default has need not be told
  assert(help.includes("--seed N seed --"), help);
});
