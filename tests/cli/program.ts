/**
 * Runs the command line as a user does: with the flags of its task in
 * deno.json, in a folder of its own. A `Program` is a process; `run()` shares
 * processes between commands.
 */

import { assert } from "@std/assert";
import { createHash } from "node:crypto";
import config from "../../deno.json" with { type: "json" };

const cli = new URL("../../cli.ts", import.meta.url).href;
const commands = new URL("commands.ts", import.meta.url).href;

/** The commands that are tasks. */
export type TaskName =
  | ("train" | "sample" | "evaluate" | "find-lr")
  | ("score" | "neighbours" | "sweep" | "compare");

/** What a program did. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * The arguments with which deno runs a task; quietly, since on a new machine
 * deno itself tells on stderr what it downloads. Settings of `QUICK` and
 * `QUICK_WORDS` give way to others that follow.
 */
export function taskArguments(name: TaskName, args: string[]): string[] {
  const [, run, ...words] = config.tasks[name].split(" ");
  const task = words.map((word) => word === "cli.ts" ? cli : word);
  return [run, "--quiet", ...task, ...args.filter(isLast)];
}

/** Whether an argument is no numeric setting that is given again, or its value. */
function isLast(_: string, index: number, args: string[]): boolean {
  const isReplaced = (at: number) =>
    /^--(steps|hidden-size|learning-rate)$/.test(args[at]) &&
    args.indexOf(args[at], at + 1) > at;
  return !isReplaced(index) && !isReplaced(index - 1);
}

/**
 * Runs a task in a folder to its end, in a process that it shares with the other
 * tasks of these permissions there: a start takes longer than most commands. One
 * that resumes a run has its own, in which nothing is left of that run, unless
 * it is to be refused.
 */
export function run(
  folder: string,
  name: TaskName,
  ...args: string[]
): Promise<Outcome> {
  return args.some((arg) => arg.startsWith("--resume"))
    ? new Program(folder, taskArguments(name, args)).ended
    : command(folder, name, args);
}

/** The sentence and the exit code with which a task refuses its arguments. */
export async function refusalOf(
  folder: string,
  name: TaskName,
  ...args: string[]
): Promise<{ message: string; exitCode: number }> {
  const { code, stdout, stderr } = await command(folder, name, args);
  const [, message] = stderr.match(/^makemore: ([^\p{Cc}]*)\n$/u) ??
    [undefined, undefined];
  assert(message !== undefined && code > 1, `${name} ${args}: ${stderr}`);
  assert(stdout === "", `${name} ${args}: ${stdout}`);
  return { message, exitCode: code };
}

/** The processes that run commands in a folder, by that and their flags. */
const processes = new Map<string, CommandProcess>();

function command(
  folder: string,
  name: TaskName,
  args: string[],
): Promise<Outcome> {
  const words = taskArguments(name, args);
  const at = words.indexOf(cli);
  const flags = [...words.slice(0, at), commands];
  const key = [folder, ...flags].join(" ");
  if (!processes.has(key)) {
    processes.set(key, new CommandProcess(folder, flags));
  }
  return processes.get(key)!.run(words.slice(at + 1));
}

/** A process that runs one command after another. */
class CommandProcess {
  readonly #process: Deno.ChildProcess;
  readonly #streams: ReadableStreamDefaultReader<string>[];
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, args: string[]) {
    this.#process = new Deno.Command(Deno.execPath(), {
      ...{ args, cwd: folder, env: environment(folder) },
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
    const { stdin, stdout, stderr } = this.#process;
    this.#stdin = stdin.getWriter();
    this.#streams = [stdout, stderr].map((stream) =>
      stream.pipeThrough(new TextDecoderStream()).getReader()
    );
  }

  /** Runs a command after those before it. */
  run(args: string[]): Promise<Outcome> {
    const outcome = this.#last.then(async () => {
      await this.#stdin.write(new TextEncoder().encode(JSON.stringify(args)));
      const [[stdout, code], [stderr]] = await Promise.all(
        this.#streams.map(readOne),
      );
      return { code: Number(code), stdout, stderr };
    });
    this.#last = outcome;
    return outcome;
  }

  /** Ends it. */
  async end(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.cancel()));
    await this.#stdin.abort();
    await this.#process[Symbol.asyncDispose]();
  }
}

/** What a command has said on a stream, and its exit code. */
async function readOne(
  stream: ReadableStreamDefaultReader<string>,
): Promise<string[]> {
  let text = "";
  while (true) {
    const { value, done } = await stream.read();
    assert(!done, `The process ended with ${text}`);
    text += value;
    if (/\0\d+\n$/.test(text)) return text.split("\0");
  }
}

/** The environment of `deno task`, without npx. */
function environment(folder: string): Record<string, string> {
  return { NO_COLOR: "1", INIT_CWD: folder, npm_command: "" };
}

/** A program that runs in a folder. */
export class Program {
  /** What it has done, when it has ended. */
  readonly ended: Promise<Outcome>;
  readonly #process: Deno.ChildProcess;
  #stderr = "";
  #more = Promise.withResolvers<boolean>();

  /**
   * Starts it.
   *
   * @param folder where it runs
   * @param args the arguments of deno
   * @param shell a line of the shell in which "$@" stands for the program, if
   * it is to be run by such a line
   * @param env what its environment has, beside that of the tests
   */
  constructor(
    folder: string,
    args: string[],
    shell?: string,
    env: Record<string, string> = {},
  ) {
    const [command, ...rest] = shell === undefined
      ? [Deno.execPath(), ...args]
      : ["sh", "-c", shell, "sh", Deno.execPath(), ...args];
    this.#process = new Deno.Command(command, {
      args: rest,
      cwd: folder,
      env: { ...environment(folder), ...env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.ended = Promise.all([
      this.#process.status,
      new Response(this.#process.stdout).text(),
      this.#listen(),
    ]).then(([{ code }, stdout]) => ({ code, stdout, stderr: this.#stderr }));
  }

  async #listen(): Promise<void> {
    const texts = this.#process.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of texts) {
      this.#stderr += text;
      this.#more.resolve(true);
      this.#more = Promise.withResolvers();
    }
    this.#more.resolve(false);
  }

  /** Waits until it says something on stderr, or ends without saying it. */
  async says(pattern: RegExp): Promise<RegExpExecArray | undefined> {
    while (true) {
      const match = pattern.exec(this.#stderr);
      if (match) return match;
      if (!await this.#more.promise) return undefined;
    }
  }

  /** Sends it a signal, unless it has ended. */
  kill(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** A folder that is there for the time of a test. */
export async function withFolder<Value>(
  use: (folder: string) => Value | Promise<Value>,
): Promise<Value> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    for (const [key, process] of processes) {
      if (!key.startsWith(`${folder} `)) continue;
      processes.delete(key);
      await process.end();
    }
    await Deno.remove(folder, { recursive: true });
  }
}

/** A list of a hundred words. */
export const WORDS: string = Array.from(
  { length: 100 },
  (_, i) =>
    "abcde"[i % 5] + "aeiou"[(i >> 2) % 5] + "lmnrs"[(i >> 3) % 5] + "a",
).join("\n");

/** What a checkpoint of 0.1.0 kept of the settings of a run on it. */
export const RUN_CONFIG = {
  steps: 20,
  batchSize: 32,
  learningRate: 0.1,
  finalLearningRate: 0.01,
  schedule: "step",
  decaySteps: 10,
  seed: 1,
  level: "characters",
  lowercase: false,
  sentences: "text",
  minimumCount: 2,
  splitSeed: 42,
  keepEqualTogether: false,
  decay: 0,
  weightDecay: 0,
  candidates: 0,
  arithmetic: "separate",
  words: "words.txt",
  wordsSha256: createHash("sha256").update(WORDS).digest("hex"),
};

/** The seed of the words that train makes at its end. */
export const WORDS_SEED: readonly string[] = ["--seed", "2147483657"];

/** Settings that train on it in a moment, for the rest those that fit it. */
export const QUICK_AUTO: readonly string[] = [
  ...["--input", "words.txt", "--steps", "400", "--hidden-size", "20"],
];

/** The same, for the rest those of the lecture. */
export const QUICK: readonly string[] = [
  ...[...QUICK_AUTO, "--recipe", "lecture"],
];

/**
 * A text of 240 sentences on 48 lines: a few words in many orders, and in each
 * twentieth sentence a name that stands nowhere else.
 */
export const TEXT: string = Array.from({ length: 240 }, (_, i) => {
  const who = ["dog", "cat", "man", "girl"][i % 4];
  const did = ["ran", "sat", "walked", "slept", "was"][(i * 7) % 5];
  const where = ["room", "garden", "house", "street"][(i * i + 3 * i >> 2) % 4];
  const name = i % 20 === 19
    ? `, said N${String.fromCharCode(65 + i / 20)}`
    : "";
  const end = i % 5 === 4 ? "\n" : " ";
  return `${i % 3 ? "The" : "A"} ${who} ${did} in the ${where}${name}.${end}`;
}).join("");

/** Settings of a network of words that trains on it in a moment. */
export const QUICK_WORDS: readonly string[] = [
  ...["--level", "words", "--input", "text.txt", "--steps", "1900"],
  ...["--hidden-size", "30", "--learning-rate", "1"],
  ...["--patience", "0", "--no-mix"],
];

/** A folder with that text in it. */
export function withText<Value>(
  use: (folder: string) => Value | Promise<Value>,
): Promise<Value> {
  return withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT);
    return await use(folder);
  });
}

/** A folder with that list in it. */
export function withWords<Value>(
  use: (folder: string) => Value | Promise<Value>,
): Promise<Value> {
  return withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/words.txt`, WORDS);
    return await use(folder);
  });
}

/** SHA-256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}
