/**
 * `deno task bench`: this package beside its peers, in one run.
 *
 * Each peer is a program of its own, given the same numbers. Before a task is
 * measured, the peer's results are compared with this package's; a peer that
 * computes something else is left out. Then all do the task in turn, round by
 * round, so that a machine that slows down does so for all of them.
 *
 * A new peer is one file in peers/: see peer.ts, and serve.py for Python.
 */

import { parseArgs } from "@std/cli/parse-args";
import { delimiter } from "node:path";
import * as makemore from "../mod.ts";
import { peerFiles, type Program, startProgram } from "./program.ts";
import { print, type Report, thisMachine } from "./report.ts";
import { ABOUT, type Problem, type Task, tasksOf } from "./tasks.ts";

const HELP = `Measures this package beside its peers.

Usage: deno task bench [--only TASK,...] [--peers PEER,...] [--threads 1,2]
                       [--rounds 7] [--json]

Tasks:${ABOUT}

Peers: ${[...peerFiles.keys()].join(", ")},
or a file like those in bench/peers; tfjs:cpu has another backend. Those that
are not installed are left out. The environment variable PYTHON names the
Pythons that have PyTorch and JAX, python3 by default: several as in PATH`;

type Seconds = Report["tasks"][number]["seconds"];

/** How long one peer's turn is in each round, in seconds, or one repetition. */
const TURN = 0.1;

/**
 * The fewest names that are asked for at once: what a peer may draw in parallel.
 * Their mean loss has a standard error of 0.01.
 */
const NAMES = 2048;

/**
 * The fewest steps of a sampled softmax in one call: a call copies all weights
 * in and out, which takes longer than steps that change a few of them.
 */
const SAMPLED_STEPS = 100;

/** Half the steps of the main job. */
const HALF_JOB = 100_000;

/** The mean loss of names, per token, under the model that they are drawn from. */
function lossOfNames({ parameters, tokens }: Problem, names: string[]): number {
  const vocabulary = new makemore.Vocabulary(tokens);
  const { contextLength } = makemore.sizesOf(parameters);
  const windows = makemore.contextWindows(names, vocabulary, contextLength);
  const model = makemore.parametersFrom(parameters);
  try {
    return makemore.evaluate(model, windows);
  } finally {
    makemore.disposeParameters(model);
  }
}

/**
 * What a peer makes of a problem: numbers that are to be the same, each with how
 * far it may be off.
 */
async function resultsOf(
  problem: Problem,
  program: Program,
): Promise<[result: number, tolerance: number][]> {
  const result = async (n: number) => (await program.run(n)).outcome;
  if (problem.kind === "names") {
    const names = await result(NAMES) as string[];
    return [[lossOfNames(problem, names), 0.05]];
  }
  // A sum of 228,146 losses one after the other in float32 is 1.4e-4 off.
  const isMinibatch = problem.kind === "step" && problem.batchSize > 0;
  const off = (loss: number) => isMinibatch ? 1e-3 : 3e-4 * loss;
  const losses = [await result(1), await result(1)].map(Number);
  // The second loss shows whether the update was right; the next, of minibatches
  // that peers may draw in their own way, whether it is from all rows.
  const exact = losses.map((loss) => [loss, off(loss)] as [number, number]);
  if (!isMinibatch || problem.candidates) return exact;
  const mean = Number(await result(20));
  return [...exact, [mean, 0.1 * mean]];
}

/**
 * Runs until the code is compiled; returns how many repetitions fill a turn, at
 * least so many.
 */
async function warmUp(program: Program, least: number): Promise<number> {
  for (let n = least;; n *= 4) {
    const { seconds } = await program.run(n);
    if (seconds < TURN / 2) continue;
    return Math.max(least, Math.round(n * TURN / seconds));
  }
}

/** The programs that compute what this package, the first, computes. */
async function checked(problem: Problem, task: string): Promise<string[]> {
  let expected: [number, number][] | undefined;
  const peers: string[] = [];
  for (const [peer, program] of programs) {
    try {
      if (!await program.prepare(problem)) continue;
      const results = await resultsOf(problem, program);
      expected ??= results;
      for (const [i, [wanted, tolerance]] of expected.entries()) {
        const [result] = results[i];
        if (Math.abs(result - wanted) <= tolerance) continue;
        throw new Error(`it computes ${result} instead of ${wanted}`);
      }
      peers.push(peer);
    } catch (error) {
      notMeasured(`${peer}, ${task}`, error);
      code = 1;
    }
  }
  return peers;
}

/** Lets the peers do a task in turn, each so often that it fills a turn. */
async function inRounds(task: Task): Promise<Seconds> {
  const seconds: Seconds = {};
  const field: [peer: string, repetitions: number][] = [];
  const problem = task.problem();
  const least = problem.kind === "names"
    ? NAMES
    : problem.candidates > 0
    ? SAMPLED_STEPS
    : 1;
  for (const peer of await checked(problem, task.name)) {
    field.push([peer, await warmUp(programs.get(peer)!, least)]);
    seconds[peer] = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (const [peer, n] of field) {
      seconds[peer].push((await programs.get(peer)!.run(n)).seconds / n);
    }
    field.push(...field.splice(0, 1)); // another one starts the next round
  }
  return seconds;
}

/** Lets new programs of the peers do the main job, from start to end. */
async function fromStartToEnd(task: Task): Promise<Seconds> {
  const seconds: Seconds = {};
  let expected: number | undefined;
  for (let round = 0; round < rounds; round++) {
    for (const [peer, start] of starts) {
      const begin = performance.now();
      const program = await start();
      try {
        if (!await program.prepare(task.problem())) continue;
        await program.run(HALF_JOB, 0.1);
        const loss = Number((await program.run(HALF_JOB, 0.01)).outcome);
        expected ??= loss;
        if (Math.abs(loss - expected) > 0.05) {
          throw new Error(`it learns to ${loss} instead of ${expected}`);
        }
        (seconds[peer] ??= []).push((performance.now() - begin) / 1000);
      } catch (error) {
        starts.delete(peer);
        notMeasured(`${peer}, ${task.name}`, error);
        code = 1;
      } finally {
        await program.close();
      }
    }
  }
  return seconds;
}

function notMeasured(what: string, reason: unknown): void {
  report.notMeasured.push(`${what}: ${reason}`);
}

function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(2);
}

const list = (text: unknown) => String(text).split(",");
const options = parseArgs(Deno.args, {
  string: ["only", "peers", "threads", "rounds"],
  boolean: ["json", "help"],
  unknown: (argument) => fail(`Cannot read ${argument}: see --help`),
});
if (options.help) {
  console.log(HELP);
  Deno.exit();
}
const rounds = Number(options.rounds ?? 7);
const counts = list(options.threads ?? "1").map(Number);
for (const count of [rounds, ...counts]) {
  if (Number.isInteger(count) && count > 0) continue;
  fail(`Cannot measure ${count} rounds or threads: give a whole number`);
}
const { words, source } = makemore.defaultWords();
const tasks = tasksOf(words);
const taskNames = tasks.map(({ name }) => name);
const only = options.only === undefined ? taskNames : list(options.only);
for (const name of only) {
  if (!taskNames.includes(name)) fail(`Cannot measure "${name}": see --help`);
}
const peers = options.peers === undefined
  ? [...peerFiles.keys()]
  : list(options.peers);
const pythons = (Deno.env.get("PYTHON") ?? "python3").split(delimiter);
const isPython = (peer: string) =>
  (peerFiles.get(peer)?.pathname ?? peer).endsWith(".py");

const report: Report = {
  date: new Date().toISOString(),
  machine: thisMachine(),
  words: `${source}, ${words.length}`,
  rounds,
  peers: {},
  tasks: [],
  notMeasured: [],
};
/** The programs by the names of their peers, and how to start another. */
const programs = new Map<string, Program>();
const starts = new Map<string, () => Promise<Program>>();
let code = 0;
for (const threads of counts) {
  // This package is always there: the others are compared with it.
  for (const peer of new Set(["makemore", ...peers])) {
    for (const python of isPython(peer) ? pythons : [undefined]) {
      const start = () => startProgram(peer, threads, python);
      try {
        const program = await start();
        const [name] = program.label.split(",");
        programs.set(name, program);
        starts.set(name, start);
        report.peers[name] = program.label;
      } catch (error) {
        const what = [peer, python, `threads ${threads}`].filter(Boolean);
        notMeasured(what.join(", "), error);
      }
    }
  }
  for (const task of tasks.filter(({ name }) => only.includes(name))) {
    const { name, things } = task;
    console.error(name, threads);
    const measure = name === "main-job" ? fromStartToEnd : inRounds;
    const seconds = await measure(task);
    report.tasks.push({ name, threads, things, seconds });
  }
  for (const program of programs.values()) await program.close();
  programs.clear();
  starts.clear();
}
if (options.json) console.log(JSON.stringify(report, null, 2));
else print(report);
Deno.exit(code);
