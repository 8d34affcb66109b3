import { assert, assertEquals, assertThrows } from "@std/assert";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { tokenize } from "../../lib/data/tokens.ts";
import {
  buildVocabulary,
  buildWordVocabulary,
  Vocabulary,
} from "../../lib/data/vocabulary.ts";
import {
  contextWindows,
  drawMinibatch,
  formatWindows,
  takeRows,
  windowStream,
} from "../../lib/data/windows.ts";
import { contextOf, type Rows } from "../../lib/kernel/rows.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { fiveNames, letters, SEED } from "../oracles.ts";

const vocabulary = buildVocabulary([letters]);

/** X and Y of the first five names, as the lecture's notes print them. */
// deno-fmt-ignore
const X = [
  0, 0, 0,   0, 0, 5,   0, 5, 13,   5, 13, 13,   13, 13, 1,
  0, 0, 0,   0, 0, 15,  0, 15, 12,  15, 12, 9,   12, 9, 22,  9, 22, 9,  22, 9, 1,
  0, 0, 0,   0, 0, 1,   0, 1, 22,   1, 22, 1,
  0, 0, 0,   0, 0, 9,   0, 9, 19,   9, 19, 1,    19, 1, 2,   1, 2, 5,   2, 5, 12,  5, 12, 12,  12, 12, 1,
  0, 0, 0,   0, 0, 19,  0, 19, 15,  19, 15, 16,  15, 16, 8,  16, 8, 9,  8, 9, 1,
];
// deno-fmt-ignore
const Y = [
  5, 13, 13, 1, 0,  15, 12, 9, 22, 9, 1, 0,  1, 22, 1, 0,
  9, 19, 1, 2, 5, 12, 12, 1, 0,  19, 15, 16, 8, 9, 1, 0,
];

const PRINTED = `emma
... ---> e
..e ---> m
.em ---> m
emm ---> a
mma ---> .
olivia
... ---> o
..o ---> l
.ol ---> i
oli ---> v
liv ---> i
ivi ---> a
via ---> .
ava
... ---> a
..a ---> v
.av ---> a
ava ---> .
isabella
... ---> i
..i ---> s
.is ---> a
isa ---> b
sab ---> e
abe ---> l
bel ---> l
ell ---> a
lla ---> .
sophia
... ---> s
..s ---> o
.so ---> p
sop ---> h
oph ---> i
phi ---> a
hia ---> .`;

Deno.test("contextWindows() makes the notes' 32 rows of five names", () => {
  const windows = contextWindows(fiveNames, vocabulary, 3);
  assertEquals([...windows.X], X);
  assertEquals([...windows.Y], Y);
});

Deno.test("formatWindows() prints what the notes print", () => {
  assertEquals(formatWindows(fiveNames, vocabulary, 3), PRINTED);
});

canonicalTest("contextWindows() makes 228,146 rows of all names", () => {
  const { X, Y } = contextWindows(canonicalWords(), vocabulary, 3);
  assertEquals([X.length, Y.length], [3 * 228_146, 228_146]);
});

Deno.test("contextWindows() hold the words for any context length", () => {
  for (const contextLength of [1, 2, 5, 8, 20]) {
    const windows = contextWindows(fiveNames, vocabulary, contextLength);
    // each context is what stands before its token, padded with boundaries
    let row = 0;
    for (const word of fiveNames) {
      for (let i = 0; i <= word.length; i++, row++) {
        const padded = ".".repeat(contextLength) + word.slice(0, i);
        const at = row * contextLength;
        assertEquals(
          vocabulary.decode(windows.X.subarray(at, at + contextLength)),
          padded.slice(-contextLength),
        );
        assertEquals(vocabulary.tokens[windows.Y[row]], word[i] ?? ".");
      }
    }
    assertEquals(windows.Y.length, row);
  }
});

Deno.test("contextWindows() takes an iterable that can be read only once", () => {
  const once = fiveNames[Symbol.iterator]();
  assertEquals([...contextWindows(once, vocabulary).Y], Y);
});

Deno.test("contextWindows() refuses a context length below 1, and unknown letters", () => {
  for (const length of [0, -1, 1.5, NaN]) {
    assertThrows(
      () => contextWindows(["a"], vocabulary, length),
      RangeError,
      String(length),
    );
  }
  assertThrows(() => contextWindows(["é"], vocabulary), RangeError, '"é"');
});

Deno.test("contextWindows() refuses what would take gigabytes", () => {
  assertThrows(
    () => contextWindows(["emma"], vocabulary, 2 ** 27),
    RangeError,
    "Cannot lay out 5 contexts of 134217728 tokens",
  );
});

Deno.test("takeRows() takes rows in the order asked for", () => {
  const windows = contextWindows(fiveNames, vocabulary, 3);
  const { X, Y } = takeRows(windows, [3, 0, 3]);
  assertEquals([...X], [5, 13, 13, 0, 0, 0, 5, 13, 13]);
  assertEquals([...Y], [1, 5, 1]);
  assertThrows(
    () => takeRows(windows, [32]),
    RangeError,
    "Cannot take row 32: the rows are 0 to 31",
  );
  assertThrows(() => takeRows(windows, [-1]), RangeError, "Cannot take row -1");
});

Deno.test("drawMinibatch() draws the rows that torch.randint names", () => {
  const windows = contextWindows(fiveNames, vocabulary, 3);
  const rows = new TorchGenerator(SEED).randint(0, 32, 16);
  const batch = drawMinibatch(windows, {
    batchSize: 16,
    generator: new TorchGenerator(SEED),
  });
  assertEquals(batch, takeRows(windows, rows));
  for (const size of [0, -1, 2.5]) {
    assertThrows(
      () =>
        drawMinibatch(windows, {
          batchSize: size,
          generator: new TorchGenerator(1),
        }),
      RangeError,
      String(size),
    );
  }
});

Deno.test("contextWindows() takes sentences as texts and as tokens", () => {
  const text = "The dog ran.\n\nA dog sat.";
  const vocabulary = buildWordVocabulary(tokenize(text));
  assertEquals(vocabulary.tokens, ["<s>", "<unk>", ".", "dog"]);
  const windows = contextWindows(tokenize(text), vocabulary, 2);
  assertEquals([...windows.Y], [1, 3, 1, 2, 0, 1, 3, 1, 2, 0]);
  assertEquals(contextWindows(text.split("\n\n"), vocabulary, 2), windows);
  assertEquals(
    formatWindows([["dog", "."]], vocabulary, 1),
    "dog.\n<s> ---> dog\ndog ---> .\n. ---> <s>",
  );
});

Deno.test("contextWindows() across boundaries has the tokens before, whatever they are", () => {
  const stream = fiveNames.flatMap((name) => [...vocabulary.encode(name), 0]);
  for (const T of [1, 2, 3, 8, 40]) {
    const { X, Y } = contextWindows(fiveNames, vocabulary, T, {
      acrossBoundaries: true,
    });
    assertEquals([...Y], stream);
    for (let row = 0; row < Y.length; row++) {
      const padded = [...Array(T).fill(0), ...stream.slice(0, row)];
      assertEquals([...X.subarray(row * T, (row + 1) * T)], padded.slice(-T));
    }
  }
});

Deno.test("windowStream() has the rows of contextWindows() across boundaries", () => {
  for (const T of [1, 2, 3, 8, 40]) {
    const stream = windowStream(fiveNames, vocabulary, T);
    const windows = contextWindows(fiveNames, vocabulary, T, {
      acrossBoundaries: true,
    });
    assertEquals(stream.contextLength, T);
    assertEquals(stream.Y, windows.Y);
    assertEquals(stream.Y.buffer, stream.ids.buffer);
    const rows = [...stream.Y.keys()];
    for (const row of rows) {
      assertEquals(contextOf(stream, row), contextOf(windows, row));
    }
    assertEquals(takeRows(stream, rows), windows);
    const draw = (rows: Rows) =>
      drawMinibatch(rows, {
        batchSize: 50,
        generator: new TorchGenerator(SEED),
      });
    assertEquals(draw(stream), draw(windows));
  }
  assertEquals(windowStream([], vocabulary, 3).ids, new Uint16Array(3));
});

Deno.test("windowStream() refuses what contextWindows() refuses", () => {
  for (const length of [0, -1, 1.5, NaN]) {
    assertThrows(
      () => windowStream(["a"], vocabulary, length),
      RangeError,
      String(length),
    );
  }
  for (const make of [contextWindows, windowStream]) {
    assertThrows(() => make(["é"], vocabulary, 3), RangeError, '"é"');
    assertThrows(
      () => make(["ab", "a.va"], vocabulary, 3),
      RangeError,
      'Cannot encode "a.va" as a word: it contains "."',
    );
    const words = new Vocabulary(["<s>", "<unk>", ".", "dog"]);
    assertEquals([...make(["dog."], words, 3).Y], [3, 2, 0]);
    assertThrows(() => make([["dog", "<s>"]], words, 3), RangeError, '"<s>"');
  }
});

Deno.test("contextWindows() lays out a text of five megabytes in seconds", () => {
  const words = Array.from({ length: 5000 }, (_, i) => "w" + i.toString(36));
  const random = new TorchGenerator(1).randint(0, words.length, 1_100_000);
  const sentences = Array.from(
    { length: 110_000 },
    (_, i) =>
      Array.from(random.slice(10 * i, 10 * i + 10), (id) => words[id]).join(
        " ",
      ),
  );
  const text = sentences.join(".\n");
  assert(text.length > 5e6);
  // 2 s on two slow cores: were it quadratic anywhere, it would be hours
  const tokens = tokenize(text);
  const vocabulary = buildWordVocabulary(tokens);
  assertEquals(vocabulary.size, 5003);
  const { Y } = contextWindows(tokens, vocabulary, 5, {
    acrossBoundaries: true,
  });
  assertEquals(Y.length, tokens.flat().length + tokens.length);
});
