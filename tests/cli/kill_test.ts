/**
 * Kills training runs with SIGKILL, at random moments and while they save, and
 * resumes them until they end. Each must end with the bits of a run that was
 * left alone: the checkpoint, the loss log, the figures, and what was printed.
 * `deno task kill` kills many more than these tests do by default:
 *
 *     deno test -A tests/cli/kill_test.ts -- --kills 200
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { readCheckpoint } from "../../cli/run_folder.ts";
import { filesIn } from "../files.ts";
import { sizeOption } from "../size_option.ts";
import { hashOf, Program, taskArguments, withWords } from "./program.ts";

/** How many kills. Those that should hit a write and miss it do not count. */
const kills = sizeOption("kills", 3);

/** What a program says before it trains, with the first step. */
const BEGUN = /^Steps (\d+) to /m;

/** The exit code of a program that was killed, as shells have it. */
const SIGKILLED = 137;

/** How long a write takes, about, and how long to wait for one, in ms. */
const WRITE_TIME = 2;
const PATIENCE = 1000;

Deno.test(`train resumes to the bits of a run left alone after ${kills} kills at random moments`, () =>
  withWords((folder) =>
    killRuns(folder, {
      steps: 10_000,
      every: 250,
      args: ["--recipe", "lecture"],
    })
  ));

Deno.test(`train that looks at dev and stops early resumes to the same bits after ${kills} kills`, () =>
  withWords((folder) =>
    killRuns(folder, {
      ...{ steps: 16_000, every: 120, args: ["--patience", "2800"] },
      says: /have not become likelier since/,
    })
  ));

Deno.test(`train resumes to the bits of a run left alone after ${kills} kills while it saves`, () =>
  withWords((folder) =>
    killRuns(folder, { steps: 60, every: 1, whileSaving: true })
  ));

/** Kills and resumes runs until there were enough kills and one has ended. */
async function killRuns(
  folder: string,
  { steps, every, args = [], says = /./, whileSaving = false }: {
    steps: number;
    every: number;
    args?: string[];
    says?: RegExp;
    whileSaving?: boolean;
  },
): Promise<void> {
  const settings = ["--hidden-size", "20", "--steps", `${steps}`, ...args];
  const often = ["--checkpoint-every", `${every}`];
  const start = (output: string, ...args: string[]) => {
    const given = ["--input", "words.txt", "--output", output, ...args];
    return new Program(folder, taskArguments("train", given));
  };
  const alone = await start("out/alone", ...settings).ended;
  assertEquals(alone.code, 0, alone.stderr);
  assertMatch(alone.stderr, says);
  const expected = await filesOf(`${folder}/out/alone`);

  const run = `${folder}/out/run`;
  let duration = 0; // of a run that saves so often, from its first step
  let saved: number | undefined; // the step of the last checkpoint
  let resumed = 0;
  for (let hits = 0, misses = 0; misses <= 10 * kills;) {
    const program = saved === undefined
      ? start("out/run", ...settings, ...often)
      : start("out/run", "--resume", ...often);
    const toKill = duration > 0 && hits < kills;
    if (toKill) {
      // Some kills while it saves are to meet the first files of a run.
      const atOnce = whileSaving && Math.random() < 0.2;
      if (!atOnce) {
        await program.says(BEGUN);
        const wait = Math.random() * duration / 3;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
      if (whileSaving) waitForWrite(run, expected);
      program.kill("SIGKILL");
    } else await program.says(BEGUN);
    const begin = performance.now();
    const { code, stdout, stderr } = await program.ended;
    const begun = await program.says(BEGUN);
    if (saved !== undefined && begun) {
      assertEquals(Number(begun[1]), saved);
      resumed++;
    }
    if (code === 0) {
      assertEquals(stdout, alone.stdout);
      assertEquals(await filesOf(run), expected);
      if (duration > 0 && hits >= kills) {
        assert(resumed > 0);
        return;
      }
      duration ||= performance.now() - begin;
      await Deno.remove(run, { recursive: true });
      saved = undefined;
      continue;
    }
    assertEquals(code, SIGKILLED, stderr);
    const left = namesIn(run);
    const step = left.includes("checkpoint.safetensors")
      ? readCheckpoint(run).step
      : undefined;
    assert((step ?? -1) >= (saved ?? -1), `${saved} became ${step}`);
    saved = step;
    if (!whileSaving || left.some((name) => !expected.has(name))) hits++;
    else misses++;
  }
  throw new Error("The kills come when nothing is written");
}

/** SHA-256 of all files of a run, by their names. */
async function filesOf(run: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of filesIn(run)) {
    files.set(name, await hashOf(`${run}/${name}`));
  }
  return files;
}

function namesIn(run: string): string[] {
  try {
    return filesIn(run);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // not there yet
    throw error;
  }
}

/**
 * Waits until a file is written that a finished run does not have, and a
 * moment. Timers are too slow for that.
 */
function waitForWrite(run: string, finished: Map<string, string>): void {
  const until = performance.now() + PATIENCE;
  while (performance.now() < until) {
    if (namesIn(run).some((name) => !finished.has(name))) break;
  }
  const moment = performance.now() + Math.random() * WRITE_TIME;
  while (performance.now() < moment);
}
