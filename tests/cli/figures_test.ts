import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  Program,
  QUICK,
  taskArguments,
  type TaskName,
  withWords,
} from "./program.ts";

Deno.test("no command needs a package but to draw, and a run goes on without", () =>
  withWords(async (folder) => {
    // a machine without packages that is offline
    const env = { DENO_DIR: `${folder}/cache` };
    const run = (name: TaskName, ...args: string[]) => {
      const [run, ...rest] = taskArguments(name, args);
      const offline = [run, "--cached-only", ...rest];
      return new Program(folder, offline, undefined, env).ended;
    };
    const help = await run("train", "--help");
    assertEquals([help.code, help.stderr], [0, ""]);
    const trained = await run("train", ...QUICK);
    assertEquals(trained.code, 0, trained.stderr);
    assertMatch(trained.stderr, /\nThere is no figure: .*plot.*\n/);
    assertStringIncludes(trained.stderr, "The run is kept in out/run\n");
    const [sampled, found] = await Promise.all([
      run("sample", "--run", "out/run", "--num", "3"),
      run("find-lr", "--input", "words.txt", "--output", "out/rates.svg"),
    ]);
    assertMatch(sampled.stdout, /^([a-z]+\n){3}$/);
    assertEquals([found.code, found.stdout], [1, ""]);
    assertMatch(
      found.stderr,
      /^makemore: Cannot load a package: .*plot.*; it is fetched once, so try again with a connection to the network\n$/,
    );
  }));
