import { assert, assertEquals, assertMatch } from "@std/assert";
import { RUN_FILES } from "../../cli/run_folder.ts";
import { configOf, settingsFrom } from "../../cli/settings.ts";
import { sizesOf } from "../../core.ts";
import { encodeCheckpoint } from "../../lib/saving/checkpoint.ts";
import { smallCheckpoint } from "../checkpoints.ts";
import {
  type Outcome,
  refusalOf,
  run,
  RUN_CONFIG,
  withFolder,
} from "./program.ts";

/** A run of 20 steps, as it is left in a folder. */
interface Kept {
  /** Other settings than those of RUN_CONFIG. */
  config?: Record<string, unknown>;
  step?: number;
  /** The dev losses of what it offers and of its network; none before its end. */
  dev?: [offered: number | null, network: number];
  /** The loss of its last look at dev. */
  look?: number;
  /** More parameters than those of `smallCheckpoint()`. */
  parameters?: { Wd: Float32Array };
}

/** Makes a run folder without training. */
function keep(folder: string, name: string, kept: Kept): void {
  const path = `${folder}/${name}`;
  Deno.mkdirSync(path, { recursive: true });
  const settings = settingsFrom({ ...RUN_CONFIG, ...kept.config }, name);
  const config = configOf(settings);
  const { parameters: usual, ...rest } = smallCheckpoint();
  const parameters = { ...usual, ...kept.parameters };
  const best = kept.look === undefined
    ? {}
    : { current: parameters, best: { step: 3, loss: kept.look } };
  Deno.writeFileSync(
    `${path}/${RUN_FILES.checkpoint}`,
    encodeCheckpoint({
      ...rest,
      ...{ parameters, config, step: kept.step ?? 20, ...best },
    }),
  );
  Deno.writeTextFileSync(`${path}/${RUN_FILES.words}`, "a\n");
  if (!kept.dev) return;
  const [offered, network] = kept.dev;
  const losses = (loss: number | null) => ({
    dev: { loss },
    test: { loss: loss && loss + 0.5 },
  });
  const result = {
    ...losses(offered),
    beside: offered === network
      ? [{ name: "3-gram", ...losses(2.9) }]
      : [{ name: "network alone", ...losses(network) }],
    settings: { ...sizesOf(parameters), ...config },
  };
  Deno.writeTextFileSync(
    `${path}/${RUN_FILES.result}`,
    JSON.stringify(result, null, 2) + "\n",
  );
}

/** What compare prints. */
async function compare(folder: string, ...args: string[]): Promise<Outcome> {
  const outcome = await run(folder, "compare", ...args);
  assertEquals(outcome.code, 0, outcome.stderr);
  return outcome;
}

/** Four runs: two that differ, one that goes on, and one on its way. */
function keepFour(folder: string): void {
  keep(folder, "out/s/b", { dev: [2.25, 2.5], config: { seed: 2 } });
  keep(folder, "out/s/a", {
    dev: [2.125, 2.125],
    config: { steps: 10 },
    step: 10,
  });
  keep(folder, "out/s/c", { step: 5, look: 2 });
  keep(folder, "out/s/d", { step: 1, config: { batchSize: 0 } });
}

Deno.test("compare sorts by the dev of what is offered, and shows the settings that differ", () =>
  withFolder(async (folder) => {
    keepFour(folder);
    const { stdout, stderr } = await compare(folder, "out/s");
    assertEquals(
      stdout,
      [
        "   dev  network     step  steps  batch-size  seed  run",
        "2.1250   2.1250       10     10          32     1  a",
        "2.2500   2.5000       20     20          32     2  b",
        "     –   2.0000  5 of 20     20          32     1  c",
        "     –        –  1 of 20     20         all     1  d",
        "",
      ].join("\n"),
    );
    assertEquals(
      stderr,
      "Unfinished: 2 of 4 runs; the loss of their network is " +
        "from their last look at dev\n" +
        "Choose by dev; --test shows what the choice is worth\n",
    );
  }));

Deno.test("compare prints the same whatever the order and wherever the runs are", () =>
  withFolder(async (folder) => {
    keepFour(folder);
    const forms = [[], ["--csv"], ["--json"], ["--csv", "--test"]];
    for (const form of forms) {
      const { stdout } = await compare(folder, "out/s", ...form);
      const runs = ["d", "b", "a", "c", "b"].map((name) => `out/s/${name}/`);
      assertEquals((await compare(folder, ...runs, ...form)).stdout, stdout);
    }
    Deno.renameSync(`${folder}/out/s`, `${folder}/moved`);
    const { stdout } = await compare(folder, "moved", "--csv", "--test");
    assertEquals(
      stdout,
      [
        "dev,network,test,network_test,step,steps,batch_size,seed,finished,run",
        "2.125,2.125,2.625,2.625,10,10,32,1,true,a",
        "2.25,2.5,2.75,3,20,20,32,2,true,b",
        ",2,,,5,20,32,1,false,c",
        ",,,,1,20,all,1,false,d",
        "",
      ].join("\n"),
    );
  }));

Deno.test("compare --json has the digits of the losses, and --times the seconds", () =>
  withFolder(async (folder) => {
    keep(folder, "a", { dev: [1 / 3, 0.5] });
    keep(folder, "b", { dev: [null, 2], config: { seed: 2 } });
    const at = new Date(1e12);
    for (const [file, ms] of [["words", 0], ["result", 1500]] as const) {
      const time = new Date(at.getTime() + ms);
      Deno.utimeSync(`${folder}/a/${RUN_FILES[file]}`, time, time);
    }
    const { stdout } = await compare(folder, "a", "b", "--json", "--times");
    const { runs: [a, b], leftOut } = JSON.parse(stdout);
    assertEquals(a, {
      ...{ dev: 1 / 3, network: 0.5, step: 20, seconds: 1.5 },
      ...{ settings: { seed: 1 }, finished: true, run: "a" },
    });
    assertEquals([b.dev, leftOut], [null, []]);
  }));

Deno.test("compare tells which runs are damaged or half-written, and compares the rest", () =>
  withFolder(async (folder) => {
    keep(folder, "s/good", { dev: [2, 2] });
    for (const name of ["cut", "text", "empty", "half", "lossless"]) {
      keep(folder, `s/${name}`, { dev: [1, 1] });
    }
    Deno.truncateSync(`${folder}/s/cut/${RUN_FILES.checkpoint}`, 500);
    Deno.writeTextFileSync(`${folder}/s/text/${RUN_FILES.checkpoint}`, "hello");
    Deno.removeSync(`${folder}/s/empty/${RUN_FILES.checkpoint}`);
    Deno.truncateSync(`${folder}/s/half/${RUN_FILES.result}`, 50);
    Deno.writeTextFileSync(`${folder}/s/lossless/${RUN_FILES.result}`, "{}");
    const { stdout, stderr } = await compare(folder, "s", "--csv");
    assertEquals(
      stdout,
      "dev,network,step,finished,run\n2,2,20,true,good\n",
    );
    const lines = stderr.trimEnd().split("\n").slice(0, -1);
    const cannot = (name: string, file: "checkpoint" | "result") =>
      `Left out ${name}: Cannot read s/${name}/${RUN_FILES[file]}: `;
    assertEquals(lines.length, 5, stderr);
    for (
      const [i, start] of [
        cannot("cut", "checkpoint"),
        cannot("empty", "checkpoint") + "there is no such file",
        cannot("half", "result") + "it is damaged; train --resume writes it",
        cannot("lossless", "result") + "it has no loss on dev",
        cannot("text", "checkpoint"),
      ].entries()
    ) assert(lines[i].startsWith(start), lines[i]);
  }));

Deno.test("compare warns where runs have other devs, and knows a result of fewer steps", () =>
  withFolder(async (folder) => {
    keep(folder, "out/a", { dev: [2, 2] });
    keep(folder, "out/b", { dev: [2, 2], config: { splitSeed: 1 } });
    const { stderr } = await compare(folder, "out");
    assertMatch(stderr, /^The runs do not have the same dev, .* compare/m);
    // resumed with more steps, a run has a result of before
    keep(folder, "out/b", { config: { steps: 40 }, step: 30 });
    const { stdout } = await compare(folder, "out", "--csv");
    assertMatch(stdout, /\n,,30,40,false,b\n/);
  }));

Deno.test("compare shows which runs have direct connections, though the best has none", () =>
  withFolder(async (folder) => {
    keep(folder, "out/without", { dev: [2, 2] });
    const Wd = new Float32Array(12);
    keep(folder, "out/with", { dev: [2.5, 2.5], parameters: { Wd } });
    const { stdout } = await compare(folder, "out", "--csv");
    assertMatch(stdout, /,direct_connections,/);
    assertMatch(stdout, /\n2,.*,false,true,without\n2\.5,.*,true,true,with\n/);
  }));

Deno.test("compare draws a figure, where there is something to draw", () =>
  withFolder(async (folder) => {
    keepFour(folder);
    const output = ["--output", "out/f.svg"];
    await compare(folder, "out/s", ...output);
    const svg = await Deno.readTextFile(`${folder}/out/f.svg`);
    assertMatch(
      svg,
      /<desc>Scatter plots of the losses of 3 trials against st/,
    );
    Deno.removeSync(`${folder}/out/f.svg`);
    const { stderr } = await compare(folder, "out/s/a", ...output);
    assertMatch(stderr, /There is no figure: it takes two runs that differ/);
  }));

Deno.test("compare refuses to compare nothing", () =>
  withFolder(async (folder) => {
    const refuse = (...args: string[]) => refusalOf(folder, "compare", ...args);
    assertEquals(await refuse(), {
      message: "Cannot compare: give run folders, or a folder of them",
      exitCode: 2,
    });
    keep(folder, "out/a", {});
    assertEquals(
      (await refuse("out/a/checkpoint.safetensors")).message,
      "Cannot compare out/a/checkpoint.safetensors: it is a file; give the " +
        "folder of its run",
    );
    assertEquals(await refuse("none"), {
      message: "Cannot read none: there is no such file; check the path",
      exitCode: 4,
    });
  }));
