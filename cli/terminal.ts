/**
 * What the program says: results to stdout, everything else to stderr, and a
 * progress bar if stderr is a terminal.
 */

import cliProgress from "cli-progress";
import process from "node:process";
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
  const harmless = line.replace(/[^\P{Cc}\t\n]/gu, visible);
  let bytes = new TextEncoder().encode(harmless + "\n");
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** How often a line is printed where there is no terminal, in milliseconds. */
const LINE_INTERVAL = 5000;

/** Shows the progress of a run, until it is stopped. */
export interface Progress {
  /** Shows how many steps are done, and the latest loss. */
  readonly update: (step: number, loss: number) => void;
  /** Ends the display. */
  readonly stop: () => void;
}

/**
 * Shows loss and steps per second on stderr: in a progress bar, or in a line
 * every five seconds if stderr is not a terminal.
 */
export function startProgress(first: number, total: number): Progress {
  const start = performance.now();
  const speedAt = (step: number) => {
    const seconds = (performance.now() - start) / 1000;
    return Math.round((step - first) / seconds).toLocaleString("en");
  };
  if (!Deno.stderr.isTerminal()) {
    let next = start;
    return {
      update(step, loss) {
        if (performance.now() < next && step < total) return;
        next = performance.now() + LINE_INTERVAL;
        tell(
          `step ${step} of ${total}, loss ${loss.toFixed(4)}, ` +
            `${speedAt(step)} steps/s`,
        );
      },
      stop() {},
    };
  }
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
      bar.update(step, { loss: loss.toFixed(4), speed: speedAt(step) }),
    stop: () => bar.stop(),
  };
}
