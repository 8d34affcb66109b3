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

/** Above this other programs share the machine. */
const QUIET = 0.5;

/** The line that a report begins with. */
export function describeMachine(m: Machine, date: string): string {
  return `${date.slice(0, 10)}, ${m.cpu}, ${m.cores} cores, ${m.memory} GB, ` +
    `${m.system}, Deno ${m.deno}`;
}

/** A warning, and a line to part it, if other programs shared the machine. */
export function busyNote({ load }: Machine): string[] {
  if (load <= QUIET) return [];
  return [
    `The machine was busy (load average ${load.toFixed(1)} at the start): ` +
    "measure again on a quiet one.",
    "",
  ];
}
