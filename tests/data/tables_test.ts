import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import papa from "papaparse";
import { parseRows } from "../../lib/data/table_rows.ts";
import {
  MAX_COUNTED_WORDS,
  parseTable,
  readTable,
  type TableOptions,
} from "../../lib/data/tables.ts";
import { WordListError } from "../../lib/errors/errors.ts";
import { withFolder } from "../cli/program.ts";

const wordsOf = async (
  text: string,
  options: TableOptions = {},
  source = "list",
) => (await parseTable(text, source, options)).words;

/** A spreadsheet's CSV: quoted commas, quotation marks, and line breaks. */
const CSV = 'Full name,Born,count\r\n"O\'Neil, Ava",2001,2\r\n' +
  '"Bea ""B"" Bo",2002,1\r\n"Cleo\r\nMay",2003,"1,000"\r\n\r\nDora,2004,0\r\n';

Deno.test("parseTable() reads a column of a CSV file by name or number", async () => {
  const names = ["O'Neil, Ava", 'Bea "B" Bo', "Cleo May", "Dora"];
  for (const column of ["Full name", " full NAME", "1", 1]) {
    const { words, notes } = await parseTable(CSV, "a.csv", { column });
    assertEquals(words, names);
    assertEquals(notes, [
      'The first row of a.csv names its columns: "Full name", "Born", "count"',
    ]);
  }
  assertEquals(await wordsOf(CSV), names);
  assertEquals(await wordsOf(CSV, { column: "born" }), [
    "2001",
    "2002",
    "2003",
    "2004",
  ]);
  const bytes = new TextEncoder().encode("\uFEFF" + CSV);
  const { words } = await parseTable(bytes, "a.csv", { column: "Full name" });
  assertEquals(words, names);
});

Deno.test("parseTable() repeats words by their counts, in the order of the rows", async () => {
  const options = { column: "Full name", counts: "count" };
  const { words, notes = [] } = await parseTable(CSV, "a.csv", options);
  assertEquals(words.slice(0, 4), [
    "O'Neil, Ava",
    "O'Neil, Ava",
    'Bea "B" Bo',
    "Cleo May",
  ]);
  assertEquals(words.length, 1003);
  assertEquals(notes[1], "Left out 1 word with the count 0");
  // the words are in the other column
  assertEquals(await wordsOf("2\tab\n1\tc\n", { counts: 1 }), [
    "ab",
    "ab",
    "c",
  ]);
  assertEquals(await wordsOf("  2 ab\n  1 c\n  3 d\n", { counts: 1 }), [
    ..."ab ab c d d d".split(" "),
  ]);
  // shares: the smallest is one word
  assertEquals(await wordsOf("ab;0.5\nc;0.25\n", { counts: 2 }), [
    "ab",
    "ab",
    "c",
  ]);
});

Deno.test("parseTable() divides counts that add up to more than 250,000", async () => {
  const text = "the\t600000\nof\t300000\nto\t100000\nzyzzyva\t1\n";
  const { words, notes } = await parseTable(text, "list", { counts: 2 });
  const times = ["the", "of", "to", "zyzzyva"].map((word) =>
    words.filter((other) => other === word).length
  );
  assertEquals(times, [150_000, 75_000, 25_000, 1]);
  assertEquals(notes, [
    "The counts add up to 1,000,001: they are divided so that the list has " +
    "250,001 words, each of them at least once",
  ]);
  assertEquals(MAX_COUNTED_WORDS, 250_000);
  const all = `the\t${MAX_COUNTED_WORDS - 1}\nof\t1\n`;
  const whole = await parseTable(all, "list", { counts: 2 });
  assertEquals([whole.words.length, whole.notes], [250_000, []]);
});

Deno.test("parseTable() reads JSON, dictionaries, series and numbered lines", async () => {
  const read: [string, TableOptions, string[]][] = [
    ['["ab", "c", 7, null, " d "]', {}, ["ab", "c", "7", "d"]],
    ['[["F", "ab"], ["M", "c"]]', { column: 2 }, ["ab", "c"]],
    ['[{"n": "ab"}, {"m": 1, "n": "c\\nd"}]', { column: "n" }, ["ab", "c d"]],
    ['[{"n": "ab", "k": 2}]', { counts: "k" }, ["ab", "ab"]],
    ['{"ab": 2, "c": 1}', { counts: "count" }, ["ab", "ab", "c"]],
    ['{"ab": 2, "c": 1}', {}, ["ab", "c"]],
    ['{"n": "ab"}\r\n{"n": "c"}\n\n', { column: "n" }, ["ab", "c"]],
    ["3\nab/MS\nc\\/d/X po:noun\nef\tpo:verb\n", {}, ["ab", "c/d", "ef"]],
    ["1. ab\n2. c d\n3. ef\n", { column: 2 }, ["ab", "c d", "ef"]],
    ["- ab\n- c\n- d\n", { column: 2 }, ["ab", "c", "d"]],
    ["ab, 'c', \"d\", ef\n", {}, ["ab", "c", "d", "ef"]],
    ["Azgaar|5|11|a|0|ab,cd,e,f,g,h,i", {}, [..."ab cd e f g h i".split(" ")]],
    ["'ab',\n'c',\n", {}, ["ab", "c"]],
    ["name\nab\nc\n", {}, ["ab", "c"]],
    ["ab\nc\n", {}, ["ab", "c"]],
    ["# x\nab,1\nc,2\nd,3\n", {}, ["ab", "c", "d"]],
    // whole lines, whatever they look like
    ["# x\nab,1\nc,2\n", { column: 0 }, ["# x", "ab,1", "c,2"]],
    ["AB,x\nÉ,y\n", { lowercase: true }, ["ab", "é"]],
    // between tabs a quotation mark is a word
    ['"\t9\nab\t8\n"c\t7\n', { column: 1 }, ['"', "ab", '"c']],
    // and where each line is one cell
    ['name\n"ab\ncd', { column: "name" }, ['"ab', "cd"]],
  ];
  for (const [text, options, words] of read) {
    assertEquals(await wordsOf(text, options), words, text);
  }
});

Deno.test("parseTable() says in a sentence what is wrong", async () => {
  const wanted =
    "it must be an array of words, of objects or of arrays, or an " +
    "object from words to counts";
  const refused: [string, TableOptions, string][] = [
    [
      CSV,
      { column: "name" },
      'there is no column "name"; its columns are "Full name", "Born", "count"',
    ],
    [
      CSV,
      { column: 4 },
      'there is no column "4"; its columns are "Full name", "Born", "count"',
    ],
    ["ab,1\nc,2", { column: 3 }, 'there is no column "3"; it has 2 columns'],
    [
      "ab,x\nc,y",
      { column: "n" },
      'there is no column "n"; it has 2 columns and no names of columns',
    ],
    ["ab\nc", { column: "2" }, 'there is no column "2"; it has 1 column'],
    [
      'n,count\n"a\nb",1\nc,-2\n',
      { column: "n", counts: "count" },
      'line 4, "c", has the count "-2", which is not a number from 0 up',
    ],
    [
      "ab\t1\nc\t\n",
      { counts: 2 },
      'line 2, "c", has the count "", which is not a number from 0 up',
    ],
    [
      "ab\t1\nc\tNaN\n",
      { counts: 2 },
      'line 2, "c", has the count "NaN", which is not a number from 0 up',
    ],
    [
      'ab,1\n"c,2\nd,3\n',
      {},
      "the row in line 2 has a quotation mark that is not closed, or " +
      "something behind one that is; write a quotation mark within a cell twice",
    ],
    ["ab\t0\nc\t0", { counts: 2 }, "it has no words; put one on each line"],
    ['["a", [2]]', {}, `${wanted}, and its items are of several kinds`],
    ['{"ab": "c"}', {}, `${wanted}, and "ab" has no count`],
    ["[]", {}, "it has no words; put one on each line"],
    [
      "<!DOCTYPE html>\n<p>ab<br>\nc",
      {},
      "it is HTML or XML; save its words as plain text, one on each line",
    ],
  ];
  for (const [text, options, reason] of refused) {
    const error = await assertRejects(
      () => parseTable(text, "list", options),
      WordListError,
    );
    assertEquals(error.message, `Cannot read list: ${reason}`);
  }
  const notJson = await assertRejects(
    () => parseTable("[ab", "a.json"),
    WordListError,
  );
  assert(notJson.message.startsWith("Cannot read a.json: it is not JSON ("));
  const notLines = await assertRejects(
    () => parseTable('{"n": "ab"}\n{"n": "c"}\n\n{"n', "list"),
    WordListError,
  );
  assert(notLines.message.startsWith("Cannot read list: line 4 is not JSON ("));
});

Deno.test("readTable() reads a file", () =>
  withFolder(async (folder) => {
    const file = `${folder}/names.csv`;
    await Deno.writeTextFile(file, CSV);
    const { words, source } = await readTable(file, { column: "Full name" });
    assertEquals([words.length, source], [4, file]);
  }));

Deno.test("parseRows() reads what npm:papaparse writes", async () => {
  const cell = fc.string({
    unit: fc.constantFrom("a", "b", " ", ",", ";", "\t", '"', "\n", "'", "|"),
    maxLength: 6,
  });
  const table = fc.array(
    fc.tuple(cell, cell, cell).filter((cells) => cells.some((c) => c.trim())),
    { minLength: 1, maxLength: 6 },
  );
  const delimiters = fc.constantFrom(",", ";", "\t", "|");
  await fc.assert(
    fc.asyncProperty(table, delimiters, async (cells, delimiter) => {
      const text = papa.unparse(cells, { delimiter, quotes: true });
      const layout = { kind: "columns", delimiter } as const;
      const { rows } = await parseRows(text, "list", layout);
      assertEquals(rows.map(({ cells }) => [...cells]), cells);
    }),
  );
});

Deno.test("parseTable() reads any text or refuses it", async () => {
  const line = fc.string({
    unit: fc.constantFrom(..."ab1, ;|\t\"'[]{}:#/.\n"),
    maxLength: 30,
  });
  const options = fc.record({
    column: fc.constantFrom(0, 1, 2, "a"),
    counts: fc.constantFrom(1, 2, "b", undefined),
  });
  await fc.assert(
    fc.asyncProperty(line, options, async (text, { column, counts }) => {
      try {
        const words = await wordsOf(text, { column, counts });
        assert(words.every((word) => word.trim() === word && word !== ""));
      } catch (error) {
        assert(error instanceof WordListError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
