import { assertEquals, assertThrows } from "@std/assert";
import {
  isUnfinishedFile,
  writeFileAtomically,
} from "../../cli/atomic_file.ts";
import { RunFolderError } from "../../lib/errors/errors.ts";
import { diskFull, filesIn, inFolder, replacing, runScript } from "../files.ts";

const windows = Deno.build.os === "windows";

const previous = new Uint8Array([1, 2, 3]);
const next = new Uint8Array(70_000).fill(7);

Deno.test("writeFileAtomically() makes a file and replaces it, and leaves nothing else", () =>
  inFolder((folder) => {
    const path = `${folder}/a.bin`;
    writeFileAtomically(path, previous);
    assertEquals(Deno.readFileSync(path), previous);
    writeFileAtomically(path, next);
    assertEquals(Deno.readFileSync(path), next);
    writeFileAtomically(path, "é😀");
    assertEquals(Deno.readTextFileSync(path), "é😀");
    writeFileAtomically(path, new Uint8Array());
    assertEquals(Deno.readFileSync(path).length, 0);
    assertEquals(filesIn(folder), ["a.bin"]);
  }));

Deno.test("writeFileAtomically() takes long names, and paths in the current folder", () =>
  inFolder((folder) => {
    const long = "x".repeat(255);
    writeFileAtomically(`${folder}/${long}`, previous);
    assertEquals(filesIn(folder), [long]);
    const { success } = runScript(
      `import { writeFileAtomically } from "LIB/../cli/atomic_file.ts";
       writeFileAtomically("a.bin", "new");`,
      ["--allow-read", "--allow-write=."],
      { folder },
    );
    assertEquals(success, true);
    assertEquals(Deno.readTextFileSync(`${folder}/a.bin`), "new");
  }));

Deno.test("writeFileAtomically() writes on when the system takes only a part", () =>
  inFolder((folder) => {
    const { writeSync } = Deno.FsFile.prototype;
    replacing(
      Deno.FsFile.prototype,
      "writeSync",
      function (bytes: Uint8Array) {
        return writeSync.call(this, bytes.subarray(0, 999));
      },
      () => writeFileAtomically(`${folder}/a.bin`, next),
    );
    assertEquals(Deno.readFileSync(`${folder}/a.bin`), next);
  }));

Deno.test("writeFileAtomically() flushes the file before it takes its place, and the folder after", () =>
  inFolder((folder) => {
    const calls: string[] = [];
    const { syncSync } = Deno.FsFile.prototype;
    const { renameSync } = Deno;
    replacing(Deno.FsFile.prototype, "syncSync", function () {
      calls.push(this.statSync().isDirectory ? "sync folder" : "sync file");
      syncSync.call(this);
    }, () => {
      replacing(Deno, "renameSync", (from: string, to: string) => {
        calls.push("rename");
        renameSync(from, to);
      }, () => writeFileAtomically(`${folder}/a.bin`, next));
    });
    const order = ["sync file", "rename", "sync folder"];
    assertEquals(calls, windows ? order.slice(0, 2) : order);
  }));

for (
  const [object, method] of [
    [Deno, "openSync"],
    [Deno.FsFile.prototype, "writeSync"],
    [Deno.FsFile.prototype, "syncSync"],
    [Deno, "renameSync"],
  ] as [Record<string, unknown>, string][]
) {
  Deno.test(`writeFileAtomically() keeps the previous file and leaves nothing else when ${method}() fails`, () =>
    inFolder((folder) => {
      const path = `${folder}/a.bin`;
      writeFileAtomically(path, previous);
      replacing(object, method, () => {
        throw diskFull();
      }, () => {
        const { message } = assertThrows(
          () => writeFileAtomically(path, next),
          RunFolderError,
        );
        assertEquals(message, `Cannot write ${path}: the disk is full`);
      });
      assertEquals(Deno.readFileSync(path), previous);
      assertEquals(filesIn(folder), ["a.bin"]);
    }));
}

Deno.test("writeFileAtomically() refuses a folder that does not exist, and a file as a folder", () =>
  inFolder((folder) => {
    Deno.writeFileSync(`${folder}/file`, previous);
    for (const name of ["none/a.bin", "file/a.bin"]) {
      const path = `${folder}/${name}`;
      const { message } = assertThrows(
        () => writeFileAtomically(path, next),
        RunFolderError,
      );
      const reason = name.startsWith("none")
        ? "there is no such folder"
        : "not a directory";
      if (!windows) assertEquals(message, `Cannot write ${path}: ${reason}`);
    }
    assertEquals(filesIn(folder), ["file"]);
  }));

Deno.test("isUnfinishedFile() knows the names of files that are being written, and no others", () =>
  inFolder((folder) => {
    const seen: string[] = [];
    const { renameSync } = Deno;
    replacing(Deno, "renameSync", (from: string, to: string) => {
      seen.push(...filesIn(folder));
      renameSync(from, to);
    }, () => writeFileAtomically(`${folder}/a.bin`, next));
    assertEquals(seen.map(isUnfinishedFile), [true]);
    assertEquals(
      ["a.bin", ".unfinished", "essay.unfinished"].map(isUnfinishedFile),
      [false, false, false],
    );
  }));
