/**
 * `deno task bench`: this package beside its peers, in one run.
 *
 * Each peer is a program of its own that holds the same numbers. Before a task
 * is measured its results are compared with this package's: a peer that
 * computes something else does not take part. Then all do the task in turn,
 * round by round.
 *
 *     deno task bench --rounds 9 --only step-32,names --peers pytorch,loops
 */

import { defaultWords } from "../mod.ts";
import { type Command, helpOf, nearest, parseOptions } from "../cli/options.ts";
import { print, tell } from "../cli/terminal.ts";
import { type Contestant, contestants } from "./contestants.ts";
import { type FirstUse, measureFirstUse } from "./first_use.ts";
import { thisMachine } from "./machine.ts";
import {
  disagreement,
  type Entry,
  firstOutcomes,
  measure,
  type Measurement,
} from "./measure.ts";
import type { Outcome } from "./peer.ts";
import { PeerClient } from "./peer_client.ts";
import { Problems } from "./problem.ts";
import { formatReport, type Report } from "./report.ts";
import { type Task, tasks } from "./tasks.ts";
import { UsageError } from "../mod.ts";

const command = {
  name: "bench",
  about: "Measures this package beside its peers.",
  options: {
    rounds: {
      kind: "whole",
      value: "N",
      least: 1,
      default: 7,
      about: "how often each peer does each task",
    },
    only: {
      kind: "text",
      value: "TASKS",
      about: `some tasks only, with commas: ${listOf(tasks)}, first-use`,
    },
    peers: {
      kind: "text",
      value: "PEERS",
      about: `some peers only, with commas: ${listOf(contestants)}`,
    },
    json: {
      kind: "text",
      value: "FILE",
      about: "also write all that was measured to a file",
    },
    slow: {
      kind: "flag",
      about: "also what takes very long: the full batch with tfjs cpu",
    },
  },
  examples: [
    ["bench --only step-32 --peers pytorch", "one task, one peer"],
    ["bench --rounds 15 --json bench.json", "more rounds, kept"],
  ],
} as const;

function listOf(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(", ");
}

const FIRST_USE = "first-use";

/** Checks a list of names; without one, all of them. */
function chosen(
  option: string,
  list: string | undefined,
  names: readonly string[],
): ReadonlySet<string> {
  if (list === undefined) return new Set(names);
  const wanted = list.split(",").map((name) => name.trim());
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new UsageError(
      `--${option} has ${JSON.stringify(name)}: ` +
        (near ? `did you mean ${near}?` : `there are ${names.join(", ")}`),
    );
  }
  return new Set(wanted);
}

/** A peer whose program runs. */
type Started = Contestant & { readonly client: PeerClient };

/** Starts the programs; one that cannot be started is left out, with a note. */
async function start(
  wanted: readonly Contestant[],
  notMeasured: string[],
): Promise<Started[]> {
  const started: Started[] = [];
  for (const contestant of wanted) {
    tell(`starting ${contestant.heading}`);
    try {
      const client = await PeerClient.start(await contestant.command());
      started.push({ ...contestant, client });
    } catch (error) {
      notMeasured.push(`${contestant.heading}: ${messageOf(error)}`);
    }
  }
  return started;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs one task; notes what cannot be measured. */
async function runTask(
  task: Task,
  peers: readonly Started[],
  problems: Problems,
  { rounds, slow, notMeasured }: {
    rounds: number;
    slow: boolean;
    notMeasured: string[];
  },
): Promise<{ measurements: Measurement[]; wrong: number }> {
  const problem = problems.of(task);
  const entries: (Entry & { seconds: number })[] = [];
  let expected: Outcome[] | undefined;
  let wrong = 0;
  for (const { name, heading, client, tooSlow } of peers) {
    const note = (why: string) =>
      notMeasured.push(`${heading}, ${task.name}: ${why}`);
    const reason = tooSlow?.[task.name];
    if (reason && !slow) {
      note(`${reason}, --slow measures it`);
      continue;
    }
    tell(`${task.name}: ${heading}`);
    try {
      if (!await client.prepare(problem)) continue;
      const { outcomes, seconds } = await firstOutcomes(client, task.kind);
      expected ??= outcomes;
      const difference = disagreement(task.kind, outcomes, expected);
      if (difference) {
        note(`it computes something else: ${difference}`);
        wrong++;
      } else entries.push({ name, client, seconds });
    } catch (error) {
      note(messageOf(error));
      wrong++;
    }
  }
  tell(`${task.name}: ${rounds} rounds`);
  return { measurements: await measure(task.name, entries, rounds), wrong };
}

/** Measures, prints, and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    print(helpOf(command, "deno task"));
    return 0;
  }
  const { values } = parseOptions(
    command as unknown as Command<typeof command.options>,
    args,
  );
  const taskNames = tasks.map(({ name }) => name);
  const only = chosen("only", values.only, [...taskNames, FIRST_USE]);
  const peerNames = contestants.map(({ name }) => name);
  const wanted = chosen("peers", values.peers, peerNames);

  const machine = thisMachine();
  const date = new Date().toISOString();
  const { words, source } = await defaultWords();
  const notMeasured: string[] = [];
  let firstUse: FirstUse | undefined;
  if (only.has(FIRST_USE)) {
    tell(FIRST_USE);
    firstUse = await measureFirstUse();
  }

  const problems = new Problems(words);
  const chosenTasks = tasks.filter(({ name }) => only.has(name));
  const measurements: Measurement[] = [];
  let wrong = 0;
  // This package is always there: the others are held against it.
  const peers = chosenTasks.length === 0 ? [] : await start(
    contestants.filter(({ name }, i) => i === 0 || wanted.has(name)),
    notMeasured,
  );
  try {
    for (const task of chosenTasks) {
      const result = await runTask(task, peers, problems, {
        rounds: values.rounds,
        slow: values.slow,
        notMeasured,
      });
      measurements.push(...result.measurements);
      wrong += result.wrong;
    }
  } finally {
    for (const { client } of peers) await client.close();
  }

  const report: Report = {
    date,
    machine,
    words: { source, count: words.length },
    rounds: values.rounds,
    peers: peers.map(({ name, heading, client: { label } }) => ({
      name,
      heading,
      label,
    })),
    tasks: chosenTasks.map((task) => ({
      name: task.name,
      title: problems.titleOf(task),
      rate: task.kind === "names",
    })),
    measurements,
    notMeasured,
    firstUse,
  };
  print(formatReport(report));
  if (values.json) {
    await Deno.writeTextFile(
      values.json,
      JSON.stringify(report, null, 2) + "\n",
    );
  }
  return wrong === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    tell(`bench: ${error.message}`);
    Deno.exit(error.exitCode);
  }
}
