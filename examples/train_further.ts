/**
 * A saved model, trained further on a second list: the package's own model of
 * given names learns the names of rivers.
 *
 *     deno run --allow-read --allow-write=out examples/train_further.ts
 */

import {
  contextWindows,
  evaluate,
  loadModel,
  pretrainedModel,
  sample,
  saveModel,
  sizesOf,
  TorchGenerator,
  train,
} from "@makemore/mlp";

const saved = pretrainedModel();
Deno.mkdirSync("out", { recursive: true });
Deno.writeFileSync(
  "out/names.safetensors",
  saveModel(saved.parameters, saved.vocabulary),
);

const bytes = Deno.readFileSync("out/names.safetensors");
const { parameters, vocabulary } = loadModel(bytes);
const rivers =
  "amazon danube ganges indus irrawaddy lena loire mekong murray " +
  "niger nile ob oder orinoco rhine rhone seine tagus thames tiber volga yukon";
const { contextLength } = sizesOf(parameters);
const windows = contextWindows(rivers.split(" "), vocabulary, contextLength);

const generator = new TorchGenerator(42);
console.log("before", evaluate(parameters, windows).toFixed(3));
await train(parameters, windows, { steps: 300, generator, learningRate: 0.05 });
console.log("after", evaluate(parameters, windows).toFixed(3));
console.log(sample(parameters, vocabulary, { generator, count: 8 }).join(" "));
