/**
 * The options of the command line: declared once, and from that parsed,
 * checked and explained in `--help`.
 */

import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../lib/errors/errors.ts";

/** An option: its kind decides how its value is checked. */
export type Option =
  & {
    readonly about: string;
    readonly alias?: string;
    /** With which values of other options this one has a meaning. */
    readonly when?: Readonly<Record<string, readonly string[]>>;
    /** The default with `--level words`, if it is another. */
    readonly words?: number | string;
  }
  & (
    | { readonly kind: "flag" }
    | {
      readonly kind: "text";
      readonly value: string;
      readonly default?: string;
    }
    | {
      readonly kind: "choice";
      readonly choices: readonly string[];
      readonly default: string;
    }
    | {
      readonly kind: "whole" | "number";
      readonly value: string;
      readonly least: number;
      readonly most?: number;
      /** Whether `least` itself is refused. */
      readonly above?: boolean;
      /** A word that is accepted in place of a number. */
      readonly or?: string;
      readonly default?: number | string;
    }
  );

/** Options by name, as typed after `--`. */
export type Options = Readonly<Record<string, Option>>;

/** The value that an option of a kind has. */
type ValueOf<O extends Option> = O extends { kind: "flag" } ? boolean
  : O extends { kind: "text" }
    ? (O extends { default: string } ? string : string | undefined)
  : O extends { kind: "choice"; choices: readonly (infer C)[] } ? C
  : O extends { or: infer W }
    ? number | W | (O extends { default: number | string } ? never : undefined)
  : O extends { default: number } ? number
  : number | undefined;

/** The values of declared options. */
export type Values<O extends Options> = {
  readonly [name in keyof O]: ValueOf<O[name]>;
};

/** The names of the options that were given, not left at their default. */
export type Given = ReadonlySet<string>;

/** A command of the program. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly about: string;
  readonly options: O;
  /** Examples for `--help`: what to type, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  readonly run: (values: Values<O>, given: Given) => Promise<void>;
}

/**
 * Checks arguments against the options of a command.
 *
 * @throws {UsageError} if an option is unknown, lacks its value, or has one of
 * the wrong kind, and for arguments that belong to no option
 */
export function parseOptions<O extends Options>(
  command: Command<O>,
  args: readonly string[],
): { values: Values<O>; given: Given } {
  const { options } = command;
  const named = (kinds: (option: Option) => boolean) =>
    Object.keys(options).filter((name) => kinds(options[name]));
  const alias = Object.fromEntries(
    Object.entries(options).flatMap(([name, option]) =>
      option.alias ? [[option.alias, name]] : []
    ),
  );
  const strays: string[] = [];
  const given = parseArgs([...args], {
    string: named((option) => option.kind !== "flag"),
    boolean: named((option) => option.kind === "flag"),
    alias,
    unknown: (arg: string) => {
      strays.push(arg);
      return false;
    },
  }) as Record<string, unknown>;

  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    values[name] = check(name, option, given[name]);
  }
  if (values.level === "words") {
    for (const [name, { words }] of Object.entries(options)) {
      if (words !== undefined && given[name] === undefined) {
        values[name] = words;
      }
    }
  }
  const stray = strays[0] ?? (given._ as unknown[])[0];
  if (stray !== undefined) {
    throw unknownArgument(String(stray), command);
  }
  const names = Object.keys(options).filter((name) =>
    given[name] !== undefined && given[name] !== false
  );
  refuseMeaningless(options, new Set(names), values);
  return { values: values as Values<O>, given: new Set(names) };
}

/**
 * Refuses options that were given and have no meaning beside the values of
 * others.
 *
 * @throws {UsageError} if there is such an option
 */
export function refuseMeaningless(
  options: Options,
  given: Given,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const name of given) {
    for (const [other, meant] of Object.entries(options[name]?.when ?? {})) {
      const value = values[other];
      if (value !== undefined && !meant.includes(String(value))) {
        throw new UsageError(
          `--${name} has no meaning with --${other} ${value}: it is for ` +
            `--${other} ${meant.join(" and ")}`,
        );
      }
    }
  }
}

function check(name: string, option: Option, text: unknown): unknown {
  if (option.kind === "flag") return text === true;
  if (text === undefined) return option.default;
  if (text === "" && option.kind !== "text") {
    throw new UsageError(
      `--${name} needs a value: ${expectation(option)}` +
        ` (a negative one is written --${name}=-1)`,
    );
  }
  const value = String(text);
  if (option.kind === "text") return value;
  if (option.kind === "choice") {
    if (option.choices.includes(value)) return value;
    throw refused(name, value, option, nearest(value, option.choices));
  }
  if (value === option.or) return value;
  const number = value.trim() === "" ? NaN : Number(value);
  const wrong = !Number.isFinite(number) || number < option.least ||
    (option.above && number === option.least) ||
    (option.most !== undefined && number > option.most) ||
    (option.kind === "whole" && !Number.isSafeInteger(number));
  if (wrong) throw refused(name, value, option);
  return number;
}

function refused(
  name: string,
  value: string,
  option: Option,
  near?: string,
): UsageError {
  return new UsageError(
    `--${name} is ${JSON.stringify(value)}: it must be ${expectation(option)}` +
      (near ? `; did you mean ${near}?` : ""),
  );
}

function expectation(option: Option): string {
  switch (option.kind) {
    case "choice":
      return `one of ${option.choices.join(", ")}`;
    case "whole":
    case "number": {
      const number = option.kind === "whole" ? "a whole number" : "a number";
      const bound = option.least === -Infinity
        ? ""
        : ` ${option.above ? "above" : "from"} ${option.least}`;
      const end = option.most === undefined ? "" : ` to ${option.most}`;
      return number + bound + end + (option.or ? `, or ${option.or}` : "");
    }
    default:
      return "a text";
  }
}

function unknownArgument(
  arg: string,
  { name, options }: { name: string; options: Options },
): UsageError {
  const see = `see --help for what ${name} takes`;
  if (!arg.startsWith("-")) {
    return new UsageError(
      `Unexpected argument ${JSON.stringify(arg)}: ${see}`,
    );
  }
  const typed = arg.replace(/^-+/, "").replace(/=.*$/s, "");
  const near = nearest(typed, Object.keys(options));
  return new UsageError(
    `Unknown option ${arg.replace(/=.*$/s, "")}` +
      (near ? `: did you mean --${near}?` : `: ${see}`),
  );
}

/** The name most like what was typed, if any is like it at all. */
export function nearest(
  typed: string,
  names: readonly string[],
): string | undefined {
  const scored = names.map((name) => ({
    name,
    // a part that was left out is a smaller mistake than a wrong letter
    distance: name.includes(typed) && typed.length > 2
      ? 1
      : editDistance(typed, name),
  }));
  scored.sort((a, b) => a.distance - b.distance);
  const [best] = scored;
  return best && best.distance <= Math.max(2, typed.length / 3)
    ? best.name
    : undefined;
}

/** Levenshtein's distance: how many letters to insert, drop or change. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      current[j] = Math.min(
        previous[j] + 1,
        current[j - 1] + 1,
        previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    previous = current;
  }
  return previous[b.length];
}

/** The text of a command's `--help`. */
export function helpOf(
  { name, about, options, examples }: Omit<Command, "run">,
  program: string,
): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const short = option.alias ? `-${option.alias}, ` : "    ";
    return [
      `  ${short}--${name}${placeholder(option)}`,
      describe(option, options),
    ];
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = [
    `${about}`,
    "",
    `Usage: ${program} ${name} [options]`,
    "",
    "Options:",
    ...rows.flatMap(([left, right]) => hang(left.padEnd(width), right)),
    "",
    "Examples:",
    ...examples.flatMap(([typed, does]) => [
      `  ${program} ${typed}`,
      `      ${does}`,
    ]),
  ];
  return lines.join("\n");
}

function placeholder(option: Option): string {
  if (option.kind === "flag") return "";
  if (option.kind === "choice") return " NAME";
  return ` ${option.value}`;
}

function describe(option: Option, options: Options): string {
  const choices = option.kind === "choice"
    ? `: ${option.choices.join(", ")}`
    : "";
  const defaults: string[] = [];
  if ("default" in option && option.default !== undefined) {
    defaults.push(`default: ${option.default}`);
  }
  if (option.words !== undefined) defaults.push(`for words: ${option.words}`);
  const standard = defaults.length > 0 ? ` (${defaults.join(", ")})` : "";
  // what has no meaning beside the default of another option
  const needs = Object.entries(option.when ?? {}).flatMap(([other, meant]) => {
    const of = options[other];
    if (of?.kind !== "choice" || meant.includes(of.default)) return [];
    const possible = meant.filter((value) => of.choices.includes(value));
    return [`; for --${other} ${possible.join(" and ")}`];
  });
  return option.about + choices + standard + needs.join("");
}

/** Breaks a text at 80 columns, under its first line. */
function hang(left: string, text: string): string[] {
  const lines = [left];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    const empty = line.length === left.length;
    if (!empty && line.length + 1 + word.length > 80) {
      lines.push(" ".repeat(left.length) + word);
    } else {
      lines[lines.length - 1] = line + (empty ? "" : " ") + word;
    }
  }
  return lines;
}
