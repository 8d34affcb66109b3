import { assertEquals, assertThrows } from "@std/assert";
import { WordListError } from "../../lib/errors/errors.ts";
import {
  decodeText,
  readText,
  tidyNotes,
  tidyText,
} from "../../lib/data/text.ts";
import { withFolder } from "../cli/program.ts";

Deno.test("readText() reads UTF-8, and says where a file is not a text", () =>
  withFolder(async (folder) => {
    const file = `${folder}/text.txt`;
    await Deno.writeTextFile(file, "\uFEFFÇa va?\r\nTrès bien.\n");
    assertEquals(readText(file), "Ça va?\r\nTrès bien.\n");
    const refused: [Uint8Array, string][] = [
      [
        Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a),
        "line 2 is not valid UTF-8; save it as UTF-8, or name its encoding, " +
        "as in --encoding windows-1252",
      ],
      [Uint8Array.of(0xff, 0xfe, 0x61), "line 1 is not valid UTF-16LE"],
      [Uint8Array.of(0x61, 0x0d, 0x0a, 0, 0x61), "line 2 contains a NUL byte"],
    ];
    for (const [bytes, message] of refused) {
      await Deno.writeFile(file, bytes);
      assertThrows(
        () => readText(file, "text.txt"),
        WordListError,
        `Cannot read text.txt: ${message}`,
      );
    }
    assertThrows(
      () => readText(`${folder}/none.txt`),
      WordListError,
      `Cannot read ${folder}/none.txt: there is no such file`,
    );
    assertThrows(() => readText(folder), WordListError, "it is a folder");
    await Deno.truncate(file, 2 ** 31);
    assertThrows(() => readText(file), WordListError, "2147483648 bytes");
  }));

Deno.test("decodeText() takes bytes as readText() does", () => {
  const bytes = new TextEncoder().encode("日本\n");
  assertEquals(decodeText(bytes, "it"), "日本\n");
  assertThrows(
    () => decodeText(bytes.subarray(0, 2), "it"),
    WordListError,
    "Cannot read it: line 1",
  );
});

// by str.encode() of Python 3.11
const hex = (digits: string) => Uint8Array.fromHex(digits);
const ENCODED: [string, string, string][] = [
  ["windows-1251", "c8e2e0edeee20ad0eef1f2eee20a", "Иванов\nРостов\n"],
  ["windows-1250", "a3f3649f0a", "Łódź\n"],
  ["iso-8859-1", "4a6f73e90a", "José\n"],
  ["shift_jis", "93fa967b0a", "日本\n"],
  ["gb18030", "c9cfbaa30a", "上海\n"],
  ["euc-kr", "bcadbfef0a", "서울\n"],
  ["utf-16le", "4a006f007300e9000a00", "José\n"],
  ["utf-16be", "004a006f007300e9000a", "José\n"],
];

Deno.test("decodeText() reads every encoding that TextDecoder knows by its name", () => {
  for (const [encoding, bytes, text] of ENCODED) {
    assertEquals(decodeText(hex(bytes), "it", { encoding }), text, encoding);
  }
  const given = { encoding: "Windows-1251" };
  assertEquals(decodeText("a text already", "it", given), "a text already");
  assertThrows(
    () => decodeText(hex("61"), "it", { encoding: "windows-1234" }),
    RangeError,
    'Cannot use the encoding "windows-1234": use a name that TextDecoder ' +
      'knows, such as "windows-1252" or "shift_jis"',
  );
  assertThrows(
    () => decodeText(hex("610a81"), "it", { encoding: "shift_jis" }),
    WordListError,
    "Cannot read it: line 2 is not valid SHIFT_JIS; save it as UTF-8, or name " +
      "its encoding, as in --encoding windows-1252",
  );
});

Deno.test("decodeText() recognises UTF-16, and a byte order mark before any name", () => {
  const marked: [string, string][] = [
    ["efbbbf4a6f73c3a9", "José"],
    ["fffe4a006f007300e900", "José"],
    ["feff004a006f007300e9", "José"],
  ];
  for (const [bytes, text] of marked) {
    assertEquals(decodeText(hex(bytes), "it"), text);
    const other = { encoding: "windows-1251" };
    assertEquals(decodeText(hex(bytes), "it", other), text);
  }
  const plain: [string, string][] = [
    ["4a006f007300e9000d000a0041006e006e00", "José\r\nAnn"],
    ["004a006f007300e9000a0041006e006e", "José\nAnn"],
    ["1c043e0441043a04320430040a00", "Москва\n"],
    ["1cc1b8c60a0080bdb0c00a00", "서울\n부산\n"],
  ];
  for (const [bytes, text] of plain) {
    assertEquals(decodeText(hex(bytes), "it"), text);
  }
  // a file of another kind is none
  for (
    const bytes of ["7f454c46020101000000", "00000000", "6100000062000000"]
  ) {
    assertThrows(() => decodeText(hex(bytes), "it"), WordListError, "NUL byte");
  }
});

Deno.test("tidyText() composes characters and drops invisible ones, and tidyNotes() counts them", () => {
  assertEquals(tidyText("Jose\u0301 \u1112\u1161\u11ab"), "José 한");
  const text = "so\u00adda \u200bpop\u200e\u2060 cola\u200b\ufeff";
  assertEquals(tidyText(text), "soda pop cola");
  assertEquals(tidyNotes(text), [
    "Dropped 6 invisible characters (U+00AD, U+200B, U+200E, U+2060, U+FEFF)",
  ]);
  assertEquals(tidyNotes("a\u200bb"), [
    "Dropped 1 invisible character (U+200B)",
  ]);
  assertEquals(tidyNotes("Jose\u0301"), []);
  // dropped first, so that what they kept apart composes
  assertEquals(tidyText("e\u200b\u0301"), "é");
});

Deno.test("tidyText() keeps invisible characters that mean something", () => {
  // Persian "I want", Sinhala "Sri", a family, a heart, Mongolian, Hebrew
  for (
    const text of [
      "می\u200cخواهم",
      "ශ්\u200dරී",
      "👩\u200d👩\u200d👧",
      "❤\ufe0f",
      "ᠠ\u180b",
      "ש\u05b8\u034f\u05bc",
    ]
  ) assertEquals([tidyText(text), tidyNotes(text)], [text.normalize(), []]);
});

Deno.test("tidyText() ends all lines in one way", () => {
  const text = "a\r\nb\rc\nd\u2028e\u2029f\u0085g\fh\vi\n\r\n";
  assertEquals(tidyText(text), "a\nb\nc\nd\ne\nf\ng\nh\ni\n\n");
});

Deno.test("tidyText() writes in lowercase by the rules of a language", () => {
  const turkish = { lowercase: true, locale: "tr" };
  assertEquals(tidyText("ISPARTA", turkish), "ısparta");
  assertEquals(tidyText("Σας ΣΑΣ", { lowercase: true }), "σας σας");
  // in whichever form "É" and "İ" are written
  for (const form of ["NFC", "NFD"]) {
    assertEquals(
      tidyText("ÉCOLE".normalize(form), { lowercase: true }),
      "école",
    );
    assertEquals(tidyText("İzmir".normalize(form), turkish), "izmir");
  }
});
