import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { basename } from "node:path";
import { hasFetched, SOURCES } from "../../tools/fetch_data.ts";
import {
  codeCells,
  figureOf,
  readNotebook,
} from "../../tools/notebooks/notebook.ts";
import { checkOrWrite } from "../../tools/notebooks/run.ts";
import { allNotebooks } from "../../tools/run_notebooks.ts";

const lectureList = hasFetched(SOURCES.names);
const which = lectureList
  ? ""
  : " [outputs from the lecture's list not compared: run `deno task data` first]";

/** The path of a notebook. */
const pathOf = (name: string) =>
  allNotebooks().find((path) => basename(path) === name)!;

// `deno task notebooks --check` runs all of them, in two minutes.
Deno.test(`01_dataset.ipynb, run afresh, shows what it has shown${which}`, async () => {
  const path = pathOf("01_dataset.ipynb");
  const { problems } = await checkOrWrite(path, { check: true, lectureList });
  assertEquals(problems, []);
});

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
