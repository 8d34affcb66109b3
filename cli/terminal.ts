/**
 * What the program says: results to stdout, everything else to stderr, and a
 * line of progress if stderr is a terminal.
 */

import { visible } from "../lib/errors/quote.ts";

/** Prints a line of results. */
export function print(line: string = ""): void {
  write(Deno.stdout, line);
}

/** Tells the user something that is not a result. */
export function tell(line: string = ""): void {
  write(Deno.stderr, line);
}

/**
 * Words and names may come from anywhere: what would steer the terminal, such
 * as an escape sequence, is spelled out. When nobody reads any more, as after
 * `| head`, the program goes on silently.
 */
function write(stream: typeof Deno.stdout, line: string): void {
  send(stream, line.replace(/[^\P{Cc}\t\n]/gu, visible) + "\n");
}

function send(stream: typeof Deno.stdout, text: string): void {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** How often progress is shown, in milliseconds: on a terminal, and elsewhere. */
const INTERVALS = { terminal: 100, lines: 5000 };

/** Shows the progress of a run, until it is stopped. */
export interface Progress {
  /** Shows how many steps are done, and the latest loss. */
  readonly update: (step: number, loss: number) => void;
  /** Ends the display. */
  readonly stop: () => void;
}

/**
 * Shows loss, speed and the time left on stderr: in one line that changes, or
 * in a line every five seconds if stderr is not a terminal.
 *
 * @param first how many steps are done
 * @param total how many steps there are
 */
export function startProgress(first: number, total: number): Progress {
  const start = performance.now();
  const isTerminal = Deno.stderr.isTerminal();
  let next = start;
  let shown = "";
  return {
    update(step, loss) {
      const now = performance.now();
      if (now < next && step < total) return;
      next = now + (isTerminal ? INTERVALS.terminal : INTERVALS.lines);
      const seconds = (now - start) / 1000;
      const state = { step, total, loss, speed: (step - first) / seconds };
      if (!isTerminal) return tell(progressLine(state));
      const { columns } = Deno.consoleSize();
      const line = progressLine(state, columns || 80);
      send(Deno.stderr, "\r" + line.padEnd(shown.length));
      shown = line;
    },
    stop() {
      if (shown !== "") tell();
    },
  };
}

/** How far a run is. */
export interface ProgressState {
  /** How many steps are done, of how many. */
  readonly step: number;
  readonly total: number;
  /** The latest loss. */
  readonly loss: number;
  /** Steps per second. */
  readonly speed: number;
}

/**
 * A line of progress. In narrow terminals it has the first of its parts, in
 * those of 80 columns and more all.
 *
 * @param state how far the run is
 * @param columns how wide the terminal is, if it is one
 */
export function progressLine(state: ProgressState, columns?: number): string {
  const { step, total, loss, speed } = state;
  const share = Math.floor(100 * step / total);
  const bar = "█".repeat(share / 10).padEnd(10, "░");
  const left = `${durationOf((total - step) / speed)} left`;
  const losses = `loss ${loss.toFixed(4)}`;
  const rate = `${Math.round(speed).toLocaleString("en")} steps/s`;
  const steps = `step ${step} of ${total}`;
  if (columns === undefined) return [steps, losses, rate, left].join(", ");
  const parts = [`${bar} ${share} %`, left, losses, steps, rate];
  while (parts.join(", ").length >= columns && parts.length > 1) parts.pop();
  return parts.join(", ").slice(0, columns - 1);
}

/** A duration in its two largest units. */
function durationOf(seconds: number): string {
  const [s, m] = [Math.ceil(seconds), Math.ceil(seconds / 60)];
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(m / 60)} h ${m % 60} min`;
}
