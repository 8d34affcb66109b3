/**
 * What a run says: everything that is needed to read its numbers.
 */

import type { FirstUse } from "./first_use.ts";
import { busyNote, describeMachine, type Machine } from "./machine.ts";
import { type Measurement, median } from "./measure.ts";
import { table, threeDigits, time, timeSpan } from "./table.ts";

/** A run, as `--json` keeps it. */
export interface Report {
  /** When it began, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Where the words come from, and how many they are. */
  readonly words: { readonly source: string; readonly count: number };
  readonly rounds: number;
  /** The peers that were measured, in the order of the columns. */
  readonly peers: readonly {
    readonly name: string;
    readonly heading: string;
    readonly label: string;
  }[];
  /** The tasks that were measured, in the order of the rows. */
  readonly tasks: readonly {
    readonly name: string;
    readonly title: string;
    /** Whether names per second are shown, not the time. */
    readonly rate: boolean;
  }[];
  readonly measurements: readonly Measurement[];
  /** What was not measured, and why. */
  readonly notMeasured: readonly string[];
  readonly firstUse: FirstUse | undefined;
}

/** The peer that ratios refer to. */
const BASE = "pytorch";

/** The report as Markdown. */
export function formatReport(report: Report): string {
  const { machine: m, words, rounds } = report;
  const lines = [
    describeMachine(m, report.date),
    `Words: ${words.source}, ${words.count.toLocaleString("en")} of them`,
    "",
    ...report.peers.map(({ heading, label }) => `- ${heading}: ${label}`),
    "",
  ];
  lines.push(...busyNote(m));
  const { peers, tasks } = report;
  if (tasks.length > 0 && peers.length > 0) {
    const head = ["", ...peers.map(({ heading }) => heading)];
    const section = (cell: (task: string, peer: string) => string) =>
      table(
        head,
        tasks.map(({ name, title }) => [
          title,
          ...peers.map((peer) => cell(name, peer.name)),
        ]),
      );
    lines.push(
      `Medians of ${rounds} interleaved rounds:`,
      "",
      section((task, peer) => medianCell(report, task, peer)),
      "",
      "From the fastest round to the slowest, and how many there were if fewer:",
      "",
      section((task, peer) => spanCell(report, task, peer)),
      "",
    );
    if (peers.some(({ name }) => name === BASE)) {
      lines.push(
        "How many times as fast as PyTorch with one thread:",
        "",
        section((task, peer) => ratioCell(report, task, peer)),
        "",
      );
    }
    const notes = explanations(report);
    if (notes.length > 0) lines.push(...notes, "");
  }
  if (report.firstUse) lines.push(formatFirstUse(report.firstUse), "");
  if (report.notMeasured.length > 0) {
    lines.push("Not measured:", "");
    lines.push(...report.notMeasured.map((line) => `- ${line}`), "");
  }
  return lines.join("\n").trimEnd();
}

function secondsOf(
  { measurements }: Report,
  task: string,
  peer: string,
): readonly number[] | undefined {
  return measurements.find((m) => m.task === task && m.peer === peer)?.seconds;
}

function isRate({ tasks }: Report, task: string): boolean {
  return tasks.find(({ name }) => name === task)!.rate;
}

function medianCell(report: Report, task: string, peer: string): string {
  const seconds = secondsOf(report, task, peer);
  if (!seconds) return "–";
  return isRate(report, task)
    ? threeDigits(1 / median(seconds))
    : time(median(seconds));
}

function spanCell(report: Report, task: string, peer: string): string {
  const seconds = secondsOf(report, task, peer);
  if (!seconds) return "–";
  const least = Math.min(...seconds);
  const most = Math.max(...seconds);
  const span = isRate(report, task)
    ? `${threeDigits(1 / most)}–${threeDigits(1 / least)}`
    : timeSpan(least, most);
  return span + (seconds.length < report.rounds ? ` (${seconds.length})` : "");
}

function ratioCell(report: Report, task: string, peer: string): string {
  const seconds = secondsOf(report, task, peer);
  const base = secondsOf(report, task, BASE);
  if (!seconds || !base) return "–";
  return threeDigits(median(base) / median(seconds)) + "×";
}

/** What a reader has to know so as not to be misled. */
function explanations({ peers, tasks }: Report): string[] {
  const lines: string[] = [];
  if (tasks.some(({ name }) => name === "full-batch" || name === "loss")) {
    lines.push(
      "This package computes equal contexts once, weighted, which is exact; the",
      "others compute every row, as their programs are written, but where they",
      "are given merged contexts.",
    );
  }
  if (tasks.some(({ rate }) => rate)) {
    lines.push(
      "Names are drawn one after the other, by all from the same generator, and",
      "are the same; a tensor library draws more of them if many are drawn at once.",
    );
  }
  lines.push(...blasNote(peers));
  return lines;
}

/** What to know of a PyTorch that is slower than it has to be. */
export function blasNote(peers: readonly { label: string }[]): string[] {
  if (!peers.some(({ label }) => label.includes("reference BLAS"))) return [];
  return [
    "This PyTorch multiplies matrices with the reference BLAS, which is several",
    "times slower than OpenBLAS: its ratios flatter the others. On Debian:",
    "apt install libopenblas0-pthread",
  ];
}

function formatFirstUse(use: FirstUse): string {
  const ms = (value: number) => time(value / 1000);
  return `First use: importing mod.ts takes ${ms(use.library)}, tfjs alone ` +
    `${ms(use.tfjs)};\nimporting the kernel alone ${
      ms(use.kernelImport)
    }, its ` +
    `first instance ${ms(use.firstKernel)}, another ${ms(use.secondKernel)}.`;
}
