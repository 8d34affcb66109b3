import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  bigramTable,
  contextRows,
  lossByOrder,
  weightTables,
} from "../../lib/plots/mod.ts";
import { blue, divergingColour, green } from "../../lib/plots/palette.ts";
import type { SvgElement } from "../../lib/plots/svg.ts";
import { find, texts } from "../svg.ts";

/** How many cells there are on a path: each begins with a move. */
function cellsOn(path: SvgElement): number {
  return path.getAttribute("d")!.match(/M/g)!.length;
}

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

Deno.test("bigramTable() refuses what is no table of counts", () => {
  assertThrows(() => bigramTable([], []), RangeError, "of 0 tokens");
  const tokens = Array.from({ length: 41 }, (_, id) => String(id));
  const table = tokens.map(() => tokens.map(() => 0));
  assertThrows(() => bigramTable(table, tokens), RangeError, "1 to 40");
  assertThrows(() => bigramTable([[1]], [".", "a"]), RangeError, "1 rows");
  assertThrows(
    () => bigramTable([[1, 2], [3]], [".", "a"]),
    RangeError,
    "row 1: it has 1 counts",
  );
  for (const count of [-1, 0.5, NaN, Infinity]) {
    assertThrows(
      () => bigramTable([[0, count], [0, 0]], [".", "a"]),
      RangeError,
      `the count of ".a": it is ${count}`,
    );
  }
});

Deno.test("weightTables() gives equal values equal colours in all tables", () => {
  const figure = weightTables([
    { name: "left", values: [[2, -1], [0, 1]] },
    { name: "right", values: [[1, -2], [1, 2]] },
  ], [".", "a"]);
  const colours = (name: string) =>
    Object.fromEntries(
      find(figure, `[aria-label="${name}"] path`).map((path) => [
        path.getAttribute("fill"),
        cellsOn(path),
      ]),
    );
  assertEquals(colours("left"), {
    [divergingColour(-0.5)]: 1,
    [divergingColour(0)]: 1,
    [divergingColour(0.5)]: 1,
    [divergingColour(1)]: 1,
  });
  assertEquals(colours("right"), {
    [divergingColour(-1)]: 1,
    [divergingColour(0.5)]: 2,
    [divergingColour(1)]: 1,
  });
  assertEquals(texts(figure, '[aria-label="left"] text'), ["left"]);
  assertEquals(texts(figure, ".ramp text"), ["−2", "0", "2", "value"]);
  assertStringIncludes(figure.description, "left from -1 to 2; right from -2");
});

Deno.test("weightTables() labels each table's columns with the tokens", () => {
  const values = [[0, 0], [0, 0]];
  const figure = weightTables([
    { name: "left", values },
    { name: "right", values },
  ], [".", "a"]);
  assertEquals(
    texts(figure, '[aria-label^="x-axis tick label"] text'),
    [".", "a", ".", "a"],
  );
  assertEquals(
    texts(figure, '[aria-label^="y-axis tick label"] text'),
    [".", "a"],
  );
});

Deno.test("weightTables() draws what is beyond the limit like the limit", () => {
  const figure = weightTables(
    [{ name: "W", values: [[9, -9], [3, 0]] }],
    [".", "a"],
    { limit: 3, valueLabel: "weight" },
  );
  assertEquals(
    find(figure, '[aria-label="W"] path').map((path) => [
      path.getAttribute("fill"),
      cellsOn(path),
    ]).toSorted(),
    [[divergingColour(-1), 1], [divergingColour(0), 1], [divergingColour(1), 2]]
      .toSorted(),
  );
  assertEquals(texts(figure, ".ramp text"), ["−3", "0", "3", "weight"]);
});

Deno.test("weightTables() refuses tables that do not fit", () => {
  const table = (values: number[][]) => [{ name: "W", values }];
  const draw = (values: number[][], limit?: number) =>
    weightTables(table(values), [".", "a"], { limit });
  assertThrows(() => weightTables([], ["."]), RangeError, "0 tables");
  assertThrows(() => weightTables(table([]), []), RangeError, "0 tokens");
  assertThrows(() => draw([[1, 2]]), RangeError, '"W": it has 1 rows');
  assertThrows(() => draw([[1, 2], [3]]), RangeError, 'row 1 of "W"');
  assertThrows(
    () => draw([[1, 2], [NaN, 4]]),
    RangeError,
    "row 1, column 0 stands NaN",
  );
  for (const limit of [0, -1, NaN, Infinity]) {
    assertThrows(
      () => draw([[1, 2], [3, 4]], limit),
      RangeError,
      `The limit is ${limit}`,
    );
  }
});

Deno.test("contextRows() leaves out what occurs once where nothing does", () => {
  const figure = contextRows([
    { contextLength: 1, possible: 27, seen: 27, once: 0 },
    { contextLength: 2, possible: 729, seen: 602, once: 43 },
    { contextLength: 3, possible: 19_683, seen: 5_686, once: 1_132 },
  ]);
  const dots = find(figure, '[aria-label="dot"]');
  assertEquals(
    dots.map((group) => [...group.querySelectorAll("path, circle")].length),
    [3, 3, 2],
  );
  assertEquals(dots[2].getAttribute("fill"), green);
  assertEquals(
    texts(figure, '[aria-label="text"] text'),
    // where most rows occur, the label of the possible ones serves both
    ["27", "729", "19,683", "5,686", "43", "1,132"],
  );
  assertStringIncludes(figure.description, "3: 5,686 of 19,683, 1,132 only");
});

Deno.test("contextRows() refuses numbers that cannot be", () => {
  const row = { contextLength: 2, possible: 729, seen: 602, once: 43 };
  assertThrows(() => contextRows([]), RangeError, "no rows");
  for (
    const wrong of [{ possible: 601 }, { seen: 0 }, { once: 603 }, {
      once: -1,
    }, { seen: NaN }]
  ) {
    assertThrows(
      () => contextRows([{ ...row, ...wrong }]),
      RangeError,
      "Cannot draw contexts of 2",
    );
  }
});

Deno.test("lossByOrder() marks the lowest loss of each series", () => {
  const figure = lossByOrder([
    { name: "train", losses: [2.8, 2.4, 1.9, 1.7] },
    { name: "dev", losses: new Float64Array([2.8, 2.5, 2.2, 2.3]) },
  ]);
  assertEquals(texts(figure, '[aria-label="text"] text'), ["1.700", "2.200"]);
  for (const group of find(figure, '[aria-label="dot"]')) {
    const dots = [...group.querySelectorAll("circle")];
    assertEquals(dots.length, 4);
    const large = dots.filter((dot) => dot.getAttribute("r") === "6");
    const heights = dots.map((dot) => Number(dot.getAttribute("cy")));
    assertEquals(
      large.map((dot) => Number(dot.getAttribute("cy"))),
      [Math.max(...heights)], // the y axis of a screen points down
    );
  }
  assertEquals(texts(figure, '[aria-label^="x-axis tick label"] text'), [
    "1",
    "2",
    "3",
    "4",
  ]);
  assertStringIncludes(
    figure.description,
    "lowest: train 1.7 at order 4; dev 2.2 at order 3.",
  );
});

Deno.test("lossByOrder() draws the reference within the axis", () => {
  const series = [{ name: "dev", losses: [2.8, 2.5] }];
  const figure = lossByOrder(series, {
    reference: { name: "network", loss: 1.5 },
  });
  const [rule] = find(figure, '[aria-label="rule"] line');
  const y = Number(rule.getAttribute("y1"));
  assert(y > 90 && y < figure.height - 58, `between the margins, not ${y}`);
  assertEquals(texts(figure, ".legend text"), ["dev", "network, 1.5"]);
  assertStringIncludes(figure.description, "line across is network, 1.5");
  assertEquals(find(lossByOrder(series), '[aria-label="rule"]'), []);
});

Deno.test("lossByOrder() refuses series that cannot be drawn together", () => {
  const one = { name: "one", losses: [2, 1] };
  assertThrows(() => lossByOrder([]), RangeError, "0 series");
  assertThrows(() => lossByOrder(Array(5).fill(one)), RangeError, "5 series");
  assertThrows(
    () => lossByOrder([one, { name: "two", losses: [1] }]),
    RangeError,
    'series "two": it has 1 losses, the first 2',
  );
  assertThrows(
    () => lossByOrder([{ name: "none", losses: [] }]),
    RangeError,
    'series "none": it has 0 losses',
  );
  assertThrows(
    () => lossByOrder([{ name: "add 0", losses: [2, Infinity] }]),
    RangeError,
    "its loss of order 2 is Infinity",
  );
});
