import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { encodeCheckpoint } from "../../lib/saving/checkpoint.ts";
import { CheckpointError, RunFolderError } from "../../lib/errors/errors.ts";
import {
  type LossRow,
  readCheckpoint,
  readLossLog,
  readModel,
  RUN_FILES,
  RunFolder,
} from "../../cli/run_folder.ts";
import { smallCheckpoint } from "../checkpoints.ts";
import {
  diskFull,
  filesIn,
  inFolder,
  replacing,
  runScript,
  scriptCommand,
} from "../files.ts";

const windows = Deno.build.os === "windows";

/** A run at this step, without its losses. */
const runAt = (step: number) => ({ ...smallCheckpoint(), step });

/** The losses of the steps from one to before another. */
const losses = (from: number, to: number): LossRow[] =>
  Array.from({ length: to - from }, (_, i) => ({
    step: from + i,
    loss: 3 / (from + i + 1),
  }));

function refuses(
  act: () => unknown,
  sentence: string,
  // deno-lint-ignore no-explicit-any
  error: new (...args: any[]) => Error = RunFolderError,
): void {
  const { message } = assertThrows(act, error);
  assertEquals(message, sentence);
}

Deno.test("RunFolder.create() makes the folder, and save() its files", () =>
  inFolder((folder) => {
    const path = `${folder}/runs/first`;
    {
      using run = RunFolder.create(path);
      run.save(runAt(0), []);
      assertEquals(filesIn(path), [".lock", "checkpoint.safetensors"]);
      run.save(runAt(2), losses(0, 2));
    }
    assertEquals(filesIn(path), [
      ".lock",
      "checkpoint.safetensors",
      "losses.csv",
    ]);
    assertEquals(
      Deno.readTextFileSync(`${path}/losses.csv`),
      "step,loss\n0,3\n1,1.5\n",
    );
    const checkpoint = readCheckpoint(path);
    assertEquals(checkpoint.step, 2);
    assertEquals(checkpoint.losses, { recent: [3, 1.5], logBytes: 20 });
    assertEquals(checkpoint.parameters, smallCheckpoint().parameters);
  }));

for (const name of Object.values(RUN_FILES)) {
  Deno.test(`RunFolder.create() deletes ${name} of another run only when told to`, () =>
    inFolder((folder) => {
      Deno.writeTextFileSync(`${folder}/${name}`, "precious");
      Deno.writeTextFileSync(`${folder}/notes.txt`, "mine");
      refuses(
        () => RunFolder.create(folder),
        `${folder} already holds a run (${name}): add --resume to go on with ` +
          "it, --overwrite to delete it, or give another folder",
      );
      assertEquals(Deno.readTextFileSync(`${folder}/${name}`), "precious");
      RunFolder.create(folder, { overwrite: true }).close();
      assertEquals(filesIn(folder), [".lock", "notes.txt"]);
    }));
}

Deno.test("RunFolder.create() refuses a file in the folder's place", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    refuses(
      () => RunFolder.create(`${folder}/file`),
      `Cannot make the run folder ${folder}/file: there is a file of that name`,
    );
  }));

Deno.test("RunFolder.resume() goes on to the files of a run that was never stopped", () =>
  inFolder((folder) => {
    const whole = `${folder}/whole`;
    const stopped = `${folder}/stopped`;
    {
      using run = RunFolder.create(whole);
      for (const step of [0, 10, 20, 30]) {
        run.save(runAt(step), losses(Math.max(0, step - 10), step));
      }
    }
    {
      using run = RunFolder.create(stopped);
      run.save(runAt(0), []);
      run.save(runAt(10), losses(0, 10));
    }
    // What a process leaves that is killed between the log and the checkpoint:
    // losses that the checkpoint does not know, the last one torn.
    Deno.writeTextFileSync(`${stopped}/losses.csv`, "10,9.9\n11,", {
      append: true,
    });
    const unfinished = `.${crypto.randomUUID()}.unfinished`;
    Deno.writeTextFileSync(`${stopped}/${unfinished}`, "half a checkpoi");
    {
      const { folder: run, checkpoint } = RunFolder.resume(stopped);
      using _ = run;
      assertEquals(checkpoint.step, 10);
      run.save(runAt(25), losses(10, 25)); // at other steps than before
      run.save(runAt(30), losses(25, 30));
    }
    assertEquals(filesIn(stopped), filesIn(whole));
    for (const name of filesIn(whole)) {
      assertEquals(
        Deno.readFileSync(`${stopped}/${name}`),
        Deno.readFileSync(`${whole}/${name}`),
        name,
      );
    }
  }));

Deno.test("RunFolder.create() clears away what a killed process left unfinished, and nothing of yours", () =>
  inFolder((folder) => {
    const unfinished = `.${crypto.randomUUID()}.unfinished`;
    Deno.writeTextFileSync(`${folder}/${unfinished}`, "");
    Deno.writeTextFileSync(`${folder}/symphony.unfinished`, "");
    RunFolder.create(folder).close();
    assertEquals(filesIn(folder), [".lock", "symphony.unfinished"]);
  }));

Deno.test("RunFolder.resume() refuses a folder without a run", () =>
  inFolder((folder) => {
    for (const path of [folder, `${folder}/none`]) {
      refuses(
        () => RunFolder.resume(path),
        `There is no run to resume in ${path}: it has no checkpoint.safetensors`,
      );
    }
    assertEquals(filesIn(folder), []);
  }));

Deno.test("RunFolder.resume() refuses a damaged checkpoint and lets go of the folder", () =>
  inFolder((folder) => {
    const path = `${folder}/checkpoint.safetensors`;
    const bytes = encodeCheckpoint({
      ...smallCheckpoint(),
      losses: { recent: [], logBytes: 0 },
    });
    Deno.writeFileSync(path, bytes.subarray(0, 5000));
    const { message } = assertThrows(
      () => RunFolder.resume(folder),
      CheckpointError,
    );
    assertStringIncludes(message, `Cannot read ${path}: `);
    assertStringIncludes(message, "the file is cut off");
    Deno.writeFileSync(path, bytes);
    RunFolder.resume(folder).folder.close();
  }));

Deno.test("RunFolder.resume() refuses a loss log that lost what the checkpoint knows", () =>
  inFolder((folder) => {
    {
      using run = RunFolder.create(folder);
      run.save(runAt(2), losses(0, 2));
    }
    const path = `${folder}/losses.csv`;
    const sentence = (size: number) =>
      `${path} has ${size} bytes, but had 20 when the checkpoint was saved: ` +
      "put back the file that was there";
    Deno.truncateSync(path, 19);
    refuses(() => RunFolder.resume(folder), sentence(19));
    Deno.removeSync(path);
    refuses(() => RunFolder.resume(folder), sentence(0));
    assertEquals(filesIn(folder), [".lock", "checkpoint.safetensors"]);
  }));

// One process at a time.

const inUse = (path: string) =>
  `The run folder ${path} is in use by another process: wait until it ends, ` +
  "or give another folder";

Deno.test("RunFolder.create() and resume() are refused while the folder is in use", () =>
  inFolder((folder) => {
    {
      using run = RunFolder.create(folder);
      run.save(runAt(0), []);
      refuses(() => RunFolder.create(folder), inUse(folder));
      refuses(
        () => RunFolder.create(folder, { overwrite: true }),
        inUse(folder),
      );
      refuses(() => RunFolder.resume(folder), inUse(folder));
      assertEquals(readCheckpoint(folder).step, 0); // reading is for everyone
    }
    RunFolder.resume(folder).folder.close();
  }));

/** Takes the folder, says so, and keeps it. */
const keep = `
  import { RunFolder } from "LIB/run_folder.ts";
  const run = RunFolder.create("run", { overwrite: true });
  console.log("mine");
  setInterval(() => run.path, 1000);
`;

Deno.test("RunFolder.create() is told at once that another process uses the folder, until that one is killed", () =>
  inFolder(async (folder) => {
    const [program, ...args] = scriptCommand(
      keep,
      ["--allow-read=run", "--allow-write=run"],
      folder,
    );
    const child = new Deno.Command(program, {
      args,
      cwd: folder,
      stdout: "piped",
    }).spawn();
    const output = child.stdout.getReader();
    const { value } = await output.read();
    assertEquals(new TextDecoder().decode(value), "mine\n");
    const path = `${folder}/run`;
    refuses(() => RunFolder.create(path), inUse(path));
    child.kill("SIGKILL");
    await child.status;
    await output.cancel();
    RunFolder.create(path).close();
  }));

// Nothing is half-done when a save fails.

Deno.test("RunFolder.save() leaves the last checkpoint and its log when the disk is full", () =>
  inFolder((folder) => {
    using run = RunFolder.create(folder);
    const fails = (step: number) =>
      replacing(Deno, "renameSync", () => {
        throw diskFull();
      }, () =>
        refuses(
          () => run.save(runAt(step + 2), losses(step, step + 2)),
          `Cannot write ${folder}/checkpoint.safetensors: the disk is full`,
        ));
    fails(0);
    assertEquals(filesIn(folder), [".lock"]);
    run.save(runAt(2), losses(0, 2));
    const files = ["checkpoint.safetensors", "losses.csv"]
      .map((name) => Deno.readFileSync(`${folder}/${name}`));
    fails(2);
    assertEquals(
      ["checkpoint.safetensors", "losses.csv"]
        .map((name) => Deno.readFileSync(`${folder}/${name}`)),
      files,
    );
    assertEquals(filesIn(folder).length, 3);
    // And the run can go on once there is room again.
    run.save(runAt(4), losses(2, 4));
    assertEquals(
      Deno.readTextFileSync(`${folder}/losses.csv`),
      "step,loss\n0,3\n1,1.5\n2,1\n3,0.75\n",
    );
  }));

Deno.test("RunFolder.save() leaves the last checkpoint when the log cannot be written", () =>
  inFolder((folder) => {
    using run = RunFolder.create(folder);
    run.save(runAt(2), losses(0, 2));
    const log = `${folder}/losses.csv`;
    const { writeSync } = Deno.FsFile.prototype;
    let writes = 0;
    replacing(Deno.FsFile.prototype, "writeSync", function (bytes: Uint8Array) {
      if (writes++ === 0) return writeSync.call(this, bytes.subarray(0, 3));
      throw diskFull();
    }, () =>
      refuses(
        () => run.save(runAt(4), losses(2, 4)),
        `Cannot write ${log}: the disk is full`,
      ));
    assertEquals(Deno.readTextFileSync(log), "step,loss\n0,3\n1,1.5\n");
    assertEquals(readCheckpoint(folder).step, 2);
  }));

Deno.test("RunFolder.save() refuses weights that are not finite before it writes anything", () =>
  inFolder((folder) => {
    using run = RunFolder.create(folder);
    run.save(runAt(2), losses(0, 2));
    const diverged = runAt(4);
    diverged.parameters.b1[2] = NaN;
    refuses(
      () => run.save(diverged, losses(2, 4)),
      "Cannot write this checkpoint: its parameter b1 is NaN at index 2",
      CheckpointError,
    );
    assertEquals(readCheckpoint(folder).step, 2);
    assertEquals(
      Deno.readTextFileSync(`${folder}/losses.csv`),
      "step,loss\n0,3\n1,1.5\n",
    );
  }));

Deno.test("RunFolder.save() keeps the latest 1,000 losses in the checkpoint and all of them in the log", () =>
  inFolder((folder) => {
    using run = RunFolder.create(folder);
    run.save(runAt(600), losses(0, 600));
    run.save(runAt(1500), losses(600, 1500));
    const { recent } = readCheckpoint(folder).losses;
    assertEquals(recent, losses(500, 1500).map(({ loss }) => loss));
    const lines = Deno.readTextFileSync(`${folder}/losses.csv`).split("\n");
    assertEquals(lines.length, 1 + 1500 + 1);
  }));

// A run folder may come from anywhere.

for (const name of ["losses.csv", ".lock"]) {
  Deno.test({
    name: `RunFolder.resume() refuses a ${name} that leads out of the folder`,
    ignore: windows,
    fn: () =>
      inFolder((folder) => {
        const path = `${folder}/run`;
        {
          using run = RunFolder.create(path);
          run.save(runAt(2), losses(0, 2));
        }
        Deno.writeTextFileSync(`${folder}/outside`, "x".repeat(100));
        Deno.removeSync(`${path}/${name}`);
        Deno.symlinkSync(`${folder}/outside`, `${path}/${name}`);
        refuses(
          () => RunFolder.resume(path),
          `Cannot write ${path}/${name}: it is a link`,
        );
        assertEquals(
          Deno.readTextFileSync(`${folder}/outside`),
          "x".repeat(100),
        );
      }),
  });
}

Deno.test({
  name:
    "RunFolder.save() replaces a checkpoint that is a link, and writes nothing through it",
  ignore: windows,
  fn: () =>
    inFolder((folder) => {
      const path = `${folder}/run`;
      const outside = `${folder}/outside`;
      Deno.mkdirSync(path);
      const bytes = encodeCheckpoint({
        ...smallCheckpoint(),
        losses: { recent: [], logBytes: 0 },
      });
      Deno.writeFileSync(outside, bytes);
      Deno.symlinkSync(outside, `${path}/checkpoint.safetensors`);
      const { folder: run } = RunFolder.resume(path);
      using _ = run;
      run.save(runAt(8), losses(7, 8));
      assertEquals(Deno.readFileSync(outside), bytes);
      assertEquals(readCheckpoint(path).step, 8);
    }),
});

Deno.test({
  name: "RunFolder takes a folder through a link",
  ignore: windows,
  fn: () =>
    inFolder((folder) => {
      Deno.mkdirSync(`${folder}/disk`);
      Deno.symlinkSync(`${folder}/disk`, `${folder}/runs`);
      {
        using run = RunFolder.create(`${folder}/runs`);
        run.save(runAt(3), losses(0, 3));
      }
      assertEquals(readCheckpoint(`${folder}/runs`).step, 3);
      RunFolder.resume(`${folder}/runs`).folder.close();
    }),
});

Deno.test("readCheckpoint() takes a folder or a file", () =>
  inFolder((folder) => {
    const file = `${folder}/any name`;
    Deno.writeFileSync(file, encodeCheckpoint(smallCheckpoint()));
    assertEquals(readCheckpoint(file).step, 7);
    refuses(
      () => readCheckpoint(folder),
      `Cannot read ${folder}/checkpoint.safetensors: there is no such file; check the path`,
      CheckpointError,
    );
    refuses(
      () => readCheckpoint(`${folder}/none`),
      `Cannot read ${folder}/none: there is no such file; check the path`,
      CheckpointError,
    );
  }));

Deno.test("readCheckpoint() refuses a sparse file of 2 GB by its size", () =>
  inFolder((folder) => {
    const file = `${folder}/checkpoint.safetensors`;
    Deno.writeFileSync(file, encodeCheckpoint(smallCheckpoint()));
    Deno.truncateSync(file, 2 ** 31);
    refuses(
      () => readCheckpoint(folder),
      `Cannot read ${file}: it has 2147483648 bytes, more than the 268435456 ` +
        "that are read",
      CheckpointError,
    );
  }));

Deno.test("readModel() takes a run's folder, and the file of PyTorch", () =>
  inFolder((folder) => {
    {
      using run = RunFolder.create(folder);
      run.save(runAt(0), []);
    }
    assertEquals(
      readModel(folder).parameters,
      smallCheckpoint().parameters,
    );
    const file = new URL(
      "../saving/fixtures/pytorch.safetensors",
      import.meta.url,
    );
    Deno.copyFileSync(file, `${folder}/pytorch`);
    assertEquals(readModel(`${folder}/pytorch`).parameters.b1.length, 4);
  }));

Deno.test("readLossLog() gives the rows that save() was given", () =>
  inFolder((folder) => {
    using run = RunFolder.create(folder);
    assertEquals(readLossLog(run.pathOf("losses")), []);
    const rows = [{ step: 0, loss: 1e-7 }, { step: 5, loss: 1 / 3 }];
    run.save(runAt(3), rows);
    run.save(runAt(20), losses(6, 20));
    assertEquals(readLossLog(run.pathOf("losses")), [
      ...rows,
      ...losses(6, 20),
    ]);
  }));

Deno.test("readLossLog() refuses what is no row, and a file of 2 GB", () =>
  inFolder((folder) => {
    const path = `${folder}/losses.csv`;
    for (
      const line of ["", "1", "1,", ",1", "1,2,3", "-1,2", "1,NaN", "1,1e999"]
    ) {
      Deno.writeTextFileSync(path, `step,loss\n0,1\n${line}\n2,1\n`);
      refuses(
        () => readLossLog(path),
        `${path}, line 3: "${line}" is not a step and its loss`,
      );
    }
    Deno.truncateSync(path, 2 ** 31);
    refuses(
      () => readLossLog(path),
      `Cannot read ${path}: it has 2147483648 bytes, more than the 67108864 ` +
        "that are read",
    );
  }));

// Rights.

const wholeRun = `
  import { RunFolder, readCheckpoint } from "LIB/run_folder.ts";
  import { decodeCheckpoint } from "LIB/checkpoint.ts";
  const bytes = Deno.readFileSync("runs/checkpoint");
  const run = decodeCheckpoint(bytes, { source: "the script" });
  for (const overwrite of [false, true]) {
    using folder = RunFolder.create("runs/a", { overwrite });
    folder.save(run, [{ step: 0, loss: 1 }]);
  }
  RunFolder.resume("runs/a").folder.close();
  console.log(readCheckpoint("runs/a").step);
`;

Deno.test("RunFolder needs the rights to read and write the folder of runs, and no others", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/runs`);
    Deno.writeFileSync(
      `${folder}/runs/checkpoint`,
      encodeCheckpoint(smallCheckpoint()),
    );
    assertEquals(
      runScript(wholeRun, ["--allow-read=runs", "--allow-write=runs"], {
        folder,
      }),
      { success: true, stdout: "7", stderr: "" },
    );
  }));

Deno.test("RunFolder needs no rights to be imported", () =>
  inFolder((folder) => {
    const script = 'import { RunFolder } from "LIB/run_folder.ts";' +
      "console.log(RunFolder.name);";
    const { success, stdout } = runScript(script, [], { folder });
    assert(success);
    assertEquals(stdout, "RunFolder");
  }));
