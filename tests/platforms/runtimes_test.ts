/** The library in the oldest Deno, in a Deno Worker, in Node and in Bun. */

import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { bundle, expected, findPlatform, run } from "./platforms.ts";

const oldest = findPlatform("deno", /^deno 2\.2\./);
const node = findPlatform("node", /^v(2[2-9]|[3-9]\d)\./);
const bun = findPlatform("bun", /^\d/);

/** Checks what mod_program.ts prints where there are files. */
async function checkOutput(output: string) {
  assertEquals(output, `${await expected()}\n3600 words\n`);
}

Deno.test({
  name: "mod.ts computes the same in Deno 2.2, and prints nothing else",
  ignore: oldest.ignore,
  async fn() {
    const options = ["--quiet", "--no-lock", "--allow-read", "--allow-env"];
    const program = "tests/platforms/mod_program.ts";
    await checkOutput(await run(oldest.path, "run", ...options, program));
  },
});

Deno.test("mod.ts computes the same in a Deno Worker, and prints nothing else", async () => {
  const url = new URL("deno_worker.ts", import.meta.url);
  const start = `new Worker("${url}", { type: "module" })`;
  await checkOutput(await run(Deno.execPath(), "eval", start));
});

for (const [name, platform] of [["Node", node], ["Bun", bun]] as const) {
  Deno.test({
    name: `mod.ts computes the same in ${name}, and prints nothing else`,
    ignore: platform.ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await checkOutput(await run(platform.path, await installIn(folder)));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Puts mod_program.ts into a folder as JavaScript, beside tfjs from npm. */
async function installIn(folder: string): Promise<string> {
  const tfjs = "@tensorflow/tfjs";
  const dependencies = { [tfjs]: config.imports[tfjs].split(`${tfjs}@`)[1] };
  const json = JSON.stringify({ type: "module", dependencies });
  await Deno.writeTextFile(`${folder}/package.json`, json);
  const install = new Deno.Command(Deno.execPath(), {
    args: ["install"],
    cwd: folder,
  });
  assertEquals((await install.output()).code, 0);
  await bundle(`${folder}/mod_program.js`, [tfjs]);
  return `${folder}/mod_program.js`;
}
