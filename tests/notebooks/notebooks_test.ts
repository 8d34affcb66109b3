import { assertEquals } from "@std/assert";
import { basename } from "node:path";
import { hasFetched, SOURCES } from "../../tools/fetch_data.ts";
import { checkOrWrite } from "../../tools/notebooks/run.ts";
import { allNotebooks } from "../../tools/run_notebooks.ts";

const lectureList = hasFetched(SOURCES.names);
const which = lectureList
  ? ""
  : " [outputs from the lecture's list not compared: run `deno task data` first]";

for (const path of allNotebooks()) {
  Deno.test(`notebooks: ${basename(path)}, run afresh, shows what it has shown${which}`, async () => {
    const { problems } = await checkOrWrite(path, { check: true, lectureList });
    assertEquals(problems, []);
  });
}

Deno.test("notebooks are what came before, the lecture's four, and the paper's words", () => {
  assertEquals(allNotebooks().map((path) => basename(path)), [
    "00_counting.ipynb",
    "01_dataset.ipynb",
    "02_forward_pass.ipynb",
    "03_training.ipynb",
    "03b_backpropagation.ipynb",
    "04_minibatches.ipynb",
    "05_words.ipynb",
  ]);
});
