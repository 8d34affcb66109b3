/**
 * Sweeps on the engines that people have: whoever ran the trials, and whatever
 * was killed on the way, compare prints the bytes that it prints after `sh`.
 * They take a minute, so `deno task test` skips them; `deno task engines` skips
 * those that are not installed, and with ENGINES=required none is.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { readCheckpoint } from "../../cli/run_folder.ts";
import { Program, run, taskArguments, withWords } from "./program.ts";

const wanted = Deno.env.get("ENGINES");

/** Whether a test that needs these programs is skipped. */
function isMissing(...programs: string[]): boolean {
  return !wanted || (wanted !== "required" && !programs.every(isInstalled));
}

function isInstalled(program: string): boolean {
  const { code } = new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).outputSync();
  return code === 0;
}

/** Four trials of seconds, which save often. */
const SWEEP = [
  ...["--input", "words.txt", "--recipe", "lecture", "--threads", "1"],
  ...["--hidden-size", "40,60", "--learning-rate", "0.05,0.1"],
  ...["--steps", "100000", "--checkpoint-every", "10000"],
];
/** Their folders, in the order of the lines. */
const TRIALS = [0.05, 0.1].flatMap((rate) =>
  [40, 60].map((size) => `learning-rate=${rate}_hidden-size=${size}`)
);

/** A task that must succeed. */
async function succeed(
  folder: string,
  ...args: Parameters<typeof run> extends [string, ...infer Rest] ? Rest : never
): Promise<string> {
  const { code, stdout, stderr } = await run(folder, ...args);
  assertEquals(code, 0, stderr);
  return stdout;
}

/** What compare prints of the runs in a folder, in each of its forms. */
async function tablesOf(folder: string, runs: string): Promise<string[]> {
  const tables: string[] = [];
  for (const form of [[], ["--csv"], ["--json", "--test"]]) {
    tables.push(await succeed(folder, "compare", runs, ...form));
  }
  return tables;
}

/** The same sweep by `sh`, for all tests. */
let bySh: Promise<string[]> | undefined;

function tablesBySh(): Promise<string[]> {
  return bySh ??= withWords(async (folder) => {
    const lines = await succeed(folder, "sweep", ...SWEEP);
    Deno.writeTextFileSync(`${folder}/trials.sh`, lines);
    const { code, stderr } = await new Program(folder, [], "sh trials.sh")
      .ended;
    assertEquals(code, 0, stderr);
    const tables = await tablesOf(folder, "out/sweep");
    assertMatch(tables[1], /^dev,.*\n(\d\.\d+,\d\.\d+,100000,.*\n){4}$/);
    return tables;
  });
}

/** Waits until something holds, for at most a minute. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!holds()) {
    assert(Date.now() < end, `waited for a minute for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The trials that are in the middle: begun, and not at their end. */
function inTheMiddle(runs: string): string[] {
  return TRIALS.filter((name) => {
    try {
      const { step } = readCheckpoint(`${runs}/${name}`);
      return step > 0 && step < 50_000;
    } catch {
      return false; // not there yet
    }
  });
}

/** Kills the processes whose arguments have a text, such as a folder's name. */
function killAll(text: string): number {
  let killed = 0;
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    try {
      const args = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
      if (!args.includes(text)) continue;
      Deno.kill(Number(pid), "SIGKILL");
      killed++;
    } catch { // no process, or it has ended
    }
  }
  return killed;
}

Deno.test({
  name: "sweep by GNU parallel, killed in the middle, gives the table of sh",
  ignore: isMissing("parallel"),
  fn: () =>
    withWords(async (folder) => {
      const runs = `${folder}/out/sweep`;
      const lines = await succeed(folder, "sweep", ...SWEEP);
      Deno.writeTextFileSync(`${folder}/trials.sh`, lines);
      const start = (how: string) => {
        const line = `parallel --will-cite --jobs 2 --joblog ${folder}/log ` +
          `${how} < trials.sh`;
        return new Program(folder, [], line).ended;
      };
      // as in a power cut
      let ended = start("--resume");
      await until("a trial", () => inTheMiddle(runs).length > 0);
      killAll(folder);
      await ended;
      const stopped = inTheMiddle(runs);
      assert(stopped.length > 0, "no trial was stopped in the middle");

      // and one that the system kills, for its memory perhaps
      ended = start("--resume");
      const isKilled = () => killAll(`${runs}/${stopped[0]}`) > 0;
      await until("a trial", isKilled);
      const killed = await ended;
      assertEquals(killed.code, 1, killed.stderr);

      const rest = await start("--resume-failed");
      assertEquals(rest.code, 0, rest.stderr);
      assertMatch(rest.stderr, /^Steps [1-9]\d* to 100000/m, "it went on");
      assertEquals(await tablesOf(folder, "out/sweep"), await tablesBySh());
      const log = Deno.readTextFileSync(`${folder}/log`);
      for (const name of TRIALS) assert(log.includes(name), log);
    }),
});

/** A port that nobody uses. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a Slurm of one node in a folder, without systemd. Its programs are
 * children of this one, and end with it.
 */
async function startSlurm(dir: string): Promise<
  { env: Record<string, string>; stop: () => Promise<void> }
> {
  for (const name of ["state", "spool"]) Deno.mkdirSync(`${dir}/${name}`);
  Deno.chmodSync(dir, 0o755);
  const host = hostname().split(".")[0];
  const [control, daemon] = [await freePort(), await freePort()];
  const conf = `
ClusterName=here
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${control}
SlurmdPort=${daemon}
AuthType=auth/munge
AuthInfo=socket=${dir}/munge.socket,cred_expire=3
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${dir}/state
SlurmdSpoolDir=${dir}/spool
SlurmctldPidFile=${dir}/slurmctld.pid
SlurmdPidFile=${dir}/slurmd.pid
SlurmctldLogFile=${dir}/slurmctld.log
SlurmdLogFile=${dir}/slurmd.log
ReturnToService=2
JobRequeue=1
SchedulerParameters=sched_interval=2,batch_sched_delay=0
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${navigator.hardwareConcurrency} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
  const config = `${dir}/slurm.conf`;
  Deno.writeTextFileSync(config, conf);
  const key = crypto.getRandomValues(new Uint8Array(1024));
  Deno.writeFileSync(`${dir}/munge.key`, key, { mode: 0o600 });
  const munge = [
    ...["--foreground", "--force", "--num-threads=1"],
    ...[`--socket=${dir}/munge.socket`, `--key-file=${dir}/munge.key`],
    ...[`--pid-file=${dir}/munge.pid`, `--seed-file=${dir}/munge.seed`],
    `--log-file=${dir}/munge.log`,
  ];
  const daemons: Deno.ChildProcess[] = [];
  const start = (program: string, args: string[]) =>
    daemons.push(
      new Deno.Command(program, {
        args,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
    );
  const env = { SLURM_CONF: config };
  const stop = async () => {
    for (const daemon of daemons.toReversed()) {
      try {
        daemon.kill("SIGTERM");
      } catch { // it has ended
      }
      await daemon.status;
    }
  };
  try {
    start("munged", munge);
    await until("munged", () => exists(`${dir}/munge.socket`));
    start("slurmctld", ["-D", "-f", config]);
    start("slurmd", ["-D", "-f", config]);
    const isUp = () => {
      const { stdout } = new Deno.Command("sinfo", {
        args: ["--noheader", "--format=%t"],
        env,
        stderr: "null",
      }).outputSync();
      return new TextDecoder().decode(stdout).trim() === "idle";
    };
    await until("Slurm", isUp);
  } catch (error) {
    await stop();
    for (const name of ["slurmctld", "slurmd", "munge"]) {
      if (exists(`${dir}/${name}.log`)) {
        console.error(Deno.readTextFileSync(`${dir}/${name}.log`));
      }
    }
    throw error;
  }
  return { env, stop };
}

function exists(path: string): boolean {
  try {
    return Boolean(Deno.statSync(path));
  } catch {
    return false;
  }
}

Deno.test({
  name:
    "sweep --slurm, with jobs cancelled and requeued in the middle, gives the table of sh",
  ignore: isMissing("sbatch", "slurmctld", "slurmd", "munged") ||
    (wanted !== "required" && Deno.uid() !== 0),
  fn: () =>
    withWords(async (folder) => {
      const runs = `${folder}/out/sweep`;
      const dir = await Deno.makeTempDir();
      const { env, stop } = await startSlurm(dir);
      try {
        const slurm = async (line: string) => {
          const { code, stdout, stderr } = await new Program(
            folder,
            [],
            line,
            env,
          ).ended;
          assertEquals(code, 0, `${line}: ${stderr}`);
          return stdout.trim();
        };
        const script = await succeed(folder, "sweep", ...SWEEP, "--slurm");
        Deno.writeTextFileSync(`${folder}/sweep.sh`, script);
        const job = await slurm("sbatch --parsable sweep.sh");
        const number = (name: string) => TRIALS.indexOf(name) + 1;

        await until("a job", () => inTheMiddle(runs).length > 0);
        const [first] = inTheMiddle(runs);
        await slurm(`scontrol requeue ${job}_${number(first)}`);
        const others = () => inTheMiddle(runs).filter((name) => name !== first);
        await until("another job", () => others().length > 0);
        const [second] = others();
        await slurm(`scancel ${job}_${number(second)}`);
        await slurm(`sbatch --parsable --array=${number(second)} sweep.sh`);
        let queue = "";
        const end = Date.now() + 100_000;
        while (Date.now() < end) {
          queue = await slurm("squeue --noheader");
          if (queue === "") break;
          // Slurm waits for two minutes before it starts a job again
          if (queue.includes("(BeginTime)")) {
            await slurm(
              `scontrol update JobId=${job}_${number(first)} StartTime=now`,
            );
          }
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        assertEquals(queue, "");
        const logs = [...Deno.readDirSync(folder)]
          .filter(({ name }) => /^slurm-.*\.out$/.test(name))
          .map(({ name }) => Deno.readTextFileSync(`${folder}/${name}`))
          .join("");
        // both went on where they were
        const resumed = [
          ...logs.matchAll(/^Steps [1-9]\d* to 100000, .*\/(.*)$/gm),
        ]
          .map(([, name]) => name);
        assertEquals(new Set(resumed), new Set([first, second]), logs);
      } finally {
        killAll(runs); // what is left if the test failed
        await stop();
        await Deno.remove(dir, { recursive: true });
      }
      assertEquals(await tablesOf(folder, "out/sweep"), await tablesBySh());
    }),
});

Deno.test({
  name: "the lines with Optuna in docs/sweeps.md find settings",
  ignore: isMissing("optuna", "jq"),
  fn: () =>
    withWords(async (folder) => {
      const docs = await Deno.readTextFile(
        new URL("../../docs/sweeps.md", import.meta.url),
      );
      const lines = docs.match(/```sh\n(export OPTUNA_STORAGE.*?)```/s)![1];
      const train = taskArguments("train", []).map((word) => `'${word}'`);
      const few = lines.replace("seq 20", "seq 2").replace(
        "makemore train",
        `'${Deno.execPath()}' ${train.join(" ")} --input words.txt ` +
          "--recipe lecture --steps 200",
      ).replace("trials/", "out/trials/");
      const { code, stderr } = await new Program(folder, [], few).ended;
      assertEquals(code, 0, stderr);
      const csv = await succeed(folder, "compare", "out/trials", "--csv");
      assertMatch(csv, /^dev,.*,learning_rate,hidden_size,.*\n(.*\n){2}$/);
      const best = await new Program(
        folder,
        [],
        "optuna best-trial --study-name names --format json | jq '.values[0] // .value'",
        { OPTUNA_STORAGE: "sqlite:///study.db" },
      ).ended;
      assertEquals(best.stdout.trim(), csv.split("\n")[1].split(",")[0]);
    }),
});
