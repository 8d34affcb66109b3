import { assertEquals, assertMatch } from "@std/assert";
import { answersIn } from "../../tools/notebooks/answers.ts";
import type { Cell } from "../../tools/notebooks/notebook.ts";
import { checkOrWrite } from "../../tools/notebooks/run.ts";

const fence = "```";
const exercise = (...code: string[]): Cell => ({
  cell_type: "markdown",
  id: "exercise",
  metadata: {},
  source: `**1.** What is it?\n
${fence}ts
not.an.answer();
${fence}

<details><summary>Answer</summary>\n
${code.map((line) => `${fence}ts\n${line}\n${fence}`).join("\n\nor\n\n")}

</details>`,
});
const code = (source: string): Cell => ({
  cell_type: "code",
  execution_count: null,
  id: "code",
  metadata: {},
  outputs: [],
  source,
});

Deno.test("answersIn() finds the code that is folded away", () => {
  assertEquals(answersIn(exercise("a;", "b;")), ["{\na;\n}", "{\nb;\n}"]);
  assertEquals(answersIn(code("a;")), []);
});

Deno.test("checkOrWrite() runs each answer, and checks that nothing below is used", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  try {
    const cells = [
      code("const a = 1;"),
      exercise(
        "const a = 2; console.log(a);",
        'throw new Error("the second");',
        "b;",
        'console.log("dW2: not yet. All is wrong");',
      ),
      code("const b = a; b"),
    ];
    const rest = { metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await Deno.writeTextFile(path, JSON.stringify({ cells, ...rest }));
    const { problems } = await checkOrWrite(path);
    assertEquals(problems.length, 3);
    assertMatch(problems[0], /^types: .*'b' used before its declaration/);
    assertMatch(problems[1], /^answer 2, folded away, fails: .*the second/);
    assertMatch(problems[2], /^answer 4, folded away, fails: check\(\) says/);
  } finally {
    await Deno.remove(path);
  }
});
