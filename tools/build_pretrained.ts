/**
 * `deno task build:pretrained`: trains the model that comes with the package,
 * the network alone that the automatic recipe makes of the embedded names, and
 * writes it into data/: once as a file that Python reads too, once as a module
 * that can be imported.
 *
 * The same bits come out on every machine; with `--check` nothing is written,
 * and the program fails unless data/ has these bits.
 */

import * as makemore from "../core.ts";
import { toBase64 } from "../lib/kernel/base64.ts";
import { writeOrCheck } from "./write_or_check.ts";

const SEED = 2147483647;

/** Trains the model, and returns the bytes of its file and its losses. */
async function trainModel() {
  const { words } = makemore.embeddedWords();
  const vocabulary = makemore.buildVocabulary(words);
  const splits = makemore.splitWords(words, { keepEqualTogether: true });
  const generator = new makemore.TorchGenerator(SEED);
  const learned = await makemore.learn(splits, vocabulary, { generator });
  const { network } = learned;
  const lossOf = (words: readonly string[]) => {
    const { contextLength } = makemore.sizesOf(network);
    const rows = makemore.contextWindows(words, vocabulary, contextLength);
    return makemore.evaluate(network, rows);
  };
  return {
    bytes: makemore.saveModel(network, vocabulary),
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
  const { bytes, losses } = await trainModel();
  console.log(losses);
  writeOrCheck("build:pretrained", {
    "data/pretrained.safetensors": bytes,
    "data/pretrained_safetensors.ts": moduleOf(bytes),
  });
}
