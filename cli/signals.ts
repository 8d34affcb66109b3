/** Ctrl-C and the like: the first stops a run cleanly, the second at once. */

import { MakemoreError } from "../lib/errors/errors.ts";

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks the program to stop. */
type StopSignal = keyof typeof CODES;

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
 * @returns functions that give the signal that has come, if one has, and that
 * end the listening
 */
export function stopSignals(): {
  received: () => StopSignal | undefined;
  close: () => void;
} {
  let received: StopSignal | undefined;
  const names = Object.keys(CODES) as StopSignal[];
  const listeners = names
    .filter((name) => name === "SIGINT" || Deno.build.os !== "windows")
    .map((name) => {
      const listener = () => {
        if (received) Deno.exit(CODES[name]);
        received = name;
      };
      Deno.addSignalListener(name, listener);
      return () => Deno.removeSignalListener(name, listener);
    });
  return {
    received: () => received,
    close: () => listeners.forEach((remove) => remove()),
  };
}
