/** Ctrl-C and the like: asked once, a run ends cleanly; asked twice, at once. */

import { MakemoreError } from "../lib/errors/errors.ts";

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks the program to end. */
export type StopSignal = keyof typeof CODES;

/** The program was asked to end, and has. */
export class Stopped extends MakemoreError {
  /** Always `"Stopped"`. */
  override readonly name = "Stopped";
  /** 128 and the number of the signal, as shells have it. */
  readonly exitCode: number;

  /** Tells which signal it was, and what has been kept. */
  constructor(signal: StopSignal, message: string) {
    super(message);
    this.exitCode = CODES[signal];
  }
}

/** Listens for signals until it is disposed. */
export interface StopSignals extends Disposable {
  /** The signal that has come, if one has. */
  readonly received: StopSignal | undefined;
}

/** Begins to listen for signals that ask the program to end. */
export function stopSignals(): StopSignals {
  let received: StopSignal | undefined;
  const names: StopSignal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  const listeners = names.map((name) => {
    const listener = () => {
      if (received) Deno.exit(CODES[name]);
      received = name;
    };
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  return {
    get received() {
      return received;
    },
    [Symbol.dispose]() {
      for (const { name, listener } of listeners) {
        Deno.removeSignalListener(name, listener);
      }
    },
  };
}
