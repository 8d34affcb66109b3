/**
 * `deno task build:pretrained`: trains the model that comes with the package,
 * by the lecture's full run on the lecture's names, and writes it into data/:
 * once as a file that Python reads too, once as a module that can be imported.
 *
 * The same bits come out on every machine; with `--check` nothing is written,
 * and the program fails unless data/ has these bits.
 */

import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "../cli/atomic_file.ts";
import { toBase64 } from "../lib/kernel/base64.ts";
import { saveModel } from "../lib/saving/model_file.ts";
import { evaluate } from "../lib/language_models/evaluate.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import { createParameters } from "../lib/model/initial_weights.ts";
import { stepDecay } from "../lib/training/schedules.ts";
import { splitWords } from "../lib/data/splits.ts";
import { trainSteps } from "../lib/training/loop.ts";
import { buildVocabulary } from "../lib/data/vocabulary.ts";
import { contextWindows } from "../lib/data/windows.ts";
import { readWords } from "../lib/data/words.ts";

const STEPS = 200_000;
const SEED = 2147483647;

const pathOf = (name: string) =>
  fileURLToPath(new URL(`../data/${name}`, import.meta.url));

/** Trains the model, and returns the bytes of its file and its losses. */
export async function trainModel(): Promise<
  { bytes: Uint8Array<ArrayBuffer>; losses: Record<string, number> }
> {
  const { words } = await readWords(pathOf("makemore/names.txt"));
  const vocabulary = buildVocabulary(words);
  const splits = splitWords(words);
  const rowsOf = (words: readonly string[]) =>
    contextWindows(words, vocabulary, 3);
  const generator = new TorchGenerator(SEED);
  const parameters = createParameters({
    vocabularySize: vocabulary.size,
    contextLength: 3,
    embeddingSize: 10,
    hiddenSize: 200,
  }, { generator });
  const steps = trainSteps(parameters, rowsOf(splits.train), {
    steps: STEPS,
    generator,
    learningRate: stepDecay([0.1, 0.01], STEPS / 2),
  });
  for (const _ of steps);
  const bytes = saveModel(parameters, vocabulary);
  const losses = {
    train: evaluate(parameters, rowsOf(splits.train)),
    dev: evaluate(parameters, rowsOf(splits.dev)),
    test: evaluate(parameters, rowsOf(splits.test)),
  };
  return { bytes, losses };
}

/** The module that holds the file's bytes. */
export function moduleOf(bytes: Uint8Array<ArrayBuffer>): string {
  return [
    "// Written by `deno task build:pretrained`; do not edit.",
    "/** data/pretrained.safetensors in base64. */",
    "// deno-fmt-ignore",
    `export const pretrainedSafetensors: string = "${toBase64(bytes)}";`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  const { bytes, losses } = await trainModel();
  console.log(losses);
  if (Deno.args.includes("--check")) {
    const committed = Deno.readFileSync(pathOf("pretrained.safetensors"));
    if (toBase64(committed) !== toBase64(bytes)) {
      console.error(
        "data/pretrained.safetensors is not what the full run gives: " +
          "run `deno task build:pretrained`",
      );
      Deno.exit(1);
    }
  } else {
    writeFileAtomically(pathOf("pretrained.safetensors"), bytes);
    writeFileAtomically(pathOf("pretrained_safetensors.ts"), moduleOf(bytes));
  }
}
