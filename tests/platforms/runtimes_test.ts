/** The library in the oldest Deno, in a Deno Worker, in Node and in Bun. */

import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { WORDS } from "../cli/program.ts";
import { bundle, expected, findPlatform, PLATFORMS, run } from "./platforms.ts";

const oldest = findPlatform("deno", /^deno 2\.2\./);
const node = findPlatform("node", /^v(2[2-9]|[3-9]\d)\./);
const bun = findPlatform("bun", /^\d/);

/** Checks what all_programs.ts prints where there are files. */
async function checkOutput(output: string) {
  const lines = output.split("\n");
  assertEquals(lines, [...await expected(lines), "32257 words", ""]);
}

Deno.test({
  name:
    "mod.ts and core.ts compute the same in Deno 2.2, and prints nothing else",
  ignore: oldest.ignore,
  async fn() {
    const options = ["--quiet", "--no-lock", "--allow-read", "--allow-env"];
    const program = "tests/platforms/all_programs.ts";
    await checkOutput(await run(oldest.path, "run", ...options, program));
  },
});

Deno.test({
  name: "cli.ts trains the same model in Deno 2.2",
  ignore: oldest.ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/words.txt`, WORDS);
    const train = [
      "--no-lock",
      "--allow-all",
      "cli.ts",
      "train",
      "--steps=200",
      `--input=${folder}/words.txt`,
    ];
    try {
      const [old, now] = [`${folder}/old`, `${folder}/now`];
      await run(oldest.path, "run", ...train, `--output=${old}`);
      await run(Deno.execPath(), "run", ...train, `--output=${now}`);
      assertEquals(
        await Deno.readFile(`${old}/checkpoint.safetensors`),
        await Deno.readFile(`${now}/checkpoint.safetensors`),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "mod.ts and core.ts compute the same from an empty cache",
  ignore: !PLATFORMS,
  async fn() {
    const cache = await Deno.makeTempDir();
    const program = "tests/platforms/all_programs.ts";
    const command = [Deno.execPath(), "run", "--quiet", "--allow-all", program];
    try {
      await checkOutput(await run("env", `DENO_DIR=${cache}`, ...command));
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
});

Deno.test("mod.ts and core.ts compute the same in a Deno Worker, and prints nothing else", async () => {
  const url = new URL("deno_worker.ts", import.meta.url);
  const start = `new Worker("${url}", { type: "module" })`;
  await checkOutput(await run(Deno.execPath(), "eval", start));
});

for (const [name, platform] of [["Node", node], ["Bun", bun]] as const) {
  Deno.test({
    name:
      `mod.ts and core.ts compute the same in ${name}, and prints nothing else`,
    ignore: platform.ignore,
    async fn() {
      await checkOutput(
        await run(platform.path, await (installed ??= install())),
      );
    },
  });
}

/** The path of the programs for Node and Bun, once it is asked for. */
let installed: Promise<string> | undefined;

/** Puts all_programs.ts into a folder as JavaScript, beside tfjs from npm. */
async function install(): Promise<string> {
  const folder = await Deno.makeTempDir();
  addEventListener(
    "unload",
    () => Deno.removeSync(folder, { recursive: true }),
  );
  const tfjs = "@tensorflow/tfjs";
  const dependencies = { [tfjs]: config.imports[tfjs].split(`${tfjs}@`)[1] };
  const json = JSON.stringify({ type: "module", dependencies });
  await Deno.writeTextFile(`${folder}/package.json`, json);
  const install = new Deno.Command(Deno.execPath(), {
    args: ["install"],
    cwd: folder,
  });
  assertEquals((await install.output()).code, 0);
  await bundle(`${folder}/all_programs.js`, [tfjs]);
  return `${folder}/all_programs.js`;
}
