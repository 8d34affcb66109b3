import { assertEquals } from "@std/assert";
import { tokenize, type TokenizeOptions } from "../../lib/data/tokens.ts";

/** The sentences of a text, with a blank between tokens. */
function read(text: string, options: TokenizeOptions = {}): string[] {
  return tokenize(text, options).map((tokens) => tokens.join(" "));
}

Deno.test("tokenize() leaves titles, initials and letters with periods whole", () => {
  assertEquals(
    read(
      "Mr. Smith met Dr. Jones in St. Louis at 5 p.m. on Monday. The U.S. is " +
        "big. J. R. R. Tolkien's, J.D. Salinger; the U.S.-based (e.g. this).",
    ),
    [
      "Mr. Smith met Dr. Jones in St. Louis at 5 p.m. on Monday .",
      "The U.S. is big .",
      "J. R. R. Tolkien's , J.D. Salinger ; the U.S. - based ( e.g. this ) .",
    ],
  );
  assertEquals(read("mr. smith met MRS. JONES.", { lowercase: true }), [
    "mr. smith met mrs. jones .",
  ]);
  // not an initial
  assertEquals(read("So am I. He left."), ["So am I .", "He left ."]);
});

Deno.test("tokenize() leaves addresses and what begins with a period whole", () => {
  assertEquals(
    read(
      "Visit https://example.com/a/b?x=1. Write to <a.b+c@mail.example.co.uk>! " +
        '(See "www.example.org/x_y",) bit.ly/abc? Use ASP.NET, .NET or ' +
        "node.js at .5 or 3.50, and/or typed badly.Like this",
    ),
    [
      "Visit https://example.com/a/b?x=1 .",
      "Write to < a.b+c@mail.example.co.uk > !",
      '( See " www.example.org/x_y " , ) bit.ly/abc ?',
      "Use ASP.NET , .NET or node.js at .5 or 3.50 , and / or typed badly . Like this",
    ],
  );
});

Deno.test("tokenize() learns abbreviations from a text, in any language with capitals", () => {
  assertEquals(
    read(
      "Am Mo. kam Fa. Meyer, bzw. ihr Chef. Die Nr. 5 gehört Fa. Schulz usw. und " +
        "so fort. Er ging. Sie ging.",
      { locale: "de" },
    ),
    [
      "Am Mo. kam Fa. Meyer , bzw. ihr Chef .",
      "Die Nr. 5 gehört Fa. Schulz usw. und so fort .",
      "Er ging .",
      "Sie ging .",
    ],
  );
  const streets = ["Ленина", "Гоголя", "Мира", "Кирова"];
  const text = streets.map((name) => `Она живёт на ул. ${name}.`).join(" ");
  assertEquals(read(text).length, 4);
  assertEquals(read(text)[3], "Она живёт на ул. Кирова .");
});

Deno.test("tokenize() does not take the last word of sentences for an abbreviation", () => {
  // always before a period, but what follows is one word, or not a name
  const once = "They met for tea. Visit us. ";
  assertEquals(read(once.repeat(10)).length, 20);
  assertEquals(
    read("We had tea. The cat had tea. All of the cats. All had tea. We did."),
    ["We had tea .", "The cat had tea .", "All of the cats .", "All had tea ."]
      .concat("We did ."),
  );
  assertEquals(read("Yes. Yes. No. ".repeat(10)).length, 30);
  // small letters say nothing where sentences begin with them
  assertEquals(
    read("nice day. love it. good day. my cat. bad day. so what", {
      sentences: "lines",
    }),
    ["nice day . love it . good day . my cat . bad day . so what"],
  );
});

Deno.test("tokenize() ends a sentence after an abbreviation where the next word tells", () => {
  // a small abbreviation, and a word that the text has in lowercase
  assertEquals(read("We met at 5 p.m. He left. Did he? At 6 p.m. Ann came."), [
    "We met at 5 p.m.",
    "He left .",
    "Did he ?",
    "At 6 p.m. Ann came .",
  ]);
  // a capital one, and a very common word
  const common = "It is the dog and the cat of the man. ".repeat(5);
  assertEquals(
    read(common + "It is in the U.S. The end. Dr. The left.").slice(5),
    ["It is in the U.S.", "The end .", "Dr. The left ."],
  );
});

Deno.test("tokenize() takes the word of others for an abbreviation", () => {
  const has = (token: string) => token === "gen.";
  const text = "Gen. Lee left.";
  assertEquals(read(text, { lowercase: true, has }), ["gen. lee left ."]);
  assertEquals(read(text), ["Gen .", "Lee left ."]);
});

Deno.test("tokenize() takes time in proportion to a text, whatever is in it", () => {
  for (
    const text of [
      "a".repeat(50_000),
      "(www.".repeat(10_000) + "((",
      "a-".repeat(25_000),
      "a.".repeat(25_000),
      "‘".repeat(50_000),
      "@.".repeat(25_000),
    ]
  ) assertEquals(tokenize(text).flat().join("").length, text.length);
});
