/**
 * That what `deno task bench` compares is comparable. Nothing is timed here.
 */

import { assert, assertEquals } from "@std/assert";
import { contestants } from "../../bench/contestants.ts";
import { disagreement, firstOutcomes, median } from "../../bench/measure.ts";
import type { Peer } from "../../bench/peer.ts";
import { PeerClient } from "../../bench/peer_client.ts";
import { jax } from "../../bench/peers/jax.ts";
import { loops } from "../../bench/peers/loops.ts";
import { makemore } from "../../bench/peers/makemore.ts";
import { tfjs } from "../../bench/peers/tfjs.ts";
import { type Problem, Problems } from "../../bench/problem.ts";
import { table, threeDigits, time, timeSpan } from "../../bench/table.ts";
import type { Task } from "../../bench/tasks.ts";
import { decode, encode } from "../../bench/wire.ts";
import { wordProblem } from "../../bench/word_problem.ts";
import { embeddedWords } from "../../lib/data/words.ts";

const problems = new Problems(embeddedWords().words.slice(0, 60));

/** Tasks like those of the bench, small, and with sizes that are no fours. */
const small: readonly Task[] = ([
  { kind: "minibatch", rows: "train", rowsAtOnce: 5 },
  { kind: "full batch", rows: "all" },
  { kind: "loss", rows: "train" },
  { kind: "loss", rows: "train", rowsAtOnce: 70 },
  { kind: "names", rows: "train" },
] as const).map((task) => ({
  ...task,
  name: task.kind,
  title: "",
  model: { embeddingSize: 3, hiddenSize: 10 },
}));

/** What a peer makes of a task, as the bench checks it. */
async function outcomesOf(peer: Peer, task: Task) {
  const work = await peer.prepare(problems.of(task));
  assert(work !== undefined);
  try {
    const client = {
      run: async (count: number) => ({
        seconds: 0,
        outcome: await work.run(count),
      }),
    };
    return (await firstOutcomes(client, task.kind)).outcomes;
  } finally {
    work.close();
  }
}

const peers: Record<string, () => Peer | Promise<Peer>> = {
  loops: () => loops,
  "tfjs on its cpu backend": () => tfjs("cpu"),
  "tfjs on its wasm backend": () => tfjs("wasm"),
  "jax-js": jax,
};

for (const [name, makePeer] of Object.entries(peers)) {
  Deno.test({
    name: `bench: ${name} computes what the package computes`,
    // jax-js never ends the workers that it starts
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const peer = await makePeer();
      for (const task of small) {
        const expected = await outcomesOf(makemore(1), task);
        const outcomes = await outcomesOf(peer, task);
        assertEquals(outcomes.length, expected.length);
        assertEquals(disagreement(task.kind, outcomes, expected), undefined);
      }
    },
  });
}

Deno.test("disagreement() notices a wrong update, a wrong sum and other names", () => {
  assertEquals(disagreement("minibatch", [3.2, 3.1], [3.2, 3.1009]), undefined);
  assertEquals(
    disagreement("minibatch", [3.2, 3.1], [3.2, 3.1011]),
    "3.1 instead of 3.1011",
  );
  assert(disagreement("loss", [NaN], [3.2]));
  assert(disagreement("full batch", [3.2, 3.2], [3.2, 3.19]));
  assert(disagreement("names", [["emma", "ava"]], [["emma", "ana"]]));
});

Deno.test("wordProblem() is the same work for all, and a sampled one of its own", async () => {
  const problem = wordProblem(200, { batchSize: 6 });
  assertEquals(problem.windows.X.length, 4 * problem.windows.Y.length);
  assert(problem.windows.Y.every((token) => token < 200));
  const losses = async (peer: Peer, problem: Problem) => {
    const work = await peer.prepare(problem);
    assert(work !== undefined);
    try {
      return [await work.run(1), await work.run(1)];
    } finally {
      work.close();
    }
  };
  const full = await losses(makemore(1), problem);
  assertEquals(
    disagreement("minibatch", await losses(loops, problem), full),
    undefined,
  );
  const sampled = wordProblem(200, { batchSize: 6, candidates: 20 });
  assertEquals(sampled.windows, problem.windows);
  // With scaled weights all is a guess; a sampled loss is lower by about the
  // mean logarithm of how often the targets are to be expected.
  const [loss] = (await losses(makemore(1), sampled)).map(Number);
  assert(loss > 1 && loss < Number(full[0]) - 0.5, `${loss}, ${full}`);
});

Deno.test("PeerClient asks a program of its own", async () => {
  const contestant = contestants.find(({ name }) => name === "loops")!;
  const client = await PeerClient.start(await contestant.command());
  try {
    assertEquals(client.label, loops.label);
    const [task] = small;
    assert(await client.prepare(problems.of(task)));
    const { outcomes } = await firstOutcomes(client, task.kind);
    assertEquals(outcomes, await outcomesOf(loops, task));
    const merged = { ...task, kind: "merged" } as const;
    assertEquals(await client.prepare(problems.of(merged)), false);
  } finally {
    await client.close();
  }
});

Deno.test("PeerClient tells why a program did not start", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", "console.error('error: no such library'); Deno.exit(1)"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const message = await PeerClient.start(command).then(
    () => "it started",
    (error) => error.message,
  );
  assertEquals(message, "error: no such library");
});

Deno.test("decode() gives back what encode() takes, arrays included", () => {
  const question = { prepare: problems.of(small[0]) };
  const line = new TextDecoder().decode(encode(question)).trimEnd();
  assert(!line.includes("\n"));
  assertEquals(decode<typeof question>(line), question);
});

Deno.test("median() takes the middle, or the mean of two", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
});

Deno.test("table() lines its columns up", () => {
  assertEquals(
    table(["", "a"], [["step", "65.1 µs"], ["names", "–"]]),
    `|       |       a |
| ----- | ------: |
| step  | 65.1 µs |
| names |       – |`,
  );
});

Deno.test("time() has three digits and the unit that suits", () => {
  assertEquals(time(65.12e-6), "65.1 µs");
  assertEquals(time(999.6e-6), "1.00 ms");
  assertEquals(time(0.0123), "12.3 ms");
  assertEquals(time(18.9), "18.9 s");
  assertEquals(timeSpan(0.0009, 0.00134), "0.900–1.34 ms");
  assertEquals(threeDigits(197_123), "197,123");
  assertEquals(threeDigits(0.03561), "0.0356");
});
