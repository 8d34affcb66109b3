import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type LossRow,
  readCheckpoint,
  RUN_FILES,
  RunFolder,
} from "../../cli/run_folder.ts";
import { CheckpointError, RunFolderError } from "../../lib/errors/errors.ts";
import { encodeCheckpoint } from "../../lib/saving/checkpoint.ts";
import { smallCheckpoint } from "../checkpoints.ts";
import { diskFull, filesIn, inFolder, replacing } from "../files.ts";

/** A run at this step, without its losses. */
const runAt = (step: number) => ({ ...smallCheckpoint(), step });

/** The losses of the steps from one to before another. */
const losses = (from: number, to: number): LossRow[] =>
  Array.from({ length: to - from }, (_, i) => ({
    step: from + i,
    loss: 3 / (from + i + 1),
  }));

/** Saves a run at a step, with the losses since the step before. */
function save(run: RunFolder, step: number, rows: LossRow[]): void {
  run.losses.push(...rows);
  run.save(runAt(step));
}

/** Uses a folder, and closes it. */
function use<Value>(run: RunFolder, act: (run: RunFolder) => Value): Value {
  try {
    return act(run);
  } finally {
    run.close();
  }
}

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
    use(RunFolder.create(path), (run) => {
      save(run, 0, []);
      assertEquals(filesIn(path), [".lock", "checkpoint.safetensors"]);
      save(run, 2, losses(0, 2));
    });
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
        `Cannot start a run in ${folder}: it already ` +
          (name === RUN_FILES.checkpoint
            ? `holds one (${name}); add --resume to continue it, --overwrite ` +
              "to delete it, or give another folder"
            : `has a file ${name}, which --overwrite would delete; give ` +
              "another folder"),
      );
      assertEquals(Deno.readTextFileSync(`${folder}/${name}`), "precious");
      RunFolder.create(folder, true).close();
      assertEquals(filesIn(folder), [".lock", "notes.txt"]);
    }));
}

Deno.test("RunFolder.create() refuses a file in the folder's place", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    refuses(
      () => RunFolder.create(`${folder}/file`),
      `Cannot write ${folder}/file: there is a file of that name`,
    );
  }));

Deno.test("RunFolder.resume() continues to the files of a run that was never stopped", () =>
  inFolder((folder) => {
    const whole = `${folder}/whole`;
    const stopped = `${folder}/stopped`;
    use(RunFolder.create(whole), (run) => {
      for (const step of [0, 10, 20, 30]) {
        save(run, step, losses(Math.max(0, step - 10), step));
      }
    });
    use(RunFolder.create(stopped), (run) => {
      save(run, 0, []);
      save(run, 10, losses(0, 10));
    });
    // what a process leaves that is killed between the log and the checkpoint
    Deno.writeTextFileSync(`${stopped}/losses.csv`, "10,9.9\n11,", {
      append: true,
    });
    const unfinished = `.${crypto.randomUUID()}.unfinished`;
    Deno.writeTextFileSync(`${stopped}/${unfinished}`, "half a checkpoi");
    Deno.writeTextFileSync(`${stopped}/symphony.unfinished`, "mine");
    const { folder: run, checkpoint } = RunFolder.resume(stopped);
    use(run, (run) => {
      assertEquals(checkpoint.step, 10);
      assertEquals(run.losses, losses(0, 10));
      save(run, 25, losses(10, 25)); // at other steps than before
      save(run, 30, losses(25, 30));
    });
    assertEquals(filesIn(stopped), [
      ...filesIn(whole),
      "symphony.unfinished",
    ]);
    for (const name of filesIn(whole)) {
      assertEquals(
        Deno.readFileSync(`${stopped}/${name}`),
        Deno.readFileSync(`${whole}/${name}`),
        name,
      );
    }
  }));

Deno.test("RunFolder.resume() refuses a folder without a run", () =>
  inFolder((folder) => {
    for (const path of [folder, `${folder}/none`]) {
      refuses(
        () => RunFolder.resume(path),
        `Cannot resume a run in ${path}: it has no checkpoint.safetensors`,
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
    Deno.writeFileSync(path, bytes);
    RunFolder.resume(folder).folder.close();
  }));

Deno.test("RunFolder.resume() refuses a loss log that lost what the checkpoint knows", () =>
  inFolder((folder) => {
    use(RunFolder.create(folder), (run) => save(run, 2, losses(0, 2)));
    const path = `${folder}/losses.csv`;
    const sentence =
      `Cannot resume the run in ${folder}: losses.csv is shorter than when ` +
      "the checkpoint was saved; put back the file that was there";
    Deno.truncateSync(path, 19);
    refuses(() => RunFolder.resume(folder), sentence);
    Deno.removeSync(path);
    refuses(() => RunFolder.resume(folder), sentence);
    assertEquals(filesIn(folder), [".lock", "checkpoint.safetensors"]);
  }));

Deno.test("RunFolder.create() and resume() are refused while the folder is in use", () =>
  inFolder((folder) => {
    const sentence = `Cannot use the run folder ${folder}: another process ` +
      "uses it; wait until it ends, or give another folder";
    use(RunFolder.create(folder), (run) => {
      save(run, 0, []);
      refuses(() => RunFolder.create(folder), sentence);
      refuses(() => RunFolder.create(folder, true), sentence);
      refuses(() => RunFolder.resume(folder), sentence);
      assertEquals(readCheckpoint(folder).step, 0); // reading is for everyone
    });
    RunFolder.resume(folder).folder.close();
  }));

Deno.test("RunFolder.save() leaves the last checkpoint when the disk is full", () =>
  inFolder((folder) =>
    use(RunFolder.create(folder), (run) => {
      save(run, 2, losses(0, 2));
      const { renameSync } = Deno;
      replacing(Deno, "renameSync", (from: string, to: string) => {
        if (to.endsWith(".safetensors")) throw diskFull();
        renameSync(from, to);
      }, () =>
        refuses(
          () => save(run, 4, losses(2, 4)),
          `Cannot write ${folder}/checkpoint.safetensors: the disk is full`,
        ));
      assertEquals(readCheckpoint(folder).step, 2);
      // and the run can go on when there is room again
      save(run, 6, losses(4, 6));
      assertEquals(
        Deno.readTextFileSync(`${folder}/losses.csv`),
        "step,loss\n0,3\n1,1.5\n2,1\n3,0.75\n4,0.6\n5,0.5\n",
      );
    })
  ));

Deno.test("RunFolder.save() refuses weights that are not finite", () =>
  inFolder((folder) =>
    use(RunFolder.create(folder), (run) => {
      save(run, 2, losses(0, 2));
      const diverged = runAt(4);
      diverged.parameters.b1[2] = NaN;
      refuses(
        () => run.save(diverged),
        "Cannot write this checkpoint: its parameter b1 is NaN at index 2",
        CheckpointError,
      );
      assertEquals(readCheckpoint(folder).step, 2);
    })
  ));

Deno.test("RunFolder.save() keeps the latest 1,000 losses in the checkpoint and all of them in the log", () =>
  inFolder((folder) => {
    use(RunFolder.create(folder), (run) => {
      save(run, 600, losses(0, 600));
      save(run, 1500, losses(600, 1500));
    });
    const { recent } = readCheckpoint(folder).losses;
    assertEquals(recent, losses(500, 1500).map(({ loss }) => loss));
    const lines = Deno.readTextFileSync(`${folder}/losses.csv`).split("\n");
    assertEquals(lines.length, 1 + 1500 + 1);
  }));

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

Deno.test("RunFolder.resume() reads a checkpoint of 260 MiB; 0.1.0 saved more than 256 MiB, but could not read it", () =>
  inFolder((folder) => {
    const H = 13_500_000; // 5 · H + 9 parameters
    const parameters = {
      C: new Float32Array(3),
      W1: new Float32Array(H),
      b1: new Float32Array(H),
      W2: new Float32Array(3 * H).fill(0.5),
      b2: new Float32Array(3),
    };
    use(
      RunFolder.create(folder),
      (run) => run.save({ ...runAt(7), parameters }),
    );
    const { folder: run, checkpoint } = RunFolder.resume(folder);
    run.close();
    assertEquals(checkpoint.step, 7);
    assertEquals(checkpoint.parameters.W2[3 * H - 1], 0.5);
  }));

Deno.test("readCheckpoint() refuses a file of more than 4 GiB by its size", () =>
  inFolder((folder) => {
    const file = `${folder}/sparse`;
    Deno.writeFileSync(file, encodeCheckpoint(smallCheckpoint()));
    Deno.truncateSync(file, 2 ** 33);
    const { message } = assertThrows(
      () => readCheckpoint(file),
      CheckpointError,
    );
    assertStringIncludes(message, `${file}: it has 8589934592 bytes`);
  }));
