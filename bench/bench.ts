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
import { defaultWords } from "../mod.ts";
import type { Outcome } from "./peer.ts";
import { peerFiles, type Program, startProgram } from "./program.ts";
import { print, type Report, thisMachine } from "./report.ts";
import { ABOUT, type Problem, type Task, tasksOf } from "./tasks.ts";

const HELP = `Measures this package beside its peers.

Usage: deno task bench [--only TASK,...] [--peers PEER,...] [--rounds 7] [--json]

Tasks:${ABOUT}

Peers: ${[...peerFiles.keys()].join(", ")}, or a file like those in bench/peers;
pytorch:2 has two threads, tfjs:cpu another backend; the environment variable
PYTHON names the Python that has PyTorch`;

/** How long one peer's turn is in each round, in seconds, or one repetition. */
const TURN = 0.5;

/**
 * Whether a peer computes the same. The losses of a minibatch may be 1e-3
 * apart; those of all rows 3e-4 relatively, since a sum of 228,146 losses one
 * after the other in float32 is 1.4e-4 off.
 */
function isSame(problem: Problem, ours: Outcome, theirs: Outcome): boolean {
  if (problem.kind === "names") return String(ours) === String(theirs);
  const isMinibatch = problem.kind === "step" && problem.batchSize > 0;
  const tolerance = isMinibatch ? 1e-3 : 3e-4 * Number(ours);
  return Math.abs(Number(ours) - Number(theirs)) <= tolerance;
}

/** Runs until the code is compiled; returns how many repetitions fill a turn. */
async function warmUp(program: Program): Promise<number> {
  for (let n = 1;; n *= 4) {
    const { seconds } = await program.run(n);
    if (seconds > TURN / 2) return Math.max(1, Math.round(n * TURN / seconds));
  }
}

/** Measures a task in rounds, and adds it to the report. */
async function measure(task: Task): Promise<void> {
  const problem = task.problem();
  const seconds: Record<string, number[]> = {};
  const field: [peer: string, program: Program, repetitions: number][] = [];
  let expected: Outcome[] | undefined;
  for (const [peer, program] of programs) {
    try {
      if (!await program.prepare(problem)) continue;
      // The second step shows whether the update was right.
      const n = problem.kind === "names" ? 20 : 1;
      const runs = [await program.run(n), await program.run(n)];
      const outcomes = runs.map(({ outcome }) => outcome);
      expected ??= outcomes;
      for (const [i, outcome] of outcomes.entries()) {
        if (isSame(problem, expected[i], outcome)) continue;
        throw new Error(`it computes ${outcome} instead of ${expected[i]}`);
      }
      field.push([peer, program, await warmUp(program)]);
      seconds[peer] = [];
    } catch (error) {
      report.notMeasured.push(`${peer}, ${task.name}: ${error}`);
      code = 1;
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const [peer, program, n] of field) {
      seconds[peer].push((await program.run(n)).seconds / n);
    }
    field.push(...field.splice(0, 1)); // another one starts the next round
  }
  report.tasks.push({ name: task.name, things: task.things, seconds });
}

function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(2);
}

const options = parseArgs(Deno.args, {
  string: ["only", "peers", "rounds"],
  boolean: ["json", "help"],
  unknown: (argument) => fail(`Cannot read ${argument}: see --help`),
});
if (options.help) {
  console.log(HELP);
  Deno.exit();
}
const rounds = Number(options.rounds ?? 7);
if (!(Number.isInteger(rounds) && rounds > 0)) {
  fail(`Cannot measure "${options.rounds}" rounds: give a whole number`);
}
const { words, source } = defaultWords();
const tasks = tasksOf(words);
const taskNames = tasks.map(({ name }) => name);
const only = String(options.only ?? taskNames).split(",");
const peers = String(options.peers ?? [...peerFiles.keys()]).split(",");
for (const name of only) {
  if (!taskNames.includes(name)) fail(`Cannot measure "${name}": see --help`);
}

const report: Report = {
  date: new Date().toISOString(),
  machine: thisMachine(),
  words: `${source}, ${words.length}`,
  rounds,
  peers: {},
  tasks: [],
  notMeasured: [],
};
const programs = new Map<string, Program>();
let code = 0;
// This package is always there: the others are compared with it.
for (const peer of new Set(["makemore", ...peers])) {
  try {
    const program = await startProgram(peer);
    programs.set(peer, program);
    report.peers[peer] = program.label;
  } catch (error) {
    report.notMeasured.push(`${peer}: ${error}`);
  }
}
for (const task of tasks.filter(({ name }) => only.includes(name))) {
  console.error(task.name);
  await measure(task);
}
for (const program of programs.values()) await program.close();
if (options.json) console.log(JSON.stringify(report, null, 2));
else print(report);
Deno.exit(code);
