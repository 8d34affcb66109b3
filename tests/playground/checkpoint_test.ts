/** The checkpoints of the playground, beside those of the command line. */

import { assertEquals, assertThrows } from "@std/assert";
import { configOf, settingsFrom } from "../../cli/settings.ts";
import {
  CheckpointError,
  decodeCheckpoint,
  embeddedWords,
  encodeCheckpoint,
  setArithmetic,
} from "../../core.ts";
import { openRun, saveRun } from "../../playground/checkpoint.ts";
import { hashOfWeights, hashOfWords, Run } from "../../playground/run.ts";
import { LECTURE } from "../../playground/settings.ts";

const words = embeddedWords().words.slice(0, 200);
const { signal } = new AbortController();
const advance = { signal, onProgress() {} };

Deno.test("saveRun() keeps what the command line keeps, and openRun() goes on to the same bits", async () => {
  for (const patience of [0, 50]) {
    const settings = { ...LECTURE, hiddenSize: 10, steps: 100, patience };
    const run = new Run(words, settings);
    await run.advance(60, advance);
    const bytes = saveRun(run, "a list");
    const { config } = decodeCheckpoint(bytes);
    assertEquals(config, configOf(settingsFrom(config, "a test")));
    const opened = openRun(bytes, "a file");
    assertEquals(opened.settings, settings);
    assertEquals(opened.wordsHash, hashOfWords(words));
    const other = new Run(words, opened.settings);
    other.resume(opened.checkpoint);
    await other.advance(100, advance);
    await run.advance(100, advance);
    assertEquals(
      hashOfWeights(other.parameters),
      hashOfWeights(run.parameters),
    );
    assertEquals(other.training.best?.step, run.training.best?.step);
  }
  setArithmetic("fused");
});

Deno.test("openRun() refuses a run whose schedule is that of other steps", () => {
  const settings = { ...LECTURE, hiddenSize: 10, steps: 100, patience: 50 };
  for (const schedule of ["step", "cosine", "constant"] as const) {
    for (const patience of [0, 50]) {
      const run = new Run(words, { ...settings, schedule, patience });
      const checkpoint = decodeCheckpoint(saveRun(run, "a list"));
      const open = (steps: number) => {
        const config = { ...checkpoint.config, steps }; // as with --steps
        return openRun(encodeCheckpoint({ ...checkpoint, config }), "x");
      };
      assertEquals(open(100).settings.steps, 100);
      // what never falls goes on, unless looks at dev would be elsewhere
      if (schedule === "constant" && patience === 0) open(200);
      else {
        assertThrows(
          () => open(200),
          RangeError,
          "Cannot open x: its steps were changed on the way",
        );
      }
    }
  }
  setArithmetic("fused");
});

Deno.test("openRun() refuses a file that is no checkpoint", () => {
  assertThrows(
    () => openRun(new Uint8Array(9), "x.safetensors"),
    CheckpointError,
    "Cannot read x.safetensors",
  );
});
