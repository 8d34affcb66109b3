import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Figure,
  outputShare,
  probabilityRanges,
  wordMap,
  wordProbabilities,
} from "../../lib/plots/mod.ts";
import { blue, vermillion } from "../../lib/plots/palette.ts";
import { find, texts } from "../svg.ts";

Deno.test("wordMap() writes every word where there is room", () => {
  const words = ["the", "a", "dog", "cat", "ran"];
  const figure = wordMap(
    [[0, 0], [0, 0.5], [3, 1], [3, 2], [-2, 2]],
    words,
    ["determiner", "determiner", "animal", "animal", "verb"],
  );
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
  const heap = wordMap(
    words.map((_, i) => [i / 1000, 0]).concat([[-1, -1], [1, 1]]),
    [...words, "left", "right"],
    Array(22).fill("noun"),
  );
  const written = texts(heap, '[aria-label="text"] text').length;
  const lines = find(heap, '[aria-label="link"] path').length;
  assertEquals(written, 22);
  assert(lines > 10 && lines < 22, `${lines}`);
});

Deno.test("wordMap() has twelve looks for kinds, and rows for their names", () => {
  const kinds = Array.from({ length: 12 }, (_, i) => `a kind of words ${i}`);
  const points = kinds.map((_, i) => [i, i % 3]);
  const figure = wordMap(points, kinds, kinds);
  assertEquals(texts(figure, ".legend text"), kinds);
  const looks = find(figure, ".legend path").map((path) => {
    // the shape without the place where it stands
    const shape = path.getAttribute("d")!.replace(/^M[\d.]+/, "");
    const end = shape.replaceAll(/L[\d.]+|H[\d.]+/g, "");
    return `${path.getAttribute("fill")} ${end}`;
  });
  assertEquals(new Set(looks).size, 12);
  assert(find(figure, ".legend").length > 1);
  assertThrows(
    () => wordMap([...points, [0, 0]], [...kinds, "x"], [...kinds, "x"]),
    RangeError,
    "Cannot draw 13 kinds of words: at most 12",
  );
});

Deno.test("wordMap() refuses what does not go together", () => {
  assertThrows(
    () => wordMap([[0, 0]], ["a", "b"], ["x", "x"]),
    RangeError,
    "a map of 2 words with 1 points and 2 kinds",
  );
  assertThrows(
    () => wordMap([[0, 0, 0]], ["a"], ["x"]),
    RangeError,
    'Cannot draw "a" on a map: it has 3 numbers, not 2',
  );
  assertThrows(() => wordMap([], [], []), RangeError, "a map of 0 words");
});

const two = [
  { name: "network", probabilities: [0.05, 0.15, 0.7, 0.1] },
  { name: "trigram", probabilities: [0.6, 0.2, 0.0004, 0.1996] },
];

Deno.test("wordProbabilities() shows the first model's words, and the target", () => {
  const figure = wordProbabilities(two, ["a", "in", "hall", "room"], {
    context: "was in a",
    target: "a",
    count: 2,
  });
  assertEquals(figure.title, '"was in a …"');
  assertEquals(texts(figure, '[aria-label="fy-axis tick label"] text'), [
    "hall",
    "in",
    "▸ a",
  ]);
  assertEquals(texts(figure, '[aria-label="text"] text'), [
    "70",
    "0.04",
    "15",
    "20",
    "5",
    "60",
  ]);
  assertEquals(
    find(figure, '[aria-label="bar"] rect').map((bar) =>
      bar.getAttribute("fill")
    ),
    [blue, vermillion, blue, vermillion, blue, vermillion],
  );
  assertStringIncludes(
    figure.description,
    "a: network 5 %, trigram 60 %. Asked",
  );
});

Deno.test("wordProbabilities() refuses what it cannot draw", () => {
  const words = ["a", "in", "hall", "room"];
  assertThrows(() => wordProbabilities([], words), RangeError, "0 models");
  assertThrows(
    () => wordProbabilities(two, ["a"]),
    RangeError,
    'the 4 probabilities of "network" with 1 words',
  );
  assertThrows(
    () => wordProbabilities(two, words, { target: "attic" }),
    RangeError,
    'the target "attic"',
  );
  assertThrows(
    () => wordProbabilities(two, words, { count: 0 }),
    RangeError,
    "Cannot show 0 words",
  );
  assertThrows(
    () =>
      wordProbabilities([{ name: "x", probabilities: [0, 0, 0, NaN] }], words),
    RangeError,
    'a probability of "x": it is NaN',
  );
});

Deno.test("probabilityRanges() has points at geometric means", () => {
  const figure = probabilityRanges([
    { name: "grammar", probabilities: [0.2, 0.2] },
    { name: "network", probabilities: [0.4, 0.1] },
    { name: "trigram", probabilities: new Float64Array([0.01, 0.0001]) },
  ], { marked: "network" });
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
  const even = probabilityRanges([{ name: "x", probabilities }]);
  const only = probabilityRanges([{
    name: "x",
    probabilities: [0.011, 0.091],
  }]);
  const ends = (figure: Figure) => {
    const [line] = find(figure, '[aria-label="rule"] line');
    return [line.getAttribute("x1"), line.getAttribute("x2")];
  };
  assertEquals(ends(even), ends(only));
});

Deno.test("probabilityRanges() refuses what has no logarithm", () => {
  assertThrows(() => probabilityRanges([]), RangeError, "no models");
  assertThrows(
    () => probabilityRanges([{ name: "x", probabilities: [] }]),
    RangeError,
    '"x": it has no answers',
  );
  assertThrows(
    () => probabilityRanges([{ name: "x", probabilities: [0] }]),
    RangeError,
    'a probability of "x": it is 0',
  );
});

Deno.test("outputShare() writes the shares that are marked", () => {
  const shares = [
    { vocabularySize: 27, share: 0.335 },
    { vocabularySize: 1000, share: 0.95 },
    { vocabularySize: 17_964, share: 0.997 },
  ];
  const figure = outputShare(shares, { marked: [27, 17_964] });
  assertEquals(texts(figure, '[aria-label="text"] text'), [
    "27: 33.5 %",
    "17,964: 99.7 %",
  ]);
  assertStringIncludes(outputShare(shares).description, "27 tokens 33.5 %, 17");
  assertThrows(
    () => outputShare(shares, { marked: [28] }),
    RangeError,
    "Cannot mark 28 tokens",
  );
  assertThrows(
    () => outputShare(shares.toReversed()),
    RangeError,
    "must ascend",
  );
  assertThrows(() => outputShare(shares.slice(1, 2)), RangeError, "1 points");
  assertThrows(
    () => outputShare([shares[0], { vocabularySize: 99, share: 1.1 }]),
    RangeError,
    "it is 1.1",
  );
});
