/**
 * `makemore sweep`: the `train` lines of many settings, for a shell, GNU
 * parallel or Slurm to run.
 */

import { counted } from "../lib/errors/counted.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import {
  randomSettings,
  type SettingChoices,
  settingsGrid,
  TorchGenerator,
} from "../core.ts";
import { readFilePieces } from "../lib/data/bounded_file.ts";
import { TEXT_BOUNDS } from "../lib/data/text.ts";
import { programAnywhere, shellWord } from "./invocation.ts";
import { judging } from "./judging.ts";
import {
  command,
  flagOf,
  type Given,
  nearest,
  type Option,
  type Options,
  parseOptions,
  unfitValue,
  valueOf,
  type Values,
} from "./options.ts";
import { SETTINGS, take } from "./settings.ts";
import { print, printJson, tell } from "./terminal.ts";
import { trainCommand } from "./train_command.ts";

/** What is the sweep's own, not its trials'. */
const own = {
  output: {
    ...SETTINGS.output,
    default: "out/sweep",
    about: "where to keep the runs, each in a folder named by its settings",
  },
  ...take("random", "sweepSeed", "log", "points", "withAndWithout", "slurm"),
  ...take("json", "quiet", "verbose", "help"),
} as const;

/** What each trial has anyway, or cannot have. */
const FIXED = new Set(["model", "resume", "resumeOrStart", "overwrite"]);

/** The options of `train` that a trial may have: those of a network. */
const TRIAL: Options = Object.fromEntries(
  Object.entries(trainCommand.options).filter(([name, { when }]) =>
    !(name in own) && !FIXED.has(name) && when?.model?.includes("mlp") !== false
  ),
);

/** An option of a trial, as it is typed for many of them. */
function inSweep(option: Option): Option {
  const { kind, about, alias, byRecipe, choices, value, many } = option;
  if (kind === "flag" || kind === "text") {
    return { kind, about, alias, value, many };
  }
  return {
    ...{ kind: "text", alias, byRecipe },
    about: about + (choices ? `: ${choices.join(", ")}` : ""),
    value: kind === "choice" ? "NAME,…" : kind === "whole" ? "N,…" : "X,…",
  };
}

const options = {
  ...own,
  ...Object.fromEntries(
    Object.entries(TRIAL).map(([name, option]) => [name, inSweep(option)]),
  ),
};

/** The command. */
export const sweepCommand = command({
  name: "sweep",
  about: "Prints a train command for each of many settings, to be run by sh, " +
    "GNU parallel or Slurm. A setting can be a list, as in --hidden-size " +
    "100,200, or a range, as in --learning-rate 0.05..0.5.",
  options,
  examples: [
    [
      "sweep --embedding-size 10,16,24 --hidden-size 200,300 > trials.sh",
      "all combinations; sh trials.sh runs them",
    ],
    [
      "sweep --learning-rate 0.05..0.5 --log --random 100 > trials.sh",
      "a hundred at random",
    ],
    [
      "sweep --hidden-size 100,200 --seed 1,2,3 --slurm > sweep.sh",
      "as an array of Slurm; sbatch sweep.sh runs it",
    ],
  ],
  run: (values, given) => runSweep(values as SweepValues, given),
});

/** The values of the sweep's own options, and what was typed for its trials. */
type SweepValues =
  & Values<typeof own>
  & Readonly<Record<string, unknown>>
  & { readonly input?: readonly string[] };

function runSweep(values: SweepValues, given: Given): void {
  const { resolve } = process.getBuiltinModule("node:path");
  const output = resolve(values.output);
  const input = values.input?.map((path) => {
    if (/^-$|^\/dev\//.test(path)) {
      throw new UsageError(
        `Cannot sweep with --input ${path}: every trial reads it again; give ` +
          "a file",
      );
    }
    for (const _ of readFilePieces(path, TEXT_BOUNDS)) break; // is it there?
    return resolve(path);
  });
  const typed: SweepValues = { ...values, output, input };
  const choices = choicesOf(values, given);
  const { random: count, sweepSeed, json, slurm } = values;
  if (given.has("sweepSeed") && count === undefined) {
    throw new UsageError(
      "Cannot use --sweep-seed without --random: all combinations are tried",
    );
  }
  const generator = new TorchGenerator(sweepSeed);
  const settings = judging(() =>
    count === undefined
      ? settingsGrid(choices)
      : randomSettings(choices, { generator, count })
  );
  if (count !== undefined && settings.length < count) {
    tell(`There are only ${settings.length} different settings`);
  }
  const same = [...given]
    .filter((name) => name in TRIAL && !(name in choices));
  const program = programAnywhere(output);
  const trials = settings.map((settings) => {
    const entries = Object.entries(settings);
    const folder = entries.map(([name, value]) => `${flagOf(name)}=${value}`);
    const run = `${output}/${folder.join("_")}`;
    const words = [
      ...same.filter((name) => !unfitValue(TRIAL[name].when, settings))
        .map((name) => [name, typed[name]] as const),
      ...entries,
    ].flatMap(([name, value]) => wordsOf(name, value));
    const args = [...words, "--output", run, "--resume-or-start"];
    parseOptions(trainCommand, args); // refuses what train would refuse
    const command = `${program} train ${args.map(shellWord).join(" ")}`;
    return { settings, run, command };
  });
  if (json) return printJson({ trials });
  if (slurm) {
    const again = [...new Set([...given, "output"])]
      .filter((name) => name !== "slurm" && name !== "quiet")
      .flatMap((name) => wordsOf(name, typed[name]));
    return printSlurm(again, trials.length);
  }
  for (const { command } of trials) print(command);
  tellHow(trials.length, output);
}

/** An option with its value, as it is typed. */
function wordsOf(name: string, value: unknown): string[] {
  if (value === false || value === undefined) return [];
  return [value].flat().flatMap((value) =>
    value === true ? [`--${flagOf(name)}`] : [`--${flagOf(name)}`, `${value}`]
  );
}

/** What each setting may be of which there is more than one value. */
function choicesOf(values: SweepValues, given: Given): SettingChoices {
  const choices: Record<string, SettingChoices[string]> = {};
  let ranges = 0;
  for (const [name, option] of Object.entries(TRIAL)) {
    const text = values[name];
    if (!given.has(name) || option.kind === "flag" || option.kind === "text") {
      continue;
    }
    const [, ...ends] = /^(.+?)\.\.(.+)$/.exec(String(text)) ?? [];
    const pieces = ends.length > 0 ? ends : String(text).split(",");
    const each = pieces.map((piece) => valueOf(name, option, piece));
    const whole = option.kind === "whole";
    if (ends.length > 0 && each.every((end) => typeof end === "number")) {
      const [from, to] = each;
      const { log, points } = values;
      choices[name] = { from, to, log, whole, points };
      ranges++;
    } else if (each.length > 1) choices[name] = [...new Set(each)];
  }
  for (const typed of values.withAndWithout ?? []) {
    choices[flagNamed(typed)] = [false, true];
  }
  const forRanges = ["log", "points"].find((name) => given.has(name));
  if (forRanges !== undefined && ranges === 0) {
    throw new UsageError(
      `Cannot use --${forRanges} without a range: give one, as in --learning-rate ` +
        "0.05..0.5",
    );
  }
  if (Object.keys(choices).length > 0) return choices;
  throw new UsageError(
    "Cannot sweep: no setting has several values; give a list, as in " +
      "--hidden-size 100,200, or a range, as in --learning-rate 0.05..0.5",
  );
}

/** The flag that was typed after `--with-and-without`. */
function flagNamed(typed: string): string {
  const names = Object.keys(TRIAL)
    .filter((name) => TRIAL[name].kind === "flag");
  const wanted = typed.replace(/^--/, "");
  const name = names.find((name) => flagOf(name) === wanted);
  if (name !== undefined) return name;
  const flags = names.map(flagOf);
  const near = nearest(wanted, flags);
  throw new UsageError(
    `Cannot use --with-and-without ${quote(typed)}: ` +
      (near ? `did you mean ${near}?` : `there are ${flags.join(", ")}`),
  );
}

/** A batch script: each job of the array runs the line with its number. */
function printSlurm(words: string[], count: number): void {
  const again = [programAnywhere(), "sweep", ...words.map(shellWord)].join(" ");
  print("#!/bin/sh");
  print(`#SBATCH --array=1-${count} --requeue --open-mode=append`);
  print(`${again} --quiet | sed -n "$SLURM_ARRAY_TASK_ID"p | sh`);
  tell(`# ${counted(count, "jobs")}. Give these lines to sbatch, with options`);
  tell("# for your cluster, such as --cpus-per-task, as many as --threads has");
}

/** Says how trials are run, in lines that a shell takes for comments. */
function tellHow(count: number, output: string): void {
  tell(`# ${counted(count, "trials")}, one a line.`);
  tell("# Keep them in a file, and run it with");
  tell("#   sh trials.sh");
  tell(
    "# or, as many at once as you like, on this and on other machines, with",
  );
  tell("#   parallel --jobs 2 --joblog log --resume-failed --bar < trials.sh");
  tell(
    "# (add --threads 1 to sweep, and --sshlogin HOST,… to parallel), or as",
  );
  tell("# an array of Slurm: add --slurm to sweep, and give that to sbatch.");
  tell("# A trial that was stopped goes on when its line is run again.");
  tell(`# compare ${shellWord(output)} then shows which is best.`);
}
