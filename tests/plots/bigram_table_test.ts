import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { bigramTable } from "../../lib/plots/mod.ts";
import { blue } from "../../lib/plots/palette.ts";
import { cellsOn, find, texts } from "../svg.ts";

Deno.test("bigramTable() writes each pair and its count", () => {
  const figure = bigramTable([[0, 12], [3, 1]], [".", "a"]);
  assertEquals(texts(figure, '[aria-label="pairs"] text').toSorted(), [
    "..",
    ".a",
    "a.",
    "aa",
  ]);
  assertEquals(
    texts(figure, '[aria-label="counts"] text').toSorted(),
    ["0", "1", "12", "3"],
  );
  assertEquals(texts(figure, '[aria-label^="x-axis tick label"] text'), [
    ".",
    "a",
    ".",
    "a",
  ]);
  assertStringIncludes(figure.description, "most frequent: .a 12, a. 3, aa 1");
  assertStringIncludes(figure.description, "1 pairs never occur");
});

Deno.test("bigramTable() writes a count in the cell of its pair", () => {
  const counts = [[1, 20, 300], [4000, 5, 60], [700, 8000, 9]];
  const figure = bigramTable(counts, [".", "a", "b"]);
  const at = (selector: string) =>
    new Map(
      find(figure, selector).map((text) => [
        text.textContent,
        [Number(text.getAttribute("x")), Number(text.getAttribute("y"))],
      ]),
    );
  const pairs = at('[aria-label="pairs"] text');
  const written = at('[aria-label="counts"] text');
  for (const [row, first] of [".", "a", "b"].entries()) {
    for (const [column, next] of [".", "a", "b"].entries()) {
      const [x, y] = pairs.get(first + next)!;
      const [countX, countY] = written.get(String(counts[row][column]))!;
      assertEquals(countX, x);
      assert(countY > y && countY - y < 20, "just below its pair");
    }
  }
  assert(pairs.get(".b")![0] > pairs.get(".a")![0], "next goes to the right");
  assert(pairs.get("b.")![1] > pairs.get("a.")![1], "rows go down");
});

Deno.test("bigramTable() is bluer where pairs are more frequent", () => {
  const figure = bigramTable([[0, 1], [30, 1000]], [".", "a"]);
  const shades = find(figure, '[aria-label="cells"] path');
  assertEquals(
    find(figure, '[aria-label="cells"]')[0].getAttribute("fill"),
    blue,
  );
  assertEquals(shades.map(cellsOn), [1, 1, 1], "never has no colour");
  const opacities = shades.map((path) =>
    Number(path.getAttribute("fill-opacity"))
  );
  assertEquals(opacities, opacities.toSorted((a, b) => a - b));
  assert(opacities[0] > 0.05, "once can be told from never");
  assertEquals(opacities[2], 1);
});

Deno.test("bigramTable() draws a table in which nothing occurs", () => {
  const figure = bigramTable([[0]], ["."]);
  assertEquals(find(figure, '[aria-label="cells"] path'), []);
  assertStringIncludes(figure.description, "most frequent: .. 0");
});

Deno.test("bigramTable() refuses tables that are not of counts", () => {
  assertThrows(() => bigramTable([], []), RangeError, "of 0 tokens");
  const tokens = Array.from({ length: 41 }, (_, id) => String(id));
  const table = tokens.map(() => tokens.map(() => 0));
  assertThrows(() => bigramTable(table, tokens), RangeError, "1 to 40");
  assertThrows(
    () => bigramTable([[1]], [".", "a"]),
    RangeError,
    "1 rows: there must be 2",
  );
  assertThrows(
    () => bigramTable([[1, 2], [3]], [".", "a"]),
    RangeError,
    "row 1: there must be 2 values, not 1",
  );
  for (const count of [-1, 0.5, NaN, Infinity]) {
    assertThrows(
      () => bigramTable([[0, count], [0, 0]], [".", "a"]),
      RangeError,
      `row 0: value 1 is ${count}, not a whole`,
    );
  }
});
