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

/** Prints results as JSON, in which what steers a terminal is escaped. */
export function printJson(results: object): void {
  const listed = (_: string, value: unknown) =>
    value instanceof Float64Array ? [...value] : value;
  const json = JSON.stringify(results, listed, 2);
  print(json.replace(
    /[\x7f-\x9f]/g,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  ));
}

let isQuiet = false;

/** Leaves out from now on, or no longer, what is neither result nor warning. */
export function setQuiet(quiet: boolean): void {
  isQuiet = quiet;
}

/** Tells the user something that is not a result. */
export function tell(line: string = ""): void {
  if (!isQuiet) write(Deno.stderr, line);
}

/** Tells the user what went wrong, or may have. */
export function warn(line: string): void {
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
  if (isQuiet) return { update() {}, stop() {} };
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
