/**
 * Who goes first, how often, and what comes out: rounds in which each peer
 * does the same task in turn, so that a machine that slows down or speeds up
 * does so for all of them.
 */

import type { Outcome } from "./peer.ts";
import type { PeerClient, Run } from "./peer_client.ts";
import type { Kind } from "./tasks.ts";

/** How long one peer's turn is in each round, in seconds, or one repetition. */
const TURN = 0.3;

/** A peer that has used so many seconds on a task has no further rounds. */
const PATIENCE = 10;

/** How far losses of the same minibatch may lie apart. */
const TOLERANCE = 1e-3;

/**
 * How far losses of all rows may lie apart, relatively: some peers add the
 * losses of 228,146 rows one to the other in float32, which loses 1.4e-4.
 */
const SUM_TOLERANCE = 3e-4;

/** How many names are compared. */
const NAMES = 20;

/** What was measured of one peer and one task. */
export interface Measurement {
  readonly peer: string;
  readonly task: string;
  /** How many repetitions a round had. */
  readonly repetitions: number;
  /** Seconds for one repetition, in each round. */
  readonly seconds: readonly number[];
}

/** A peer that takes part in a task. */
export interface Entry {
  readonly name: string;
  readonly client: Pick<PeerClient, "run">;
}

/**
 * What a peer makes of the task before it is measured: the losses of the first
 * two steps (the second shows whether the update was right), the loss of all
 * rows, or the first names.
 *
 * @returns that, and how long one repetition took the last time
 */
export async function firstOutcomes(
  client: Entry["client"],
  kind: Kind,
): Promise<{ outcomes: Outcome[]; seconds: number }> {
  const counts = kind === "names" ? [NAMES] : kind === "loss" ? [1] : [1, 1];
  const runs: Run[] = [];
  for (const count of counts) runs.push(await client.run(count));
  return {
    outcomes: runs.map(({ outcome }) => outcome),
    seconds: runs[runs.length - 1].seconds / counts[counts.length - 1],
  };
}

/** What two peers disagree on, or nothing if they computed the same. */
export function disagreement(
  kind: Kind,
  outcomes: readonly Outcome[],
  expected: readonly Outcome[],
): string | undefined {
  for (const [i, outcome] of outcomes.entries()) {
    if (!areSame(kind, outcome, expected[i])) {
      return `${outcome} instead of ${expected[i]}`;
    }
  }
}

function areSame(kind: Kind, outcome: Outcome, expected: Outcome): boolean {
  if (typeof outcome !== "number" || typeof expected !== "number") {
    return String(outcome) === String(expected);
  }
  const tolerance = kind === "minibatch" ? TOLERANCE : SUM_TOLERANCE * expected;
  return Math.abs(outcome - expected) <= tolerance;
}

/**
 * Measures a task in rounds.
 *
 * @param task its name
 * @param entries the peers, and how many seconds a repetition of each takes
 * @param rounds how many rounds
 */
export async function measure(
  task: string,
  entries: readonly (Entry & { readonly seconds: number })[],
  rounds: number,
): Promise<Measurement[]> {
  const field: (Entry & { repetitions: number; seconds: number[] })[] = [];
  for (const { name, client, seconds } of entries) {
    const repetitions = await warmUp(client, seconds);
    field.push({ name, client, repetitions, seconds: [] });
  }
  for (let round = 0; round < rounds; round++) {
    // Another one begins each time, so that nobody always follows the same.
    const first = round % field.length;
    for (const peer of [...field.slice(first), ...field.slice(0, first)]) {
      const { client, repetitions, seconds } = peer;
      const used = seconds.reduce((sum, s) => sum + s * repetitions, 0);
      if (used > PATIENCE) continue;
      const run = await client.run(repetitions);
      seconds.push(run.seconds / repetitions);
    }
  }
  return field.map(({ name, repetitions, seconds }) => ({
    peer: name,
    task,
    repetitions,
    seconds,
  }));
}

/** Runs until its code is compiled; returns how many runs fill a turn. */
async function warmUp(
  client: Entry["client"],
  seconds: number,
): Promise<number> {
  let repetitions = 1;
  let last = seconds;
  while (last < TURN / 2) {
    repetitions = Math.ceil(
      repetitions * Math.min(10, TURN / Math.max(last, 1e-6)),
    );
    last = (await client.run(repetitions)).seconds;
  }
  return Math.max(1, Math.round(repetitions * TURN / last));
}

/** The middle one; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}
