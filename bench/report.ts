/** What is printed: everything that is needed to read the numbers. */

import { cpus, totalmem } from "node:os";

/** What was measured. */
export interface Report {
  /** When it began, ISO 8601. */
  date: string;
  machine: string;
  words: string;
  rounds: number;
  /** The labels of the peers by their names; this package is the first. */
  peers: Record<string, string>;
  tasks: {
    name: string;
    threads: number;
    things: number | undefined;
    /** Seconds for one repetition in each round, by the peer's name. */
    seconds: Record<string, number[]>;
  }[];
  /** What was not measured, and why. */
  notMeasured: string[];
}

/** The machine, and how many programs ran on it in the minute before. */
export function thisMachine(): string {
  return [
    `${cpus()[0]?.model.trim()}, ${navigator.hardwareConcurrency} cores`,
    `${Math.round(totalmem() / 1e9)} GB`,
    `${Deno.build.os} ${Deno.osRelease()}, Deno ${Deno.version.deno}`,
    `load average ${digits(Deno.loadavg()[0])}`,
  ].join(", ");
}

/**
 * Prints for each task the median and the best round of each peer, and how
 * many times as fast as the best peer this package is.
 */
export function print({ peers, tasks, ...report }: Report): void {
  console.log(`${report.date.slice(0, 10)}, ${report.machine}`);
  console.log(`Words: ${report.words}`);
  for (const peer in peers) console.log(`- ${peer}: ${peers[peer]}`);
  console.log(`
Medians of ${report.rounds} interleaved rounds (and the best round). This package
computes equal contexts once, the others only where they are merged beforehand:
`);
  const [ours, ...others] = Object.keys(peers);
  const rows = tasks.map(({ name, threads, things, seconds }) => {
    const cell = (peer: string) => {
      if (!seconds[peer]) return "–";
      const show = (s: number) => things ? digits(things / s) + "/s" : time(s);
      return `${show(median(seconds[peer]))} (${show(best(seconds[peer]))})`;
    };
    const [fastest] = others.filter((peer) => seconds[peer])
      .sort((a, b) => best(seconds[a]) - best(seconds[b]));
    const ratio = (of: typeof median) =>
      digits(of(seconds[fastest]) / of(seconds[ours])) + "×";
    const compared = fastest && seconds[ours]
      ? `${ratio(median)} (${ratio(best)}) ${fastest}`
      : "–";
    return [name, `${threads}`, ...Object.keys(peers).map(cell), compared];
  });
  const head = [
    "task",
    "threads",
    ...Object.keys(peers),
    "ratio to the best peer",
  ];
  const table = [head, head.map(() => "---"), ...rows];
  const widths = head.map((_, i) => Math.max(...table.map((r) => r[i].length)));
  for (const row of table) {
    const cells = row.map((cell, i) => cell.padEnd(widths[i]));
    console.log(`| ${cells.join(" | ")} |`);
  }
  for (const line of report.notMeasured) console.log(`\nNot measured: ${line}`);
}

const best = (values: readonly number[]) => Math.min(...values);

/** The middle one; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function digits(value: number): string {
  const three = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
  return value.toLocaleString("en", three);
}

/** A time in the unit that suits it: `65.1 µs`, `2.10 ms`, `1.23 s`. */
export function time(seconds: number): string {
  if (seconds < 0.9995e-3) return `${digits(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${digits(seconds * 1e3)} ms`;
  return `${digits(seconds)} s`;
}
