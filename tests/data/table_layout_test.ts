import { assertEquals } from "@std/assert";
import { layoutOf, withoutComments } from "../../lib/data/table_layout.ts";

const kindOf = (text: string, least?: number) => layoutOf(text, least)?.kind;

/** Twelve lines made of a template with "A", "1" and "7". */
const lines = (template: string, join = "\n") =>
  "Aino Bea Cleo Dora Elsa Fay Gwen Hana Ida June Kaia Lena".split(" ")
    .map((name, i) =>
      template.replace("A", name).replace("1", `${i + 1}`)
        .replace("7", `${900 - 7 * i}`)
    ).join(join);

Deno.test("layoutOf() finds columns by what divides them", () => {
  const layouts: [string, object][] = [
    [lines("A\t7"), { delimiter: "\t" }],
    [lines("A,F,7"), { delimiter: "," }],
    ["name,gender,count\r\n" + lines("A,F,7", "\r\n"), { delimiter: "," }],
    [lines("A;3,5"), { delimiter: ";" }],
    [lines("A|x"), { delimiter: "|" }],
    ['name,note\n"Aino, Ms",x\n"Bea",y\n', { delimiter: "," }],
    [lines('"A",'), { delimiter: ",", quote: '"' }],
    [lines('"A"'), { delimiter: ",", quote: '"' }],
    [lines("'A',"), { delimiter: ",", quote: "'" }],
  ];
  for (
    const [text, { delimiter, quote }] of layouts as [string, {
      delimiter: string;
      quote?: '"' | "'";
    }][]
  ) {
    const found = layoutOf(text);
    assertEquals(
      [found?.kind, found?.delimiter, found?.quote],
      ["columns", delimiter, quote],
      text,
    );
  }
  for (const template of ["1. A", "1) A", "- A", "* A", "   7 A", "A 7"]) {
    const { kind, parts } = layoutOf(lines(template)) ?? {};
    assertEquals(kind, "columns", template);
    assertEquals(parts?.exec(lines(template).split("\n")[0])?.length, 3);
  }
});

Deno.test("layoutOf() knows JSON, HTML, dictionaries and series", () => {
  const kinds: [string, string][] = [
    ['["Aino", "Bea"]', "json"],
    ['[\n  "Aino",\n  "Bea"\n]\n', "json"],
    ['{"Aino": 3, "Bea": 2}', "json"],
    ['[{"name": "Aino"}]', "json"],
    [lines('{"name": "A", "count": 7}'), "json"],
    [lines('["A", 7]') + "\n[", "json"],
    ["<ul>\n" + lines("  <li>A</li>") + "\n</ul>", "html"],
    [lines('<option value="1">A'), "html"],
    ['<?xml version="1.0"?>\n<names>', "html"],
    ["4\napple/MS\nbanana/S\ncherry\nfig/S po:noun\n", "dictionary"],
    ["3\napple\nbanana\ncherry\n", "dictionary"],
    [lines("A/MS"), "dictionary"],
    [lines("A", ","), "series"],
    [lines("A", " ; "), "series"],
    ["Aino, Bea, Cleo, Dora,\nElsa, Fay,\nGwen, Hana, Ida", "series"],
  ];
  for (const [text, kind] of kinds) assertEquals(kindOf(text), kind, text);
});

Deno.test("layoutOf() takes lists for lists", () => {
  const lists = [
    lines("A"),
    "", // no list, but not a table either
    "# a\n",
    "Aino",
    "Smith, Jr\nO'Neil\nJean-Luc\nR2-D2\n3 Doors\nAb/Cd\nx|y\nAC/DC\nU 2\nMo\n",
    "Paris, France\nRome, Italy\nNew York, United States\nOslo, Norway\n",
    Array.from({ length: 100 }, (_, i) => i * i).join("\n"),
    "3,14\n2,71\n1,41\n1,73\n", // with decimal commas
    "1 234\n5 678\n9 012\n",
    "+49 30 123\n+49 40 456\n+49 89 789\n",
    "2024-01-02\n2024-01-03\n2024-01-04\n",
    "12\n25\n31\n47\n", // the first is no count of the rest
    "The fog comes\non little cat feet,\nIt sits looking,\nand then moves on.",
    "It was late, and it rained all day, so nobody came.\n".repeat(20),
    "Porygon 2\nMew\nPorygon\nHo-Oh\n",
    "[draft\n{x\n[\n",
    "<s>\n<unk>\n<3\n<li\n<table\n",
    "<!-- names, public domain -->\nemma\nava\n",
    "<!DOCTYPE>\n<a>\n<b>\n",
    "[]\n{}\n()\n->\n=>\n!=\n",
    "#monday is not my day\nso tired\n#friday\n",
    "rock 'n' roll\n'tis\nma'am\n",
  ];
  for (const text of lists) assertEquals(layoutOf(text), undefined, text);
});

Deno.test("layoutOf() is less strict on request", () => {
  const text = lines("A,F") + "\n" + "Mia\nNora\nOona\nPia";
  assertEquals(kindOf(text), undefined);
  assertEquals(kindOf(text, 0.5), "columns");
});

Deno.test("withoutComments() leaves out comments and keeps the numbers of lines", () => {
  const { text, comments } = withoutComments(
    "# names\n#\n\nAino\r\n # x\nBea\nC\nD",
  );
  assertEquals([text, comments], ["\n\n\nAino\n\nBea\nC\nD", 3]);
  // "#monday" is a word, and so is everything where most lines begin with "#"
  for (
    const kept of ["#monday\n#friday\nx", "# a\n# b\nc", "C#\nF#", "a\r\n"]
  ) {
    assertEquals(withoutComments(kept), { text: kept, comments: 0 });
  }
});
