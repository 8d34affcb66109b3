import { assert, assertEquals, assertThrows } from "@std/assert";
import { WordListError } from "../../lib/errors/errors.ts";
import {
  defaultWords,
  embeddedWords,
  parseWords,
  readWords,
  wordsFrom,
} from "../../lib/data/words.ts";
import { hasFetched, SOURCES } from "../../tools/fetch_data.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import { withFolder } from "../cli/program.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("embeddedWords() are those of data/names.txt", () => {
  const file = new URL("../../data/names.txt", import.meta.url);
  const text = Deno.readTextFileSync(file);
  assertEquals(embeddedWords().words, parseWords(text, "names.txt").words);
});

Deno.test("embeddedWords() has the names of 2018, 32,257 of which 29,693 are distinct", () => {
  const { words, source } = embeddedWords();
  // the lecture's first eight, the last girl's name, the first boy's, the last
  assertEquals(
    words.slice(0, 8).join(" "),
    "emma olivia ava isabella sophia charlotte mia amelia",
  );
  const boys = words.indexOf("liam", words.indexOf("liam") + 1);
  assertEquals(words.slice(boys - 1, boys + 2), ["zyona", "liam", "noah"]);
  assertEquals(words.at(-1), "zzyzx");
  assertEquals(words.length, 32_257);
  assertEquals(new Set(words).size, 29_693);
  assert(words.every((word) => /^[a-z]{2,15}$/.test(word)));
  assert(source.includes("embedded"));
});

canonicalTest("embeddedWords() has all of the lecture's names", () => {
  const embedded = new Set(embeddedWords().words);
  assertEquals(canonicalWords().filter((word) => !embedded.has(word)), []);
});

canonicalTest(
  "defaultWords() takes the lecture's list where it is there",
  () => {
    const { words, source } = defaultWords();
    assertEquals(words, canonicalWords());
    assertEquals(source, "data/makemore/names.txt");
  },
);

canonicalTest("parseWords() finds the lecture's 32,033 names", async () => {
  const words = canonicalWords();
  assertEquals(words.length, 32_033);
  assertEquals(words.at(-1), "zzyzx");
  assertEquals(new Set(words).size, 29_494);
  const text = bytes(words.join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  assertEquals(hash.toHex(), SOURCES.names.sha256);
});

Deno.test("defaultWords() falls back on the embedded list without asking for permission", async () => {
  const url = new URL("../../lib/data/words.ts", import.meta.url);
  const code = `import { defaultWords } from ${JSON.stringify(url)};
    console.log(defaultWords().source);`;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stderr: "null",
  }).output();
  assert(success);
  // eval has all permissions, so what it prints depends on the list's presence
  const expected = hasFetched(SOURCES.names)
    ? "data/makemore/names.txt"
    : "the embedded list of names";
  assertEquals(new TextDecoder().decode(stdout).trim(), expected);

  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const limited = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", file],
    }).output();
    assertEquals(
      new TextDecoder().decode(limited.stdout).trim(),
      "the embedded list of names",
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("parseWords() accepts any line ending, a byte order mark, blanks and blank lines", () => {
  for (
    const text of [
      "emma\nava\n",
      "emma\r\nava\r\n",
      "emma\rava",
      "\uFEFFemma\n\n  ava\t\n\n",
    ]
  ) {
    assertEquals(parseWords(text, "list").words, ["emma", "ava"]);
    assertEquals(parseWords(bytes(text), "list").words, ["emma", "ava"]);
  }
});

Deno.test("parseWords() keeps the last word of a list without a final newline", () => {
  // names.txt ends in "zzyzx" without one: a list read by readlines() and
  // joined again has glued the next name to it
  assertEquals(parseWords("ava\nzzyzx", "list").words, ["ava", "zzyzx"]);
});

Deno.test("parseWords() says where a list is wrong and what to do", () => {
  const refused: [string | Uint8Array, string][] = [
    ["", "Cannot read list.txt: it has no words; put one on each line"],
    [" \n\t\n", "Cannot read list.txt: it has no words"],
    ["emma\nav\0a", "Cannot read list.txt: line 2 contains a NUL byte"],
    ["aaa\na\n", 'Cannot read list.txt: its only character is "a"'],
    [
      Uint8Array.of(0x61, 0x62, 0x0a, 0xff, 0x0a),
      "Cannot read list.txt: line 2 is not valid UTF-8",
    ],
    [
      Uint8Array.of(0x61, 0xe2, 0x82),
      "Cannot read list.txt: line 1 is not valid UTF-8",
    ],
    ["ab\n\ud800", 'line 2, "\\ud800", contains half a character'],
  ];
  for (const [text, message] of refused) {
    assertThrows(() => parseWords(text, "list.txt"), WordListError, message);
  }
});

Deno.test("parseWords() takes words with dots", () => {
  const list = ["Mr. Mime", "St. Agnes", "J.D.", "CC(=O)O.[Na]", "..."];
  assertEquals(parseWords(list.join("\n"), "list").words, list);
});

Deno.test("parseWords() composes characters and drops invisible ones, which it notes", () => {
  const { words, notes } = parseWords(
    "\uFEFFJose\u0301\nZo\u00ade\u0308\n\u200b\nJosé\u200e\n\u1112\u1161\u11ab",
    "list",
  );
  assertEquals(words, ["José", "Zoë", "José", "한"]);
  assertEquals(notes, [
    "Dropped 3 invisible characters (U+00AD, U+200B, U+200E)",
  ]);
  assertEquals(parseWords("emma\nava", "list").notes, []);
  assertEquals(wordsFrom(["e\u0301\u200b", "\u200e", "o"]).words, ["é", "o"]);
  assertEquals(wordsFrom(["e\u0301\u200b", "\u200e", "o"]).notes, [
    "Dropped 2 invisible characters (U+200B, U+200E)",
  ]);
});

Deno.test("parseWords() ends a line where Unicode does", () => {
  const list = "a\u2028b\u2029c\u0085d\ve\ff\r\ng\rh\n";
  assertEquals(parseWords(list, "list").words, [..."abcdefgh"]);
});

Deno.test("parseWords() reads other encodings, and words in lowercase", () => {
  const ivan = Uint8Array.of(0xc8, 0xe2, 0xe0, 0xed, 0x0a, 0xde, 0xeb, 0x9a);
  const encoding = "windows-1251";
  assertEquals(parseWords(ivan, "list", { encoding }).words, ["Иван", "Юлљ"]);
  const lowercase = { encoding, lowercase: true };
  assertEquals(parseWords(ivan, "list", lowercase).words, ["иван", "юлљ"]);
  const turkish = { lowercase: true, locale: "tr" };
  assertEquals(wordsFrom(["Isparta"], "it", turkish).words, ["ısparta"]);
  assertThrows(
    () => parseWords("I\nJ", "list", { lowercase: true, locale: "no such" }),
    RangeError,
    'Cannot use the locale "no such"',
  );
});

Deno.test("parseWords() shows only the beginning of a long word", () => {
  const error = assertThrows(
    () => parseWords("x".repeat(1e6) + "\ud800", "list"),
    WordListError,
  );
  assert(error.message.length < 200);
});

Deno.test("wordsFrom() takes any iterable and says which word is wrong", () => {
  assertEquals(wordsFrom(new Set([" ab ", "", "c"])).words, ["ab", "c"]);
  assertThrows(
    () => wordsFrom(["a", "b\ud800"], "my words"),
    WordListError,
    'Cannot read my words: word 2, "b\\ud800", contains half a character',
  );
});

Deno.test("readWords() says what is wrong with a file", () =>
  withFolder((folder) => {
    const file = `${folder}/list.txt`;
    Deno.writeTextFileSync(file, "emma\nava\n");
    assertEquals(readWords(file).words, ["emma", "ava"]);
    Deno.writeFileSync(file, Uint8Array.of(0x61, 0x62, 0x0a, 0xe9));
    assertEquals(readWords(file, { encoding: "latin1" }).words, ["ab", "é"]);
    assertThrows(
      () => readWords(file),
      WordListError,
      `Cannot read ${file}: line 2 is not valid UTF-8; save it as UTF-8, or`,
    );
    Deno.truncateSync(file, 2 ** 31);
    assertThrows(() => readWords(file), WordListError, "2147483648 bytes");
  }));

Deno.test("readWords() names parseWords() where there are no files, as in a page", async () => {
  const url = new URL("../../lib/data/words.ts", import.meta.url);
  // a page has no process, and its modules come by https:
  const code = `Reflect.deleteProperty(globalThis, "process");
    const { defaultWords, readWords } = await import(${JSON.stringify(url)});
    console.log(defaultWords().source);
    try {
      readWords("words.txt");
    } catch ({ message }) {
      console.log(message);
    }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout),
    "the embedded list of names\n" +
      "Cannot read words.txt: there are no files here: fetch the text and use " +
      "parseWords()\n",
  );
});
