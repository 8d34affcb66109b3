/**
 * What the program says: results to stdout, all else to stderr, and a progress
 * bar where there is a terminal to draw it on.
 */

import cliProgress from "cli-progress";
import process from "node:process";
import { visible } from "../lib/errors/quote.ts";

const encoder = new TextEncoder();

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
 * as an escape sequence, is spelled out. Where nobody reads any more, as after
 * `| head`, nothing is said, and the program goes on.
 */
function write(stream: { writeSync(bytes: Uint8Array): number }, line: string) {
  const harmless = line.replace(/[^\P{Cc}\t\n]/gu, visible);
  let bytes = encoder.encode(harmless + "\n");
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Shows how far a run has come, until it is stopped. */
export interface Progress {
  /** Tells how many steps are done, and the latest loss. */
  update(step: number, loss: number): void;
  /** Ends the display. */
  stop(): void;
}

/** How often lines are printed where there is no terminal, in milliseconds. */
const LINE_INTERVAL = 5000;

/**
 * A progress bar with loss and steps per second on stderr; plain lines, one
 * every five seconds, if stderr is not a terminal.
 */
export function startProgress(first: number, total: number): Progress {
  const start = performance.now();
  const speed = (step: number) => {
    const seconds = (performance.now() - start) / 1000;
    return seconds > 0 ? Math.round((step - first) / seconds) : 0;
  };
  return Deno.stderr.isTerminal()
    ? bar(first, total, speed)
    : lines(total, speed);
}

function bar(
  first: number,
  total: number,
  speed: (step: number) => number,
): Progress {
  const bar = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} steps | loss {loss} | {speed} steps/s | " +
      "{eta_formatted} left",
    stream: process.stderr,
    hideCursor: true,
    gracefulExit: false,
  }, cliProgress.Presets.shades_classic);
  bar.start(total, first, { loss: "…", speed: "…" });
  return {
    update: (step, loss) =>
      bar.update(step, {
        loss: loss.toFixed(4),
        speed: speed(step).toLocaleString("en"),
      }),
    stop: () => bar.stop(),
  };
}

function lines(total: number, speed: (step: number) => number): Progress {
  let next = performance.now();
  return {
    update: (step, loss) => {
      if (performance.now() < next && step < total) return;
      next = performance.now() + LINE_INTERVAL;
      tell(
        `step ${step} of ${total}, loss ${loss.toFixed(4)}, ` +
          `${speed(step).toLocaleString("en")} steps/s`,
      );
    },
    stop: () => {},
  };
}
