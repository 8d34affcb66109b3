import { assert, assertEquals, assertMatch } from "@std/assert";
import { progressLine } from "../../cli/terminal.ts";
import { Program, QUICK, run, taskArguments, withWords } from "./program.ts";

const state = { step: 123456, total: 200000, loss: 2.16543, speed: 12345.6 };

Deno.test("progressLine() fits 80 columns, and has less in narrower terminals", () => {
  const whole =
    "██████░░░░ 61 %, 7 s left, loss 2.1654, step 123456 of 200000, " +
    "12,346 steps/s";
  assertEquals(progressLine(state, 80), whole);
  assertEquals(progressLine(state, 200), whole);
  assertEquals(
    progressLine(state, 60),
    "██████░░░░ 61 %, 7 s left, loss 2.1654",
  );
  assertEquals(progressLine(state, 20), "██████░░░░ 61 %");
  assertEquals(progressLine(state, 5), "████");
  const long = { ...state, step: 1e9, total: 2 ** 40, speed: 1e6 };
  for (let columns = 2; columns < 100; columns++) {
    // the last column stays free: some terminals break the line after it
    assert(progressLine(long, columns).length < columns);
  }
});

Deno.test("progressLine() has the time left in its two largest units", () => {
  const leftAfter = (seconds: number) =>
    /, (\d[^,]*) left/.exec(
      progressLine({ step: 0, total: seconds, loss: 1, speed: 1 }),
    )?.[1];
  const durations: [number, string][] = [
    [1, "1 s"],
    [59.2, "1 min 0 s"],
    [61, "1 min 1 s"],
    [3599.5, "1 h 0 min"],
    [5400, "1 h 30 min"],
    [360000, "100 h 0 min"],
  ];
  for (const [seconds, text] of durations) {
    assertEquals(leftAfter(seconds), text);
  }
  assertMatch(progressLine({ ...state, step: 200000 }), /, 0 s left$/);
});

Deno.test("train prints lines of progress where stderr is not a terminal", () =>
  withWords(async (folder) => {
    const { stderr } = await run(folder, "train", ...QUICK, "--num", "0");
    assertMatch(
      stderr,
      /\nstep 400 of 400, loss \d\.\d{4}, [\d,]+ steps\/s, 0 s left\n/,
    );
    assert(!/[^\P{Cc}\n]|█/u.test(stderr), stderr);
  }));

/** The program of util-linux that gives a program a terminal. */
const SCRIPT = "/usr/bin/script";

Deno.test({
  name: "train shows progress in one line of a terminal, however narrow",
  ignore: Deno.build.os !== "linux" || !isFile(SCRIPT),
  fn: () =>
    withWords(async (folder) => {
      const args = taskArguments("train", [...QUICK, "--num", "0"]);
      for (const columns of [80, 30]) {
        const shell = `${SCRIPT} -qec "stty cols ${columns}; $*" /dev/null`;
        const { code, stdout } = await new Program(folder, [
          ...args,
          "--overwrite",
        ], shell).ended;
        assertEquals(code, 0, stdout);
        const lines = stdout.split("\n").filter((line) => line.includes("█"));
        assertEquals(lines.length, 1, stdout);
        const [, ...states] = lines[0].trimEnd().split("\r");
        assert(states.every((state) => state.length < columns), lines[0]);
        const last = columns === 80
          ? /^█{10} 100 %, 0 s left, loss \d\.\d{4}, step 400 of 400, [\d,]+ steps\/s *$/
          : /^█{10} 100 %, 0 s left *$/;
        assertMatch(states.at(-1)!, last);
      }
    }),
});

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
