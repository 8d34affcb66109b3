import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { nextTokenBars } from "../../lib/plots/mod.ts";
import { blue, vermillion } from "../../lib/plots/palette.ts";
import { find, texts } from "../svg.ts";

const alphabet = [...".abcdefghijklmnopqrstuvwxyz"];
const words = ["a", "in", "hall", "room"];
const two = [
  { name: "network", probabilities: [0.05, 0.15, 0.7, 0.1] },
  { name: "trigram", probabilities: [0.6, 0.2, 0.0004, 0.1996] },
];

Deno.test("nextTokenBars() draws a bar a token, and the target", () => {
  const probabilities = alphabet.map((_, id) => id === 3 ? 0.48 : 0.02);
  const figure = nextTokenBars(new Float32Array(probabilities), alphabet, {
    context: "..e",
    target: "c",
  });
  const fills = find(figure, '[aria-label="bar"] rect').map((bar) =>
    bar.getAttribute("fill")
  );
  assertEquals(fills, alphabet.map((_, id) => id === 3 ? vermillion : blue));
  assertEquals(texts(figure, '[aria-label="text"] text'), ["▾48"]);
  assertEquals(figure.title, 'What comes next after "..e"');
  assertStringIncludes(figure.description, "What does come next is c 48 %.");
});

Deno.test("nextTokenBars() shows the most probable tokens of one model", () => {
  const figure = nextTokenBars(two[0].probabilities, words, { count: 2 });
  assertEquals(texts(figure, '[aria-label="fy-axis tick label"] text'), [
    "hall",
    "in",
  ]);
  assertEquals(texts(figure, '[aria-label="text"] text'), ["70", "15"]);
  assertEquals(texts(figure, ".legend text"), []);
  assertStringIncludes(
    figure.description,
    "most probable: hall 70 %, in 15 %.",
  );
});

Deno.test("nextTokenBars() shows the first model's tokens, and the target", () => {
  const figure = nextTokenBars(two, words, {
    context: "was in a",
    target: "a",
    count: 2,
  });
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
  assertEquals(texts(figure, ".legend text"), ["network", "trigram"]);
  assertStringIncludes(
    figure.description,
    "What does come next is a: network 5 %, trigram 60 %.",
  );
});

Deno.test("nextTokenBars() refuses what it cannot draw", () => {
  const of = (probabilities: number[], tokens: string[]) => () =>
    nextTokenBars(probabilities, tokens);
  assertThrows(
    of([1.5], ["a"]),
    RangeError,
    "value 0 is 1.5, not between 0 and 1",
  );
  assertThrows(of([1], []), RangeError, "there must be 0 values, not 1");
  assertThrows(of([], ["a"]), RangeError, "0 models");
  assertThrows(of([0, 0, 0, NaN], words), RangeError, "value 3 is NaN");
  assertThrows(
    () => nextTokenBars(two, ["a"]),
    RangeError,
    'the probabilities of "network": there must be 1 values, not 4',
  );
  assertThrows(
    () => nextTokenBars(two, words, { target: "attic" }),
    RangeError,
    'the target "attic"',
  );
  for (const count of [0, 1.5, NaN]) {
    assertThrows(
      () => nextTokenBars(two, words, { count }),
      RangeError,
      `Cannot use count ${count}`,
    );
  }
});
