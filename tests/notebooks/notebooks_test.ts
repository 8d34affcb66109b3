import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { basename } from "node:path";
import { hasFetched, SOURCES } from "../../tools/fetch_data.ts";
import {
  type Cell,
  codeCells,
  figureOf,
  joined,
  readNotebook,
} from "../../tools/notebooks/notebook.ts";
import { checkOrWrite } from "../../tools/notebooks/run.ts";
import { typeErrors } from "../../tools/notebooks/check_types.ts";
import { allNotebooks } from "../../tools/run_notebooks.ts";

const lectureList = hasFetched(SOURCES.names);
const which = lectureList
  ? ""
  : " [outputs from the lecture's list not compared: run `deno task data` first]";

/** The path of a notebook. */
const pathOf = (name: string) =>
  allNotebooks().find((path) => basename(path) === name)!;

// `deno task notebooks --check` runs those, too, which take a minute.
const LONG = ["04_minibatches.ipynb", "05_words.ipynb", "06_tuning.ipynb"];
const isShort = (path: string) => !LONG.includes(basename(path));

/** The type errors of those that are run here, once they are asked for. */
let types: ReturnType<typeof typeErrors> | undefined;

for (const path of allNotebooks()) {
  Deno.test({
    name: `${basename(path)}, run afresh, shows what it has shown${which}`,
    ignore: !isShort(path),
    async fn() {
      types ??= typeErrors(allNotebooks().filter(isShort));
      const options = { check: true, lectureList, types };
      const { problems } = await checkOrWrite(path, options);
      assertEquals(problems, []);
    },
  });
}

Deno.test("notebooks have figures for every viewer, and tags that mean something", async () => {
  for (const path of allNotebooks()) {
    for (const cell of codeCells(await readNotebook(path))) {
      const figures = cell.outputs!.filter(figureOf);
      const tags = cell.metadata.tags ?? [];
      const isKnown = /^(lecture-list|time|figure(:.+)?)$/;
      assertEquals(tags.filter((tag) => !isKnown.test(tag)), [], path);
      const isTagged = tags.some((tag) => tag.startsWith("figure"));
      assertEquals(figures.length > 0, isTagged, `${path}: ${cell.source}`);
      for (const { data } of figures) {
        assertEquals(Object.keys(data!).toSorted(), [
          "image/png",
          "image/svg+xml",
          "text/plain",
        ]);
      }
    }
  }
});

Deno.test("notebooks are what came before, the lecture's four, the paper's words, and tuning", () => {
  assertEquals(allNotebooks().map((path) => basename(path)), [
    "00_counting.ipynb",
    "01_dataset.ipynb",
    "02_forward_pass.ipynb",
    "03_training.ipynb",
    "03b_backpropagation.ipynb",
    "04_minibatches.ipynb",
    "05_words.ipynb",
    "06_tuning.ipynb",
  ]);
});

Deno.test("04_minibatches.ipynb shows PyTorch's losses after the full run's 200,000 steps", async () => {
  // `deno task notebooks --check` runs it and compares what it shows
  const shown = codeCells(await readNotebook(pathOf("04_minibatches.ipynb")))
    .flatMap(({ outputs = [] }) => outputs.flatMap(({ text = [] }) => text))
    .join("");
  const [, train, dev] = /11,897 parameters, train ([\d.]+), dev ([\d.]+)\n/
    .exec(shown)!;
  const [, test] = /^test ([\d.]+)$/m.exec(shown)!;
  // torch 2.13, the same 200,000 steps: its own two code paths differ by up to
  // 0.0014 from each other, the run is chaotic in between
  assertAlmostEquals(Number(train), 2.122, 0.005);
  assertAlmostEquals(Number(dev), 2.166, 0.005);
  assertAlmostEquals(Number(test), 2.161, 0.005);
  assert(Number(train) < Number(dev));
});

Deno.test("04_minibatches.ipynb says where each cell of the lecture is, and what it shows", async () => {
  const [notes, rest] = await lectureTables();
  // the notes number their code cells, with gaps
  assertEquals(notes.map(([number]) => Number(number)), [
    ...[60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76],
    ...[77, 78, 79, 80, 82, 83, 84, 85, 87, 89, 93, 95],
  ]);
  for (const row of [...notes, ...rest]) {
    const [sections, lines, shows] = row.slice(-3);
    const cells: Cell[] = [];
    for (const [, line] of lines.matchAll(/`([^`]+)`/g)) {
      const found = (await Promise.all(sections.split("; ").map(sectionOf)))
        .flat().filter(({ source }) => hasLine(joined(source), line));
      assert(found.length > 0, `${line} is not in ${sections}`);
      cells.push(...found);
    }
    const [number] = shows.match(/\[[\d, ]+\]|\d+\.\d{4,}|\d{4,}/) ?? [];
    const shown = JSON.stringify(cells.map(({ outputs }) => outputs));
    const plain = (text: string) => text.replaceAll(" ", "");
    assert(plain(shown).includes(plain(number ?? "")), `${lines}: ${number}`);
  }
});

/** The rows of the two tables at the end of notebook 4. */
async function lectureTables(): Promise<string[][][]> {
  const { cells } = await readNotebook(pathOf("04_minibatches.ipynb"));
  const text = cells.map(({ source }) => joined(source))
    .find((text) => text.startsWith("## The lecture, cell by cell"))!;
  return Array.from(
    text.matchAll(/(?:^\|.*\n?)+/gm),
    ([table]) =>
      table.trimEnd().split("\n").slice(2).map((row) =>
        row.split("|").slice(1, -1).map((cell) => cell.trim())
      ),
  );
}

/** The code cells of a section such as "2, Looking up": notebook and heading. */
async function sectionOf(section: string): Promise<Cell[]> {
  const [, number, heading] = /^(\w+), (.+)$/.exec(section)!;
  const path = allNotebooks().find((path) =>
    basename(path).startsWith(`0${number}_`)
  )!;
  const headings: string[] = [];
  return (await readNotebook(path)).cells.filter(({ cell_type, source }) => {
    if (cell_type === "code") return headings.includes(heading);
    for (const [, marks, title] of joined(source).matchAll(/^(##+) (.+)$/gm)) {
      headings.length = marks.length - 2;
      headings.push(title);
    }
    return false;
  });
}

/** Whether it is a line of the code, or, if it is long enough, in one. */
function hasLine(code: string, line: string): boolean {
  const lines = code.split("\n").map((line) => line.trim().replace(/;$/, ""));
  return lines.some((other) =>
    other === line || line.length > 9 && other.includes(line)
  );
}
