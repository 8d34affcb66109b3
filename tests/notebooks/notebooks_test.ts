import { assertEquals } from "@std/assert";
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

// `deno task notebooks --check` runs all of them, in two minutes.
Deno.test(`01_dataset.ipynb, run afresh, shows what it has shown${which}`, async () => {
  const path = allNotebooks().find((path) =>
    path.endsWith("/01_dataset.ipynb")
  )!;
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
