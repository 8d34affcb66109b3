import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

Deno.test("README's first program runs in a folder of its own, and beats guessing", async () => {
  const program = readme.match(/```ts\n(.*?)```/s)![1];
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/program.ts`, program);
  const config = fileURLToPath(new URL("deno.json", root));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--config", config, "program.ts"],
    cwd: folder,
    stdin: "null",
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  const [loss, ...words] = new TextDecoder().decode(stdout).split("\n");
  // the comment in README has 2.36; guessing among 27 tokens is ln 27 = 3.30
  assertMatch(loss, /^dev loss 2\.3\d+$/);
  assertEquals(words.join("").match(/"/g)?.length, 10, "five words");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("README has at most 180 lines, and every link to a file leads to one", async () => {
  assert(readme.trimEnd().split("\n").length <= 180);
  for (const page of ["README.md", "CONTRIBUTING.md", "data/README.md"]) {
    await checkLinks(page);
  }
  for await (const { name } of Deno.readDir(new URL("docs/", root))) {
    if (name.endsWith(".md")) await checkLinks(`docs/${name}`);
  }
});

/** Checks that the files that a page links to exist. */
async function checkLinks(page: string): Promise<void> {
  const url = new URL(page, root);
  const text = await Deno.readTextFile(url);
  for (const [, target] of text.matchAll(/\]\(([^)#]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const exists = await Deno.stat(new URL(target, url)).catch(() => undefined);
    assert(exists, `${page} links to ${target}, which does not exist`);
  }
}
