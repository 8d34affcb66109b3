/**
 * A peer's program, seen from the side that asks.
 */

import type { Outcome } from "./peer.ts";
import type { Problem } from "./problem.ts";
import { decode, encode, linesOf, type Question, type Reply } from "./wire.ts";

/** What one run took, and what it came to. */
export interface Run {
  readonly seconds: number;
  readonly outcome: Outcome;
}

/** A program that does tasks, until it is closed. */
export class PeerClient {
  /** The peer's name and version. */
  readonly label: string;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;
  readonly #errors: Promise<string>;

  /**
   * Starts a program.
   *
   * @throws {Error} with its last words, if it does not come up
   */
  static async start(command: Deno.Command): Promise<PeerClient> {
    const process = command.spawn();
    const lines = linesOf(process.stdout);
    const errors = new Response(process.stderr).text();
    const { label } = await nextReply<{ label: string }>(lines, errors);
    return new PeerClient(label, process, lines, errors);
  }

  private constructor(
    label: string,
    process: Deno.ChildProcess,
    lines: AsyncGenerator<string>,
    errors: Promise<string>,
  ) {
    this.label = label;
    this.#process = process;
    this.#writer = process.stdin.getWriter();
    this.#lines = lines;
    this.#errors = errors;
  }

  /** Hands a problem over; `false` if the peer has no way to do it. */
  async prepare(problem: Problem): Promise<boolean> {
    const reply = await this.#ask<{ prepared: boolean }>({ prepare: problem });
    return reply.prepared;
  }

  /** Lets it do the problem so many times. */
  async run(repetitions: number): Promise<Run> {
    return await this.#ask<Run>({ run: repetitions });
  }

  /** Ends the program. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {}); // it may have ended by itself
    await this.#process.status;
    await this.#lines.return(undefined);
  }

  async #ask<R extends Reply>(question: Question): Promise<R> {
    // If it has ended, the reply that does not come tells why.
    await this.#writer.write(encode(question)).catch(() => {});
    return await nextReply<R>(this.#lines, this.#errors);
  }
}

async function nextReply<R extends Reply>(
  lines: AsyncGenerator<string>,
  errors: Promise<string>,
): Promise<R> {
  const { done, value } = await lines.next();
  if (!done) return decode<R>(value);
  throw new Error(lastWords(await errors));
}

/** The line of a program's error output that tells what went wrong. */
function lastWords(errors: string): string {
  const lines = errors.split("\n").filter((line) => /^\S/.test(line));
  const line = lines.find((line) => line.startsWith("error:")) ?? lines.at(-1);
  return line ?? "the program ended without a word";
}
