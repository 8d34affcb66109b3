/**
 * Options of a command: declared in a table, and from it parsed, checked and
 * explained in `--help`.
 */

import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";

/** An option. Its kind decides which values it can have. */
export interface Option {
  readonly kind: "flag" | "text" | "choice" | "whole" | "number";
  /** What it does, for `--help`. */
  readonly about: string;
  /** What stands for its value in `--help`. */
  readonly value?: string;
  /** Its letter, or another name for it. */
  readonly alias?: string;
  /** The value without the option; that of a choice is its first. */
  readonly default?: number | string;
  /** Whether the recipe decides it where it is not given. */
  readonly byRecipe?: true;
  /** The values of a choice. */
  readonly choices?: readonly string[];
  /** The smallest number. Default: 1 for a whole one, else 0. */
  readonly least?: number;
  /** Whether a number must be above `least`. */
  readonly above?: boolean;
  /** The largest number. */
  readonly most?: number;
  /** A word that can take the place of a number. */
  readonly or?: string;
  /** Whether it may be given several times. */
  readonly many?: true;
  /** Other options that cannot be given with it. */
  readonly without?: readonly string[];
  /** The values of other options with which it has a meaning. */
  readonly when?: Readonly<Record<string, readonly string[]>>;
}

/** Options by name: `batchSize` is typed as `--batch-size`. */
export type Options = Readonly<Record<string, Option>>;

/** The type of an option's value. */
export type ValueOf<O extends Option> = O extends { kind: "flag" } ? boolean
  : O extends { many: true } ? readonly string[] | undefined
  : O extends { choices: readonly (infer Choice)[] } ?
      | Choice
      | (O extends { byRecipe: true } ? undefined : never)
  :
    | (O extends { kind: "text" } ? string : number)
    | (O extends { or: infer Word } ? Word : never)
    | (O extends { default: number | string } ? never : undefined);

/** The values of options. */
export type Values<O extends Options> = {
  readonly [name in keyof O]: ValueOf<O[name]>;
};

/** The names of the options that were typed, not left at their defaults. */
export type Given = ReadonlySet<string>;

/** A command of the program. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly about: string;
  readonly options: O;
  /** Examples for `--help`: what to type, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** How `--help` names the arguments that belong to no option, if any. */
  readonly operands?: string;
  readonly run: (
    values: Values<O>,
    given: Given,
    operands: readonly string[],
  ) => void | Promise<void>;
}

/** Declares a command; its options decide the type of the values. */
export function command<const O extends Options>(
  declared: Command<O>,
): Command {
  return declared as unknown as Command;
}

/** How an option is typed, without its dashes. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}

/**
 * Parses arguments by the options of a command.
 *
 * @throws {UsageError} if an option is unknown, lacks its value or has a wrong
 * one, is given twice, or has no meaning beside another option, and for
 * arguments that belong to no option if the command has no operands
 */
export function parseOptions<O extends Options>(
  command: Command<O>,
  args: readonly string[],
): { values: Values<O>; given: Given; operands: readonly string[] } {
  const { options } = command;
  const names = Object.keys(options);
  const flagsOf = (isWanted: (option: Option) => unknown) =>
    names.filter((name) => isWanted(options[name])).map(flagOf);
  const strays: string[] = [];
  const valued = flagsOf(({ kind }) => kind !== "flag");
  const parsed = parseArgs(withDashes(args), {
    string: [...valued, "_"],
    collect: valued,
    boolean: flagsOf(({ kind }) => kind === "flag"),
    alias: Object.fromEntries(
      names.filter((name) => options[name].alias)
        .map((name) => [options[name].alias, flagOf(name)]),
    ),
    unknown: (arg: string, key?: string) => {
      if (key === undefined) return true;
      strays.push(arg);
      return false;
    },
  }) as Record<string, unknown> & { _: string[] };
  const operands = parsed._;
  const [stray] = command.operands ? strays : [...strays, ...operands];
  if (stray !== undefined) throw unknownArgument(stray, command);

  const typed = (name: string) => [parsed[flagOf(name)]].flat();
  const given = new Set(
    names.filter((name) => typed(name).some((value) => value !== false)),
  );
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const option = options[name];
    const each = typed(name).map((value) => valueOf(name, option, value));
    if (!option.many && each.length > 1) throw repeated(name, typed(name));
    const value = option.many ? each : each[0];
    values[name] = given.has(name) ? value : defaultOf(option);
  }
  refuseMeaningless(options, given, values);
  return { values: values as Values<O>, given, operands };
}

/** `--input -` as `--input=-`, since parseArgs takes "-" for an option. */
function withDashes(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === "-" && args[i - 1]?.startsWith("--")) return [];
    const isNext = arg.startsWith("--") && args[i + 1] === "-";
    return isNext ? [`${arg}=-`] : [arg];
  });
}

/** The value of an option that is not given. */
function defaultOf(option: Option): unknown {
  if (option.byRecipe) return undefined;
  return option.kind === "flag" ? false : option.choices?.[0] ?? option.default;
}

/** The smallest number that an option can have. */
function leastOf({ kind, least }: Option): number {
  return least ?? (kind === "whole" ? 1 : 0);
}

/** Whether an option can have a value. */
export function allows(option: Option, value: unknown): boolean {
  const { kind, choices, most = Infinity, or, above } = option;
  if (kind === "flag") return typeof value === "boolean";
  if (choices) return choices.includes(value as string);
  if (typeof value === "string") return kind === "text" || value === or;
  return (kind === "whole"
    ? Number.isSafeInteger(value)
    : kind === "number" && Number.isFinite(value)) &&
    (value as number) >= leastOf(option) && (value as number) <= most &&
    !(above && value === leastOf(option));
}

/**
 * The value that was typed for an option.
 *
 * @throws {UsageError} if the option cannot have it
 */
export function valueOf(name: string, option: Option, typed: unknown): unknown {
  if (option.kind === "flag") return typed;
  const text = String(typed);
  if (option.kind === "text" && text === "" && option.default !== "") {
    throw new UsageError(
      `Cannot use --${flagOf(name)} without a value: give it after the option`,
    );
  }
  const isNumber = option.kind === "whole" || option.kind === "number";
  const value = isNumber && text !== option.or && text.trim() !== ""
    ? Number(text)
    : text;
  if (allows(option, value)) return value;
  const near = option.choices && nearest(text, option.choices);
  throw new UsageError(
    `Cannot use --${flagOf(name)} ${quote(text)}: it must be ` +
      expectation(option) + (near ? `; did you mean ${near}?` : ""),
  );
}

function expectation(option: Option): string {
  const { kind, choices, most, above, or } = option;
  if (choices) return `one of ${choices.join(", ")}`;
  return (kind === "whole" ? "a whole number " : "a number ") +
    (above ? "above " : "from ") + leastOf(option) +
    (most === undefined ? "" : ` to ${most}`) + (or ? `, or ${or}` : "");
}

/**
 * Refuses options that were given and have no meaning beside others, or beside
 * the values of others.
 *
 * @throws {UsageError} if there is such an option
 */
export function refuseMeaningless(
  options: Options,
  given: Given,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const name of given) {
    const { when, without = [] } = options[name] ?? {};
    const excluded = without.find((other) => given.has(other));
    if (excluded !== undefined) {
      throw new UsageError(
        `Cannot use --${flagOf(name)} with --${flagOf(excluded)}: ` +
          "give one of them",
      );
    }
    const unfit = unfitValue(when, values);
    if (unfit !== undefined) {
      const [other, meant] = unfit;
      throw new UsageError(
        `Cannot use --${flagOf(name)} with --${other} ${
          values[other]
        }: it is ` +
          `for ${meaning(other, meant, options)}`,
      );
    }
  }
}

/**
 * The first option beside whose value another one has no meaning, and the
 * values beside which it has one.
 *
 * @param when the values of options with which the other one has a meaning
 * @param values those of options, as far as they have one
 */
export function unfitValue(
  when: Option["when"],
  values: Readonly<Record<string, unknown>>,
): [other: string, meant: readonly string[]] | undefined {
  return Object.entries(when ?? {}).find(([other, meant]) =>
    values[other] !== undefined && !meant.includes(String(values[other]))
  );
}

/** The values of another option beside which one has a meaning. */
function meaning(
  other: string,
  meant: readonly string[],
  options: Options,
): string {
  const { choices = meant } = options[other];
  const some = meant.filter((value) => choices.includes(value));
  return `--${other} ${some.join(" or ")}`;
}

function repeated(name: string, values: unknown[]): UsageError {
  return new UsageError(
    `Cannot use --${flagOf(name)} twice: give it once, as ` +
      values.map((value) => quote(String(value))).join(" or "),
  );
}

function unknownArgument(
  arg: string,
  { name, options }: { name: string; options: Options },
): UsageError {
  const flags = Object.keys(options).map((name) => `--${flagOf(name)}`);
  const near = nearest(arg.split("=")[0], flags);
  return new UsageError(
    `Cannot use the argument ${quote(arg)}: ` +
      (/^-\d/.test(arg)
        ? "no option takes a negative number"
        : near
        ? `did you mean ${near}?`
        : `see --help for what ${name} takes`),
  );
}

/**
 * The name that begins most like what was typed, or differs from it in a letter
 * or two in a row, if any does.
 */
export function nearest(
  typed: string,
  names: readonly string[],
): string | undefined {
  const letters = (text: string) => text.replace(/[-_]/g, "");
  const shared = (name: string) => {
    const [a, b] = [letters(typed), letters(name)];
    const [shorter, longer] = [a.length, b.length].sort((a, b) => a - b);
    let [start, end] = [0, 0];
    while (start < shorter && a[start] === b[start]) start++;
    while (start + end < shorter && a.at(~end) === b.at(~end)) end++;
    return longer - start - end <= 2 ? start + end : start;
  };
  const [best] = names.toSorted((a, b) => shared(b) - shared(a));
  return shared(best) >= 3 ? best : undefined;
}

/** The text of a command's `--help`. */
export function helpOf(
  { name, about, options, examples, operands }: Omit<Command, "run">,
  program: string,
): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const { alias = "", value = VALUES[option.kind] } = option;
    const letter = alias.length === 1 ? `-${alias}, ` : "    ";
    const other = alias.length > 1 ? `, --${alias}` : "";
    const left = `  ${letter}--${flagOf(name)}${other} ${value}`;
    return [left, describe(option, options)];
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    hang("", about),
    "",
    `Usage: ${program} ${name} [options]${operands ? ` [${operands}]` : ""}`,
    "",
    "Options:",
    ...rows.map(([left, right]) => hang(left.padEnd(width), right)),
    "",
    "Examples:",
    ...examples.map(([typed, does]) => `  ${program} ${typed}\n      ${does}`),
  ].join("\n");
}

/** What stands for a value in `--help`. */
const VALUES = {
  flag: "",
  text: "TEXT",
  choice: "NAME",
  whole: "N",
  number: "X",
};

function describe(option: Option, options: Options): string {
  const { about, choices, byRecipe, when = {} } = option;
  const standard = option.kind === "flag" ? "" : defaultOf(option) ?? "";
  const fallback = byRecipe ? "by the recipe" : standard;
  const defaults = fallback === "" ? "" : `default: ${fallback}`;
  // what has a meaning beside the default of another option needs no word
  const needs = Object.entries(when).map(([other, meant]) =>
    !options[other] || meant.includes(String(defaultOf(options[other])))
      ? ""
      : `; for ${meaning(other, meant, options)}`
  );
  return about + (choices ? `: ${choices.join(", ")}` : "") +
    (defaults && ` (${defaults})`) + needs.join("");
}

/** A text in lines of at most 80 columns, to the right of its title. */
export function hang(title: string, text: string): string {
  const width = 80 - title.length;
  const lines = text.match(new RegExp(`\\S.{0,${width - 1}}(?= |$)`, "g"))!;
  return title + lines.join("\n" + " ".repeat(title.length));
}
