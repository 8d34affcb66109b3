/**
 * The command line of makemore for Deno: `train`, `sample`, `score`,
 * `neighbours`, `evaluate`, `find-lr`, `sweep` and `compare`. Without a command
 * it trains.
 *
 * @example
 * ```sh
 * deno run --allow-read --allow-write=out jsr:@makemore/mlp/cli train
 * deno run --allow-read jsr:@makemore/mlp/cli sample --prompt ka
 * ```
 *
 * @module
 */

import { compareCommand } from "./cli/compare_command.ts";
import { evaluateCommand } from "./cli/evaluate_command.ts";
import { findLrCommand } from "./cli/find_lr_command.ts";
import { enterFolderOfPerson, programName } from "./cli/invocation.ts";
import { isShortOfMemory } from "./cli/judging.ts";
import { neighboursCommand } from "./cli/neighbours_command.ts";
import { hang, helpOf, nearest, parseOptions } from "./cli/options.ts";
import { sampleCommand } from "./cli/sample_command.ts";
import { scoreCommand } from "./cli/score_command.ts";
import { sweepCommand } from "./cli/sweep_command.ts";
import { print, setQuiet, warn } from "./cli/terminal.ts";
import { trainCommand } from "./cli/train_command.ts";
import { type Arithmetic, setArithmetic, setThreads } from "./core.ts";
import config from "./deno.json" with { type: "json" };
import { MakemoreError, UsageError } from "./lib/errors/errors.ts";
import { quote } from "./lib/errors/quote.ts";

const COMMANDS = [
  ...[trainCommand, sampleCommand, scoreCommand, neighboursCommand],
  ...[evaluateCommand, findLrCommand, sweepCommand, compareCommand],
];

/**
 * Runs the program. Results go to stdout, all else to stderr.
 *
 * @param args the arguments, without the program's name
 * @returns the exit code: 0 if all went well, that of a
 * {@linkcode MakemoreError}, or 1 if there is not enough memory, a package cannot
 * be fetched, or something happens that should not
 */
export async function main(args: readonly string[]): Promise<number> {
  const verbose = args.includes("--verbose");
  try {
    await dispatch(args);
    return 0;
  } catch (error) {
    return report(error, verbose);
  }
}

async function dispatch(args: readonly string[]): Promise<void> {
  const checkout = enterFolderOfPerson();
  const program = programName(checkout);
  const [first] = args;
  const named = first !== undefined && !first.startsWith("-");
  if (args.includes("--version")) return print(`makemore ${config.version}`);
  if (first === "help" || (!named && isHelp(args))) {
    return print(overview(program));
  }
  const name = named ? first : "train";
  const command = COMMANDS.find((command) => command.name === name);
  if (!command) {
    const names = COMMANDS.map(({ name }) => name);
    const near = nearest(name, names);
    throw new UsageError(
      `Cannot run the unknown command ${quote(name)}: ` +
        (near ? `did you mean ${near}?` : `there are ${names.join(", ")}`),
    );
  }
  const rest = named ? args.slice(1) : args;
  if (isHelp(rest)) return print(helpOf(command, program));
  const { values, given, operands } = parseOptions(command, rest);
  setQuiet(Boolean(values.quiet));
  // those of a sweep are for its trials
  const kernel: { arithmetic?: Arithmetic; threads?: number } =
    command === sweepCommand ? {} : values;
  setArithmetic(kernel.arithmetic ?? "fused");
  setThreads(kernel.threads);
  const { output } = values;
  // the tasks may write in the checkout, wherever the person is
  const isDefault = checkout && output && !given.has("output");
  const run = isDefault ? { output: `${checkout}/${output}` } : {};
  await command.run({ ...values, ...run } as typeof values, given, operands);
}

function isHelp(args: readonly string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}

function overview(program: string): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    "Learns from a list of words and makes more like them, or from a text and",
    "makes sentences, after Karpathy's makemore lecture on Bengio et al. 2003.",
    "",
    `Usage: ${program} [command] [options]`,
    "",
    "Commands:",
    ...COMMANDS.map(({ name, about }) =>
      hang(`  ${name.padEnd(width)}  `, about)
    ),
    "",
    "Without a command it trains. More about one, and which version this is:",
    `  ${program} train --help`,
    `  ${program} train --version`,
  ].join("\n");
}

/** Says what went wrong in one line, and gives the exit code for it. */
function report(error: unknown, verbose: boolean): number {
  const { message, stack = "" } = error instanceof Error
    ? error
    : { message: String(error) };
  const line = message.replaceAll(/\s*\n\s*/g, " ");
  const known = error instanceof MakemoreError
    ? line
    : isShortOfMemory(error)
    ? `There is not enough memory: ${line}; try smaller sizes, a smaller batch ` +
      "or a shorter list"
    : isNotFetched(error)
    ? `Cannot load a package: ${message.split("\n")[0]}; it is fetched once, ` +
      "so try again with a connection to the network"
    : undefined;
  warn(`makemore: ${known ?? `Unexpected error: ${line}`}`);
  if (verbose) warn(stack);
  else if (known === undefined) warn("Add --verbose to see where");
  return error instanceof MakemoreError ? error.exitCode : 1;
}

/** Whether an error means that a package is not there and cannot be fetched. */
function isNotFetched(error: unknown): boolean {
  return error instanceof TypeError && "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" && !error.message.includes('"file:');
}

if (import.meta.main) Deno.exit(await main(Deno.args));
