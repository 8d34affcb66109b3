/** What published code does without, so that all platforms can run it. */

import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { run } from "./platforms.ts";

const ROOT = new URL("../../", import.meta.url);

/** What a module imports; no code if it imports types alone. */
interface Dependency {
  readonly specifier: string;
  readonly code?: object;
  readonly isDynamic?: boolean;
}

/** The TypeScript files of a folder and of the folders in it. */
function* filesIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    const path = folder + name;
    if (isDirectory && name !== "assembly") yield* filesIn(`${path}/`);
    if (name.endsWith(".ts")) yield path;
  }
}

Deno.test("published code has no syntax that Node 22 or Deno 2.2 cannot parse", () => {
  const files = ["mod.ts", "core.ts", "cli.ts"];
  for (const folder of ["lib/", "cli/", "data/"]) {
    files.push(...filesIn(folder));
  }
  const found = files.filter((file) =>
    /^\s*(for )?\(?(await )?using \w+ (=|of)|^import .* with \{ type: "(text|bytes)"/m
      .test(Deno.readTextFileSync(new URL(file, ROOT)))
  );
  assertEquals(found, []);
});

Deno.test("the library needs nothing but ES2024 and what a page has", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/deno.json`;
  try {
    const compilerOptions = { lib: ["es2024", "dom"] };
    const json = JSON.stringify({ imports: config.imports, compilerOptions });
    await Deno.writeTextFile(path, json);
    const options = ["--quiet", "--no-lock", "--config", path];
    const library = ["mod.ts", "core.ts", "lib/plots/mod.ts"];
    const said = await run(Deno.execPath(), "check", ...options, ...library);
    assertEquals(said.match(/^.*\[ERROR\].*$|^.* at file:.*$/gm), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("core.ts imports no package, but one when it reads a table, and nothing of a runtime", async () => {
  const graph = JSON.parse(
    await run(Deno.execPath(), "info", "--json", "core.ts"),
  ) as { modules: { dependencies?: Dependency[] }[] };
  const foreign = graph.modules.flatMap(({ dependencies = [] }) => dependencies)
    .filter(({ code, specifier }) => code && !specifier.startsWith("."));
  assertEquals(
    foreign.map(({ specifier, isDynamic }) => [specifier, isDynamic]),
    [["papaparse", true]],
  );
});
