/**
 * Least privilege: the tasks have the permissions that they need and no
 * others, without one they say which it is, and the library needs none.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import {
  Program,
  QUICK,
  run,
  taskArguments,
  type TaskName,
  withFolder,
  withWords,
} from "./program.ts";

/** A command without one of the permissions of its task. */
interface Refusal {
  task: TaskName;
  /** The flag that it goes without. */
  without: string;
  args: readonly string[];
  code: number;
  /** What it says. */
  sentence: string;
}

/** Tried in invocation_test.ts. */
const ENV = "--allow-env=INIT_CWD,npm_command";
const READ = "--allow-read";
const WRITE = "--allow-write=out";

const INPUT = ["--input", "words.txt"];
const RUN = ["--run", "out/run"];

/** How deno says it. */
const requires = (access: string, path: string) =>
  `requires ${access} access to "${path}", run again with the ` +
  `--allow-${access} flag`;

/** How the program says that it may not write. */
const permits = "Deno does not permit it; this command may write there: deno " +
  `run --allow-read --allow-write=`;

const REFUSALS: Refusal[] = [
  {
    task: "train",
    without: WRITE,
    args: [...QUICK, "--output", "out/new"],
    code: 5,
    sentence: `Cannot write out/new: ${permits}out/new …`,
  },
  {
    task: "train",
    without: WRITE,
    args: ["--resume", ...INPUT],
    code: 5,
    sentence: `Cannot write out/run/.lock: ${permits}out/run …`,
  },
  {
    task: "train",
    without: READ,
    args: ["--steps", "1"],
    code: 5,
    sentence: `Cannot write out/run: ${requires("read", "out/run/..")}`,
  },
  {
    task: "train",
    without: READ,
    args: QUICK,
    code: 3,
    sentence: `Cannot read words.txt: ${requires("read", "words.txt")}`,
  },
  {
    task: "sample",
    without: READ,
    args: RUN,
    code: 4,
    sentence: `Cannot read out/run: ${requires("read", "out/run")}`,
  },
  {
    task: "score",
    without: READ,
    args: ["--lines", "words.txt"],
    code: 3,
    sentence: `Cannot read words.txt: ${requires("read", "words.txt")}`,
  },
  {
    task: "neighbours",
    without: READ,
    args: RUN,
    code: 4,
    sentence: `Cannot read out/run: ${requires("read", "out/run")}`,
  },
  {
    task: "evaluate",
    without: READ,
    args: RUN,
    code: 4,
    sentence: `Cannot read out/run: ${requires("read", "out/run")}`,
  },
  {
    task: "find-lr",
    without: READ,
    args: INPUT,
    code: 3,
    sentence: `Cannot read words.txt: ${requires("read", "words.txt")}`,
  },
  {
    task: "find-lr",
    without: WRITE,
    args: [...INPUT, "--num", "5", "--output", "out/a.svg"],
    code: 5,
    sentence: `Cannot write out/a.svg: ${permits}out/ …`,
  },
  {
    task: "sweep",
    without: READ,
    args: [...INPUT, "--hidden-size", "1,2"],
    code: 3,
    sentence: `Cannot read words.txt: ${requires("read", "words.txt")}`,
  },
  {
    task: "compare",
    without: READ,
    args: ["out/run"],
    code: 4,
    sentence: `Cannot read out/run: ${requires("read", "out/run")}`,
  },
  {
    task: "compare",
    without: WRITE,
    args: ["out/run", "--output", "out/a.svg"],
    code: 5,
    sentence: `Cannot write out/a.svg: ${permits}out/ …`,
  },
];

Deno.test("each task has the permissions that its commands need, and no others", () =>
  withWords(async (folder) => {
    // With exactly its flags each task works.
    const learned = await run(folder, "train", ...QUICK);
    const used = await Promise.all([
      run(folder, "sample", ...RUN, "--new-only"),
      run(folder, "score", ...RUN, "--lines", "words.txt"),
      run(folder, "neighbours", ...RUN),
      run(folder, "evaluate", ...RUN, ...INPUT),
      run(folder, "find-lr", ...INPUT, "--num", "9", "--output", "out/b.svg"),
      run(folder, "sweep", ...INPUT, "--hidden-size", "1,2"),
      run(folder, "compare", "out/run", "--output", "out/c.svg"),
    ]);
    for (const { code, stderr } of [learned, ...used]) {
      assertEquals(code, 0, stderr);
    }

    const names = [
      ...["train", "sample", "score", "neighbours", "evaluate", "find-lr"],
      ...["sweep", "compare"],
    ] as const;
    for (const name of names) {
      const flags = config.tasks[name].split(" ")
        .filter((word) => word.startsWith("--"));
      assert(flags.includes("--no-prompt"), name);
      // Each of the others is one without which a refusal is tried below.
      const tried = REFUSALS.filter(({ task }) => task === name)
        .map(({ without }) => without);
      assertEquals(
        new Set(flags),
        new Set(["--no-prompt", ENV, ...tried]),
        name,
      );
    }

    await Promise.all(REFUSALS.map(async (refusal) => {
      const { task, without, args, code, sentence } = refusal;
      const flags = taskArguments(task, [...args])
        .filter((word) => word !== without);
      const outcome = await new Program(folder, flags).ended;
      const stderr = outcome.stderr
        .replace(/(?<=--allow-write=\S+ ).*/, "…");
      assertEquals(stderr, `makemore: ${sentence}\n`);
      assertEquals([outcome.code, outcome.stdout], [code, ""], task);
    }));
  }));

/** A use of all that the library does, with nothing but what it gives. */
const USE = `
import * as makemore from "ROOT/mod.ts";
import { lossCurve } from "ROOT/lib/plots/mod.ts";

const { words } = makemore.embeddedWords();
const list = makemore.defaultWords();
const vocabulary = makemore.buildVocabulary(words);
const splits = makemore.splitWords(words);
const windows = makemore.contextWindows(splits.train, vocabulary);
const generator = new makemore.TorchGenerator(1);
const sizes = {
  vocabularySize: vocabulary.size,
  contextLength: 3,
  embeddingSize: 2,
  hiddenSize: 8,
};
const parameters = makemore.createParameters(sizes, { generator });
const losses: number[] = [];
await makemore.train(parameters, windows, {
  steps: 20,
  generator,
  onProgress: (progress) => void losses.push(...progress.losses),
});
const batch = makemore.drawMinibatch(windows, { batchSize: 32, generator });
const { X, Y } = makemore.toTensors(batch);
const { logits } = makemore.forward(parameters, X);
const bytes = makemore.encodeCheckpoint({
  parameters: makemore.parameterArrays(parameters),
  vocabulary,
  step: 20,
  generatorState: generator.getState(),
  config: {},
  losses: { recent: losses, logBytes: 0 },
});
const checkpoint = makemore.decodeCheckpoint(bytes, { source: "bytes" });
const again = makemore.parametersFrom(checkpoint.parameters, sizes);
const figure = lossCurve([{ name: "loss", losses }]);
const kernel = new makemore.Kernel(sizes);
console.log(JSON.stringify({
  loss: makemore.crossEntropy(logits, Y).dataSync()[0],
  words: list.words.length,
  losses: losses.length,
  evaluated: makemore.evaluate(again, windows),
  sampled: makemore.sample(again, vocabulary, { generator, count: 3 }).length,
  pretrained: makemore.pretrainedModel().vocabulary.size,
  rate: makemore.findLearningRate(again, windows, { generator, count: 5 })
    .losses.length,
  svg: figure.svg.slice(0, 4),
  kernel: kernel.sizes.hiddenSize,
}));
`;

Deno.test("the library needs no permission", () =>
  withFolder(async (folder) => {
    const root = new URL("../..", import.meta.url).href.replace(/\/$/, "");
    const script = `${folder}/use.ts`;
    await Deno.writeTextFile(script, USE.replaceAll("ROOT", root));
    const configFile = fileURLToPath(`${root}/deno.json`);
    const kinds = ["read", "write", "net", "env", "sys", "run", "ffi"];
    const { code, stdout, stderr } = await new Program(folder, [
      ...["run", "--quiet", "--no-prompt", "--config", configFile],
      ...kinds.map((kind) => `--deny-${kind}`),
      script,
    ]).ended;
    assertEquals(code, 0, stderr);
    const { loss, evaluated, words, ...rest } = JSON.parse(stdout);
    assertEquals(rest, {
      losses: 20,
      sampled: 3,
      pretrained: 27,
      rate: 5,
      svg: "<svg",
      kernel: 8,
    });
    assert(words > 3000 && loss > 0 && evaluated > 0);
    assertMatch(stderr, /^$/);
  }));
