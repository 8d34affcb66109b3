/**
 * Where it is measured.
 */

import { cpus, totalmem } from "node:os";

/** What decides over the numbers beside the programs. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** In GB of 10⁹ bytes. */
  readonly memory: number;
  readonly system: string;
  readonly deno: string;
  readonly v8: string;
  /** How many programs ran or waited, on average, in the minute before. */
  readonly load: number;
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memory: Math.round(totalmem() / 1e9),
    system: `${Deno.build.os} ${Deno.osRelease()}, ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    load: Deno.loadavg()[0],
  };
}
