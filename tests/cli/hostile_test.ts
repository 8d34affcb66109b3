/**
 * Files from anywhere, given to the commands: one line that says what is
 * wrong, at once. The tests of checkpoint.ts, safetensors.ts, run_folder.ts and
 * words.ts know many more.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Checkpoint,
  encodeCheckpoint,
} from "../../lib/saving/checkpoint.ts";
import { settingsFrom } from "../../cli/settings.ts";
import { CheckpointError } from "../../lib/errors/errors.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { buildVocabulary, Vocabulary } from "../../lib/data/vocabulary.ts";
import { filesIn } from "../files.ts";
import {
  hashOf,
  type Outcome,
  run,
  withFolder,
  withWords,
  WORDS,
} from "./program.ts";

/** Settings as `train` keeps them, of a run on the list of the tests. */
async function goodSettings() {
  return {
    steps: 20,
    batchSize: 32,
    learningRate: 0.1,
    finalLearningRate: 0.01,
    schedule: "step",
    decaySteps: 10,
    seed: 1,
    level: "characters",
    lowercase: false,
    minimumCount: 2,
    splitSeed: 42,
    keepEqualTogether: false,
    decay: 0,
    weightDecay: 0,
    candidates: 0,
    words: "words.txt",
    wordsSha256: await withWords((folder) => hashOf(`${folder}/words.txt`)),
  };
}

/** A run at step 7 with a small model, of tokens or sizes that may be odd. */
async function checkpointBytes(
  config: Checkpoint["config"] = {},
  { tokens = buildVocabulary(WORDS.split("\n")).tokens, contextLength = 3 } =
    {},
): Promise<Uint8Array> {
  const [V, T, E, H] = [tokens.length, contextLength, 1, 2];
  const generator = new TorchGenerator(1);
  return encodeCheckpoint({
    parameters: {
      C: generator.randn(V * E),
      W1: new Float32Array(T * E * H),
      b1: generator.randn(H),
      W2: generator.randn(H * V),
      b2: generator.randn(V),
    },
    vocabulary: new Vocabulary(tokens),
    step: 7,
    generatorState: generator.getState(),
    config: { ...await goodSettings(), ...config },
    losses: { recent: [], logBytes: 0 },
  });
}

/** Puts a checkpoint into the folder of a run. */
function writeRun(folder: string, checkpoint: Uint8Array): void {
  Deno.mkdirSync(`${folder}/out/run`, { recursive: true });
  Deno.writeFileSync(`${folder}/out/run/checkpoint.safetensors`, checkpoint);
}

/** Gives the run to all commands that take one. */
function useRun(folder: string): Promise<Outcome[]> {
  const input = ["--input", "words.txt"];
  return Promise.all([
    run(folder, "sample", "--run", "out/run"),
    run(folder, "evaluate", "--run", "out/run", ...input),
    run(folder, "train", "--resume", ...input),
  ]);
}

/** Refused in this one line. */
function assertRefused(
  { code, stdout, stderr }: Outcome,
  expected: number,
  sentence: string,
): void {
  assertEquals(stderr, `makemore: ${sentence}\n`);
  assertEquals([code, stdout], [expected, ""]);
}

const FILE = "out/run/checkpoint.safetensors";

Deno.test("every command refuses a hostile checkpoint in one line", async () => {
  const good = await checkpointBytes();
  const notFinite = good.slice();
  new DataView(notFinite.buffer)
    .setFloat32(notFinite.length - 4, Infinity, true);
  const endlessHeader = good.slice();
  endlessHeader.fill(0xff, 0, 8);
  const files: [Uint8Array, string][] = [
    [notFinite, "its parameter b2 is Infinity at index 13"],
    [endlessHeader, "do not begin with the length of a header"],
    [good.subarray(0, 5000), "the file is cut off"],
  ];
  await withWords(async (folder) => {
    for (const [bytes, reason] of files) {
      writeRun(folder, bytes);
      for (const outcome of await useRun(folder)) {
        assertMatch(outcome.stderr, /^makemore: Cannot read .*\n$/);
        assertStringIncludes(outcome.stderr, reason);
        assertEquals([outcome.code, outcome.stdout], [4, ""]);
      }
    }
    Deno.truncateSync(`${folder}/${FILE}`, 2 ** 33);
    for (const outcome of await useRun(folder)) {
      assertRefused(
        outcome,
        4,
        `Cannot read ${FILE}: it has 8589934592 bytes, more than the ` +
          "4394967304 that are read",
      );
    }
    assertEquals(filesIn(`${folder}/out/run`), [
      ".lock",
      "checkpoint.safetensors",
    ]);
  });
});

Deno.test("--verbose adds the stack to the line", () =>
  withWords(async (folder) => {
    const { code, stderr } = await run(
      folder,
      "sample",
      "--verbose",
      ...["--run", "words.txt"],
    );
    assertEquals(code, 4);
    const [line, ...stack] = stderr.trimEnd().split("\n");
    assertMatch(line, /^makemore: Cannot read words\.txt: /);
    assert(stack.length > 3);
    assert(stack.slice(1).every((line) => line.startsWith("    at ")), stderr);
  }));

Deno.test("settingsFrom() refuses settings that no run has", async () => {
  const good = await goodSettings();
  assertEquals<unknown>(settingsFrom(good, "it"), good);
  const refused: [Record<string, unknown>, string][] = [
    [{ steps: 1e300 }, "steps is 1e+300"],
    [{ steps: 0 }, "steps is 0"],
    [{ steps: 1.5 }, "steps is 1.5"],
    [{ steps: undefined }, "steps is missing"],
    [{ steps: "\u001b[2J\n" }, 'steps is "\\u001b[2J\\n"'],
    [{ batchSize: -1 }, "batchSize is -1"],
    [{ batchSize: 2 ** 40 }, "batchSize is 1099511627776"],
    [{ learningRate: -0.1 }, "learningRate is -0.1"],
    [{ finalLearningRate: null }, "finalLearningRate is null"],
    [{ schedule: "__proto__" }, 'schedule is "__proto__"'],
    [{ schedule: "constructor" }, 'schedule is "constructor"'],
    [{ decaySteps: 2 ** 53 }, "decaySteps is 9007199254740992"],
    [{ seed: -1 }, "seed is -1"],
    [{ splitSeed: "42" }, 'splitSeed is "42"'],
    [{ keepEqualTogether: 0 }, "keepEqualTogether is 0"],
    [{ level: "toString" }, 'level is "toString"'],
    [{ lowercase: "yes" }, 'lowercase is "yes"'],
    [{ minimumCount: 0 }, "minimumCount is 0"],
    [{ decay: -1 }, "decay is -1"],
    [{ weightDecay: null }, "weightDecay is null"],
    [{ candidates: 0.5 }, "candidates is 0.5"],
    [{ words: 1 }, "words is 1"],
    [{ wordsSha256: null }, "wordsSha256 is null"],
  ];
  for (const [setting, sentence] of refused) {
    const { message } = assertThrows(
      () => settingsFrom({ ...good, ...setting }, "it"),
      CheckpointError,
    );
    assertEquals(message, `Cannot read it: its setting ${sentence}`);
  }
});

Deno.test("train --resume goes on with odd settings, or refuses them in one line", async () => {
  const largest = Number.MAX_SAFE_INTEGER;
  await withWords(async (folder) => {
    const resume = ["--input", "words.txt", "--resume"];
    writeRun(
      folder,
      await checkpointBytes({
        ...{ decaySteps: largest, seed: largest, splitSeed: largest },
        ...{ batchSize: 2 ** 20, schedule: "cosine" },
      }),
    );
    const odd = await run(folder, "train", ...resume);
    assertEquals(odd.code, 0, odd.stderr);
    assertMatch(odd.stdout, /^train loss \d/);

    Deno.removeSync(`${folder}/out/run`, { recursive: true });
    writeRun(folder, await checkpointBytes({ batchSize: 2 ** 25 }));
    assertRefused(
      await run(folder, "train", ...resume),
      4,
      `Cannot read ${FILE}: its setting batchSize is 33554432`,
    );
    // of as many tokens as there are, and where there are no minibatches
    const { size } = buildVocabulary(WORDS.split("\n"));
    for (const [candidates, batchSize] of [[size, 32], [3, 0]]) {
      writeRun(folder, await checkpointBytes({ candidates, batchSize }));
      assertRefused(
        await run(folder, "train", ...resume),
        4,
        `Cannot read ${FILE}: its setting candidates is ${candidates}, but ` +
          `it has ${size} tokens and a batch size of ${batchSize}`,
      );
    }
    writeRun(
      folder,
      await checkpointBytes({ words: "\u001b[2J\nx", wordsSha256: "" }),
    );
    assertRefused(
      await run(folder, "train", ...resume),
      3,
      'The run in out/run learns from other words, "\\u001b[2J\\nx": ' +
        "give them with --input",
    );
  });
});

Deno.test("train --resume refuses settings of a level that the tokens have not", () =>
  withWords(async (folder) => {
    const tokens = ["<s>", "<unk>", "a"];
    writeRun(folder, await checkpointBytes({}, { tokens }));
    assertRefused(
      await run(folder, "train", "--resume", "--input", "words.txt"),
      4,
      `Cannot read ${FILE}: its setting level is characters, but its tokens ` +
        "are words",
    );
    // to sample from it is possible all the same
    const sampled = await run(folder, "sample", "--run", "out/run");
    assertEquals(sampled.code, 0, sampled.stderr);
  }));

Deno.test("settingsFrom() knows runs from before there were words", async () => {
  const good = await goodSettings();
  const unknown = ["level", "lowercase", "minimumCount", "decay"]
    .concat("weightDecay", "candidates");
  const old = Object.fromEntries(
    Object.entries(good).filter(([name]) => !unknown.includes(name)),
  );
  assertEquals<unknown>(settingsFrom(old, "it"), good);
});

Deno.test("commands spell out what a text has that would steer the terminal", () =>
  withFolder(async (folder) => {
    const sentence = "Clear \u001b[2J the\u009b1m screen\r now. ";
    await Deno.writeTextFile(`${folder}/a\u001b[2J.txt`, sentence.repeat(60));
    for (const model of ["ngram", "mlp"]) {
      const { code, stdout, stderr } = await run(
        folder,
        "train",
        ...["--level", "words", "--model", model],
        ...["--input", "a\u001b[2J.txt"],
        ...(model === "mlp" ? ["--steps", "500"] : []),
      );
      assertEquals(code, 0, stderr);
      assertMatch(stdout + stderr, /^[\P{Cc}\n]+$/u);
      assertStringIncludes(stdout, "\\u{1b} [2J");
      assertStringIncludes(stderr, "sentences from a\\u{1b}[2J.txt");
    }
  }));

Deno.test("evaluate refuses a context length for which memory does not do", () =>
  withWords(async (folder) => {
    const contextLength = 2 ** 21; // 16 MB of weights
    writeRun(folder, await checkpointBytes({}, { contextLength }));
    const input = ["--input", "words.txt"];
    const model = ["--run", "out/run"];
    const { code, stdout, stderr } = await run(
      folder,
      "evaluate",
      ...[...model, ...input],
    );
    assertEquals([code, stdout], [2, ""]);
    assertMatch(
      stderr,
      /^makemore: Cannot lay out 400 contexts of 2097152 tokens: .*$/m,
    );
  }));

Deno.test("sample spells out what would steer the terminal", () =>
  withWords(async (folder) => {
    const tokens = [".", "\u001b[2J", "\u009b1m", "\r"];
    writeRun(folder, await checkpointBytes({}, { tokens }));
    const { code, stdout, stderr } = await run(
      folder,
      "sample",
      ...["--run", "out/run", "--temperature", "1000"],
    );
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^[\P{Cc}\n]+$/u);
    assertStringIncludes(stdout, "\\u{1b}[2J");
  }));

Deno.test({
  name: "train --resume refuses a pipe in the run folder, which never ends",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withWords(async (folder) => {
      writeRun(folder, await checkpointBytes());
      const pipe = `${folder}/out/run/losses.csv`;
      assert(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
      const resume = ["--input", "words.txt", "--resume"];
      assertRefused(
        await run(folder, "train", ...resume),
        5,
        "Cannot write out/run/losses.csv: it is not a file",
      );
      const model = ["--run", "out/run/losses.csv"];
      assertRefused(
        await run(folder, "sample", ...model),
        4,
        "Cannot read out/run/losses.csv: it is a pipe or a device, not a file",
      );
    }),
});

Deno.test("every command refuses a hostile word list in one line", () =>
  withWords(async (folder) => {
    const steering = "\u001b[2J.";
    await Deno.writeTextFile(`${folder}/steering.txt`, steering);
    await Deno.writeFile(`${folder}/binary.txt`, Uint8Array.of(97, 0, 98));
    await Deno.writeTextFile(`${folder}/sparse.txt`, "");
    await Deno.truncate(`${folder}/sparse.txt`, 2 ** 31);
    const refused = [
      [
        "steering.txt",
        'Cannot read steering.txt: line 1, "\\u001b[2J.", contains ".", which ' +
        "marks where words begin and end; remove it or write another character",
      ],
      [
        "binary.txt",
        "Cannot read binary.txt: line 1 contains a NUL byte, so it is not a text",
      ],
      [
        "sparse.txt",
        "Cannot read sparse.txt: it has 2147483648 bytes, more than the " +
        "67108864 that are read",
      ],
    ];
    for (const [name, sentence] of refused) {
      const outcomes = await Promise.all(
        (["train", "evaluate", "find-lr"] as const)
          .map((command) => run(folder, command, "--input", name)),
      );
      for (const outcome of outcomes) assertRefused(outcome, 3, sentence);
    }
    assert(!filesIn(folder).includes("out"));
  }));
