/** Ctrl-C and the like: the first stops a run cleanly, the second at once. */

import { MakemoreError } from "../lib/errors/errors.ts";

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks the program to stop. */
export type StopSignal = keyof typeof CODES;

/** A signal has stopped the program. */
export class Stopped extends MakemoreError {
  /** Always `"Stopped"`. */
  override readonly name = "Stopped";
  /** 128 and the number of the signal, as shells have it. */
  readonly exitCode: number;

  /** Names the signal, and says what has been kept. */
  constructor(signal: StopSignal, message: string) {
    super(message);
    this.exitCode = CODES[signal];
  }
}

/**
 * Listens for signals that ask the program to stop.
 *
 * @returns a signal that is aborted by the first, for its name, and a function
 * that ends the listening
 */
export function stopSignals(): { signal: AbortSignal; close: () => void } {
  const controller = new AbortController();
  const names = Object.keys(CODES) as StopSignal[];
  const listeners = names
    .filter((name) => name === "SIGINT" || Deno.build.os !== "windows")
    .map((name) => {
      const listener = () => {
        if (controller.signal.aborted) Deno.exit(CODES[name]);
        controller.abort(name);
      };
      Deno.addSignalListener(name, listener);
      return () => Deno.removeSignalListener(name, listener);
    });
  return {
    signal: controller.signal,
    close: () => listeners.forEach((remove) => remove()),
  };
}
