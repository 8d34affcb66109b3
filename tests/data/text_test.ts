import { assertEquals, assertThrows } from "@std/assert";
import { WordListError } from "../../lib/errors/errors.ts";
import { decodeText, readText } from "../../lib/data/text.ts";
import { withFolder } from "../cli/program.ts";

Deno.test("readText() reads UTF-8, and says where a file is not a text", () =>
  withFolder(async (folder) => {
    const file = `${folder}/text.txt`;
    await Deno.writeTextFile(file, "\uFEFFÇa va?\r\nTrès bien.\n");
    assertEquals(readText(file), "Ça va?\r\nTrès bien.\n");
    const refused: [Uint8Array, string][] = [
      [Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a), "line 2 is not valid UTF-8"],
      [Uint8Array.of(0xff, 0xfe, 0x61, 0), "line 1 is not valid UTF-8"],
      [Uint8Array.of(0x61, 0x0d, 0x0a, 0), "line 2 contains a NUL byte"],
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
