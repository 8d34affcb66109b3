import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { divergingColour } from "../../lib/plots/cells.ts";
import { embeddingMap, type Figure, lossCurve } from "../../lib/plots/mod.ts";
import { blue, green, vermillion } from "../../lib/plots/palette.ts";
import {
  contextCounts,
  contextRows,
} from "../../notebooks/figures/context_counts.ts";
import { equationOfTables } from "../../notebooks/figures/equation_of_tables.ts";
import { lossByOrder } from "../../notebooks/figures/loss_by_order.ts";
import { outputShare } from "../../notebooks/figures/output_share.ts";
import { paperTable } from "../../notebooks/figures/paper_table.ts";
import { probabilityRanges } from "../../notebooks/figures/probability_ranges.ts";
import { sideBySide } from "../../notebooks/figures/side_by_side.ts";
import { tanhCurve } from "../../notebooks/figures/tanh_curve.ts";
import { weightTables } from "../../notebooks/figures/weight_tables.ts";
import { wordMap } from "../../notebooks/figures/word_map.ts";
import { writtenWord } from "../../notebooks/figures/written_word.ts";
import { cellsOn, find, texts } from "../svg.ts";

Deno.test("contextCounts() says how many sequences of those possible occur", () => {
  const figure = contextCounts([
    { label: "27²", possible: 729, seen: 27 },
    { label: "27³", possible: 19_683, seen: 31 },
  ], 32);
  assertStringIncludes(
    figure.description,
    "27³: 31 of 19,683; against 32 pieces",
  );
  assertEquals(find(figure, '[aria-label="dot"]').length, 2);
  assertEquals(
    texts(figure, '[aria-label="text"] text'),
    ["729", "19,683", "27", "31"],
  );
});

Deno.test("weightTables() gives equal values equal colours in all tables", () => {
  const figure = weightTables(
    [
      { name: "left", values: [[5, -2.5], [0, 2.5]] },
      { name: "right", values: [[2.5, -5], [2.5, 5]] },
    ],
    [".", "a"],
  );
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
  assertEquals(texts(figure, ".ramp text"), [
    "−5",
    "0",
    "5",
    "above or below the row's mean",
  ]);
  assertStringIncludes(
    figure.description,
    "left from -2.5 to 5; right from -5",
  );
});

Deno.test("weightTables() labels each table's columns with the tokens", () => {
  const values = [[0, 0], [0, 0]];
  const figure = weightTables(
    [
      { name: "left", values },
      { name: "right", values },
    ],
    [".", "a"],
  );
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
    [{ name: "W", values: [[9, -9], [5, 0]] }],
    [".", "a"],
  );
  assertEquals(
    find(figure, '[aria-label="W"] path').map((path) => [
      path.getAttribute("fill"),
      cellsOn(path),
    ]).toSorted(),
    [[divergingColour(-1), 1], [divergingColour(0), 1], [divergingColour(1), 2]]
      .toSorted(),
  );
  assertEquals(texts(figure, ".ramp text"), [
    "−5",
    "0",
    "5",
    "above or below the row's mean",
  ]);
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

Deno.test("lossByOrder() marks the lowest loss of each series", () => {
  const figure = lossByOrder([
    { name: "train", losses: [2.8, 2.4, 1.9, 1.7] },
    { name: "dev", losses: [2.8, 2.5, 2.2, 2.3] },
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

Deno.test("wordMap() writes every word where there is room", () => {
  const words = ["the", "a", "dog", "cat", "ran"];
  const places = [[0, 0], [0, 0.5], [3, 1], [3, 2], [-2, 2]];
  const kinds = ["determiner", "determiner", "animal", "animal", "verb"];
  const figure = wordMap(words.map((word, i) => ({
    word,
    kind: kinds[i],
    place: places[i],
  })));
  assertEquals(texts(figure, '[aria-label="text"] text'), words);
  assertEquals(texts(figure, ".legend text"), ["determiner", "animal", "verb"]);
  assertEquals(find(figure, '[aria-label="link"] path').length, 0);
  assertStringIncludes(
    figure.description,
    "determiner: the, a; animal: dog, cat; verb: ran.",
  );
});

Deno.test("wordMap() writes words of one heap apart, at the end of lines", () => {
  const words = Array.from({ length: 20 }, (_, i) => `word${i}`);
  const kind = "noun";
  const heap = wordMap([
    ...words.map((word, i) => ({ word, kind, place: [i / 1000, 0] })),
    { word: "left", kind, place: [-1, -1] },
    { word: "right", kind, place: [1, 1] },
  ]);
  const written = texts(heap, '[aria-label="text"] text').length;
  const lines = find(heap, '[aria-label="link"] path').length;
  assertEquals(written, 22);
  assert(lines > 10 && lines < 22, `${lines}`);
});

Deno.test("wordMap() draws no line through a word", () => {
  const words = Array.from({ length: 8 }, (_, i) => `word${i}`);
  const heap = wordMap([
    ...words.map((word, i) => ({ word, kind: "noun", place: [i / 1000, 0] })),
    { word: "left", kind: "noun", place: [-1, -1] },
    { word: "right", kind: "noun", place: [1, 1] },
  ]);
  const boxes = find(heap, '[aria-label="text"] text').map((text) => {
    const [x, y] = ["x", "y"].map((name) => Number(text.getAttribute(name)));
    const long = 7 * text.textContent!.length;
    const anchor = text.getAttribute("text-anchor");
    const left = anchor === "start"
      ? x
      : anchor === "end"
      ? x - long
      : x - long / 2;
    return { left, right: left + long, top: y - 5, low: y + 5 };
  });
  const lines = find(heap, '[aria-label="link"] path');
  assert(lines.length > 0);
  for (const line of lines) {
    const [x1, y1, x2, y2] = line.getAttribute("d")!.match(/-?[\d.]+/g)!.map(
      Number,
    );
    for (let i = 0; i <= 100; i++) {
      const [x, y] = [x1 + (x2 - x1) * i / 100, y1 + (y2 - y1) * i / 100];
      const hit = boxes.some((box) =>
        box.left < x && x < box.right && box.top < y && y < box.low
      );
      assert(!hit, `${x}, ${y}`);
    }
  }
});

Deno.test("wordMap() has fifteen looks for kinds, and rows for their names", () => {
  const kinds = Array.from({ length: 15 }, (_, i) => `a kind of words ${i}`);
  const figure = wordMap(kinds.map((kind, i) => ({
    word: kind,
    kind,
    place: [i, i % 3],
  })));
  assertEquals(texts(figure, ".legend text"), kinds);
  const looks = find(figure, ".legend path").map((path) => {
    // the shape without its place
    const shape = path.getAttribute("d")!.replace(/^M[\d.]+/, "");
    const end = shape.replaceAll(/L[\d.]+|H[\d.]+/g, "");
    return `${path.getAttribute("fill")} ${end}`;
  });
  assertEquals(new Set(looks).size, 15);
  assert(find(figure, ".legend").length > 1);
});

Deno.test("paperTable() has a ring and a point in each row, labelled on their outer sides", () => {
  const figure = paperTable([
    { name: "MLP1", paper: 268, ours: 262.3 },
    { name: "trigram", paper: 336, ours: 352.2 },
  ]);
  assertStringIncludes(
    figure.description,
    "MLP1 262, in the paper 268; trigram 352, in the paper 336.",
  );
  const [rings, points] = find(figure, '[aria-label="dot"]').map((group) =>
    [...group.querySelectorAll("circle")].map((dot) =>
      Number(dot.getAttribute("cx"))
    )
  );
  assert(points[0] < rings[0] && rings[1] < points[1]);
  const labels = find(figure, '[aria-label="text"]');
  assertEquals(
    labels.map((
      group,
    ) => [group.getAttribute("text-anchor"), group.textContent]),
    [["end", "262"], ["start", "352"], ["end", "336"], ["start", "268"]],
  );
});

Deno.test("probabilityRanges() has points at geometric means", () => {
  const figure = probabilityRanges([
    { name: "grammar", probabilities: [0.2, 0.2] },
    { name: "network", probabilities: [0.4, 0.1] },
    { name: "trigram", probabilities: [0.01, 0.0001] },
  ], "network");
  assertStringIncludes(
    figure.description,
    "grammar 20 %, network 20 %, trigram 0.1 %.",
  );
  const dots = find(figure, '[aria-label="dot"] circle');
  assertEquals(
    dots.map((dot) => dot.getAttribute("fill")),
    [blue, vermillion, blue],
  );
  const [grammar, network, trigram] = dots.map((dot) =>
    Number(dot.getAttribute("cx"))
  );
  assertEquals(grammar, network);
  assert(trigram < network);
});

Deno.test("probabilityRanges() draws from the tenth to the ninetieth of a hundred", () => {
  // 0.001, 0.002, …, 0.101: the tenth share of them ends at 0.011
  const probabilities = Array.from({ length: 101 }, (_, i) => (i + 1) / 1000);
  const even = probabilityRanges([{ name: "x", probabilities }], "x");
  const only = probabilityRanges([{
    name: "x",
    probabilities: [0.011, 0.091],
  }], "x");
  const ends = (figure: Figure) => {
    const [line] = find(figure, '[aria-label="rule"] line');
    return [line.getAttribute("x1"), line.getAttribute("x2")];
  };
  assertEquals(ends(even), ends(only));
});

Deno.test("outputShare() writes the shares that are marked", () => {
  const figure = outputShare([
    { vocabularySize: 27, share: 0.335 },
    { vocabularySize: 1000, share: 0.95 },
    { vocabularySize: 17_964, share: 0.997 },
  ], [27, 17_964]);
  assertEquals(texts(figure, '[aria-label="text"] text'), [
    "27: 33.5 %",
    "17,964: 99.7 %",
  ]);
  assertStringIncludes(figure.description, "27 tokens 33.5 %, 17,964 tokens");
});

Deno.test("equationOfTables() puts signs between tables of the same colours", () => {
  const figure = equationOfTables(
    [
      { name: "probs", values: [[1, 0], [0, 1]] },
      { name: "yes", sign: "−", values: [[0, 1], [0, 1]] },
      { name: "slopes", sign: "=", values: [[1, -1], [0, 0]] },
    ],
    ["...", "..e"],
    [".", "a"],
    "The slope of a logit",
  );
  assertEquals(texts(figure, '[aria-label="slopes"] text'), ["slopes", "="]);
  assertEquals(
    Object.fromEntries(
      find(figure, '[aria-label="slopes"] path').map((path) => [
        path.getAttribute("fill"),
        cellsOn(path),
      ]),
    ),
    {
      [divergingColour(-1)]: 1,
      [divergingColour(0)]: 2,
      [divergingColour(1)]: 1,
    },
  );
  assertEquals(
    texts(figure, '[aria-label^="x-axis tick label"] text'),
    [".", "a", ".", "a", ".", "a"],
  );
  assertStringIncludes(figure.description, "probs − yes = slopes");
});

Deno.test("sideBySide() puts two figures into one", () => {
  const curve = lossCurve([3, 2.5], { width: 300, height: 200 });
  const map = embeddingMap([[0, 0], [1, 1]], [".", "a"], { width: 250 });
  const figure = sideBySide(curve, map);
  assertEquals([figure.width, figure.height], [566, 250]);
  assertEquals(
    find(figure, "svg > g").map((part) => part.getAttribute("transform")),
    ["translate(0)", "translate(316)"],
  );
  assertStringIncludes(figure.description, "the loss falls from 3 to 2.5");
  assertStringIncludes(figure.description, "Scatter plot of 2 tokens");
});

Deno.test("writtenWord() has a row for each letter and marks the one that was drawn", () => {
  const figure = writtenWord([
    { context: "..", drawn: "a", probabilities: [0.1, 0.6, 0.3] },
    { context: ".a", drawn: ".", probabilities: [0.004, 0.5, 0.496] },
  ], [".", "a", "b"]);
  assertEquals(figure.title, "Written so far: a.");
  assertStringIncludes(figure.description, "after .. a, which had 60 %");
  assertStringIncludes(figure.description, "after .a ., which had 0.40 %");
  const bars = find(figure, '[aria-label="bar"] rect');
  assertEquals(
    bars.map((bar) => bar.getAttribute("fill")),
    [blue, vermillion, blue, vermillion, blue, blue],
  );
  assertEquals(
    texts(figure, '[aria-label="text"] text').filter(Boolean),
    ["10", "60", "30", "<1", "50", "50"],
  );
});

Deno.test("tanhCurve() draws tanh and its slope as two lines", () => {
  const figure = tanhCurve();
  const lines = find(figure, '[aria-label="line"] path');
  assertEquals(lines.map((line) => line.getAttribute("d")!.length > 500), [
    true,
    true,
  ]);
  assertStringIncludes(figure.description, "its slope is 1 at 0, 0.42 at -1");
});
