/**
 * What a peer is: a program that does the tasks in its own way.
 */

import type { Problem } from "./problem.ts";

/** What the work comes to: the last loss, or the names that were made. */
export type Outcome = number | string[];

/** A task that is ready to be done again and again. */
export interface Work {
  /**
   * Does it so many times. Steps of gradient descent go on from where the last
   * call ended; the loss is that before the last update.
   */
  run(repetitions: number): Outcome | Promise<Outcome>;
  /** Frees what the work holds. */
  close(): void;
}

/** One of those that are compared. */
export interface Peer {
  /** Its name and version, and what else matters for its speed. */
  readonly label: string;
  /**
   * Takes the numbers in and gets ready, which is not measured.
   *
   * @returns nothing if the peer has no way of its own to do this
   */
  prepare(problem: Problem): Work | undefined | Promise<Work | undefined>;
}
