/**
 * `deno task build:pretrained`: trains the model that comes with the package,
 * by the lecture's full run on the lecture's names, and writes it into data/:
 * once as a file that Python reads too, once as a module that can be imported.
 *
 * The same bits come out on every machine; with `--check` nothing is written,
 * and the program fails unless data/ has these bits.
 */

import * as makemore from "../core.ts";
import { toBase64 } from "../lib/kernel/base64.ts";
import { writeOrCheck } from "./write_or_check.ts";

/** The arithmetic whose bits every machine has. */
const ARITHMETIC = "separate";
const STEPS = 200_000;
const SEED = 2147483647;
const NAMES = new URL("../data/makemore/names.txt", import.meta.url);

/** Trains the model, and returns the bytes of its file and its losses. */
export function trainModel(): {
  bytes: Uint8Array<ArrayBuffer>;
  losses: Record<string, number>;
} {
  makemore.setArithmetic(ARITHMETIC);
  const { words } = makemore.parseWords(Deno.readFileSync(NAMES), "names.txt");
  const vocabulary = makemore.buildVocabulary(words);
  const splits = makemore.splitWords(words);
  const rowsOf = (words: readonly string[]) =>
    makemore.contextWindows(words, vocabulary, 3);
  const generator = new makemore.TorchGenerator(SEED);
  const parameters = makemore.createParameters({
    vocabularySize: vocabulary.size,
    contextLength: 3,
    embeddingSize: 10,
    hiddenSize: 200,
  }, { generator });
  const steps = makemore.trainSteps(parameters, rowsOf(splits.train), {
    steps: STEPS,
    generator,
    learningRate: makemore.stepDecay([0.1, 0.01], STEPS / 2),
  });
  for (const _ of steps);
  const lossOf = (words: readonly string[]) =>
    makemore.evaluate(parameters, rowsOf(words));
  return {
    bytes: makemore.saveModel(parameters, vocabulary),
    losses: {
      train: lossOf(splits.train),
      dev: lossOf(splits.dev),
      test: lossOf(splits.test),
    },
  };
}

/** The module that holds the file's bytes. */
function moduleOf(bytes: Uint8Array): string {
  return `// Written by \`deno task build:pretrained\`; do not edit.
/** data/pretrained.safetensors in base64. */
// deno-fmt-ignore
export const pretrainedSafetensors: string = "${toBase64(bytes)}";
`;
}

if (import.meta.main) {
  const { bytes, losses } = trainModel();
  console.log(losses);
  writeOrCheck("build:pretrained", {
    "data/pretrained.safetensors": bytes,
    "data/pretrained_safetensors.ts": moduleOf(bytes),
  });
}
