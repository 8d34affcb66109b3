import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { checkOrWrite } from "../../tools/run_notebooks.ts";
import { extractModule } from "../../tools/notebooks/check_types.ts";
import { notebookDifferences } from "../../tools/notebooks/compare.ts";
import { expects } from "../../tools/notebooks/expects.ts";
import { figureDifference, figuresIn } from "../../tools/notebooks/figures.ts";
import { Kernel } from "../../tools/notebooks/kernel.ts";
import {
  codeCells,
  formatNotebook,
  type Notebook,
  type Output,
  outputsOf,
  readNotebook,
} from "../../tools/notebooks/notebook.ts";
import { lossCurve } from "../../lib/plots/mod.ts";

/** A notebook of these code cells; one that starts with `canonical:` is tagged. */
function notebookOf(...sources: string[]): Notebook {
  return {
    cells: sources.map((source, index) => ({
      cell_type: "code" as const,
      id: `cell-${index}`,
      metadata: source.startsWith("canonical:") ? { tags: ["canonical"] } : {},
      source: source.replace("canonical:", ""),
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Runs a test with such a notebook in a folder of its own. */
async function withNotebook(
  sources: string[],
  test: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/fixture.ipynb`;
    await Deno.writeTextFile(path, JSON.stringify(notebookOf(...sources)));
    await test(path);
    assertEquals(
      [...Deno.readDirSync(folder)].length,
      1,
      "nothing left behind",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const figureModule = JSON.stringify(
  new URL("../../lib/plots/figure.ts", import.meta.url).href,
);
const displayModule = JSON.stringify(
  new URL("../../lib/plots/display.ts", import.meta.url).href,
);

Deno.test("checkOrWrite() writes outputs that a fresh run finds again", async () => {
  await withNotebook([
    `import { Figure } from ${figureModule};
import { liveFigure } from ${displayModule};
const draw = (radius: number) =>
  new Figure(\`<svg xmlns="http://www.w3.org/2000/svg"><g aria-label="dot"><circle r="\${radius}"/></g></svg>\`,
    { title: "A dot", description: "One dot", width: 9, height: 9 });`,
    "console.log('one'); console.error('two'); console.log('three');",
    "const live = liveFigure(); for (let r = 1; r <= 3; r++) live.show(draw(r))",
    "await new Promise((resolve) => setTimeout(resolve, 5)); 6 * 7",
    "void setTimeout(() => console.log('late'), 30);\nconst again: string = 'a';",
    "console.log('long ' + '-'.repeat(200_000)); console.log('\u{1F600}')",
    "canonical:const again = 2;\nagain",
    "({ again: [1, 2] })",
  ], async (path) => {
    assertEquals((await checkOrWrite(path)).problems, []);
    const written = await Deno.readTextFile(path);
    const cells = codeCells(await readNotebook(path));
    assertEquals(cells.map((cell) => cell.execution_count), [
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
    ]);
    assertEquals(cells[1].outputs, [
      { name: "stdout", output_type: "stream", text: ["one\n"] },
      { name: "stderr", output_type: "stream", text: ["two\n"] },
      { name: "stdout", output_type: "stream", text: ["three\n"] },
    ]);
    const [figure] = figuresIn(cells[2].outputs!);
    assertEquals(figure.marks, 1);
    assertStringIncludes(figure.svg, 'r="3"');
    assertEquals(cells[2].outputs!.length, 1, "a live figure is one output");
    assertEquals(cells[3].outputs, [{
      data: { "text/plain": ["42"] },
      execution_count: 4,
      metadata: {},
      output_type: "execute_result",
    }]);
    assertStringIncludes(JSON.stringify(cells[4].outputs), "late");
    assertStringIncludes(JSON.stringify(cells[5].outputs), "\u{1F600}");
    assertStringIncludes(
      JSON.stringify(cells[7].outputs),
      "{ again: [ 1, 2 ] }",
    );

    const without = { check: true, canonical: false };
    const { problems, ran, left } = await checkOrWrite(path, without);
    assertEquals({ problems, ran, left }, { problems: [], ran: 7, left: 1 });
    await checkOrWrite(path);
    assertEquals(await Deno.readTextFile(path), written, "no git difference");
  });
});

Deno.test("checkOrWrite() says what is wrong and leaves the file alone", async () => {
  await withNotebook([
    "Promise.reject(new Error('nobody heard'));\n0;",
    "setTimeout(() => { throw new Error('in a timer') }, 1);",
    "const display = (_: number) => {};\ndisplay(1);",
    "let text = 1;\ntext = 'two';\nlet text2 = 3;",
    "console.log('\\x1b[33mcolour\\x1b[39m')",
    "text; throw new TypeError('the fourth')",
    "console.log('never reached')",
  ], async (path) => {
    const before = await Deno.readTextFile(path);
    const { problems } = await checkOrWrite(path);
    assertEquals(await Deno.readTextFile(path), before);
    assertMatch(
      problems[0],
      /^types: .*\n.*text = 'two'.*\n.*\n *at cell 4, line 2:1/,
    );
    assertMatch(problems[1], /^cell 1: nobody caught Error: nobody heard/);
    assertMatch(problems[2], /^cell 2: nobody caught Error: in a timer/);
    assertMatch(
      problems[3],
      /^cell 3: it shows something, but its output is m/,
    );
    assertMatch(problems[4], /^cell 5: its output holds escape sequences/);
    assertMatch(problems[5], /^cell 6 failed: TypeError: the fourth/);
    assertEquals(problems.length, 6);
  });
});

Deno.test("checkOrWrite() reports a cell that hangs or ends the kernel", async () => {
  const lastProblem = async (source: string) => {
    let problem = "";
    await withNotebook([source], async (path) => {
      const { problems } = await checkOrWrite(path, { timeoutSeconds: 2 });
      problem = problems.at(-1) ?? "";
    });
    return problem;
  };
  const [hangs, ends, wrong] = await Promise.all(
    ["while (true);", "Deno.exit(3)", "const = 3"].map(lastProblem),
  );
  assertMatch(hangs, /^cell 1 failed: It did not end within 2 s/);
  assertMatch(ends, /^cell 1 failed: The kernel ended by itself/);
  assertMatch(wrong, /^cell 1 failed: /);
});

Deno.test("run_notebooks.ts ends with 1 when an output is not the committed one", async () => {
  await withNotebook(["console.log(1)"], async (path) => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "tools/run_notebooks.ts", ...args],
        cwd: new URL("../../", import.meta.url),
        env: { NO_COLOR: "1" },
      }).output();
      const text = [stdout, stderr].map((part) =>
        new TextDecoder().decode(part)
      );
      return { code, text: text.join("") };
    };
    assertEquals((await checkOrWrite(path)).problems, []);
    const file = await Deno.readTextFile(path);
    const changed = path.replace(".ipynb", "_changed.ipynb");
    await Deno.writeTextFile(changed, file.replace('"1\\n"', '"2\\n"'));
    const [well, differs, mistyped] = await Promise.all([
      run("--check", path),
      run("--check", changed),
      run("--chekc", path),
    ]);
    await Deno.remove(changed);
    assertEquals([well.code, differs.code, mistyped.code], [0, 1, 2]);
    assertStringIncludes(
      differs.text,
      'cell 1: "stdout: 1" instead of "stdout: 2"',
    );
  });
});

Deno.test("Kernel stops a busy loop when asked, and keeps its variables", async () => {
  const kernel = await Kernel.start(".");
  try {
    await kernel.execute("let turns = 0;");
    const loop = kernel.execute("while (true) turns++;", {
      timeoutSeconds: 20,
    });
    setTimeout(() => kernel.interrupt(), 300);
    assert((await loop).error !== undefined);
    const { shown } = await kernel.execute("turns > 0");
    assertEquals(shown[0].content.data, { "text/plain": "true" });
  } finally {
    await kernel.stop();
  }
});

Deno.test("Kernel takes other ports if one is taken before it is bound", async () => {
  // As the end of a connection, which is how the system gives ports away.
  const hostname = "127.0.0.1";
  using server = Deno.listen({ hostname, port: 0 });
  using near = await Deno.connect({ hostname, port: server.addr.port });
  using _far = await server.accept();
  const { listen } = Deno;
  // The first of five ports, and the last.
  for (const taken of [0, 4]) {
    let asked = 0;
    const inTurn = (options: Parameters<typeof listen>[0]) =>
      asked++ === taken
        ? { addr: near.localAddr, close() {} }
        : listen(options);
    Deno.listen = inTurn as unknown as typeof listen;
    try {
      const kernel = await Kernel.start(".");
      assertEquals((await kernel.execute("1 + 1")).error, undefined);
      await kernel.stop();
      assertEquals(asked, 10);
    } finally {
      Deno.listen = listen;
    }
  }
});

Deno.test("notebookDifferences() compares texts, figures, counts and outputs", () => {
  const figure = (text: string, x: number): Output => ({
    output_type: "display_data",
    metadata: {},
    data: {
      "image/svg+xml":
        `<svg><title>${text}</title><g aria-label="dot"><circle cx="${x}" fill="#0072B2"/></g></svg>`,
    },
  });
  const stream = (text: string): Output => ({
    output_type: "stream",
    name: "stdout",
    text: [text],
  });
  const difference = (before: Output[], after: Output[], counts = [1, 1]) => {
    const [committed, fresh] = [before, after].map((outputs, index) => {
      const notebook = notebookOf("x");
      notebook.cells[0].outputs = outputs;
      notebook.cells[0].execution_count = counts[index];
      return notebook;
    });
    return notebookDifferences(committed, fresh, new Set());
  };
  assertEquals(difference([figure("A", 1)], [figure("A", 1.4)]), []);
  assertEquals(difference([figure("A", 1)], [figure("A", 1.6)]), [
    "cell 1: its figure has a coordinate 1.6 instead of 1",
  ]);
  assertEquals(difference([figure("A 1", 1)], [figure("A 2", 1)]), [
    'cell 1: its figure has the text "A 2" instead of "A 1"',
  ]);
  assertEquals(difference([stream("a\nb\n")], [stream("a\nc\n")]), [
    'cell 1: "c" instead of "b"',
  ]);
  assertEquals(difference([stream("a")], []), [
    "cell 1: 0 outputs instead of 1",
  ]);
  assertEquals(difference([stream("a")], [figure("A", 1)]).length, 1);
  assertMatch(difference([], [], [3, 1])[0], /its count is 3, not 1/);
});

Deno.test("figureDifference() sees another colour and another number of marks", () => {
  const [before] = figuresIn(shownAs(lossCurve([3, 2, 1])));
  const [same] = figuresIn(shownAs(lossCurve([3, 2, 1])));
  assertEquals(before.marks, 1);
  assertEquals(figureDifference(before, same), undefined);
  const recoloured = {
    ...before,
    svg: before.svg.replaceAll("#0072B2", "#0072B3"),
  };
  assertEquals(
    figureDifference(before, recoloured),
    "other elements or colours",
  );
  const [more] = figuresIn(shownAs(lossCurve([
    { name: "a", losses: [3, 2, 1] },
    { name: "b", losses: [3, 2] },
  ])));
  assertEquals(figureDifference(before, more), "2 marks instead of 1");
});

function shownAs(figure: ReturnType<typeof lossCurve>): Output[] {
  const data = { "image/svg+xml": figure.svg };
  return [{ output_type: "display_data", data, metadata: {} }];
}

Deno.test("expects() reads off a cell what it must show", () => {
  assertEquals(expects("await display(lossCurve(losses));"), "figure");
  assertEquals(
    expects("for (const x of y) {\n  live.show(f(x));\n}"),
    "figure",
  );
  assertEquals(
    expects("const h = 1;\nactivationHistogram(h, {\n  a,\n});"),
    "figure",
  );
  assertEquals(expects("console.log(loss);"), "something");
  assertEquals(expects("const x = 1;\nX.shape; // [N, T]"), "something");
  assertEquals(expects("words[0]"), "something");
  assertEquals(expects("const x = 1;"), "nothing");
  assertEquals(expects("train(\n  model,\n);"), "nothing");
  assertEquals(expects("for (;;) {\n  break;\n}"), "nothing");
  assertEquals(expects(""), "nothing");
});

Deno.test("extractModule() lets cells declare a name again, and imports once", () => {
  const { code, origins } = extractModule(notebookOf(
    'import { a, b } from "x";\nconst one = a;',
    'import { a } from "x";\nimport {\n  type c,\n} from "y";\nconst one = 2;',
  ));
  assertEquals(
    code,
    [
      'import { a } from "x";',
      'import { b } from "x";',
      'import { type c } from "y";',
      "{",
      "",
      "const one = a;",
      "{",
      "",
      "",
      "",
      "",
      "const one = 2;",
      "}}",
      "export {};",
      "",
    ].join("\n"),
  );
  assertEquals(origins[5], { cell: 1, line: 2 });
  assertEquals(origins[11], { cell: 2, line: 5 });
});

Deno.test("outputsOf() joins a stream and obeys clear_output", () => {
  const print = (text: string) => ({
    type: "stream",
    content: { name: "stdout", text },
  });
  assertEquals(
    outputsOf([
      print("gone\n"),
      { type: "clear_output", content: {} },
      print("a"),
      print("b\nc"),
    ], 1),
    [{ output_type: "stream", name: "stdout", text: ["ab\n", "c"] }],
  );
});

Deno.test("formatNotebook() gives equal notebooks equal bytes, formatted", async () => {
  const notebook = notebookOf("const a=1", "canonical:a");
  notebook.metadata = { language_info: { version: "5.9" } };
  notebook.cells[0].metadata = { tags: [], collapsed: true } as never;
  const file = await formatNotebook(notebook);
  const { cells, metadata } = JSON.parse(file);
  assertEquals(cells[0].source, ["const a = 1;"]);
  assertEquals(cells[0].metadata, { tags: [] });
  assertEquals(cells[1].metadata, { tags: ["canonical"] });
  assertEquals(metadata.kernelspec.name, "deno");
  assertEquals(metadata.language_info.version, undefined);
  assertEquals(await formatNotebook(JSON.parse(file)), file);
});

Deno.test("readNotebook() refuses what is no notebook", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  try {
    await Deno.writeTextFile(path, '{"nbformat": 3}');
    await assertRejects(() => readNotebook(path), SyntaxError, "no notebook");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("lab.ts installs a kernel that can be interrupted, and does so again", async () => {
  const home = await Deno.makeTempDir();
  try {
    const lab = () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "tools/lab.ts"],
        cwd: new URL("../../", import.meta.url),
        env: { HOME: home, XDG_DATA_HOME: `${home}/data`, APPDATA: home },
      }).output();
    for (const _ of ["first", "again"]) {
      const { success, stdout } = await lab();
      assert(success);
      const said = new TextDecoder().decode(stdout);
      const [file] = /\S+kernel\.json/.exec(said)!;
      assert(file.startsWith(home));
      const { argv, interrupt_mode } = JSON.parse(
        await Deno.readTextFile(file),
      );
      assertEquals(interrupt_mode, "message");
      assertStringIncludes(argv.join(" "), "jupyter --kernel --conn");
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
