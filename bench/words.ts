/**
 * `deno task bench:words`: how many words per second a model learns from whose
 * softmax is as wide as a vocabulary of words, full and sampled, beside
 * PyTorch's full softmax, and how a step's time grows with the vocabulary.
 *
 * The losses of the first two steps of the full softmax are compared before
 * anything is measured. Then all do their steps in turn, round by round.
 *
 *     deno task bench:words --rounds 5 --candidates 512
 */

import { type Command, helpOf, parseOptions } from "../cli/options.ts";
import { print, tell } from "../cli/terminal.ts";
import { contestants } from "./contestants.ts";
import { busyNote, describeMachine, thisMachine } from "./machine.ts";
import {
  disagreement,
  type Entry,
  firstOutcomes,
  measure,
  type Measurement,
  median,
} from "./measure.ts";
import type { Outcome } from "./peer.ts";
import { PeerClient } from "./peer_client.ts";
import { blasNote } from "./report.ts";
import { table, threeDigits, time } from "./table.ts";
import { wordModel, wordProblem } from "./word_problem.ts";
import { UsageError } from "../mod.ts";

/** The vocabularies, in words. */
const VOCABULARIES = [1_000, 10_000, 50_000];

const command = {
  name: "bench:words",
  about: "Measures the full and the sampled softmax over words.",
  options: {
    rounds: {
      kind: "whole",
      value: "N",
      least: 1,
      default: 5,
      about: "how often each does its steps",
    },
    "batch-size": {
      kind: "whole",
      value: "B",
      least: 1,
      default: 128,
      about: "rows of a minibatch",
    },
    candidates: {
      kind: "whole",
      value: "S",
      least: 1,
      default: 512,
      about: "tokens that the sampled softmax is over, below 1,000",
    },
  },
  examples: [
    ["bench:words", "batch 128, 512 candidates"],
    ["bench:words --batch-size 32 --candidates 64", "smaller steps"],
  ],
} as const;

/** A column of the table. */
interface Column {
  readonly name: string;
  readonly heading: string;
  readonly client: PeerClient;
  /** Of a sampled softmax; without it, the full one. */
  readonly candidates?: number;
}

/** Starts the programs; one that cannot be started is left out, with a note. */
async function start(
  candidates: number,
  notes: string[],
): Promise<Column[]> {
  const wanted = [
    { peer: "makemore", heading: "full" },
    { peer: "makemore", heading: `${candidates} candidates`, candidates },
    { peer: "pytorch", heading: "PyTorch, full" },
    { peer: "pytorch-2", heading: "the same, 2 threads" },
  ];
  const columns: Column[] = [];
  for (const { peer, heading, ...rest } of wanted) {
    tell(`starting ${peer}`);
    const { command } = contestants.find(({ name }) => name === peer)!;
    try {
      const client = await PeerClient.start(await command());
      columns.push({ name: heading, heading, client, ...rest });
    } catch (error) {
      notes.push(
        `${heading}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return columns;
}

/** Measures one vocabulary; notes who computes something else. */
async function measureVocabulary(
  V: number,
  columns: readonly Column[],
  { rounds, batchSize, notes }: {
    rounds: number;
    batchSize: number;
    notes: string[];
  },
): Promise<Measurement[]> {
  const entries: (Entry & { seconds: number })[] = [];
  let expected: Outcome[] | undefined;
  for (const { name, client, candidates } of columns) {
    tell(`${V} words: ${name}`);
    await client.prepare(wordProblem(V, { batchSize, candidates }));
    const { outcomes, seconds } = await firstOutcomes(client, "minibatch");
    // A sampled loss is another number than the full one.
    if (candidates === undefined) {
      expected ??= outcomes;
      const difference = disagreement("minibatch", outcomes, expected);
      if (difference) {
        notes.push(
          `${name}, ${V} words: it computes something else: ${difference}`,
        );
        continue;
      }
    }
    entries.push({ name, client, seconds });
  }
  tell(`${V} words: ${rounds} rounds`);
  return await measure(String(V), entries, rounds);
}

/** The seconds of a step with a vocabulary, in a column. */
type SecondsOf = (V: number, name: string) => number;

/** A table with a row for each vocabulary. */
function section(
  columns: readonly Column[],
  cell: (V: number, name: string) => number,
  text: (value: number) => string,
): string {
  return table(
    ["V", ...columns.map(({ heading }) => heading)],
    VOCABULARIES.map((V) => [
      V.toLocaleString("en"),
      ...columns.map(({ name }) => {
        const value = cell(V, name);
        return Number.isNaN(value) ? "–" : text(value);
      }),
    ]),
  );
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
  const { rounds, "batch-size": batchSize, candidates } = values;
  if (candidates >= VOCABULARIES[0]) {
    throw new UsageError(
      `--candidates is ${candidates}: it must be below ${
        VOCABULARIES[0]
      }, the ` +
        "smallest vocabulary",
    );
  }
  const machine = thisMachine();
  const date = new Date().toISOString();
  const notes: string[] = [];
  const columns = await start(candidates, notes);
  const measurements: Measurement[] = [];
  try {
    for (const V of VOCABULARIES) {
      measurements.push(
        ...await measureVocabulary(V, columns, { rounds, batchSize, notes }),
      );
    }
  } finally {
    for (const { client } of columns) await client.close();
  }

  const { contextLength: T, embeddingSize: E, hiddenSize: H } = wordModel;
  const labels = columns.map(({ client: { label } }) => ({ label }));
  const clients = [...new Set(labels.map(({ label }) => `- ${label}`))];
  const seconds: SecondsOf = (V, name) => {
    const found = measurements.find(({ task, peer }) =>
      task === String(V) && peer === name
    );
    return found ? median(found.seconds) : NaN;
  };
  const [least] = VOCABULARIES;
  const times = (factor: number) => threeDigits(factor) + "×";
  print(
    [
      describeMachine(machine, date),
      `Batch ${batchSize}, T ${T}, E ${E}, H ${H}; medians of ${rounds} ` +
      "interleaved rounds",
      "",
      ...clients,
      "",
      ...busyNote(machine),
      "Words per second:",
      "",
      section(columns, (V, name) => batchSize / seconds(V, name), threeDigits),
      "",
      "Time of a step:",
      "",
      section(columns, seconds, time),
      "",
      `How many times as long as with ${least.toLocaleString("en")} words:`,
      "",
      section(
        columns,
        (V, name) => seconds(V, name) / seconds(least, name),
        times,
      ),
      "",
      "How many times as fast as PyTorch's full softmax with one thread:",
      "",
      section(
        columns,
        (V, name) => seconds(V, "PyTorch, full") / seconds(V, name),
        times,
      ),
      "",
      ...blasNote(labels),
      ...notes.map((note) => `Not measured: ${note}`),
    ].join("\n").trimEnd(),
  );
  return notes.some((note) => note.includes("something else")) ? 1 : 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    tell(`bench:words: ${error.message}`);
    Deno.exit(error.exitCode);
  }
}
