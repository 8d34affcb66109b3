/**
 * Files from anywhere, given to the commands: one line that says what is
 * wrong, at once. The tests of lib/saving and lib/data know many more.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { buildVocabulary, Vocabulary } from "../../lib/data/vocabulary.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import {
  type Checkpoint,
  encodeCheckpoint,
} from "../../lib/saving/checkpoint.ts";
import { filesIn } from "../files.ts";
import {
  refusalOf,
  run,
  RUN_CONFIG,
  withFolder,
  withWords,
  WORDS,
} from "./program.ts";

const FILE = "out/run/checkpoint.safetensors";
const RUN = ["--run", "out/run"];
const INPUT = ["--input", "words.txt"];

/** A run at step 7 with a small model, of tokens or sizes that may be odd. */
function checkpointBytes(
  config: Checkpoint["config"] = {},
  { tokens = buildVocabulary(WORDS.split("\n")).tokens, contextLength = 3 } =
    {},
): Uint8Array {
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
    config: { ...RUN_CONFIG, ...config },
    losses: { recent: [], logBytes: 0 },
  });
}

/** Puts a checkpoint into the folder of a run. */
function writeRun(folder: string, checkpoint: Uint8Array): void {
  Deno.mkdirSync(`${folder}/out/run`, { recursive: true });
  Deno.writeFileSync(`${folder}/${FILE}`, checkpoint);
}

Deno.test("every command refuses a hostile checkpoint in one line", () =>
  withWords(async (folder) => {
    const good = checkpointBytes();
    const endlessHeader = good.slice();
    endlessHeader.fill(0xff, 0, 8);
    for (const bytes of [endlessHeader, good.subarray(0, 5000)]) {
      writeRun(folder, bytes);
      for (
        const [name, ...args] of [
          ["sample", ...RUN],
          ["evaluate", ...RUN, ...INPUT],
          ["train", "--resume", ...INPUT],
        ] as const
      ) {
        const { exitCode, message } = await refusalOf(folder, name, ...args);
        assertStringIncludes(message, `Cannot read ${FILE}: `);
        assertEquals(exitCode, 4);
      }
    }
    assertEquals(filesIn(`${folder}/out/run`), [
      ".lock",
      "checkpoint.safetensors",
    ]);
  }));

Deno.test("every command refuses a hostile word list in one line", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/steering.txt`, "\u001b");
    await Deno.writeFile(`${folder}/binary.txt`, Uint8Array.of(97, 0, 98));
    await Deno.writeTextFile(`${folder}/sparse.txt`, "");
    await Deno.truncate(`${folder}/sparse.txt`, 2 ** 31);
    const refused = [
      ["steering.txt", 'steering.txt: its only character is "\\u001b"'],
      ["binary.txt", "binary.txt"],
      ["sparse.txt", "Cannot read sparse.txt: line 1 contains a NUL byte"],
    ];
    for (const [file, sentence] of refused) {
      for (const name of ["train", "evaluate", "find-lr"] as const) {
        const args = ["--input", file];
        const { exitCode, message } = await refusalOf(folder, name, ...args);
        assertStringIncludes(message, sentence);
        assertEquals(exitCode, 3);
      }
    }
    assert(!filesIn(folder).includes("out"));
  }));

Deno.test("train --resume goes on with odd settings, or refuses them in one line", () =>
  withWords(async (folder) => {
    const resume = [...INPUT, "--resume"];
    const largest = Number.MAX_SAFE_INTEGER;
    writeRun(
      folder,
      checkpointBytes({
        ...{ decaySteps: largest, seed: largest, splitSeed: largest },
        ...{ batchSize: 2 ** 20, schedule: "cosine" },
      }),
    );
    const odd = await run(folder, "train", ...resume);
    assertEquals(odd.code, 0, odd.stderr);
    assertMatch(odd.stdout, /^train loss \d/);

    Deno.removeSync(`${folder}/out/run`, { recursive: true });
    writeRun(folder, checkpointBytes({ batchSize: 2 ** 25 }));
    const large = await refusalOf(folder, "train", ...resume);
    assertStringIncludes(large.message, 'its setting batchSize is "33554432"');
    writeRun(folder, checkpointBytes({ words: "\u001b[2J", wordsSha256: "" }));
    const other = await refusalOf(folder, "train", ...resume);
    assertStringIncludes(other.message, 'it learns from "\\u001b[2J"');
    assertEquals([large.exitCode, other.exitCode], [4, 3]);
  }));

Deno.test("--verbose adds the stack to the line", () =>
  withWords(async (folder) => {
    const model = ["--run", "words.txt"];
    const { code, stderr } = await run(folder, "sample", "--verbose", ...model);
    assertEquals(code, 4);
    const [line, ...stack] = stderr.trimEnd().split("\n");
    assertMatch(line, /^makemore: Cannot read words\.txt: /);
    assert(stack.length > 3);
    assert(stack.slice(1).every((line) => line.startsWith("    at ")), stderr);
  }));

Deno.test("commands say that there is not enough memory, and what to do, with exit code 1", () =>
  withWords(async (folder) => {
    writeRun(folder, checkpointBytes({}, { contextLength: 2 ** 21 }));
    const outcomes = await Promise.all([
      run(folder, "evaluate", ...RUN, ...INPUT),
      run(folder, "train", ...INPUT, "--hidden-size", "1000000000000"),
      run(folder, "find-lr", ...INPUT, "--embedding-size", "100000000"),
    ]);
    for (const { code, stderr } of outcomes) {
      const last = stderr.trimEnd().split("\n").at(-1)!;
      assertMatch(last, /^makemore: There is not enough memory: .*; try /);
      assertEquals(code, 1);
    }
    assertEquals(filesIn(`${folder}/out`), ["run"]);
  }));

Deno.test("commands spell out what would steer the terminal", () =>
  withFolder(async (folder) => {
    const sentence = "Clear \u001b[2J the\u009b1m screen\r now. ";
    await Deno.writeTextFile(`${folder}/a\u001b[2J.txt`, sentence.repeat(60));
    const learned = await run(
      folder,
      "train",
      ...["--level", "words", "--model", "ngram"],
      ...["--input", "a\u001b[2J.txt"],
    );
    const tokens = [".", "\u001b[2J", "\u009b1m", "\r"];
    writeRun(folder, checkpointBytes({}, { tokens }));
    const sampled = await run(folder, "sample", ...RUN, "--temperature", "99");
    for (const { code, stdout, stderr } of [learned, sampled]) {
      assertEquals(code, 0, stderr);
      assertMatch(stdout + stderr, /^[\P{Cc}\n]+$/u);
      assertMatch(stdout, /\\u\{1b\} ?\[2J/);
    }
    assertStringIncludes(learned.stderr, "sentences from a\\u{1b}[2J.txt");
  }));
