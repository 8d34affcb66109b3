/**
 * Runs each program of examples/ as its first comment says, in a folder of its
 * own, and checks the numbers that it prints.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";

const folder = new URL("../examples/", import.meta.url);

/** Runs an example; returns what it printed, and the folder it ran in. */
async function run(
  name: string,
  flags: string[],
): Promise<{ lines: string[]; folder: string }> {
  const cwd = await Deno.makeTempDir();
  const program = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...flags,
      new URL(`${name}.ts`, folder).href,
    ],
    cwd,
    stdin: "null",
  });
  const { code, stdout, stderr } = await program.output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(code, 0);
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  return { lines, folder: cwd };
}

/** The last number of a line. */
function number(line: string): number {
  return Number(line.split(" ").at(-1));
}

Deno.test("examples/ has six programs of at most 40 lines", async () => {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(new URL(name, folder));
    assert(text.trimEnd().split("\n").length <= 40, name);
    found.push(name);
  }
  assertEquals(found.length, 6);
});

Deno.test("examples/training_loop.ts learns more than guessing", async () => {
  const { lines: [guessing, ...dev] } = await run("training_loop", [
    "--allow-read",
  ]);
  assertEquals(number(guessing), 3.2958); // ln 27
  assertEquals(dev.length, 5);
  // a bigram model has 2.45 on the lecture's list, one hidden layer 2.17
  assert(number(dev[4]) < 2.5, dev[4]);
});

Deno.test("examples/second_hidden_layer.ts learns and writes", async () => {
  const { lines: [before, after, words] } = await run(
    "second_hidden_layer",
    [],
  );
  assert(number(before) > 3 && number(after) < 2.5, `${before}, ${after}`);
  assertEquals(words.split(" ").length, 5);
});

Deno.test("examples/train_further.ts learns the second list", async () => {
  const { lines: [before, after, words], folder } = await run(
    "train_further",
    ["--allow-read", "--allow-write=out"],
  );
  assert(number(after) < number(before) - 1, `${before}, ${after}`);
  assertEquals(words.split(" ").length, 8);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("examples/score_words.ts ranks names before a word that is not a name", async () => {
  const { lines } = await run("score_words", []);
  assertMatch(lines[0], /anna$/);
  assertMatch(lines.at(-1)!, /xkcd$/);
});

Deno.test("examples/autocomplete.ts completes the beginnings that it is given", async () => {
  const { lines } = await run("autocomplete", []);
  assertEquals(lines.length, 6);
  assertMatch(lines[0], /^ka… \S+ \d+ %, /);
  for (const word of lines[1].trim().split(" ")) assert(word.startsWith("ka"));
});

Deno.test("examples/save_figure.ts writes a picture in both formats", async () => {
  const { folder } = await run("save_figure", [
    "--allow-read",
    "--allow-env",
    "--allow-sys",
    "--allow-ffi",
    "--allow-write=out",
  ]);
  const svg = await Deno.readTextFile(`${folder}/out/letters.svg`);
  assert(svg.startsWith("<svg "));
  const png = await Deno.readFile(`${folder}/out/letters.png`);
  assertEquals([...png.subarray(1, 4)], [0x50, 0x4e, 0x47]); // PNG
  await Deno.remove(folder, { recursive: true });
});
