import { assert, assertEquals } from "@std/assert";
import {
  contextWindows,
  embeddedWords,
  evaluate,
  loadModel,
} from "../../mod.ts";
import { allTrials, runTrial, type Trial, WINNER } from "../../tools/e01.ts";

const read = (name: string) =>
  Deno.readFileSync(new URL(`../../data/${name}`, import.meta.url));

Deno.test("runTrial() trains by the settings, and judges network, n-gram and mixture on dev", async () => {
  const words = embeddedWords().words.slice(0, 300);
  const settings = { ...WINNER, hiddenSize: 20, steps: 200 };
  const { trial, network, vocabulary, test } = await runTrial(words, settings);
  assertEquals(trial.settings, settings);
  assertEquals(network.b1.length, 20);
  assert(trial.mixture <= Math.min(trial.dev, trial.ngram));
  assert(trial.dev < Math.log(vocabulary.size));
  assertEquals(Object.keys(test()), ["network", "ngram", "mixture"]);
  const again = await runTrial(words, settings);
  assertEquals(again.trial, trial);
});

Deno.test("data/e01.json holds trials, each once, and five seeds of the winner below 1.993", () => {
  const trials: Trial[] = JSON.parse(
    new TextDecoder().decode(read("e01.json")),
  );
  const keys = trials.map(({ settings }) => JSON.stringify(settings));
  assertEquals(new Set(keys).size, keys.length);
  const all = new Set(allTrials().map((settings) => JSON.stringify(settings)));
  assertEquals(keys.filter((key) => !all.has(key)), []);
  const seeds = trials.filter(({ settings }) =>
    JSON.stringify({ ...settings, seed: WINNER.seed }) ===
      JSON.stringify(WINNER)
  );
  assertEquals(seeds.map(({ settings }) => settings.seed), [1, 2, 3, 4, 5]);
  assert(seeds.reduce((sum, { dev }) => sum + dev, 0) / 5 < 1.993);
});

Deno.test("data/e01.safetensors is a network of the winner's sizes that expects emma", () => {
  const { parameters, vocabulary } = loadModel(read("e01.safetensors"));
  assertEquals(parameters.W1.shape, [
    WINNER.contextLength * WINNER.embeddingSize,
    WINNER.hiddenSize,
  ]);
  const lossOf = (word: string) =>
    evaluate(parameters, contextWindows([word], vocabulary, 8));
  assert(lossOf("emma") < lossOf("brxqz") / 2);
  for (const tensor of Object.values(parameters)) tensor?.dispose();
});
