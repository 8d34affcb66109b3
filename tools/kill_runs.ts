/**
 * Kills training runs with SIGKILL, at random moments and while they write,
 * and goes on with them until they end. Each must end with the same bytes as a
 * run that was never stopped: the checkpoint, the loss log, the figures, and
 * what was printed.
 *
 *     deno task kill --seed 1 --kills 50 --write-kills 200
 */

import { isUnfinishedFile } from "../cli/atomic_file.ts";
import { readCheckpoint, RUN_FILES } from "../cli/run_folder.ts";
import {
  hashOf,
  type Outcome,
  Program,
  taskArguments,
  withWords,
} from "../tests/cli/program.ts";
import { wholeOptions } from "./whole_options.ts";
import { TorchGenerator } from "../mod.ts";

/** How to kill, and how often. */
export interface KillOptions {
  /** The seed of the moments. */
  seed: number;
  /** How many kills. Those meant to hit a write and missing it do not count. */
  kills: number;
  /** At any moment of training, or while a file is written. */
  during: "training" | "writes";
  /** How many steps a run has. */
  steps: number;
  /** How many steps lie between two checkpoints. */
  checkpointEvery: number;
}

/** What the kills met with. */
export interface KillReport {
  /** How many runs were brought to their end, all with the same bytes. */
  runs: number;
  /** SHA-256 of their last checkpoint. */
  sha256: string;
  /** The steps from which runs went on. */
  resumedFrom: number[];
  /** Kills that left an unfinished file behind. */
  unfinished: number;
  /** Kills that left losses which the checkpoint does not know yet. */
  logAhead: number;
  /** Kills before there was a first checkpoint. */
  beforeFirst: number;
  /** Kills that should have hit a write and came between two. */
  missed: number;
}

/** What a program says before it trains, with the first step. */
const BEGUN = /^Steps (\d+) to /m;

/** The exit code of a program that was killed, as shells have it. */
const SIGKILLED = 137;

/** How long a write takes, about, in milliseconds. */
const WRITE_TIME = 2;

/** How long to wait for a write to begin, in milliseconds. */
const PATIENCE = 1000;

/**
 * Kills runs and resumes them, over and over.
 *
 * @param options how
 * @throws {Error} if a run does not go on where it was saved, or ends with
 * other bytes
 */
export function killRuns(options: KillOptions): Promise<KillReport> {
  return withWords((folder) => killRunsIn(folder, options));
}

async function killRunsIn(
  folder: string,
  { seed, kills, during, steps, checkpointEvery }: KillOptions,
): Promise<KillReport> {
  const settings = ["--hidden-size", "20", "--steps", `${steps}`];
  const every = ["--checkpoint-every", `${checkpointEvery}`];
  const start = (output: string, ...args: string[]) => {
    const given = ["--input", "words.txt", "--output", output, ...args];
    return new Program(folder, taskArguments("train", given));
  };

  const whole = await start("out/whole", ...settings).ended;
  const expected = await finalState(`${folder}/out/whole`, whole);
  const timed = start("out/timed", ...settings, ...every);
  await timed.says(BEGUN);
  const begin = performance.now();
  await timed.ended;
  const duration = performance.now() - begin;

  const report: KillReport = {
    runs: 0,
    sha256: expected.get(RUN_FILES.checkpoint)!,
    resumedFrom: [],
    unfinished: 0,
    logAhead: 0,
    beforeFirst: 0,
    missed: 0,
  };
  const generator = new TorchGenerator(seed);
  const run = `${folder}/out/run`;
  let saved: number | undefined; // the step of the last checkpoint
  for (let killed = 0;;) {
    const program = saved === undefined
      ? start("out/run", ...settings, ...every)
      : start("out/run", "--resume", ...every);
    const more = killed < kills;
    if (more) {
      const [moment, later] = generator.rand(2);
      // Three or so of ten kills come before the first step; in writes at
      // once, to meet the first files of a run.
      const wait = (moment - 0.1) * duration / 3;
      if (during === "training" || wait > 0) {
        await program.says(BEGUN);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
      }
      if (during === "writes" && unfinishedFileComes(run)) {
        pause(later * WRITE_TIME);
      }
      program.kill("SIGKILL");
    }
    const outcome = await program.ended;
    const begun = await program.says(BEGUN);
    if (saved !== undefined && begun) {
      const step = Number(begun[1]);
      if (step !== saved) throw new Error(`From step ${step}, not ${saved}`);
      report.resumedFrom.push(step);
    }
    if (outcome.code === 0) {
      compare(await finalState(run, outcome), expected);
      report.runs++;
      if (!more) return report;
      await Deno.remove(run, { recursive: true });
      saved = undefined;
      continue;
    }
    if (outcome.code !== SIGKILLED) throw new Error(outcome.stderr);

    const left = lookAt(run);
    if (saved !== undefined && !(left.step! >= saved)) {
      throw new Error(`The checkpoint of step ${saved} became ${left.step}`);
    }
    saved = left.step;
    if (left.unfinished) report.unfinished++;
    if (left.logAhead) report.logAhead++;
    if (left.step === undefined) report.beforeFirst++;
    if (during === "training" || left.unfinished || left.logAhead) killed++;
    else if (++report.missed > 10 * kills) {
      throw new Error(`${report.missed} kills came when nothing was written`);
    }
  }
}

/** What must be the same at the end: what was printed, and all files. */
async function finalState(
  run: string,
  { code, stdout, stderr }: Outcome,
): Promise<Map<string, string>> {
  if (code !== 0) throw new Error(stderr);
  const state = new Map([["stdout", stdout]]);
  for (const name of filesIn(run)) {
    state.set(name, await hashOf(`${run}/${name}`));
  }
  return state;
}

function compare(
  state: Map<string, string>,
  expected: Map<string, string>,
): void {
  const names = new Set([...state.keys(), ...expected.keys()]);
  const other = [...names]
    .filter((name) => state.get(name) !== expected.get(name));
  if (other.length > 0) {
    throw new Error(
      `Not as in a run that was never stopped: ${other.join(", ")}`,
    );
  }
}

/** What a kill has left behind. A damaged checkpoint throws. */
function lookAt(run: string) {
  const names = filesIn(run);
  const checkpoint = names.includes(RUN_FILES.checkpoint)
    ? readCheckpoint(run)
    : undefined;
  const logBytes = names.includes(RUN_FILES.losses)
    ? Deno.statSync(`${run}/${RUN_FILES.losses}`).size
    : 0;
  return {
    step: checkpoint?.step,
    unfinished: names.some(isUnfinishedFile),
    logAhead: logBytes > (checkpoint?.losses.logBytes ?? 0),
  };
}

function filesIn(run: string): string[] {
  try {
    return Array.from(Deno.readDirSync(run), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Waits until a file is being written. Timers are too slow to see it. */
function unfinishedFileComes(run: string): boolean {
  const until = performance.now() + PATIENCE;
  while (performance.now() < until) {
    if (filesIn(run).some(isUnfinishedFile)) return true;
  }
  return false;
}

function pause(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

function describe(report: KillReport, steps: number): string {
  const { resumedFrom } = report;
  const inTenth = Array.from(
    { length: 10 },
    (_, tenth) =>
      resumedFrom.filter((step) =>
        Math.min(9, Math.floor(10 * step / steps)) ===
          tenth
      ).length,
  );
  return [
    `${report.runs} runs ended with the bytes of one that was never stopped`,
    `SHA-256 of the checkpoint: ${report.sha256}`,
    `left an unfinished file: ${report.unfinished}`,
    `left losses ahead of the checkpoint: ${report.logAhead}`,
    `before the first checkpoint: ${report.beforeFirst}`,
    `between two writes, not counted: ${report.missed}`,
    `resumed ${resumedFrom.length} times, in each tenth of the ${steps} ` +
    `steps: ${inTenth.join(" ")}`,
  ].join("\n  ");
}

if (import.meta.main) {
  const options = wholeOptions({
    seed: crypto.getRandomValues(new Uint32Array(1))[0],
    kills: 50,
    "write-kills": 200,
  });
  const { seed, kills, "write-kills": writeKills } = options;
  console.log(
    `deno task kill --seed ${seed} --kills ${kills} --write-kills ${writeKills}`,
  );
  const training: KillOptions = {
    seed,
    kills,
    during: "training",
    steps: 200_000,
    checkpointEvery: 2000,
  };
  const writing: KillOptions = {
    seed,
    kills: writeKills,
    during: "writes",
    steps: 300,
    checkpointEvery: 1,
  };
  for (const options of [training, writing]) {
    const report = await killRuns(options);
    console.log(
      `${options.kills} kills during ${options.during}: ` +
        describe(report, options.steps),
    );
  }
}
