/**
 * Runs that are stopped in every way there is, except for SIGKILL: see
 * kill_test.ts.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { readCheckpoint } from "../../cli/run_folder.ts";
import { classes } from "../kernel/arithmetic.ts";
import { canMount, filesIn, unshare } from "../files.ts";
import {
  hashOf,
  Program,
  QUICK,
  refusalOf,
  run,
  taskArguments,
  withWords,
} from "./program.ts";

const windows = Deno.build.os === "windows";

/** Options of a run that is in out/run already. */
const RESUME = ["--input", "words.txt", "--resume"];

Deno.test({
  name: "train goes on to the bits of one run after SIGINT and SIGTERM",
  ignore: windows,
  fn: () =>
    withWords(async (folder) => {
      const steps = ["--steps", "60000"];
      const whole = await run(
        folder,
        "train",
        ...QUICK,
        ...steps,
        "--output",
        "out/whole",
      );
      assertEquals(whole.code, 0, whole.stderr);

      const stopped = [
        ["SIGINT", 130, [...QUICK, ...steps]],
        ["SIGTERM", 143, RESUME],
      ] as const;
      let before = 0;
      for (const [signal, code, args] of stopped) {
        const program = new Program(folder, taskArguments("train", [...args]));
        await program.says(/^step /m);
        program.kill(signal);
        const outcome = await program.ended;
        assertEquals(outcome.code, code, outcome.stderr);
        const { step } = readCheckpoint(`${folder}/out/run`);
        assert(step > before && step < 60_000, `stopped at ${step}`);
        assertStringIncludes(outcome.stderr, `Stopped at step ${step} of`);
        assertEquals(outcome.stdout, "");
        before = step;
      }
      const rest = await run(folder, "train", ...RESUME);
      assertEquals(rest.code, 0, rest.stderr);
      assertEquals(rest.stdout, whole.stdout);
      const names = filesIn(`${folder}/out/whole`);
      assertEquals(filesIn(`${folder}/out/run`), names);
      for (const name of names) {
        assertEquals(
          await hashOf(`${folder}/out/run/${name}`),
          await hashOf(`${folder}/out/whole/${name}`),
          name,
        );
      }
    }),
});

Deno.test({
  name: "train answers a signal at once, however rarely it is to save",
  ignore: windows,
  fn: () =>
    withWords(async (folder) => {
      const billion = "1000000000";
      const program = new Program(
        folder,
        taskArguments("train", [
          ...QUICK,
          ...["--steps", billion, "--checkpoint-every", billion],
        ]),
      );
      const end = setTimeout(() => program.kill("SIGKILL"), 60_000);
      await program.says(/^step /m);
      program.kill("SIGINT");
      const { code, stderr } = await program.ended;
      clearTimeout(end);
      assertEquals(code, 130, stderr);
    }),
});

Deno.test("train --checkpoint-every saves after so many steps, or a few more", () =>
  withWords(async (folder) => {
    // 700 steps are more than are done at a time
    for (const [every, saved] of [["50", 50], ["700", 700]] as const) {
      const program = new Program(
        folder,
        taskArguments("train", [
          ...QUICK,
          ...["--steps", "1000000000", "--checkpoint-every", every],
          "--overwrite",
        ]),
      );
      await program.says(/^step /m);
      let step = 0;
      while (step === 0) ({ step } = readCheckpoint(`${folder}/out/run`));
      program.kill("SIGKILL");
      await program.ended;
      assert(step % saved === 0, `saved at ${step}`);
    }
  }));

Deno.test({
  name: "train --resume keeps the run's arithmetic, or says that it changes",
  ignore: classes.length === 1,
  fn: () =>
    withWords(async (folder) => {
      const train = (...args: string[]) => run(folder, "train", ...args);
      const separate = ["--arithmetic", "separate"];
      await train(...QUICK, ...separate, "--steps", "100");
      const more = [...RESUME, "--steps", "400"];
      const kept = await train(...more);
      assertEquals(kept.code, 0, kept.stderr);
      assert(!kept.stderr.includes("arithmetic"), kept.stderr);
      const arithmetic = () =>
        readCheckpoint(`${folder}/out/run`).config.arithmetic;
      assertEquals(arithmetic(), "separate");
      const changed = await train(
        ...[...RESUME, "--steps", "401", "--arithmetic", "fused"],
      );
      assertMatch(
        changed.stderr,
        /^The run goes on with fused arithmetic, not separate: .*$/m,
      );
      assertEquals(arithmetic(), "fused");
    }),
});

Deno.test("--threads changes no bit of what train, train --resume and evaluate compute", () =>
  withWords(async (folder) => {
    const computed = async (...threads: string[]) => {
      const again = [...threads, "--overwrite"];
      await run(folder, "train", ...QUICK, "--steps", "100", ...again);
      await run(folder, "train", ...RESUME, "--steps", "200", ...threads);
      const { stdout, code, stderr } = await run(
        folder,
        ...["evaluate", "--run", "out/run", "--input", "words.txt"] as const,
        ...threads,
      );
      assertEquals(code, 0, stderr);
      const file = `${folder}/out/run/checkpoint.safetensors`;
      return [await hashOf(file), stdout];
    };
    assertEquals(
      await computed("--threads", "2"),
      await computed("--threads", "1"),
    );
  }));

Deno.test("train --resume with more steps keeps the loss log bounded", () =>
  withWords(async (folder) => {
    await run(folder, "train", ...QUICK, "--steps", "2000");
    const more = await run(folder, "train", ...RESUME, "--steps", "8000");
    assertEquals(more.code, 0, more.stderr);
    const log = await Deno.readTextFile(`${folder}/out/run/losses.csv`);
    assertEquals(
      log.trimEnd().split("\n").slice(1).map(parseFloat),
      [
        ...Array.from({ length: 2000 }, (_, i) => i),
        ...Array.from({ length: 1500 }, (_, i) => 2000 + 4 * i),
      ],
    );
  }));

Deno.test("train is told at once that another process trains in the folder", () =>
  withWords(async (folder) => {
    const first = new Program(
      folder,
      taskArguments("train", [...QUICK, "--steps", "1000000000"]),
    );
    await first.says(/^step /m);
    const second = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(
        folder,
        "train",
        ...["--input", "words.txt", ...args],
      );
      assertEquals([code, stdout], [5, ""], stderr);
      assertEquals(
        stderr,
        "makemore: Cannot use the run folder out/run: another process uses it; " +
          "wait until it ends, or give another folder\n",
      );
    };
    const [sampled] = await Promise.all([
      // to use what it has learned so far is for everyone
      run(folder, "sample", "--run", "out/run"),
      second(),
      second("--resume"),
      second("--overwrite"),
    ]);
    assertEquals(sampled.code, 0, sampled.stderr);

    first.kill("SIGKILL");
    await first.ended;
    const taken = await run(folder, "train", ...QUICK);
    assertEquals(taken.code, 5);
    assertEquals(
      taken.stderr,
      "makemore: Cannot start a run in out/run: it already holds one " +
        "(checkpoint.safetensors); add --resume to continue it, --overwrite " +
        "to delete it, or give another folder\n",
    );
    const both = await run(folder, "train", ...RESUME, "--overwrite");
    assertEquals(both.code, 2);
    assertMatch(
      both.stderr,
      /^makemore: Cannot use --overwrite with --resume: .*\n$/,
    );
    const third = await run(folder, "train", ...QUICK, "--overwrite");
    assertEquals(third.code, 0, third.stderr);
  }));

/**
 * Resumes a run where it cannot be saved, by a line of the shell in which "$@"
 * stands for the program. The run must stay as it is.
 */
async function cannotSave(
  folder: string,
  { shell, sentence, flags = [] }: {
    shell: string;
    sentence: string;
    flags?: string[];
  },
): Promise<void> {
  const output = `${folder}/out/run`;
  const names = filesIn(output);
  const { step } = readCheckpoint(output);
  const hash = await hashOf(`${output}/checkpoint.safetensors`);
  const log = await Deno.readTextFile(`${output}/losses.csv`);
  const [first, ...args] = taskArguments("train", [
    ...RESUME,
    "--steps",
    "20",
  ]);
  const { code, stdout, stderr } = await new Program(
    folder,
    [first, ...flags, ...args],
    shell,
  ).ended;
  assertEquals([code, stdout], [5, ""], stderr);
  const told = stderr.split("\n").filter((line) => line.startsWith("makemore"));
  assertEquals(told, [`makemore: ${sentence}`], stderr);

  assertEquals(filesIn(output), names);
  assertEquals(await hashOf(`${output}/checkpoint.safetensors`), hash);
  // the losses are written first; those that are new are dropped later
  const longer = await Deno.readTextFile(`${output}/losses.csv`);
  assert(longer.startsWith(log), longer);
  const later = await run(folder, "train", ...RESUME, "--steps", "20");
  assertEquals(later.code, 0, later.stderr);
  assertStringIncludes(later.stderr, `Steps ${step} to 20`);
}

/** A run of ten steps in out/run, of a model of some size. */
async function startRun(folder: string, hiddenSize: number): Promise<void> {
  const sizes = ["--steps", "10", "--hidden-size", String(hiddenSize)];
  const { code, stderr } = await run(folder, "train", ...QUICK, ...sizes);
  assertEquals(code, 0, stderr);
}

Deno.test({
  name:
    "train keeps the last checkpoint on a full disk (a small tmpfs: needs unshare)",
  ignore: !canMount,
  fn: () =>
    withWords(async (folder) => {
      await startRun(folder, 2000); // 360 kB
      // The disk has room for one checkpoint and the figures, not for two.
      const shell = `${unshare} sh -c '
        cp -a out copy && mount -t tmpfs -o size=600k none out &&
        cp -a copy/. out || exit 1
        "$@"; code=$?
        rm -r copy; cp -a out copy; exit $code' sh "$@"
        code=$?; rm -r out; mv copy out; exit $code`;
      await cannotSave(folder, {
        shell,
        sentence: "Cannot write out/run/checkpoint.safetensors: the disk is " +
          "full",
      });
    }),
});

Deno.test({
  name: "train keeps the last checkpoint on a read-only disk (needs unshare)",
  ignore: !canMount,
  fn: () =>
    withWords(async (folder) => {
      await startRun(folder, 20);
      const shell = `${unshare} sh -c 'mount --bind out out &&
        mount -o remount,ro,bind out && exec "$@"' sh "$@"`;
      await cannotSave(folder, {
        shell,
        sentence: "Cannot write out/run/.lock: the disk is read-only",
      });
    }),
});

Deno.test({
  name:
    "train keeps the last checkpoint in a read-only folder (not as root, who may write anywhere)",
  ignore: windows || Deno.uid() === 0,
  fn: () =>
    withWords(async (folder) => {
      await startRun(folder, 20);
      await cannotSave(folder, {
        shell:
          'chmod a-w out/run; "$@"; code=$?; chmod u+w out/run; exit $code',
        sentence: "Cannot write out/run/config.json: the system does not " +
          "permit it: check who owns the folder",
      });
    }),
});

Deno.test("train --resume-or-start starts, goes on to the same bits, and changes nothing at the end", () =>
  withWords(async (folder) => {
    const args = [...QUICK, "--resume-or-start", "--steps", "40000"];
    const whole = await run(folder, "train", ...args, "--output", "out/whole");
    assertEquals(whole.code, 0, whole.stderr);

    const program = new Program(folder, taskArguments("train", args));
    await program.says(/^Steps 0 to /m);
    program.kill("SIGKILL");
    await program.ended;
    const rest = await run(folder, "train", ...args);
    assertEquals([rest.code, rest.stdout], [0, whole.stdout], rest.stderr);
    const { mtime } = Deno.statSync(`${folder}/out/run/result.json`);
    const again = await run(folder, "train", ...args);
    assertEquals([again.code, again.stdout], [0, whole.stdout], again.stderr);
    assertEquals(Deno.statSync(`${folder}/out/run/result.json`).mtime, mtime);
    for (const name of filesIn(`${folder}/out/whole`)) {
      assertEquals(
        await hashOf(`${folder}/out/run/${name}`),
        await hashOf(`${folder}/out/whole/${name}`),
        name,
      );
    }
  }));

Deno.test("train --resume-or-start refuses to go on with other settings", () =>
  withWords(async (folder) => {
    const start = ["--resume-or-start", ...QUICK, "--steps", "20"];
    const started = await run(folder, "train", ...start);
    assertEquals(started.code, 0, started.stderr);
    const refused: [string[], string][] = [
      [
        ["--hidden-size", "30"],
        "Cannot continue the run in out/run with --hidden-size 30: it was " +
        "started with 20; give another folder",
      ],
      [
        ["--steps", "30"],
        "Cannot continue the run in out/run with --steps 30: it was started " +
        "with 20; give another folder",
      ],
      [
        ["--initialization", "scaled"],
        "Cannot continue the run in out/run with --initialization scaled: it " +
        "was started with randn; give another folder",
      ],
      ...["--direct-connections", "--keep-equal-together"].map((
        flag,
      ): [string[], string] => [
        [flag],
        `Cannot continue the run in out/run with ${flag}: it was started ` +
        "without; give another folder",
      ]),
      [
        ["--overwrite"],
        "Cannot use --resume-or-start with --overwrite: give one of them",
      ],
    ];
    for (const [args, sentence] of refused) {
      const message =
        (await refusalOf(folder, "train", ...start, ...args)).message;
      assertEquals(message, sentence);
    }
  }));
