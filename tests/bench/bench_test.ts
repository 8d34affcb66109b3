/** That `deno task bench` reports, and that what it compares is comparable. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { type Program, startProgram } from "../../bench/program.ts";
import { median, time } from "../../bench/report.ts";
import { type Problem, tasksOf } from "../../bench/tasks.ts";
import { embeddedWords } from "../../mod.ts";
import { withFolder } from "../cli/program.ts";

const PYTHON = Deno.env.get("PYTHON")?.split(delimiter)[0] ?? "python3";
const SAMPLED = "words-1000-sampled";

const tasks = new Map(
  tasksOf(embeddedWords().words.slice(0, 60)).map((task) => [task.name, task]),
);
/** Problems by their tasks: that of `names` has a trained model. */
const problems = new Map<string, Problem>();
function problem(name: string, other: Partial<Problem> = {}): Problem {
  if (!problems.has(name)) problems.set(name, tasks.get(name)!.problem());
  return { ...problems.get(name)!, ...other };
}

/** Lets programs work, and ends them. */
async function withPrograms(
  peers: readonly string[],
  use: (...programs: Program[]) => Promise<void>,
): Promise<void> {
  const programs: Program[] = [];
  try {
    for (const peer of peers) {
      programs.push(await startProgram(peer, 1, PYTHON));
    }
    await use(...programs);
  } finally {
    for (const program of programs) await program.close();
  }
}

/** What a program makes of a problem in two runs. */
async function outcomes(program: Program, problem: Problem) {
  assert(await program.prepare(problem));
  const n = problem.kind === "names" ? 20 : 1;
  return [(await program.run(n)).outcome, (await program.run(n)).outcome];
}

/** Where PYTHON, or python3, has what a peer imports. */
const installed = new Map<string, boolean>();
for (const module of ["torch", "jax"]) {
  const { success } = await new Deno.Command(PYTHON, {
    args: ["-c", `import importlib.util as i; i.find_spec("${module}").name`],
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  installed.set(module, success);
}

// torch.compile compiles for a minute; `deno task bench` checks it.
for (
  const [peer, { module, more }] of Object.entries({
    loops: { more: ["words-1000"] },
    tfjs: { more: [] },
    jax_js: { more: [] },
    pytorch: {
      module: "torch",
      more: ["full-batch-merged", "words-1000", SAMPLED],
    },
    jax_jit: {
      module: "jax",
      more: ["full-batch-merged", "words-1000", SAMPLED],
    },
  } as Record<string, { module?: string; more: string[] }>)
) {
  Deno.test({
    name: `bench: ${peer} computes what the package computes`,
    // starting them takes long: `deno task platforms` does
    ignore: !Deno.env.has("PLATFORMS") ||
      module !== undefined && !installed.get(module),
    fn: () =>
      withPrograms(["makemore", peer], async (makemore, program) => {
        for (
          const given of [
            problem("step-32"),
            // plain loops take seconds for all rows
            problem("full-batch", peer === "loops" ? { batchSize: 2000 } : {}),
            problem("loss", { batchSize: 500 }),
            problem("loss", { batchSize: 70 }),
            problem("names"),
            ...more.map((name) => problem(name)),
          ]
        ) {
          const expected = await outcomes(makemore, given);
          const found = await outcomes(program, given);
          for (const [i, outcome] of found.entries()) {
            if (given.kind !== "names") {
              assertAlmostEquals(Number(outcome), Number(expected[i]), 1e-3);
            } else if (peer !== "jax_jit") assertEquals(outcome, expected[i]);
            else assertEquals((outcome as string[]).length, 20);
          }
        }
        if (module) return;
        assertEquals(
          await program.prepare(problem("full-batch-merged")),
          false,
        );
        assertEquals(await program.prepare(problem("words-50000")), false);
        assertEquals(await program.prepare(problem("main-job")), false);
      }),
  });
}

Deno.test("bench: sampled words are the same work with a loss of their own", () =>
  withPrograms(["makemore"], async (makemore) => {
    const full = problem("words-1000");
    assertEquals(full.windows.X.length, 4 * full.windows.Y.length);
    assert(full.windows.Y.every((token) => token < 1000));
    const sampled = problem(SAMPLED, { candidates: 50 });
    assertEquals(sampled.windows, full.windows);
    // With scaled weights all is a guess; a sampled loss is lower by about the
    // mean logarithm of how often the targets are expected.
    const [loss] = await outcomes(makemore, full);
    const [less] = await outcomes(makemore, sampled);
    assert(Number(less) > 1 && Number(less) < Number(loss) - 0.5, `${less}`);
  }));

/** Runs the bench on its smallest task, for one round. */
async function bench(...args: string[]) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bench", "--rounds", "1", "--only", "step-32"]
      .concat(args),
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stderr: "null",
  }).output();
  return { code, output: new TextDecoder().decode(stdout) };
}

Deno.test("bench reports what it has measured", async () => {
  const { code, output } = await bench("--peers", "loops");
  assertEquals(code, 0, output);
  assertStringIncludes(output, "plain loops, TypeScript");
  assertMatch(
    output,
    /\| step-32 \| 1 .* µs \(.*\) .*\| [\d.]+× \(.*×\) plain loops/,
  );
});

Deno.test("bench refuses a peer that computes something else, and one that does not start", () =>
  withFolder(async (folder) => {
    const loops = new URL("../../bench/peers/loops.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/wrong.ts`,
      `import { start as startLoops } from "${loops}";
      export const start = () => {
        const { prepare } = startLoops(1);
        return { label: "wrong, version 1", prepare: (problem) => {
          const work = prepare(problem);
          return (...how) => work(...how) + 0.002;
        } };
      };`,
    );
    const peers = [`${folder}/wrong.ts`, `${folder}/missing.py`];
    const { code, output } = await bench("--json", "--peers", peers.join(","));
    assertEquals(code, 1, output);
    const { tasks: [task], notMeasured } = JSON.parse(output);
    assertEquals(Object.keys(task.seconds), ["this package"]);
    assertEquals(notMeasured.length, 2);
    assertStringIncludes(notMeasured[0], "missing.py");
    assertMatch(
      notMeasured[1],
      /wrong, step-32: .* it computes .* instead/,
    );
  }));

Deno.test("bench leaves out the peers that have no more than one thread", async () => {
  const { code, output } = await bench("--peers", "loops", "--threads", "2");
  assertEquals(code, 0, output);
  assertStringIncludes(
    output,
    "It has one thread",
  );
});

Deno.test("startProgram() says why a program did not start", () =>
  withFolder(async (folder) => {
    const peer = `${folder}/broken.ts`;
    await Deno.writeTextFile(peer, `import "./missing.ts";`);
    const message = await startProgram(peer).then(String, String);
    assertMatch(message, /missing\.ts/);
  }));

Deno.test("median() takes the middle, or the mean of two", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
});

Deno.test("time() has three digits and the unit that suits", () => {
  assertEquals(time(65.12e-6), "65.1 µs");
  assertEquals(time(999.6e-6), "1.00 ms");
  assertEquals(time(0.0123), "12.3 ms");
  assertEquals(time(18.9), "18.9 s");
});
