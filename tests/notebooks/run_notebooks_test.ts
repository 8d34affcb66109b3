import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  extractModule,
  typeErrors,
} from "../../tools/notebooks/check_types.ts";
import {
  cellDifference,
  figureDifference,
} from "../../tools/notebooks/compare.ts";
import { Kernel } from "../../tools/notebooks/kernel.ts";
import {
  type Cell,
  codeCells,
  figureOf,
  type Notebook,
  type Output,
  outputOfFile,
  outputsOf,
  readNotebook,
  writeNotebook,
} from "../../tools/notebooks/notebook.ts";
import { checkOrWrite } from "../../tools/notebooks/run.ts";
import { lossCurve } from "../../lib/plots/mod.ts";

/** A code cell; a first line `// tag TAG` becomes its tag. */
function cellOf(code: string, index = 0): Cell {
  const tag = /^\/\/ tag (\S+)\n/.exec(code);
  return {
    cell_type: "code",
    execution_count: null,
    id: `cell-${index}`,
    metadata: tag ? { tags: [tag[1]] } : {},
    outputs: [],
    source: tag ? code.slice(tag[0].length) : code,
  };
}

function notebookOf(...sources: string[]): Notebook {
  return {
    cells: sources.map(cellOf),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** For a run that is not about types: to check them takes longer than to run. */
const types = Promise.resolve(new Map<string, string>());

/** Runs a test with such a notebook, alone in a folder. */
async function withNotebook(
  sources: string[],
  test: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/fixture.ipynb`;
    await Deno.writeTextFile(path, JSON.stringify(notebookOf(...sources)));
    await test(path);
    assertEquals([...Deno.readDirSync(folder)].length, 1, "nothing is left");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkOrWrite() writes outputs that a second run shows again", async () => {
  const mend = new URL(
    "../../lib/plots/jupyter_kernel.ts",
    import.meta.url,
  );
  await withNotebook([
    `import "${mend}";`,
    'const svg = (radius: number) => `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="${radius}"/></svg>`;',
    "console.log('one'); console.error('two'); console.log('three');",
    `// tag figure
for (let radius = 1; radius <= 3; radius++) {
  const data = { "image/svg+xml": svg(radius) };
  const content = { data, metadata: {}, transient: { display_id: "live" } };
  const type = radius === 1 ? "display_data" : "update_display_data";
  void Deno.jupyter.broadcast(type, content);
}`,
    "await new Promise((resolve) => setTimeout(resolve, 5)); 6 * 7",
    "void setTimeout(() => console.log('late'), 30);\nconst name: string = 'a';",
    "console.log(Array.from({ length: 3000 }, (_, i) => i).join('\\n'));",
    "console.log('long ' + '-'.repeat(200_000)); console.log('\u{1F600}')",
    "// tag lecture-list\nconst now = performance.now();\nnow",
    "// tag time\nperformance.now()",
    "({ again: [1, 2] })",
  ], async (path) => {
    assertEquals((await checkOrWrite(path, { types })).problems, []);
    const cells = codeCells(await readNotebook(path));
    const counts = cells.map((cell) => cell.execution_count);
    assertEquals(counts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assertEquals(cells[2].outputs, [
      { name: "stdout", output_type: "stream", text: ["one\n"] },
      { name: "stderr", output_type: "stream", text: ["two\n"] },
      { name: "stdout", output_type: "stream", text: ["three\n"] },
    ]);
    assertEquals(cells[3].outputs!.length, 1, "a live figure is one output");
    assertStringIncludes(figureOf(cells[3].outputs![0])!, 'r="3"');
    assertEquals(cells[4].outputs, [{
      data: { "text/plain": ["42"] },
      execution_count: 5,
      metadata: {},
      output_type: "execute_result",
    }]);
    assertEquals(cells[6].outputs![0].text!.length, 3000, "no line is missing");
    assertStringIncludes(JSON.stringify(cells[7].outputs), "\u{1F600}");
    assertStringIncludes(JSON.stringify(cells[10].outputs), "again: [ 1, 2 ]");

    const check = true;
    assertEquals(
      await checkOrWrite(path, { check, lectureList: false, types }),
      { problems: [], ran: 11, uncompared: 1 },
    );
    const [problem] = (await checkOrWrite(path, { check, types })).problems;
    assertMatch(problem, /^cell 9 shows/);
  });
});

Deno.test("checkOrWrite() reports what is wrong and does not change the file", async () => {
  // A cell has what is thrown and printed while it runs, so these wait for it.
  const wait = "await new Promise((done) => setTimeout(done, 200));";
  await withNotebook([
    `Promise.reject(new Error('not heard'));\n${wait}`,
    `setTimeout(() => { throw new Error('in a timer') }, 1);\n${wait}`,
    `// tag figure\nconsole.log(1);\n${wait}`,
    "let text = 1;\ntext = 'two';\nlet text2 = 3;",
    `console.log('\\x1b[33mcolour\\x1b[39m');\n${wait}`,
    "1 / 0;",
    "text; throw new TypeError('the seventh')",
    "console.log('never reached')",
  ], async (path) => {
    const before = await Deno.readTextFile(path);
    const { problems } = await checkOrWrite(path);
    assertEquals(await Deno.readTextFile(path), before);
    const expected = [
      /^types: .*\n.*text = 'two'.*\n.*\n *at cell 4, line 2:1/,
      /^cell 1 does not catch Error: not heard/,
      /^cell 2 does not catch Error: in a timer/,
      /^cell 3 does not show its figure/,
      /^cell 5 prints escape sequences/,
      /^cell 6 shows nothing of its last line/,
      /^cell 7 fails: TypeError: the seventh/,
    ];
    for (const [index, pattern] of expected.entries()) {
      assertMatch(problems[index], pattern);
    }
    assertEquals(problems.length, expected.length);
  });
});

Deno.test("checkOrWrite() reports a cell that hangs, ends the kernel or is no program", async () => {
  const lastProblem = async (source: string, timeoutSeconds?: number) => {
    let problem = "";
    await withNotebook([source], async (path) => {
      const options = { timeoutSeconds, types };
      const { problems } = await checkOrWrite(path, options);
      problem = problems.at(-1) ?? "";
    });
    return problem;
  };
  const [hangs, ends, wrong] = await Promise.all([
    lastProblem("while (true);", 0.5),
    lastProblem("Deno.exit(3)"),
    lastProblem("const = 3"),
  ]);
  assertMatch(hangs, /^cell 1 fails: It did not end within 0.5 s/);
  assertMatch(ends, /^cell 1 fails: The kernel ended by itself/);
  assertMatch(wrong, /^cell 1 fails: /);
});

Deno.test("run_notebooks.ts exits with 1 when an output is not the committed one", async () => {
  await withNotebook(["console.log(1)"], async (path) => {
    const run = async (...args: string[]) => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "tools/run_notebooks.ts", ...args],
        cwd: new URL("../../", import.meta.url),
        env: { NO_COLOR: "1" },
      }).output();
      return { code, text: new TextDecoder().decode(stderr) };
    };
    assertEquals((await checkOrWrite(path, { types })).problems, []);
    assertEquals((await run("--check", path)).code, 0);
    assertEquals((await run("--chekc", path)).code, 2);
    const file = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, file.replace('"1\\n"', '"2\\n"'));
    const { code, text } = await run("--check", path);
    assertEquals(code, 1);
    assertStringIncludes(text, 'cell 1 shows "1\\n" instead of "2\\n"');
  });
});

Deno.test("Kernel takes other ports if one is taken before it is bound", async () => {
  const hostname = "127.0.0.1";
  using server = Deno.listen({ hostname, port: 0 });
  using near = await Deno.connect({ hostname, port: server.addr.port });
  using _far = await server.accept();
  const { listen } = Deno;
  // The first of the five ports, taken by a server or by the end of a
  // connection, and the last.
  for (
    const [taken, addr] of [
      [0, server.addr],
      [0, near.localAddr],
      [4, near.localAddr],
    ] as const
  ) {
    let asked = 0;
    const inTurn = (options: Parameters<typeof listen>[0]) =>
      asked++ === taken ? { addr, [Symbol.dispose]() {} } : listen(options);
    Deno.listen = inTurn as unknown as typeof listen;
    try {
      const kernel = await Kernel.start(".");
      assertEquals((await kernel.execute(["1 + 1"]))[0].error, undefined);
      await kernel.stop();
      assertEquals(asked, 10);
    } finally {
      Deno.listen = listen;
    }
  }
});

Deno.test("cellDifference() compares texts, figures, counts and outputs", () => {
  const figure = (text: string, x: number): Output => ({
    output_type: "display_data",
    data: {
      "image/svg+xml":
        `<svg><title>${text}</title><circle cx="${x}" fill="#0072B2"/></svg>`,
    },
  });
  const stream = (...text: string[]): Output => ({
    output_type: "stream",
    name: "stdout",
    text,
  });
  const difference = (before: Output[], after: Output[], count = 1) =>
    cellDifference(
      { ...cellOf(""), outputs: before, execution_count: count },
      { ...cellOf(""), outputs: after, execution_count: 1 },
    );
  assertEquals(difference([figure("A", 1)], [figure("A", 1.4)]), undefined);
  assertEquals(
    difference([figure("A", 1)], [figure("A", 1.6)]),
    "shows 1.6 instead of 1",
  );
  assertEquals(
    difference([figure("A 1", 1)], [figure("A 2", 1)]),
    "shows >A 2 instead of >A 1",
  );
  assertEquals(
    difference([stream("a\n", "b\n")], [stream("a\n", "c\n")]),
    'shows "c\\n" instead of "b\\n"',
  );
  assertEquals(difference([stream("1")], []), "has 0 outputs instead of 1");
  assert(difference([stream("a")], [figure("A", 1)]) !== undefined);
  assertMatch(difference([], [], 3)!, /^has the count 3/);
});

Deno.test("figureDifference() sees another colour and another number of marks", () => {
  const { svg } = lossCurve([3, 2, 1]);
  assertEquals(figureDifference(svg, lossCurve([3, 2, 1]).svg), undefined);
  assertEquals(
    figureDifference(svg, svg.replaceAll("#0072B2", "#0072B3")),
    "shows #0072B3 instead of #0072B2",
  );
  const more = lossCurve([
    { name: "a", losses: [3, 2, 1] },
    { name: "b", losses: [3, 2] },
  ]);
  assert(figureDifference(svg, more.svg) !== undefined);
});

Deno.test("typeErrors() checks notebooks at once, and gives each its own errors", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const paths = ["a", "b", "c"].map((name) => `${folder}/${name}.ipynb`);
    const sources = ["const n: number = 'a';\nn;", "1;", "f();\nlet k: 2 = 3;"];
    for (const [i, path] of paths.entries()) {
      await Deno.writeTextFile(path, JSON.stringify(notebookOf(sources[i])));
    }
    const errors = await typeErrors(paths);
    assertEquals([...errors.keys()], [paths[0], paths[2]]);
    assertMatch(
      errors.get(paths[0])!,
      /^TS2322 .*\n.*\n.*\n *at cell 1, line 1:7/,
    );
    assertMatch(
      errors.get(paths[2])!,
      /TS2304 [^]* line 1:1\n\nTS2322 [^]* 2:5/,
    );
    assertEquals([...Deno.readDirSync(folder)].length, 3, "nothing is left");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("extractModule() knows the cell and line of each of its lines", () => {
  const { code, places } = extractModule(
    notebookOf('import { a } from "x";', "const b = a", "\n[b]"),
  );
  assertEquals(
    code,
    'import { a } from "x";\n;\nconst b = a\n;\n\n[b]\n;\nexport {};\n',
  );
  assertEquals(places[2], "cell 2, line 1");
  assertEquals(places[5], "cell 3, line 2");
});

Deno.test("outputsOf() joins the pieces of a stream", () => {
  const print = (name: string, text: string) => ({
    type: "stream",
    content: { name, text },
  });
  assertEquals(
    outputsOf([
      print("stdout", "a"),
      print("stdout", "b\nc"),
      print("stderr", "d"),
    ], 1),
    [
      { output_type: "stream", name: "stdout", text: ["ab\n", "c"] },
      { output_type: "stream", name: "stderr", text: ["d"] },
    ],
  );
});

Deno.test("outputOfFile() reads what JupyterLab writes as it is written here", () => {
  const show = (type: string, data: Record<string, string>) => ({
    type,
    content: { data },
  });
  const written = outputsOf([
    { type: "stream", content: { name: "stdout", text: "a\nb" } },
    show("display_data", { "text/plain": "c\nd" }),
    show("execute_result", { "text/plain": "e" }),
  ], 3);
  assertEquals(
    [
      { output_type: "stream", name: "stdout", text: "a\nb" },
      {
        output_type: "display_data",
        data: { "text/plain": "c\nd" },
        metadata: { isolated: true },
      },
      {
        output_type: "execute_result",
        data: { "text/plain": "e" },
        metadata: {},
        execution_count: 3,
      },
    ].map((output) => outputOfFile(output as unknown as Output)),
    written,
  );
});

Deno.test("writeNotebook() makes equal files of equal notebooks, formatted", async () => {
  await withNotebook([], async (path) => {
    const notebook = notebookOf("const a=1", "// tag time\na");
    const name = "typescript";
    notebook.metadata = { language_info: { name, version: "5.9" } };
    notebook.cells[0].metadata = { collapsed: true } as never;
    await writeNotebook(path, notebook);
    const file = await Deno.readTextFile(path);
    const { cells, metadata } = await readNotebook(path);
    assertEquals(cells[0].source, ["const a = 1;"]);
    assertEquals(cells[0].metadata, {});
    assertEquals(cells[1].metadata, { tags: ["time"] });
    assertEquals(metadata, { language_info: { name } });
    await writeNotebook(path, await readNotebook(path));
    assertEquals(await Deno.readTextFile(path), file);
  });
});

Deno.test("readNotebook() refuses a file that is not a notebook", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  try {
    await Deno.writeTextFile(path, '{"nbformat": 3}');
    await assertRejects(
      () => readNotebook(path),
      SyntaxError,
      "not a notebook",
    );
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("lab.ts installs a kernel that can be interrupted, and does so again", async () => {
  const home = await Deno.makeTempDir();
  try {
    for (const _ of ["first", "again"]) {
      const { success, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "tools/lab.ts"],
        cwd: new URL("../../", import.meta.url),
        env: { HOME: home, XDG_DATA_HOME: `${home}/data`, APPDATA: home },
      }).output();
      assert(success);
      const said = new TextDecoder().decode(stdout);
      const [file] = /\S+kernel\.json/.exec(said)!;
      assert(file.startsWith(home));
      const kernel = JSON.parse(await Deno.readTextFile(file));
      assertEquals(kernel.interrupt_mode, "message");
      assertStringIncludes(kernel.argv.join(" "), "jupyter --kernel --conn");
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
