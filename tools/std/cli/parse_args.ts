/**
 * A stand-in for jsr:@std/cli/parse-args in this checkout, so that it works
 * where JSR cannot be reached. It holds what the command line calls: options
 * that are declared as strings or booleans, one-letter aliases of them, and a
 * function that is told of everything else. What is published refers to the
 * real package.
 *
 * @module
 */

/** The choices of `parseArgs` that the stand-in knows. */
export interface ParseOptions {
  /** The options that take a value. */
  string?: readonly string[];
  /** The options that are true when given. */
  boolean?: readonly string[];
  /** Other names of options, by the option's name or the other's. */
  alias?: Record<string, string>;
  /** Is told of each argument not declared; `false` leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What stands on the command line: options by name, the rest under `_`. */
export type Args = { _: (string | number)[] } & Record<string, unknown>;

/** Takes a command line apart. */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): Args {
  const { alias = {}, unknown = () => true } = options;
  const strings = new Set(options.string);
  const booleans = new Set(options.boolean);
  for (const [name, other] of Object.entries(alias)) {
    for (const set of [strings, booleans]) {
      if (set.has(name)) set.add(other);
      if (set.has(other)) set.add(name);
    }
  }
  const parsed: Args = { _: [] };
  const set = (arg: string, key: string, value: unknown) => {
    const known = strings.has(key) || booleans.has(key);
    if (!known && unknown(arg, key, value) === false) return;
    parsed[key] = value;
    for (const [name, other] of Object.entries(alias)) {
      if (name === key) parsed[other] = value;
      if (other === key) parsed[name] = value;
    }
  };

  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  for (let i = 0; i < before.length; i++) {
    const arg = before[i];
    const flag = /^(--?)(.+?)(?:=(.*))?$/s.exec(arg);
    if (!flag) {
      if (unknown(arg) !== false) parsed._.push(numberIfOne(arg));
      continue;
    }
    const [, dashes, name, value] = flag;
    const letters = dashes === "-" ? [...name] : [name];
    const key = letters.pop()!;
    for (const letter of letters) {
      set(arg, letter, strings.has(letter) ? "" : true);
    }
    const next = before[i + 1];
    if (value !== undefined) {
      set(arg, key, booleans.has(key) ? value !== "false" : value);
    } else if (next && !next.startsWith("-") && !booleans.has(key)) {
      set(arg, key, next);
      i++;
    } else if (next === "true" || next === "false") {
      set(arg, key, next === "true");
      i++;
    } else {
      set(arg, key, strings.has(key) ? "" : true);
    }
  }
  if (end !== -1) parsed._.push(...args.slice(end + 1));
  for (const name of booleans) parsed[name] ??= false;
  return parsed;
}

function numberIfOne(arg: string): string | number {
  return /\S/.test(arg) && Number.isFinite(Number(arg)) ? Number(arg) : arg;
}
