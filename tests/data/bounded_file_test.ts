import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readFileBounded, readStream } from "../../lib/data/bounded_file.ts";
import { CheckpointError } from "../../lib/errors/errors.ts";
import { withFolder } from "../cli/program.ts";

const windows = Deno.build.os === "windows";
const fs = process.getBuiltinModule("node:fs");
const content = new Uint8Array(70_000).map((_, i) => i);

const read = (path: string, limit: number = 1e6) =>
  readFileBounded(path, { limit, refusal: CheckpointError });

function refuses(path: string, reason: string, limit?: number): void {
  const { message } = assertThrows(() => read(path, limit), CheckpointError);
  assertEquals(message, `Cannot read ${path}: ${reason}`);
}

Deno.test("readFileBounded() quotes the start of a text that is passed as a path", () => {
  const { message } = assertThrows(
    () => read("emma\nolivia\n".repeat(1000)),
    CheckpointError,
  );
  assertMatch(
    message,
    /^Cannot read "emma\\nolivia\\n[^ ]*…": (name|file name) too long$/i,
  );
});

/** Runs `body` while one function of `node:fs` is another. */
function replacing<Name extends "openSync" | "readSync">(
  name: Name,
  replacement: (...args: Parameters<typeof fs[Name]>) => number,
  body: () => void,
): void {
  const original = fs[name];
  Object.assign(fs, { [name]: replacement });
  try {
    body();
  } finally {
    Object.assign(fs, { [name]: original });
  }
}

Deno.test("readFileBounded() reads a file up to its limit", () =>
  withFolder((folder) => {
    Deno.writeFileSync(`${folder}/a.bin`, content);
    assertEquals(read(`${folder}/a.bin`, content.length), content);
    Deno.writeFileSync(`${folder}/empty`, new Uint8Array());
    assertEquals(read(`${folder}/empty`, 0).length, 0);
  }));

Deno.test("readFileBounded() refuses a file over its limit without reading it", () =>
  withFolder((folder) => {
    const path = `${folder}/sparse`;
    Deno.writeFileSync(path, content.subarray(0, 3));
    refuses(path, "it has 3 bytes, more than the 2 that are read", 2);
    Deno.truncateSync(path, 2 ** 31);
    replacing(
      "openSync",
      () => {
        throw new Error("It was opened");
      },
      () =>
        refuses(
          path,
          "it has 2147483648 bytes, more than the 1000000 that are read",
        ),
    );
  }));

Deno.test("readFileBounded() says in a sentence why a file cannot be read", () =>
  withFolder((folder) => {
    refuses(folder, "it is a folder");
    refuses(`${folder}/none`, "there is no such file; check the path");
    Deno.writeFileSync(`${folder}/a.bin`, content);
    if (!windows) refuses(`${folder}/a.bin/b`, "not a directory");
    replacing("openSync", (path) => {
      const message = `EACCES: permission denied, open '${path}'`;
      throw Object.assign(new Error(message), { code: "EACCES" });
    }, () => refuses(`${folder}/a.bin`, "permission denied"));
  }));

Deno.test({
  name: "readFileBounded() asks for the permission to read",
  permissions: { read: false },
  fn: () =>
    refuses(
      "/a",
      'requires read access to "/a", run again with the --allow-read flag',
    ),
});

Deno.test({
  name: "readFileBounded() refuses a pipe and a device, which may never end",
  ignore: windows,
  fn: () =>
    withFolder((folder) => {
      const pipe = `${folder}/pipe`;
      assert(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
      refuses(pipe, "it is a pipe or a device, not a file");
      refuses("/dev/zero", "it is a pipe or a device, not a file");
    }),
});

Deno.test({
  name:
    "readFileBounded() reads a pipe that a shell has opened, up to its limit",
  ignore: windows,
  async fn() {
    const url = new URL("../../lib/data/bounded_file.ts", import.meta.url);
    const code = `import { readFileBounded } from ${JSON.stringify(url)};
      for (const path of Deno.args) {
        try {
          const options = { limit: 600_000, refusal: Error };
          console.log(readFileBounded(path, options).length);
        } catch ({ message }) {
          console.log(message.replaceAll(path, "it"));
        }
      }`;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, code);
    try {
      const line = '"$0" run --allow-read "$1" <(printf ab) <(printf "") ' +
        "<(seq 100000) <(yes)"; // 588,895 bytes, and one that never ends
      const { stdout } = await new Deno.Command("bash", {
        args: ["-c", line, Deno.execPath(), file],
        stderr: "null",
      }).output();
      assertEquals(
        new TextDecoder().decode(stdout),
        "2\n0\n588895\n" +
          "Cannot read it: it has more bytes than the 600000 that are read\n",
      );
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test("readStream() says what to do with too much", () => {
  const options = { limit: 9, refusal: CheckpointError, advice: "give less" };
  const { message } = assertThrows(
    () => readStream(() => 5, "a pipe", options),
    CheckpointError,
  );
  assertEquals(
    message,
    "Cannot read a pipe: it has more bytes than the 9 that are read; give less",
  );
});

Deno.test("readFileBounded() refuses a file that shrinks or grows while it is read", () =>
  withFolder((folder) => {
    const path = `${folder}/a.bin`;
    const { readSync } = fs;
    for (const size of [69_999, 70_001]) {
      Deno.writeFileSync(path, content);
      replacing("readSync", (...args) => {
        Deno.truncateSync(path, size);
        return readSync(...args);
      }, () => refuses(path, "it changed while it was read: try again"));
    }
  }));

Deno.test("readFileBounded() reads the new file when the file is replaced", () =>
  withFolder((folder) => {
    const path = `${folder}/a.bin`;
    Deno.writeFileSync(path, content.subarray(0, 3));
    const { openSync } = fs;
    replacing("openSync", (...args) => {
      Deno.writeFileSync(`${folder}/b.bin`, content);
      Deno.renameSync(`${folder}/b.bin`, path);
      return openSync(...args);
    }, () => assertEquals(read(path), content));
  }));

Deno.test("readFileBounded() says so where there are no files, as in a page", () => {
  const { process } = globalThis;
  Reflect.deleteProperty(globalThis, "process");
  try {
    refuses(
      "words.txt",
      "there are no files here: fetch the text and use parseWords()",
    );
  } finally {
    globalThis.process = process;
  }
});
