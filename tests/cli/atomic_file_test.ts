import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  isUnfinishedFile,
  readFileBounded,
  writeFileAtomically,
} from "../../cli/atomic_file.ts";
import { CheckpointError, RunFolderError } from "../../lib/errors/errors.ts";
import {
  canMount,
  diskFull,
  filesIn,
  inFolder,
  replacing,
  runScript,
  unshare,
} from "../files.ts";

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

Deno.test("writeFileAtomically() takes paths in the current folder and long names", () =>
  inFolder((folder) => {
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      const long = "x".repeat(255);
      writeFileAtomically("a.bin", previous);
      writeFileAtomically(long, previous);
      assertEquals(filesIn("."), ["a.bin", long]);
    } finally {
      Deno.chdir(before);
    }
  }));

Deno.test("writeFileAtomically() writes on when the system takes a part only", () =>
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
    assertEquals(calls, [
      "sync file",
      "rename",
      ...windows ? [] : ["sync folder"],
    ]);
  }));

for (
  const [object, method] of [
    [Deno, "lstatSync"],
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

Deno.test({
  name:
    "writeFileAtomically() says so when the file is written but its folder cannot be flushed",
  ignore: windows,
  fn: () =>
    inFolder((folder) => {
      const path = `${folder}/a.bin`;
      const { syncSync } = Deno.FsFile.prototype;
      replacing(Deno.FsFile.prototype, "syncSync", function () {
        if (this.statSync().isDirectory) throw new Error("I/O error\nat …");
        syncSync.call(this);
      }, () => {
        const { message } = assertThrows(
          () => writeFileAtomically(path, next),
          RunFolderError,
        );
        assertEquals(
          message,
          `${path} is written, but may not outlast a power cut: I/O error`,
        );
      });
      assertEquals(Deno.readFileSync(path), next);
    }),
});

Deno.test("writeFileAtomically() refuses a folder that is not there, a file as a folder and a folder as a file", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/sub`);
    Deno.writeFileSync(`${folder}/file`, previous);
    const sentences: [string, string][] = [
      ["none/a.bin", "there is no such folder"],
      ["file/a.bin", "a part of its path is not a folder"],
      ["sub", "there is a folder of that name"],
    ];
    for (const [name, reason] of sentences) {
      const path = `${folder}/${name}`;
      const { message } = assertThrows(
        () => writeFileAtomically(path, next),
        RunFolderError,
      );
      assertEquals(message, `Cannot write ${path}: ${reason}`);
    }
    assertEquals(filesIn(folder), ["file", "sub"]);
  }));

Deno.test({
  name: "writeFileAtomically() refuses to take the place of a pipe",
  ignore: windows,
  fn: () =>
    inFolder((folder) => {
      const path = `${folder}/pipe`;
      assert(new Deno.Command("mkfifo", { args: [path] }).outputSync().success);
      const { message } = assertThrows(
        () => writeFileAtomically(path, next),
        RunFolderError,
      );
      assertEquals(
        message,
        `Cannot write ${path}: there is a pipe or a device of that name`,
      );
    }),
});

Deno.test({
  name: "writeFileAtomically() replaces a link, not what it leads to",
  ignore: windows,
  fn: () =>
    inFolder((folder) => {
      Deno.writeFileSync(`${folder}/target`, previous);
      Deno.symlinkSync(`${folder}/target`, `${folder}/link`);
      writeFileAtomically(`${folder}/link`, next);
      assertEquals(Deno.readFileSync(`${folder}/target`), previous);
      assertEquals(Deno.readFileSync(`${folder}/link`), next);
    }),
});

/** Writes 3 bytes, then 8 MB, and tells what happened and what is there. */
const writeTwice = `
  import { writeFileAtomically } from "LIB/atomic_file.ts";
  Deno.chdir("disk");
  try {
    writeFileAtomically("a.bin", new Uint8Array([1, 2, 3]));
    writeFileAtomically("a.bin", new Uint8Array(8e6));
    console.log("written");
  } catch (error) {
    console.log(error.name + ": " + error.message);
  }
  for (const { name } of Deno.readDirSync(".")) {
    console.log(name, Deno.statSync(name).size);
  }
`;

const inDisk = ["--allow-read=.", "--allow-write=."];

Deno.test("writeFileAtomically() needs the rights to read and write its folder, and no others", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/disk`);
    assertEquals(
      runScript(writeTwice, inDisk, { folder }),
      { success: true, stdout: "written\na.bin 8000000", stderr: "" },
    );
    const { stdout } = runScript(writeTwice, ["--allow-read=."], { folder });
    assertEquals(
      stdout.split("\n")[0].replace(/"[^"]*"/, '"…"'),
      'RunFolderError: Cannot write a.bin: requires write access to "…", run ' +
        "again with the --allow-write flag",
    );
  }));

Deno.test({
  name: "writeFileAtomically() keeps the previous file at a file-size limit",
  ignore: windows,
  fn: () =>
    inFolder((folder) => {
      Deno.mkdirSync(`${folder}/disk`);
      // 4,096 blocks are 2 or 4 MB, by the shell.
      const shell = 'ulimit -f 4096; exec "$@"';
      assertEquals(runScript(writeTwice, inDisk, { folder, shell }), {
        success: true,
        stdout: "RunFolderError: Cannot write a.bin: it would exceed the " +
          "system's limit of a file's size (ulimit -f)\na.bin 3",
        stderr: "",
      });
    }),
});

Deno.test({
  name:
    "writeFileAtomically() keeps the previous file on a full disk (a small tmpfs: needs unshare)",
  ignore: !canMount,
  fn: () =>
    inFolder((folder) => {
      Deno.mkdirSync(`${folder}/disk`);
      const mount = "mount -t tmpfs -o size=1m none disk";
      const shell = `${unshare} sh -c '${mount} && exec "$@"' sh "$@"`;
      assertEquals(runScript(writeTwice, inDisk, { folder, shell }), {
        success: true,
        stdout: "RunFolderError: Cannot write a.bin: the disk is full\na.bin 3",
        stderr: "",
      });
    }),
});

Deno.test({
  name:
    "writeFileAtomically() keeps the previous file on a read-only disk (needs unshare)",
  ignore: !canMount,
  fn: () =>
    inFolder((folder) => {
      Deno.mkdirSync(`${folder}/disk`);
      const mount = "mount -t tmpfs none disk && echo abc > disk/a.bin && " +
        "mount -o remount,ro none disk";
      const shell = `${unshare} sh -c '${mount} && exec "$@"' sh "$@"`;
      assertEquals(runScript(writeTwice, inDisk, { folder, shell }), {
        success: true,
        stdout:
          "RunFolderError: Cannot write a.bin: the disk is read-only\na.bin 4",
        stderr: "",
      });
    }),
});

Deno.test({
  name:
    "writeFileAtomically() keeps the previous file in a read-only folder (not as root, who may write anywhere)",
  ignore: windows || Deno.uid() === 0,
  fn: () =>
    inFolder((folder) => {
      const path = `${folder}/a.bin`;
      writeFileAtomically(path, previous);
      Deno.chmodSync(folder, 0o555);
      try {
        const { message } = assertThrows(
          () => writeFileAtomically(path, next),
          RunFolderError,
        );
        assertEquals(
          message,
          `Cannot write ${path}: the system does not permit it: check who ` +
            "owns the folder",
        );
        assertEquals(Deno.readFileSync(path), previous);
        assertEquals(filesIn(folder), ["a.bin"]);
      } finally {
        Deno.chmodSync(folder, 0o755);
      }
    }),
});

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

const read = (path: string, limit: number) =>
  readFileBounded(path, { limit, refusal: CheckpointError });

Deno.test("readFileBounded() reads a file up to its limit", () =>
  inFolder((folder) => {
    Deno.writeFileSync(`${folder}/a.bin`, next);
    assertEquals(read(`${folder}/a.bin`, next.length), next);
    Deno.writeFileSync(`${folder}/empty`, new Uint8Array());
    assertEquals(read(`${folder}/empty`, 0).length, 0);
  }));

function refuses(path: string, reason: string, limit = 1e6): void {
  const { message } = assertThrows(() => read(path, limit), CheckpointError);
  assertEquals(message, `Cannot read ${path}: ${reason}`);
}

Deno.test("readFileBounded() refuses a file beyond its limit", () =>
  inFolder((folder) => {
    Deno.writeFileSync(`${folder}/a.bin`, previous);
    refuses(
      `${folder}/a.bin`,
      "it has 3 bytes, more than the 2 that are read",
      2,
    );
  }));

Deno.test("readFileBounded() refuses a sparse file of 2 GB without reading it", () =>
  inFolder((folder) => {
    const path = `${folder}/sparse`;
    Deno.writeFileSync(path, new Uint8Array());
    Deno.truncateSync(path, 2 ** 31);
    replacing(Deno, "openSync", () => {
      throw new Error("It was opened");
    }, () =>
      refuses(
        path,
        "it has 2147483648 bytes, more than the 1000000 that are read",
      ));
  }));

Deno.test("readFileBounded() refuses a folder, and a file that is not there", () =>
  inFolder((folder) => {
    refuses(folder, "it is a folder");
    refuses(`${folder}/none`, "there is no such file; check the path");
  }));

Deno.test({
  name: "readFileBounded() refuses a pipe and a device, which never end",
  ignore: windows,
  fn: () =>
    inFolder((folder) => {
      const pipe = `${folder}/pipe`;
      assert(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
      refuses(pipe, "it is a pipe or a device, not a file");
      refuses("/dev/zero", "it is a pipe or a device, not a file");
    }),
});

Deno.test("readFileBounded() refuses a file that shrinks or grows while it is read", () =>
  inFolder((folder) => {
    const path = `${folder}/a.bin`;
    const { readSync } = Deno.FsFile.prototype;
    for (const size of [69_999, 70_001]) {
      Deno.writeFileSync(path, next);
      replacing(Deno.FsFile.prototype, "readSync", function (bytes) {
        Deno.truncateSync(path, size);
        return readSync.call(this, bytes);
      }, () => refuses(path, "it changed while it was read: try again"));
    }
  }));

Deno.test("readFileBounded() reads the new file when it is replaced meanwhile", () =>
  inFolder((folder) => {
    const path = `${folder}/a.bin`;
    Deno.writeFileSync(path, previous);
    const { openSync } = Deno;
    replacing(Deno, "openSync", (path: string) => {
      Deno.writeFileSync(`${folder}/b.bin`, next);
      Deno.renameSync(`${folder}/b.bin`, path);
      return openSync(path);
    }, () => assertEquals(read(path, 1e6), next));
  }));
