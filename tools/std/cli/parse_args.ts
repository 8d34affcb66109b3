/**
 * A stand-in for jsr:@std/cli/parse-args in this checkout, so that it works
 * where JSR is out of reach. It parses a command line as the real package does,
 * for the settings that are used here: options declared as strings or booleans,
 * one alias for each, and a function that judges everything else. The published
 * package refers to the real one.
 *
 * @module
 */

/** The settings of `parseArgs` that the stand-in knows. */
export interface ParseOptions<Name extends string = string> {
  /** Options that take a value. */
  string?: readonly Extract<Name, string>[];
  /** Options that are true or false. */
  boolean?: readonly string[];
  /** Options whose values are gathered into an array. */
  collect?: readonly string[];
  /** Second names of options: each key means the same as its value. */
  alias?: Record<string, string>;
  /** Called with each undeclared argument; drops it by returning `false`. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** A parsed command line: options by name, and all other arguments in `_`. */
export type Args = { _: (string | number)[] } & Record<string, unknown>;

/** Parses a command line. */
export function parseArgs<Name extends string = string>(
  args: readonly string[],
  options: ParseOptions<Name> = {},
): Args {
  const { alias = {}, unknown = () => true } = options;
  const strings = new Set<string>(options.string);
  const booleans = new Set<string>(options.boolean);
  const collected = new Set<string>(options.collect);
  const twin = new Map<string, string>();
  for (const [name, other] of Object.entries(alias)) {
    twin.set(name, other).set(other, name);
  }
  for (const declared of [strings, booleans, collected]) {
    for (const name of [...declared]) declared.add(twin.get(name) ?? name);
  }
  const parsed: Args = { _: [] };
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const queue = args.slice(0, end);

  const set = (arg: string, key: string, value: string | boolean) => {
    const known = strings.has(key) || booleans.has(key) || twin.has(key);
    if (!known && unknown(arg, key, value) === false) return;
    const one = strings.has(key) ? value : numberIfNumeric(value);
    parsed[key] = collected.has(key)
      ? [...(parsed[key] as unknown[] | undefined) ?? [], one]
      : one;
    const other = twin.get(key);
    if (other !== undefined) parsed[other] = parsed[key];
  };
  /** Sets an option from the next argument, if that can be its value. */
  const setFromNext = (arg: string, key: string, isOption: RegExp) => {
    const next = queue[0];
    if (next && !booleans.has(key) && !isOption.test(next)) {
      set(arg, key, queue.shift()!);
    } else if (next === "true" || next === "false") {
      set(arg, key, queue.shift() === "true");
    } else {
      set(arg, key, strings.has(key) ? "" : true);
    }
  };

  while (queue.length > 0) {
    const arg = queue.shift()!;
    const long = /^--(no-(?=[^]))?([^]+?)(?:=([^]*))?$/.exec(arg);
    if (long) {
      const [, no = "", key, value] = long;
      if (value === undefined) setFromNext(arg, no + key, /^-/);
      else set(arg, key, booleans.has(key) ? value !== "false" : value);
    } else if (arg.startsWith("-") && arg !== "-") {
      setLetters(arg, arg.slice(1).split(""));
    } else if (unknown(arg) !== false) {
      parsed._.push(numberIfNumeric(arg) as string | number);
    }
  }
  parsed._.push(...args.slice(end + 1));
  for (const name of booleans) parsed[name] ??= false;
  for (const name of collected) parsed[name] ??= [];
  return parsed;

  /** Sets `-abc`: letters, of which the last may have a value, as in `-n20`. */
  function setLetters(arg: string, letters: string[]) {
    for (const [i, letter] of letters.slice(0, -1).entries()) {
      const rest = letters.slice(i + 1).join("");
      const assigned = /=(.+)/.exec(rest)?.[1];
      const numeric = /\d(\.\d*)?(e-?\d+)?$/.test(rest);
      if (rest === "-") {
        set(arg, letter, rest);
      } else if (rest === "=") {
        return set(arg, letter, "");
      } else if (/[a-z]/i.test(letter) && (assigned || numeric)) {
        return set(arg, letter, assigned ?? rest);
      } else if (/^\W./s.test(rest)) {
        return set(arg, letter, rest);
      } else {
        set(arg, letter, strings.has(letter) ? "" : true);
      }
    }
    const last = letters.at(-1)!;
    if (last !== "-") setFromNext(arg, last, /^--?[^-]/);
  }
}

function numberIfNumeric(value: string | boolean): string | number | boolean {
  const text = typeof value === "string" && /\S/.test(value);
  return text && Number.isFinite(Number(value)) ? Number(value) : value;
}
